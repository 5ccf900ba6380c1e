"""`tikwatch-collector setup` in a real terminal, as a person uses it, against the fake device."""

import re
import ssl
import stat
import subprocess

import pytest
from programs import PROGRAMS, FakeDevices
from terminal import Terminal

PASSWORD = "s3cret pass, # 'x'"
COLLECTOR = PROGRAMS / "tikwatch-collector"


@pytest.fixture(scope="module")
def ports(tmp_path_factory):
    """By kind (plain, tls, anonymous-tls) and device: the port."""
    fake = FakeDevices(
        tmp_path_factory.mktemp("devices"), "--user", "tikwatch", "--password", PASSWORD, "--tls-port", "0",
        "--anonymous-tls-port", "0")
    try:
        fake.wait_ready()
        found = {}
        for line in fake.program.output.read_text().splitlines():
            words = line.split()
            if words[:1] == ["listening"]:
                kind = words[3] if len(words) > 3 else "plain"
                found[kind, words[1]] = words[2].rsplit(":", 1)[1]
        yield found
        fake.program.stop()
    finally:
        fake.program.kill()


@pytest.fixture
def wizard(tmp_path):
    terminals = []

    def start(*arguments):
        terminals.append(Terminal([COLLECTOR, "setup", *arguments], tmp_path, {"HOME": str(tmp_path)}))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


def run(*arguments, folder, **more):
    return subprocess.run(
        [COLLECTOR, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False, **more)


def reach(terminal, name, ports, number="1", kind="plain"):
    """Answers until the user's name is asked for."""
    terminal.answer("Name of the device: ", name)
    terminal.answer("Address or name of the device", "127.0.0.1")
    terminal.wait_for("  1  plain API")
    terminal.answer("Number [1]: ", number)
    terminal.answer("Port [", ports[kind, "gw-riga"])


def test_the_whole_wizard(wizard, ports, tmp_path):
    path = tmp_path / "etc" / "collector.conf"
    terminal = wizard("--config", path)
    terminal.answer("Name of this collector", "edge-1")
    terminal.answer("Folder that the web nodes read", "root")
    # A mistake in the port: the device is asked for again.
    terminal.answer("Name of the device: ", "Office # 1")
    terminal.answer("Address or name of the device", "127.0.0.1")
    terminal.answer("Number [1]: ", "9")
    terminal.answer("1 to 5, please.\r\nNumber [1]: ")
    terminal.answer("Port [8728]: ", "1")
    terminal.wait_for("FAIL  tcp")
    terminal.wait_for("→ /ip service set api disabled=no")
    # What was answered before need not be typed again.
    terminal.answer("Address or name of the device (e.g. 192.168.88.1) [127.0.0.1]: ")
    terminal.answer("Number [1]: ")
    terminal.answer("Port [1]: ", ports["plain", "gw-riga"])
    # A wrong password: the user is asked for again, and nothing typed is shown.
    terminal.answer("User on the device [tikwatch]: ")
    terminal.wait_for("Password (empty: make a strong one")
    assert not terminal.shows_typing()
    terminal.type("wrong-pass\n")
    terminal.wait_for("FAIL  login")
    assert terminal.shows_typing()
    terminal.answer("User on the device [tikwatch]: ")
    terminal.answer("Password (empty: make a strong one", PASSWORD + "zz\x7f\x7f")
    terminal.wait_for("ok    login")
    terminal.wait_for("ok    rights")
    listed = terminal.wait_for("Record which")
    names = re.findall(r"^ +(\d+)  (\S+)", listed, re.M)
    assert len(names) > 3 and names[0][0] == "1"
    terminal.type("99\n")
    terminal.wait_for('"99" is no number of this list')
    terminal.answer("Record which", "1, 3-4")
    terminal.wait_for("3 of ")
    shown = terminal.wait_for("Write this to")
    assert "password = [redacted]" in shown and "interfaces = " in shown
    terminal.type("\n")
    assert terminal.end() == 0, terminal.screen
    assert "wrong-pass" not in terminal.screen and "s3cret" not in terminal.screen
    assert f"tikwatch-collector check --config {path}" in terminal.screen
    assert f"mkdir -p {tmp_path / 'root'}" in terminal.screen
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["collector.conf"]
    # What was written is what the collector reads.
    checked = run("check", "--config", path, folder=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert names[2][1] in path.read_text()


def test_ctrl_c_at_any_question_leaves_nothing(wizard, ports, tmp_path):
    path = tmp_path / "collector.conf"
    steps = [
        ("Name of this collector", "e"), ("Folder that the web nodes read", "r"), ("Name of the device: ", "gw"),
        ("Address or name of the device", "127.0.0.1"), ("Number [1]: ", ""), ("Port [", ports["plain", "gw-riga"]),
        ("User on the device", ""), ("Password (empty", PASSWORD), ("Record which", ""), ("Write this to", None),
    ]
    for last in range(len(steps)):
        terminal = wizard("--config", path)
        for question, text in steps[:last]:
            terminal.answer(question, text)
        terminal.wait_for(steps[last][0])
        terminal.type("\x03")
        assert terminal.end() == 1, terminal.screen
        assert "interrupted; nothing was written" in terminal.screen
        assert list(tmp_path.iterdir()) == [], steps[last]


def test_the_rest_of_an_existing_file_stays_and_sections_are_not_replaced_silently(wizard, ports, tmp_path):
    path = tmp_path / "collector.conf"
    before = f"# mine\n[collector]\n  id = e   # kept\n  storage = {tmp_path}\n\n[default]\n  port = 1\n\n[gw]\n  hostname = h\n" \
             "  username = u\n\n# about z\n[z]\nhostname = z\nusername = u"
    path.write_text(before)
    path.chmod(0o640)
    terminal = wizard("--config", path)
    terminal.answer("Name of the device: ", "gw")
    terminal.wait_for("[gw] exists already")
    reach(terminal, "new", ports)
    terminal.answer("User on the device", "")
    terminal.answer("Password (empty", PASSWORD)
    terminal.answer("Record which", "ether*, !ether9")
    terminal.answer("Write this to", "n")
    assert terminal.end() == 1
    assert path.read_text() == before
    options = ["--config", path, "--host", "127.0.0.1", "--port", ports["plain", "gw-riga"], "--password-file", "-", "--yes"]
    refused = run("setup", *options, "--name", "gw", folder=tmp_path, input=PASSWORD + "\n")
    assert refused.returncode == 1 and "--replace" in refused.stderr
    assert path.read_text() == before
    added = run("setup", *options, "--name", "new", "--interfaces", "ether*", folder=tmp_path, input=PASSWORD + "\n")
    assert added.returncode == 0, added.stdout + added.stderr
    text = path.read_text()
    assert text.startswith(before + "\n\n[new]\n    hostname = 127.0.0.1\n") and "interfaces = ether*" in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    replaced = run("setup", *options, "--name", "gw", "--replace", folder=tmp_path, input=PASSWORD + "\n")
    assert replaced.returncode == 0, replaced.stdout + replaced.stderr
    head, tail = path.read_text().split("[gw]\n")
    assert text.startswith(head) and "hostname = h\n" not in tail
    assert "\n\n# about z\n[z]\nhostname = z\nusername = u\n\n[new]\n" in tail
    for result in (refused, added, replaced):
        assert "s3cret" not in result.stdout + result.stderr


def test_a_certificate_is_shown_and_pinned(wizard, ports, tmp_path):
    path = tmp_path / "collector.conf"
    terminal = wizard("--config", path, "--id", "e", "--storage", tmp_path, "--username", "tikwatch")
    reach(terminal, "gw", ports, "2", "tls")
    # Any certificate does to see this one: no warning of that.
    assert "is not verified" not in terminal.wait_for("its SHA-256 fingerprint\r\n")
    terminal.wait_for("  sha256:")
    fingerprint = terminal.wait_for("\r\n")
    terminal.answer("to be the only one accepted? [y/N]: ", "y")
    terminal.answer("Password (empty", PASSWORD)
    terminal.answer("Record which", "")
    terminal.answer("Write this to", "")
    assert terminal.end() == 0, terminal.screen
    text = path.read_text()
    pinned = re.search(r"ssl_fingerprint = (?:sha256:)?([0-9a-fA-F:]+)\n", text)
    assert "use_ssl = yes" in text and pinned[1].replace(":", "").lower() == re.sub("[^0-9a-f]", "", fingerprint.lower())
    assert run("check", "--config", path, folder=tmp_path).returncode == 0
    # Another certificate is not accepted: the test fails, and nothing is written.
    other = run(
        "setup", "--config", path, "--name", "x", "--host", "127.0.0.1", "--port", ports["tls", "gw-riga"], "--tls", "pin",
        "--fingerprint", "00" * 32, "--password-file", "-", "--yes", folder=tmp_path, input=PASSWORD)
    assert other.returncode == 1 and "FAIL  tls" in other.stdout
    assert path.read_text() == text


def test_an_authority_is_asked_for_and_used(ports, tmp_path):
    path, authority = tmp_path / "c.conf", tmp_path / "ca.pem"
    authority.write_text(ssl.get_server_certificate(("127.0.0.1", int(ports["tls", "gw-riga"]))))
    options = ["--config", path, "--id", "e", "--storage", tmp_path, "--interfaces", "all"]
    terminal = Terminal([COLLECTOR, "setup", *options], tmp_path, {"HOME": str(tmp_path)}, (60, 80))
    try:
        reach(terminal, "gw", ports, "3", "tls")
        terminal.answer("PEM file of the authority (empty: those of this host): ")
        terminal.wait_for("FAIL  tls")
        terminal.wait_for("signed by nobody but")
        # The last answers are the presets; then a file that is not there, and the right one.
        for file in ("nothere.pem", "ca.pem"):
            terminal.answer("Address or name of the device (e.g. 192.168.88.1) [127.0.0.1]: ")
            terminal.answer("Number [3]: ")
            terminal.answer(f"Port [{ports['tls', 'gw-riga']}]: ")
            terminal.answer("PEM file of the authority (empty: those of this host): ", file)
            if file == "nothere.pem":
                terminal.wait_for("nothere.pem: No such file")
        terminal.wait_for("ok    tls")
        terminal.answer("User on the device [tikwatch]: ")
        terminal.answer("Password (empty", PASSWORD)
        terminal.answer("Write this to", "")
        assert terminal.end() == 0, terminal.screen
    finally:
        terminal.close()
    assert f"ssl_ca_file = {authority}\n" in path.read_text()
    # Nothing that we lay out is cut by the end of the line: only paths and questions are longer.
    wide = [line for line in terminal.screen.replace("\r", "").split("\n") if len(line) > 80]
    assert all(str(tmp_path) in line or line.endswith(":") or ": " in line for line in wide), wide
    assert "\n     networks and tunnels" in terminal.screen.replace("\r", "")


def test_a_new_user_gets_a_password_and_the_lines_for_the_device(wizard, ports, tmp_path):
    terminal = wizard("--config", tmp_path / "c.conf", "--no-test", "--id", "e", "--storage", tmp_path, "--interfaces", "all")
    reach(terminal, "gw", ports, "4", "anonymous-tls")
    terminal.answer("User on the device", "")
    terminal.answer("Password (empty", "")
    terminal.wait_for("/user group add name=tikwatch policy=api,read\r\n")
    terminal.wait_for('/user add name="tikwatch" group=tikwatch password="')
    password = terminal.wait_for('"')
    assert re.fullmatch("[A-Za-z2-9]{24}", password)
    terminal.wait_for("/ip service set api-ssl disabled=no")
    terminal.answer("Write this to", "")
    assert terminal.end() == 0
    text = (tmp_path / "c.conf").read_text()
    assert f"password = {password}\n" in text and "no_ssl_certificate = yes" in text


def test_scripts_are_told_what_is_missing(tmp_path):
    nothing = run("setup", folder=tmp_path, stdin=subprocess.DEVNULL)
    assert nothing.returncode == 2
    assert "--name, --host, --password-file or --generate-password missing" in nothing.stderr
    (tmp_path / "broken.conf").write_text("[x\n")
    broken = run(
        "setup", "--config", "broken.conf", "--name", "a", "--host", "h", "--generate-password", "--no-test", folder=tmp_path,
        stdin=subprocess.DEVNULL)
    assert broken.returncode == 3 and "broken.conf:1" in broken.stderr
    away = run(
        "setup", "--config", "new.conf", "--name", "a", "--host", "127.0.0.1", "--port", "1", "--password-file", "-",
        folder=tmp_path, input="x\n")
    assert away.returncode == 1 and "FAIL  tcp" in away.stdout and "nothing was written" in away.stderr
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["broken.conf"]
