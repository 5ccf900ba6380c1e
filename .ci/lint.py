#!/usr/bin/env python3
"""The project's rules as checks: `make lint`. Each check is proved by `.ci/run selftest`, which feeds it a bad sample.

    lint.py [--root DIR] [CHECK…]      no CHECK: all of them; exit status 1 if any finds something

A finding is one line, `FILE:LINE: text`. Python's standard library only.
"""

import argparse
import json
import pathlib
import py_compile
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE_LINES, TEST_LINES = 300, 400
TOP_LEVEL = {
    "Package.swift", "Sources", "Tests", "deploy", "docs",
    "Makefile", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "NOTICE",
}
WEB = r"Hummingbird\w*|HummingbirdCore|HTTPTypes|NIOHTTP\w*|HTTPService"

# (files, modules they may not import, why). Files are matched against the whole path.
IMPORT_RULES = [
    (r"(?!Sources/Shared/RRD/RRDLibrary[^/]*\.swift)(Sources|Tests)/.*", r"CRRD", "librrd is called from Shared/RRD/RRDLibrary*.swift only"),
    (r"(?!Sources/SecureTransport/|Tests/SecureTransportTests/|Sources/Shared/Model/Digest\.swift)(Sources|Tests)/.*", r"COpenSSL",
     "OpenSSL is called from SecureTransport and Shared/Model/Digest.swift only"),
    (r"(?!Sources/HTTPService/Gzip|Tests/HTTPServiceTests/)(Sources|Tests)/.*", r"CZlib", "zlib is called from HTTPService/Gzip*.swift only"),
    (r"(?!Sources/WebNode/Metrics/|Tests/WebNodeTests/)(Sources|Tests)/.*", r"CRE2", "RE2 is called from WebNode/Metrics only"),
    (r"(?!Sources/WebNode/Render/)(Sources|Tests)/.*", r"CProcess", "a process changes its own nature in WebNode/Render only"),
    (r"Sources/HTTPService/.*", r"Collector|WebNode|FakeDevice|Mustache|ArgumentParser|SecureTransport",
     "HTTPService is below the programs and knows no device and no page"),
    (r"(?!Sources/Collector/Download/)(Sources|Tests)/.*", r"CCurl", "libcurl is called from Collector/Download only"),
    (r"Sources/Shared/.*", rf"_?NIO\w*|{WEB}|Mustache|ArgumentParser", "Shared knows no network, web framework or command line"),
    (r"Sources/Shared/.*", r"Collector|WebNode|FakeDevice", "Shared is below the programs"),
    (r"Sources/Collector/.*", r"WebNode|FakeDevice|Mustache", "the collector knows no pages and no other program"),
    (r"Sources/Collector/(?!Endpoint/).*", WEB, "the collector's web framework stays in Endpoint/"),
    (r"Sources/WebNode/.*", r"Collector|FakeDevice", "the web node knows no other program"),
    (r"Sources/FakeDevice/.*", rf"Collector|WebNode|Mustache|{WEB}", "the fake device knows no other program and no web framework"),
    (r"Tests/(TestSupport|SharedTests|EndToEndTests)/.*", r"Collector|WebNode|FakeDevice", "only a program's own tests import it"),
    (r"Tests/CollectorTests/.*", r"WebNode|FakeDevice", "only a program's own tests import it"),
    (r"Tests/WebNodeTests/.*", r"Collector|FakeDevice", "only a program's own tests import it"),
    (r"Tests/FakeDeviceTests/.*", r"Collector|WebNode", "only a program's own tests import it"),
]

# (pattern, files in which it is allowed, why). Looked for in code: comments and texts do not count.
# `edit` is the one command whose purpose is another program: the user's own editor. The node starts its own file again to draw, since
# librrd's drawing is neither safe for threads nor worth a node when it crashes (docs/decisions/034).
FORBIDDEN_CALLS = [
    (r"\bProcess\s*\(", r"", "programs start no other process"),
    (r"\bposix_spawnp?\b", r"Sources/Collector/Edit/EditorProcess\.swift|Sources/WebNode/Render/RenderProcess\+Start\.swift",
     "programs start no other process; the user's editor and the node's own drawing processes are started in one place each"),
    (r"\bpopen\s*\(|\bfork\s*\(|(?<![\w.])(?<!func )system\s*\(|\bexec[lv][pe]?e?\s*\(", r"", "programs start no other process"),
    (r"\btry!", r"", "an error is handled or passed on"),
    (r"\(Double\.init\)", r"", "picks init(bitPattern:) for UInt64; write { Double($0) }"),
    (r"\bfatalError\s*\(", r"", "input never ends the process; a broken invariant is a precondition"),
    (r"(?<![\w.`])print\s*\((?!\s*_)", r"Sources/[^/]+/(Main\.swift|.*Command[^/]*\.swift|Commands/.*)", "only commands print; the rest logs"),
    (r"\bThread\.sleep\b|(?<![\w.])u?sleep\s*\(|\bnanosleep\s*\(", r"Sources/Shared/RRD/ArchiveReader\+Stability\.swift|Sources/Collector/Storage/CollectorLock\.swift", "a blocked thread cannot be cancelled; wait for a condition with a deadline"),
]


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True).stdout.decode()
        self.files = sorted(name for name in set(listed.split("\0")) if name and (self.root / name).is_file())

    def named(self, pattern):
        return [name for name in self.files if re.fullmatch(pattern, name)]

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8", errors="replace")

    def scripts(self):
        for name in self.files:
            first = (self.root / name).open("rb").readline()
            if first.startswith(b"#!") and re.search(rb"\b(ba)?sh\b", first) or name.endswith(".sh"):
                yield name


def swift_code(text):
    """The text with comments and string contents blanked out, line numbers kept."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|#+"""(?:.*?)"""#+|"""(?:\\.|.)*?"""|#+"[^\n]*?"#+|"(?:\\.|[^"\\\n])*"', re.S)
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def lines_matching(text, pattern):
    for number, line in enumerate(text.split("\n"), 1):
        if re.search(pattern, line):
            yield number, line.strip()


def check_top_level(tree):
    for name in tree.files:
        top = name.split("/")[0]
        if top not in TOP_LEVEL and not top.startswith("."):
            yield f"{name}:1: the top level holds only {', '.join(sorted(TOP_LEVEL))} and dot files"


def check_length(tree):
    limits = [(r"Sources/.*\.swift", SOURCE_LINES), (r"(Tests|\.ci)/.*\.(swift|py)", TEST_LINES)]
    for pattern, limit in limits:
        for name in tree.named(pattern):
            count = tree.text(name).count("\n")
            if count > limit:
                yield f"{name}:{limit + 1}: {count} lines, at most {limit}: split by concern (Type+Concern.swift)"


def check_imports(tree):
    statement = re.compile(
        r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
        r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias|actor)\s+)?(\w+)")
    for name in tree.named(r"(Sources|Tests)/.*\.swift"):
        rules = [(modules, why) for files, modules, why in IMPORT_RULES if re.fullmatch(files, name)]
        for number, line in enumerate(swift_code(tree.text(name)).split("\n"), 1):
            found = statement.match(line)
            for modules, why in rules if found else ():
                if re.fullmatch(modules, found.group(1)):
                    yield f"{name}:{number}: import {found.group(1)}: {why}"


def check_calls(tree):
    for name in tree.named(r"Sources/.*\.swift"):
        code = swift_code(tree.text(name))
        for pattern, allowed, why in FORBIDDEN_CALLS:
            if not re.fullmatch(allowed, name):
                for number, line in lines_matching(code, pattern):
                    yield f"{name}:{number}: {line}: {why}"


def check_unsafe(tree):
    """`@unchecked Sendable` and `nonisolated(unsafe)` say in a comment, there or right above, why they are safe."""
    for name in tree.named(r"(Sources|Tests)/.*\.swift"):
        lines = tree.text(name).split("\n")
        for number, _ in lines_matching(swift_code("\n".join(lines)), r"@unchecked\s+Sendable|nonisolated\(unsafe\)"):
            above = number - 2
            while above >= 0 and lines[above].strip().startswith("@"):
                above -= 1
            commented = "//" in lines[number - 1] or above >= 0 and lines[above].strip().startswith(("//", "*/"))
            if not commented:
                yield f"{name}:{number}: {lines[number - 1].strip()}: say in a comment why this is safe"


def check_markers(tree):
    marker = "TO" + "DO|FIX" + "ME|XX" + "X"
    for name in tree.named(r"(Sources|Tests|deploy|\.ci)/.*|Makefile|Package\.swift"):
        for number, line in lines_matching(tree.text(name), rf"\b({marker})\b"):
            yield f"{name}:{number}: {line}: finish it, or write an issue and name it in plain words"


def check_shell(tree):
    shellcheck = shutil.which("shellcheck")
    for name in tree.scripts():
        path = str(tree.root / name)
        commands = [["bash", "-n", path]] + ([[shellcheck, "--format=gcc", path]] if shellcheck else [])
        for command in commands:
            ran = subprocess.run(command, capture_output=True, text=True, check=False)
            if ran.returncode:
                yield f"{name}:1: " + (ran.stderr or ran.stdout).strip().replace(path, name)
    if not shellcheck:
        print("  note: shellcheck is not installed, shell scripts were only parsed", file=sys.stderr)


def check_javascript(tree):
    names, node = tree.named(r"(Sources|Tests)/.*\.m?js"), shutil.which("node")
    if names and not node:
        print("  note: node is not installed, scripts are checked by the browser tests alone", file=sys.stderr)
        return
    for name in names:
        ran = subprocess.run([node, "--check", str(tree.root / name)], capture_output=True, text=True, check=False)
        if ran.returncode:
            yield f"{name}:1: " + " ".join(ran.stderr.split())[:300]


def check_python(tree):
    with tempfile.TemporaryDirectory() as scratch:
        for name in tree.named(r".*\.py"):
            try:
                py_compile.compile(str(tree.root / name), cfile=f"{scratch}/out.pyc", doraise=True)
            except py_compile.PyCompileError as error:
                yield f"{name}:1: " + " ".join(str(error).split())


def check_json(tree):
    for name in tree.named(r"(?!Tests/.*/(Bad|Corrupt)[^/]*/).*\.json"):
        try:
            json.loads(tree.text(name))
        except ValueError as error:
            yield f"{name}:1: {error}"


def check_links(tree):
    """Relative links in the documentation lead to a file of the repository."""
    for name in tree.named(r"([^/]+|docs/.*|deploy/.*)\.md"):
        text = re.sub(r"```.*?```", lambda block: "\n" * block.group().count("\n"), tree.text(name), flags=re.S)
        for number, line in enumerate(text.split("\n"), 1):
            for target in re.findall(r"\]\(([^)\s]+)\)", line):
                path = target.split("#")[0]
                if path and "://" not in path and not path.startswith("mailto:"):
                    if not ((tree.root / name).parent / path).exists():
                        yield f"{name}:{number}: link to {target}: no such file"


CHECKS = {name[len("check_"):]: check for name, check in list(globals().items()) if name.startswith("check_")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=", ".join(CHECKS))
    args = parser.parse_args()
    unknown = set(args.checks) - set(CHECKS)
    if unknown:
        parser.error(f"unknown check {', '.join(sorted(unknown))}; known: {', '.join(CHECKS)}")
    tree, failed = Tree(args.root), False
    for name in args.checks or CHECKS:
        findings = list(CHECKS[name](tree))
        failed = failed or bool(findings)
        print(f"  {name}: {'ok' if not findings else len(findings)}")
        for finding in findings:
            print(f"    {finding}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
