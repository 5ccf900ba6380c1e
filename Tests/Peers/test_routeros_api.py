"""PyPI `RouterOS-api`, a second independent client of the RouterOS API, accepts the fake device."""

import itertools

import pytest
from routeros_api import RouterOsApiPool
from routeros_api.exceptions import RouterOsApiError
from routeros_api.query import HasValueQuery, IsEqualQuery, OrQuery

INTERFACES = {"gw-riga": 8, "ap-office": 4, "branch-tartu": 5}
OLD = "branch-tartu"  # RouterOS 6


def pool(address, plaintext=True, password=""):
    host, port = address
    return RouterOsApiPool(host, username="admin", password=password, port=port, plaintext_login=plaintext)


@pytest.fixture
def gateway(devices):
    session = pool(devices["gw-riga"])
    yield session.get_api()
    session.disconnect()


@pytest.mark.parametrize("name", sorted(INTERFACES))
def test_lists_interfaces(devices, name):
    session = pool(devices[name])
    rows = session.get_api().get_resource("/interface").get()
    session.disconnect()
    assert len(rows) == INTERFACES[name]
    assert all(row["name"] and int(row["rx-byte"]) >= 0 for row in rows)


def test_old_login_with_challenge(devices):
    session = pool(devices[OLD], plaintext=False)
    assert len(session.get_api().get_resource("/interface").get()) == INTERFACES[OLD]
    session.disconnect()


@pytest.mark.parametrize(("plaintext", "name"), [(True, "gw-riga"), (True, OLD), (False, OLD)])
def test_refuses_wrong_password(devices, plaintext, name):
    session = pool(devices[name], plaintext=plaintext, password="wrong")
    try:
        with pytest.raises(RouterOsApiError):
            session.get_api()
    finally:
        session.disconnect()


def test_counts_only(gateway):
    answer = gateway.get_binary_resource("/interface").call("print", {"count-only": b""})
    assert int(answer.done_message["ret"]) == INTERFACES["gw-riga"]


def test_query_selects_rows(gateway):
    resource = gateway.get_resource("/interface")
    rows = resource.get()
    ether = [row["name"] for row in rows if row["type"] == "ether"]
    assert 0 < len(ether)
    assert [row["name"] for row in resource.get(type="ether")] == ether
    pair = OrQuery(IsEqualQuery("name", rows[0]["name"]), IsEqualQuery("name", rows[-1]["name"]))
    assert {row["name"] for row in resource.call("print", additional_queries=(pair,))} == {rows[0]["name"], rows[-1]["name"]}
    having = resource.call("print", additional_queries=(HasValueQuery("name"),))
    assert len(having) == len(rows)


def test_proplist_limits_members(gateway):
    rows = gateway.get_resource("/interface").call("print", {".proplist": "name,tx-byte"})
    assert len(rows) == INTERFACES["gw-riga"]
    assert all(set(row) == {"name", "tx-byte"} for row in rows)


def test_monitors_traffic_once(gateway):
    name = gateway.get_resource("/interface").get()[0]["name"]
    (row,) = gateway.get_resource("/interface").call("monitor-traffic", {"interface": name, "once": ""})
    assert row["name"] == name
    assert int(row["rx-bits-per-second"]) >= 0 and int(row["tx-bits-per-second"]) >= 0


def test_streams(devices):
    """Several replies of one command; leaving with the stream open is the client's right."""
    session = pool(devices["gw-riga"])
    resource = session.get_api().get_resource("/interface")
    name = resource.get()[0]["name"]
    replies = resource.call_async("monitor-traffic", {"interface": name, "interval": "1"})
    rows = list(itertools.islice(iter(replies), 3))
    session.disconnect()
    assert [row["name"] for row in rows] == [name] * 3
