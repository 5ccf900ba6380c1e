"""`tikwatch-collector edit` with a real editor process, on a terminal and without one."""

import stat
import subprocess

import pytest
from programs import PROGRAMS
from terminal import Terminal

COLLECTOR = PROGRAMS / "tikwatch-collector"
GOOD = "[collector]\n  storage = /srv/t   # kept\n[gw]\n  hostname = h\n  username = u\n  password = hunter2\n"


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "collector.conf"
    path.write_text(GOOD)
    path.chmod(0o640)
    return path


def editor(folder, *steps, name="ed"):
    """An editor that does the next of these shell commands on "$1" each time it is started."""
    path = folder / name
    cases = "".join(f"  {number}) {step} ;;\n" for number, step in enumerate(steps, 1))
    path.write_text(
        f"#!/bin/sh\nn=$(( $(cat '{folder}/count' 2>/dev/null || echo 0) + 1 )); echo $n > '{folder}/count'\n"
        f"echo EDITING-$n\ncase $n in\n{cases}  *) exit 9 ;;\nesac\n")
    path.chmod(0o755)
    return path


def run(*arguments, environment=None):
    return subprocess.run(
        [COLLECTOR, "edit", *arguments], capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin", **(environment or {})})


def test_what_is_right_is_written(config, tmp_path):
    command = editor(tmp_path, "sed -i 's/= h$/= other/' \"$1\"")
    done = run("--config", config, environment={"VISUAL": f"'{command}'", "EDITOR": "/bin/false"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert config.read_text() == GOOD.replace("= h\n", "= other\n")
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert not (tmp_path / "collector.conf.edit").exists()


def test_nothing_changes_without_a_change_or_with_a_failing_editor(config, tmp_path):
    assert "is unchanged" in run("--config", config, "--editor", "true").stdout
    failed = run("--config", config, "--editor", "false")
    assert failed.returncode == 1 and "false ended with status 1" in failed.stderr
    missing = run("--config", config, "--editor", "/no/such/editor")
    assert missing.returncode == 1 and "could not start /no/such/editor: No such file" in missing.stderr
    assert run("--config", config, "--editor", "'open").returncode == 2
    assert run("--config", tmp_path / "none", "--editor", "true").returncode == 1
    assert run("--internal", "--config", config).returncode == 2
    assert config.read_text() == GOOD
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["collector.conf"]


def test_what_is_wrong_is_kept_beside_the_file(config, tmp_path):
    wrong = run("--config", config, "--editor", editor(tmp_path, "echo 'port = x' >> \"$1\""))
    assert wrong.returncode == 3
    assert 'collector.conf:7: [gw] port = "x": not a whole number' in wrong.stderr
    kept = tmp_path / "collector.conf.edit"
    assert f"what was edited is in {kept}" in wrong.stderr
    assert config.read_text() == GOOD and kept.read_text() == GOOD + "port = x\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    again = run("--config", config, "--editor", "true")
    assert again.returncode == 1 and "was left by an earlier edit" in again.stderr
    assert "hunter2" not in wrong.stdout + wrong.stderr + again.stderr


def test_mistakes_can_be_edited_again(config, tmp_path):
    command = editor(
        tmp_path, "echo 'port = x' >> \"$1\"", "test -t 0 && sed -i 's/port = x/port = 5/' \"$1\"")
    terminal = Terminal([COLLECTOR, "edit", "--config", config, "--editor", command], tmp_path)
    try:
        terminal.wait_for("EDITING-1")
        terminal.wait_for("not a whole number")
        terminal.answer("Edit again? [Y/n]: ", "")
        terminal.wait_for("EDITING-2")
        assert terminal.end() == 0, terminal.screen
    finally:
        terminal.close()
    assert config.read_text() == GOOD + "port = 5\n"
    assert not (tmp_path / "collector.conf.edit").exists()


@pytest.mark.parametrize("answers, status, text, left", [
    (["", ], 0, GOOD.replace("= h\n", "= other\n").replace("u\n", "v\n"), False),
    (["n", "y"], 0, GOOD.replace("= h\n", "= other\n"), False), (["n", ""], 1, GOOD, True)])
def test_what_was_left_is_gone_on_with_discarded_or_kept(config, tmp_path, answers, status, text, left):
    kept = tmp_path / "collector.conf.edit"
    kept.write_text(GOOD.replace("u\n", "v\n"))
    command = editor(tmp_path, "sed -i 's/= h$/= other/' \"$1\"")
    terminal = Terminal([COLLECTOR, "edit", "--config", config, "--editor", command], tmp_path)
    try:
        for question, answer in zip(("Go on with it? [Y/n]: ", "as it is? [y/N]: "), answers):
            terminal.answer(question, answer)
        assert terminal.end() == status, terminal.screen
    finally:
        terminal.close()
    assert config.read_text() == text and kept.exists() == left


def test_a_misspelt_key_that_is_missed_is_named(config, tmp_path):
    wrong = run("--config", config, "--editor", editor(tmp_path, "sed -i 's/hostname/hostnam/' \"$1\""))
    assert wrong.returncode == 3 and '[gw] hostname: missing; is "hostnam" it?' in wrong.stderr


def test_ctrl_c_is_the_editors_business(config, tmp_path):
    """An editor takes Ctrl-C as a key, or ends by it: our program is there to clean up either way."""
    command = editor(tmp_path, "echo READY; exec sleep 60")
    terminal = Terminal([COLLECTOR, "edit", "--config", config, "--editor", command], tmp_path)
    try:
        terminal.wait_for("READY")
        terminal.type("\x03")
        terminal.wait_for("ended with signal 2")
        assert terminal.end() == 1
    finally:
        terminal.close()
    assert config.read_text() == GOOD
    assert not (tmp_path / "collector.conf.edit").exists()


def test_mktxps_files(tmp_path):
    (tmp_path / "mktxp.conf").write_text("[a]\nenabled = True\n")
    system = tmp_path / "_mktxp.conf"
    system.write_text("[MKTXP]\nlisten = 127.0.0.1:1\n")
    wrong = run("--cfg-dir", tmp_path, "-i", "--editor", editor(tmp_path, "echo 'socket_timeout = x' >> \"$1\""))
    assert wrong.returncode == 3 and "_mktxp.conf:3" in wrong.stderr
    assert system.read_text() == "[MKTXP]\nlisten = 127.0.0.1:1\n"
    (tmp_path / "_mktxp.conf.edit").unlink()
    (tmp_path / "count").unlink()
    limits = run("--cfg-dir", tmp_path, "-i", "--editor", editor(tmp_path, "printf '[DIAG]\\nrecent_duration = soon\\n' >> \"$1\"", name="e2"))
    assert limits.returncode == 3 and "[DIAG] recent_duration" in limits.stderr, limits.stdout + limits.stderr
