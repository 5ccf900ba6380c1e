"""The comparison with MKTXP finds what is wrong, and takes for meant only what is."""

import json

import pytest
from comparison import EXTRA, LABELS, MISSING, NOT_THERE, TYPE, VALUE, Meant, compare, table
from exposition import families

TEXT = """# TYPE mktxp_a gauge
mktxp_a{name="x",routerboard_name="one",routerboard_address="h"} 1
mktxp_a{name="y",routerboard_name="one",routerboard_address="h"} 2
mktxp_a{name="x",routerboard_name="two",routerboard_address="h"} 0
# TYPE mktxp_b_total counter
mktxp_b_total{to="q, p",routerboard_name="one",routerboard_address="h"} 9007199254740993
"""


@pytest.fixture
def meant(tmp_path):
    def make(**content):
        path = tmp_path / "meant.json"
        path.write_text(json.dumps({"tolerances": [], "sets": [], "differences": []} | content))
        return Meant(path)

    return make


def found(ours, meant):
    return [(difference.kind, difference.family, difference.entry) for difference in compare(families(TEXT), families(ours), meant)]


def test_the_same_is_the_same(meant):
    assert found(TEXT, meant()) == []


@pytest.mark.parametrize(("old", "new", "expected"), [
    ("mktxp_b_total counter", "mktxp_b_total gauge", [(TYPE, "mktxp_b_total", "*")]),
    ('mktxp_a{name="y"', 'mktxp_a{name="z"', [(MISSING, "mktxp_a", "one"), (EXTRA, "mktxp_a", "one")]),
    ('routerboard_address="h"} 2', 'routerboard_address="h"} 2.0000001', [(VALUE, "mktxp_a", "one")]),
    ('{name="x",routerboard_name="two"', '{routerboard_name="two"', [(LABELS, "mktxp_a", "two")]),
    ('mktxp_a{name="x",routerboard_name="two",routerboard_address="h"} 0\n', "", [(NOT_THERE, "mktxp_a", "two")]),
    ('to="q, p"', 'to="p, q"', [(MISSING, "mktxp_b_total", "one"), (EXTRA, "mktxp_b_total", "one")]),
])
def test_every_kind_of_difference_is_found(meant, old, new, expected):
    assert old in TEXT
    assert found(TEXT.replace(old, new), meant()) == expected


def test_values_are_compared_beyond_a_label_of_ours(meant):
    ours = TEXT.replace('name="x",routerboard_name="two"', 'name="x",site="s",routerboard_name="two"')
    assert found(ours, meant()) == [(LABELS, "mktxp_a", "two")]
    assert found(ours.replace('"h"} 0', '"h"} 1'), meant()) == [(LABELS, "mktxp_a", "two"), (VALUE, "mktxp_a", "two")]


def test_sets_and_tolerances_are_for_their_families_only(meant):
    rules = meant(
        sets=[{"family": "mktxp_b_total", "label": "to"}], tolerances=[{"family": "mktxp_a", "absolute": 0.5}])
    assert found(TEXT.replace('to="q, p"', 'to="p, q"').replace('"h"} 2', '"h"} 2.4'), rules) == []
    assert found(TEXT.replace('"h"} 2', '"h"} 2.6'), rules) == [(VALUE, "mktxp_a", "one")]
    assert found(TEXT.replace("9007199254740993", "1"), rules) == [(VALUE, "mktxp_b_total", "one")]


def test_an_item_explains_what_it_names_and_is_idle_otherwise(meant):
    item = {"id": "unknown", "families": ["mktxp_a"], "entries": ["two"], "kinds": [NOT_THERE], "mktxp_value": 0}
    rules = meant(differences=[item])
    without = TEXT.replace('mktxp_a{name="x",routerboard_name="two",routerboard_address="h"} 0\n', "")
    (difference,) = compare(families(TEXT), families(without), rules)
    assert rules.unseen() == ["unknown"]
    assert rules.explains(difference) == "unknown" and rules.unseen() == []
    for change in ({"entries": ["one"]}, {"kinds": [VALUE]}, {"mktxp_value": 1}, {"labels": {"name": "^y$"}}):
        assert meant(differences=[item | change]).explains(difference) is None


def test_the_table_names_family_kind_and_entry(meant):
    shown = table(compare(families(TEXT), families(TEXT.replace('"h"} 2', '"h"} 3')), meant()))
    assert "mktxp_a " in shown and VALUE in shown and "one: 2 of MKTXP, 3 of ours" in shown
