"""PyPI `librouteros`, an independent client of the RouterOS API, accepts the fake device."""

import librouteros
import pytest
from librouteros.exceptions import LibRouterosError, TrapError
from librouteros.login import plain, token
from librouteros.query import And, Key, Or

INTERFACES = {"gw-riga": 8, "ap-office": 4, "branch-tartu": 5}
OLD = "branch-tartu"  # RouterOS 6


def connect(address, login_method=plain, user="admin", password=""):
    host, port = address
    return librouteros.connect(host, user, password, port=port, login_method=login_method, encoding="utf-8", timeout=10)


@pytest.fixture(params=sorted(INTERFACES))
def name(request):
    return request.param


@pytest.fixture
def api(devices, name):
    session = connect(devices[name])
    yield session
    session.close()


@pytest.fixture
def gateway(devices):
    session = connect(devices["gw-riga"])
    yield session
    session.close()


def test_all_devices_are_there(devices):
    assert set(devices) == set(INTERFACES)


def test_lists_interfaces(api, name):
    rows = tuple(api.path("/interface"))
    assert len(rows) == INTERFACES[name]
    assert len({row[".id"] for row in rows}) == len(rows)
    for row in rows:
        assert row["name"] and row["type"]
        assert isinstance(row["rx-byte"], int) and isinstance(row["tx-byte"], int)


def test_knows_its_version(api, name):
    (resource,) = api.path("/system/resource")
    assert str(resource["version"]).startswith("6." if name == OLD else "7.")


def test_old_login_with_challenge(devices):
    session = connect(devices[OLD], login_method=token)
    assert len(tuple(session.path("/interface"))) == INTERFACES[OLD]
    session.close()


@pytest.mark.parametrize(("method", "device"), [(plain, "gw-riga"), (plain, OLD), (token, OLD)])
def test_refuses_wrong_password(devices, method, device):
    with pytest.raises(LibRouterosError, match="invalid user name or password|cannot log in"):
        connect(devices[device], login_method=method, password="wrong")


def test_refuses_wrong_user(devices):
    with pytest.raises(LibRouterosError, match="invalid user name or password|cannot log in"):
        connect(devices["gw-riga"], user="nobody")


def test_counts_only(api, name):
    (answer,) = api.rawCmd("/interface/print", "=count-only=")
    assert int(answer["ret"]) == INTERFACES[name]


def test_counts_what_a_query_selects(gateway):
    ether = sum(row["type"] == "ether" for row in gateway.path("/interface"))
    (answer,) = gateway.rawCmd("/interface/print", "=count-only=", "?type=ether")
    assert 0 < int(answer["ret"]) == ether


def test_query_selects_rows(gateway):
    rows = tuple(gateway.path("/interface"))
    kind, first, last = Key("type"), rows[0]["name"], rows[-1]["name"]
    select = gateway.path("/interface").select

    def names(query):
        return {row["name"] for row in query}

    ether = {row["name"] for row in rows if row["type"] == "ether"}
    everything = {row["name"] for row in rows}
    label = Key("name")
    assert names(select(label).where(kind == "ether")) == ether
    assert names(select(label).where(kind != "ether")) == everything - ether
    assert names(select(label).where(Or(label == first, label == last))) == {first, last}
    assert names(select(label).where(And(kind == "ether", label == first))) == ether & {first}
    assert names(select(label).where(label.In(first, last))) == {first, last}
    assert names(select(label).where(label == "no such interface")) == set()


def test_proplist_limits_members(gateway):
    rows = tuple(gateway.path("/interface").select(Key("name"), Key("rx-byte")))
    assert len(rows) == INTERFACES["gw-riga"]
    assert all(set(row) == {"name", "rx-byte"} for row in rows)


def test_unknown_menu_is_a_trap_and_the_session_goes_on(api, name):
    with pytest.raises(TrapError):
        tuple(api.path("/no/such/menu"))
    assert len(tuple(api.path("/interface"))) == INTERFACES[name]


def test_streams_until_cancelled(gateway):
    """`interval` sends a reply a second on its tag until `/cancel`, while another command is answered in between."""
    send = gateway.protocol.writeSentence
    receive = gateway.protocol.readSentence
    first = tuple(gateway.path("/interface"))[0]["name"]
    send("/interface/monitor-traffic", f"=interface={first}", "=interval=1", ".tag=stream")
    for _ in range(3):
        word, words = receive()
        assert word == "!re" and ".tag=stream" in words
        members = dict(part[1:].split("=", 1) for part in words if part.startswith("="))
        assert members["name"] == first
        assert int(members["rx-bits-per-second"]) >= 0 and int(members["tx-bits-per-second"]) >= 0

    send("/interface/print", "=count-only=", ".tag=count")
    send("/cancel", "=tag=stream", ".tag=cancel")
    done = {}
    while set(done) != {"stream", "count", "cancel"}:
        word, words = receive()
        tag = next(part.removeprefix(".tag=") for part in words if part.startswith(".tag="))
        if word == "!trap":
            assert tag == "stream" and "=category=2" in words
        elif word == "!done":
            done[tag] = words
        else:
            assert (word, tag) == ("!re", "stream")
    assert f"=ret={INTERFACES['gw-riga']}" in done["count"]
    assert len(tuple(gateway.path("/interface"))) == INTERFACES["gw-riga"]
