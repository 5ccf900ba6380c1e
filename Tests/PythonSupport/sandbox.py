"""Runs a program as a unit file of systemd would, on a machine without systemd: `sandbox.py UNIT WRITABLE PROGRAM…` as root.

Mounts, user, capabilities, system calls and memory as the unit's options say; what is not emulated: ProtectProc and RestrictSUIDSGID.
"""

import ctypes
import functools
import os
import pathlib
import resource
import subprocess
import sys

NEWNS, MS_REC, MS_PRIVATE, MS_BIND = 0x20000, 0x4000, 1 << 18, 0x1000
MOUNT_SETATTR, AT_RECURSIVE, ATTR_RDONLY = 442, 0x8000, 1
ALLOW, EPERM, ENOSYS = 0x7FFF0000, 0x00050001, 0x00050026
EQUAL, MASKED = 4, 7
NAMESPACES = 0x7E020080
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}
NOBODY = 65534
libc = ctypes.CDLL(None, use_errno=True)


def options(path):
    """Every option of the unit's [Service] section: name to the list of its values."""
    found = {}
    for line in pathlib.Path(path).read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


def mount(source, target, kind=None, flags=0, data=None):
    words = [word.encode() if word else None for word in (source, target, kind)]
    check(libc.mount(*words, ctypes.c_ulong(flags), data.encode() if data else None), f"mount {target}")


def set_read_only(path, is_read_only):
    attributes = (ctypes.c_uint64 * 4)(ATTR_RDONLY if is_read_only else 0, 0 if is_read_only else ATTR_RDONLY, 0, 0)
    check(libc.syscall(MOUNT_SETATTR, -100, path.encode(), AT_RECURSIVE, attributes, 32), f"mount_setattr {path}")


def hide(path, data, needed=()):
    """An empty folder in place of `path`; what of it is needed stays where it is, and can be reached."""
    if not os.path.isdir(path):
        return
    kept = {folder: os.open(folder, os.O_PATH) for folder in needed if pathlib.PurePath(folder).is_relative_to(path)}
    mount("none", path, "tmpfs", 0, "mode=711" if kept else data)
    for folder, node in kept.items():
        os.makedirs(folder, exist_ok=True)
        mount(f"/proc/self/fd/{node}", folder, None, MS_BIND)
        os.close(node)


def needed(program):
    """The folders of a program and its libraries: a developer's are anywhere, those of a service are not."""
    told = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout.split()
    paths = [str(program), *(word for word in told if word.startswith("/"))]
    return {os.path.dirname(name) for path in paths for name in (path, os.path.realpath(path))}


def enter_mounts(unit, writable, needed):
    check(libc.unshare(NEWNS), "unshare")
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    for path in writable:
        mount(path, path, None, MS_BIND)
    set_read_only("/", True)
    for path in writable:
        set_read_only(path, False)
    if unit["PrivateTmp"] == ["yes"]:
        for path in ("/tmp", "/var/tmp"):
            hide(path, "mode=1777", needed)
    if unit["ProtectHome"] == ["yes"]:
        for path in ("/root", "/home", "/run/user"):
            hide(path, "mode=000", needed)
    if unit["PrivateDevices"] == ["yes"]:
        nodes = {name: os.open(f"/dev/{name}", os.O_PATH) for name in ("null", "zero", "full", "random", "urandom")}
        hide("/dev", "mode=755")
        for name, node in nodes.items():
            pathlib.Path(f"/dev/{name}").touch()
            mount(f"/proc/self/fd/{node}", f"/dev/{name}", None, MS_BIND)


@functools.cache
def calls(name):
    """The system calls of a set such as @system-service."""
    if not name.startswith("@"):
        return frozenset([name])
    text = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, capture_output=True, text=True).stdout
    words = [line.strip() for line in text.splitlines()[1:]]
    return frozenset().union(*(calls(word) for word in words if word and not word.startswith("#")))


def allowed(unit):
    names = set()
    for value in unit["SystemCallFilter"]:
        listed = set().union(*(calls(word) for word in value.lstrip("~").split()))
        names = names - listed if value.startswith("~") else names | listed
    return names


class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def filter_calls(unit, names):
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(EPERM))

    def rule(name, action=ALLOW, *compares):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            array = (Compare * max(1, len(compares)))(*compares)
            check(library.seccomp_rule_add_array(context, action, number, len(compares), array), name)

    limited = {"socket": [Compare(0, EQUAL, FAMILIES[family]) for family in unit["RestrictAddressFamilies"][0].split()]}
    if unit.get("MemoryDenyWriteExecute") == ["yes"]:
        limited["mmap"] = [Compare(2, MASKED, 6, prot) for prot in (0, 2, 4)]
        limited["mprotect"] = limited["pkey_mprotect"] = [Compare(2, MASKED, 4, 0)]
    if unit.get("RestrictNamespaces") == ["yes"]:
        limited["clone"] = [Compare(0, MASKED, NAMESPACES & ~0x80, 0)]
        names -= {"unshare", "setns"}
        rule("clone3", ENOSYS)
        names.discard("clone3")
    for name in sorted(names):
        for compare in limited.get(name, [None]):
            rule(name, ALLOW, *([compare] if compare else []))
    # The last step of starting the program.
    rule("execve")
    check(library.seccomp_load(context), "seccomp_load")


def main(path, writable, *program):
    unit = options(path)
    names = allowed(unit)
    enter_mounts(unit, [writable] if writable else [], needed(program[0]))
    if "LimitNOFILE" in unit:
        limit = int(unit["LimitNOFILE"][0])
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    os.umask(int(unit.get("UMask", ["0022"])[0], 8))
    if unit["CapabilityBoundingSet"] == [""]:
        for capability in range(64):
            libc.prctl(24, capability, 0, 0, 0)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    os.chdir("/")
    if unit["NoNewPrivileges"] == ["yes"]:
        check(libc.prctl(38, 1, 0, 0, 0), "no_new_privs")
    filter_calls(unit, names)
    os.execv(program[0], program)


if __name__ == "__main__":
    main(*sys.argv[1:])
