"""`make install` and `make uninstall`, into a folder in place of the machine's root."""

import os
import stat
import subprocess

import pytest
from programs import PROGRAMS, REPOSITORY

INSTALLED = ["tikwatch-collector", "tikwatch-web"]


def make(target, destination, **variables):
    words = [f"{name}={value}" for name, value in {"DESTDIR": destination, "BIN": PROGRAMS, **variables}.items()]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "TIKWATCH"))}
    return subprocess.run(
        ["make", "--no-print-directory", target, *words], cwd=REPOSITORY, env=environment, capture_output=True, text=True)


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    destination = tmp_path_factory.mktemp("root")
    answer = make("install", destination)
    assert answer.returncode == 0, answer.stderr
    return destination


def test_programs_are_stripped_and_run(installed):
    for name in INSTALLED:
        program = installed / "usr/local/bin" / name
        assert mode(program) == 0o755
        sections = subprocess.run(["readelf", "--sections", "--wide", program], capture_output=True, text=True, check=True).stdout
        assert ".text" in sections and ".debug_info" not in sections and ".symtab" not in sections
        told = subprocess.run([program, "--version"], capture_output=True, text=True)
        assert told.returncode == 0 and told.stdout.strip(), told.stderr
    assert not (installed / "usr/local/bin/tikwatch-fakedevice").exists()
    assert not list((installed / "usr/local/bin").glob("*.new"))


def test_units_start_what_was_installed(installed):
    for name in INSTALLED:
        unit = (installed / f"usr/local/lib/systemd/system/{name}.service").read_text()
        assert f"ExecStart=/usr/local/bin/{name} run --config /etc/tikwatch/" in unit
        assert str(installed) not in unit


def test_samples_can_be_read_and_only_the_web_nodes_is_in_force(installed):
    documents = installed / "usr/local/share/doc/tikwatch"
    assert {"collector.conf", "web.conf", "LICENSE", "NOTICE", "nginx/tikwatch.conf"} <= files(documents)
    assert files(installed / "etc/tikwatch") == {"web.conf"}
    program = installed / "usr/local/bin/tikwatch-web"
    answer = subprocess.run([program, "check", "--config", installed / "etc/tikwatch/web.conf"], capture_output=True, text=True)
    # 3 would be a configuration that cannot be used; its root is not on this machine.
    assert answer.returncode in (0, 1), answer.stderr


def test_other_places_are_in_the_units_too(tmp_path):
    answer = make("install", tmp_path, PREFIX="/opt/tikwatch", SYSCONFDIR="/opt/etc", UNITDIR="/etc/systemd/system")
    assert answer.returncode == 0, answer.stderr
    unit = (tmp_path / "etc/systemd/system/tikwatch-web.service").read_text()
    assert "ExecStart=/opt/tikwatch/bin/tikwatch-web run --config /opt/etc/tikwatch/web.conf" in unit
    assert {file.split("/")[0] for file in files(tmp_path)} == {"opt", "etc"}
    assert (tmp_path / "opt/etc/tikwatch/web.conf").exists()


def test_an_existing_configuration_stays_through_installing_again_and_uninstalling(tmp_path):
    folder = tmp_path / "etc/tikwatch"
    folder.mkdir(parents=True)
    (folder / "web.conf").write_text("[web]\n    title = Mine\n")
    (folder / "collector.conf").write_text("[collector]\n")
    (folder / "collector.conf").chmod(0o600)
    for _ in range(2):
        answer = make("install", tmp_path)
        assert answer.returncode == 0, answer.stderr
    assert (folder / "web.conf").read_text() == "[web]\n    title = Mine\n"
    assert mode(folder / "collector.conf") == 0o600
    kept = tmp_path / "usr/local/bin/another"
    kept.write_text("")
    answer = make("uninstall", tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert files(tmp_path) == {"etc/tikwatch/web.conf", "etc/tikwatch/collector.conf", "usr/local/bin/another"}


def test_uninstalling_what_is_not_there_is_no_error(tmp_path):
    answer = make("uninstall", tmp_path)
    assert answer.returncode == 0, answer.stderr


def test_nothing_is_installed_while_a_program_is_missing(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/tikwatch-collector").symlink_to(PROGRAMS / "tikwatch-collector")
    answer = make("install", tmp_path / "root", BIN=tmp_path / "bin")
    assert answer.returncode != 0
    assert "bin/tikwatch-web is not there" in answer.stderr and "make build" in answer.stderr
    assert not (tmp_path / "root").exists()


@pytest.mark.parametrize("prefix", ["usr/local", "/opt/my programs", "/opt/%i", "/opt/a|b"])
def test_a_prefix_that_a_unit_cannot_hold_is_refused(tmp_path, prefix):
    answer = make("install", tmp_path, PREFIX=prefix)
    assert answer.returncode != 0 and "absolute path" in answer.stderr
    assert not files(tmp_path)
