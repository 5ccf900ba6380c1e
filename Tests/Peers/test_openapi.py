"""The web node does what its OpenAPI document says: schemathesis makes requests up from it, right and wrong ones, and holds the answers
against it. What is made up is the same in every run; TIKWATCH_EXAMPLES=1000 makes more, and others each time."""

import collections
import contextlib
import copy
import json
import os
import pathlib
import re
import urllib.parse

import jsonschema_rs
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from programs import REPOSITORY, http_get, wait_until
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as conformance

STORED = json.loads(pathlib.Path(REPOSITORY, "Sources/WebNode/Assets/openapi.json").read_text())
# It does not end: see the tests of its own.
STREAM = "/api/v1/stream"
PATHS = sorted(set(STORED["paths"]) - {STREAM})
# Parameters that name something; any that have the right type; any.
KINDS = ["real", "right type", "wrong type"]
EXAMPLES = os.environ.get("TIKWATCH_EXAMPLES")
CHECKS = [
    not_a_server_error, conformance.status_code_conformance, conformance.content_type_conformance,
    conformance.response_headers_conformance, conformance.response_schema_conformance,
]
# What requests that can be answered are made of, by the parameter's name, and what looks like it and is none.
REAL = {
    "device": ["gw-riga", "ap-office", "branch-tartu"],
    "interface": ["ether1", "ether2"],
    "collector": ["edge-1"],
    "from": ["-1h", "-2y", "1795199760.5", "2026-11-20T20:36:00Z"],
    "to": ["now", "-0s", "-1m"],
    "range": ["1m", "1h", "7d", "5y"],
    "month": ["2026-11", "1970-01", "2031-02"],
    "compare": ["1d", "1w"],
    "zone": ["UTC", "Europe/Riga"],
    "hide": ["in", "out", "1,2"],
    "match[]": ['{__name__=~"tikwatch_.*"}', "tikwatch_device_up", 'up{device!~"gw-.*"}'],
    "Last-Event-ID": ["1795199760"],
}
NEARLY = {
    "device": ["all", "gw-riga,ap-office", "nobody"],
    "interface": ["ether1,ether2", "nothing"],
    "collector": ["nobody"],
    "from": ["0", "now", "NaN", "Infinity", "1e400", "9" * 400],
    "to": ["2026-11-20T20:36:00+02:00", "-9999999999y"],
    "range": ["9999999999y", "0s"],
    "month": ["2026-13", "9999-12"],
    "compare": ["9999999999y"],
    "zone": ["../../etc/passwd", "GMT+99"],
    "match[]": ["{", "", '{a=~"("}', "{}"],
}
HOSTILE = [
    "%", "%ff=1", "device=%", "device=%ff", "device=%c3%28", "device=%00", "device=", "device", "=", "&&&", "device=gw-riga&device=gw-riga",
    "device=gw-riga&interface=ether1&points=NaN", "device=gw-riga&interface=ether1&points=1e3", "points=99999999999999999999999",
    "device=gw-riga&interface=ether1&from=Infinity", "device=gw-riga&interface=ether1&from=-Infinity&to=nan",
    "device=gw-riga&interface=ether1&from=" + "9" * 5000, "device=gw-riga&interface=ether1&width=-1&height=0",
    "device=gw-riga&interface=ether1&from=0&to=1", "device=gw-riga&interface=ether1&range=1s&points=4000",
    "device=gw-riga&p=NaN", "device=gw-riga&p=1e-400", "device=gw-riga&p=100.", "device=gw-riga&p=.", "device=gw-riga&month=-001-01",
    "device=gw-riga&interface=" + "ether1," * 500, "device=" + ",".join(["all"] * 50), "match[]=", "match%5B%5D=%7B%7D",
    "table=dhcp&format=csv&format=json", "device=gw-riga&from=2026-02-30T00:00:00Z", "device=gw-riga&limit=-0&format=",
    "x=" + "&x=" * 3000, "device=gw-riga;interface=ether1", "device=gw-riga&interface=ether1&compare=9999999999y",
]


def closed(document):
    """The document in which nothing may be that is not described."""
    document = copy.deepcopy(document)

    def close(node):
        if isinstance(node, dict):
            if node.get("type") == "object" and "properties" in node:
                node.setdefault("additionalProperties", False)
            for child in node.values():
                close(child)
        elif isinstance(node, list):
            for child in node:
                close(child)

    close(document["components"]["schemas"])
    return document


def narrowed(document, only_real):
    """With values for parameters that name something; else, with those that nearly do, and any others."""
    document = copy.deepcopy(document)
    inline = [parameter for path in document["paths"].values() for parameter in path["get"].get("parameters", [])]
    for parameter in [*document["components"]["parameters"].values(), *inline]:
        name = parameter.get("name")
        if name in REAL:
            target, key = (parameter["schema"], "items") if parameter["schema"].get("type") == "array" else (parameter, "schema")
            real = {"type": "string", "enum": REAL[name] + ([] if only_real else NEARLY.get(name, []))}
            target[key] = real if only_real else {"anyOf": [real, target[key]]}
        if name == "interface" and only_real and parameter["schema"].get("type") == "array":
            # One device without an interface is refused.
            parameter["required"] = True
            parameter["schema"]["minItems"] = 1
    return document


@pytest.fixture(scope="module")
def document(site):
    # With a history of some seconds, answers have something in them.
    wait_until(lambda: len(site.archives()) >= 3, "archives")
    status, headers, body = http_get(site.url + "/api/v1/openapi.json")
    assert status == 200 and headers["Content-Type"] == "application/json"
    return json.loads(body)


@pytest.fixture(scope="module")
def schemas(site, document):
    made = {}
    for kind in KINDS:
        made[kind] = schemathesis.openapi.from_dict(narrowed(closed(document), only_real=kind == "real"))
        made[kind].config.update(base_url=site.url)
    return made


@pytest.fixture(scope="module")
def session():
    with requests.Session() as session:
        session.trust_env = False
        yield session


def check_problem(answer, names):
    """A 400 names the parameter, where there is one."""
    if answer.status_code != 400 or not answer.content.startswith(b"{"):
        return
    problem = json.loads(answer.content)
    assert problem["status"] == 400 and problem["title"] == "Bad Request" and problem["detail"], problem
    unnamed = ("the name of a parameter", "more than 2000 parameters")
    assert problem.get("parameter") in names or problem["detail"].startswith(unnamed), problem


def parameter_names(document, path):
    found = document["paths"][path]["get"].get("parameters", [])
    resolved = [document["components"]["parameters"][one["$ref"].split("/")[-1]] if "$ref" in one else one for one in found]
    return {one["name"]: one["in"] for one in resolved}


def test_the_document_is_the_stored_one(document):
    assert document["openapi"] == "3.1.0" and document["servers"] == [{"url": "/"}]
    assert document["paths"] == STORED["paths"]
    schemathesis.openapi.from_dict(document).validate()
    broken = copy.deepcopy(document)
    broken["paths"]["/sd"]["get"]["responses"] = []
    with pytest.raises(jsonschema_rs.ValidationError):
        schemathesis.openapi.from_dict(broken).validate()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", PATHS)
def test_answers_are_as_described(schemas, document, session, path, kind):
    names = parameter_names(document, path)
    examples = int(EXAMPLES) if EXAMPLES else (30 if names else 2)
    # Any text may stand in a path: without a query, nothing can be of a wrong type.
    mode = GenerationMode.NEGATIVE if kind == "wrong type" and "query" in names.values() else GenerationMode.POSITIVE
    seen = collections.Counter()

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=not EXAMPLES, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck))
    @given(case=schemas[kind][path]["GET"].as_strategy(generation_mode=mode))
    def run(case):
        answer = case.call(session=session, timeout=20)
        seen[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)
        check_problem(answer, names)

    run()
    # Answers of substance were looked at, not only refusals.
    assert kind != "real" or seen[200] >= max(1, sum(seen.values()) // 5), seen


@pytest.mark.parametrize("change", [
    lambda document: [document["components"]["schemas"]["Series"]["required"].remove("coverage"),
                      document["components"]["schemas"]["Series"]["properties"].pop("coverage")],
    lambda document: document["components"]["schemas"]["Rate"].update(type="string"),
    lambda document: document["paths"]["/api/v1/series"]["get"]["responses"].pop("200"),
    lambda document: document["paths"]["/api/v1/series"]["get"]["responses"]["200"]["content"].pop("application/json"),
    lambda document: document["components"]["headers"]["ETag"]["schema"].update(type="integer"),
], ids=["member", "type", "status", "content type", "header"])
def test_an_answer_that_is_not_as_described_would_be_found(site, document, session, change):
    changed = closed(document)
    change(changed)
    for one, is_wrong in [(closed(document), False), (changed, True)]:
        schema = schemathesis.openapi.from_dict(one)
        schema.config.update(base_url=site.url)
        case = schema["/api/v1/series"]["GET"].Case(query={"device": "gw-riga", "interface": "ether1", "range": "1m"})
        answer = case.call(session=session, timeout=20)
        assert answer.status_code == 200
        with pytest.raises(FailureGroup) if is_wrong else contextlib.nullcontext():
            case.validate_response(answer, checks=CHECKS)


@pytest.mark.parametrize("path", [*PATHS, STREAM])
def test_hostile_queries_get_a_documented_answer(site, document, session, path):
    names = parameter_names(document, path)
    documented = {int(status) for status in document["paths"][path]["get"]["responses"]}
    for query in HOSTILE:
        with session.get(site.url + path.format(device="gw-riga") + "?" + query, timeout=20, stream=True) as answer:
            assert answer.status_code in documented - {503}, f"{answer.status_code} {query[:100]}"
            check_problem(answer, names)
    assert http_get(site.url + "/healthz")[0] == 200


@pytest.mark.parametrize("length", [66_000, 80_000, 85_000, 200_000])
def test_too_long_an_address_is_414(site, session, length):
    answer = session.get(f"{site.url}/api/v1/devices?{'a' * length}", timeout=20)
    assert answer.status_code == 414
    kind = answer.headers["Content-Type"].split(";")[0]
    assert kind in STORED["components"]["responses"]["TooLong"]["content"]


def test_hostile_paths_get_a_documented_answer(site, session):
    for name in ["%", "%ff", "%00", "..%2F..", "%2e%2e", "%F0%9F%98%80", "a" * 5000, "gw-riga%2F", "%25", "~", "gw-riga%00", "<script>"]:
        answer = session.get(f"{site.url}/api/v1/devices/{name}", timeout=20)
        assert answer.status_code in (400, 404), name
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", [*PATHS, STREAM, "/api/nothing", "/nothing", "/"])
def test_other_methods_are_refused_and_head_is_served(site, session, path):
    url = site.url + path.format(device="gw-riga")
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]:
        answer = session.request(method, url, timeout=20)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD"), method
        kind = "application/problem+json" if path.startswith("/api/") else "text/html"
        assert answer.headers["Content-Type"].startswith(kind)
    head = session.head(url, timeout=20)
    with session.get(url, timeout=20, stream=True) as got:
        assert head.status_code == got.status_code
        assert head.headers["Content-Type"] == got.headers["Content-Type"]
        assert head.headers.get("Cache-Control") == got.headers.get("Cache-Control")


def test_stream_sends_what_is_described(site, document):
    validators = {name: schema_validator(document, name) for name in ("StreamHello", "StreamSecond")}
    events = []
    query = urllib.parse.quote("gw-riga/ether1,ap-office", safe="/,")
    with requests.get(f"{site.url}{STREAM}?s={query}", stream=True, timeout=20) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith(b"data: "):
                events.append(json.loads(line[6:]))
            if len(events) == 3:
                break
    assert [event["order"] for event in events[:1]] == [
        [{"device": "gw-riga", "interface": "ether1"}, {"device": "ap-office", "interface": None}]]
    validators["StreamHello"].validate(events[0])
    for second in events[1:]:
        validators["StreamSecond"].validate(second)
        assert len(second["v"]) == 2
    assert not validators["StreamSecond"].is_valid(events[0])


def schema_validator(document, name):
    whole = closed(document)
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": whole["components"]})


def test_a_kept_answer_is_not_sent_again(site, session):
    past = "from=1000000000&to=1000000100"
    for target in ["percentile?device=gw-riga&month=2020-01", f"events?device=gw-riga&{past}", f"usage?device=gw-riga&{past}",
                   "openapi.json"]:
        first = session.get(f"{site.url}/api/v1/{target}", timeout=20)
        assert first.status_code == 200 and re.fullmatch(r"private, max-age=\d+", first.headers["Cache-Control"]), target
        tag = first.headers["ETag"]
        again = session.get(f"{site.url}/api/v1/{target}", headers={"If-None-Match": f'"x", W/{tag}'}, timeout=20)
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag), target
