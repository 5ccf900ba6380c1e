"""MKTXP 2.1.0 as the oracle: the same families, types, labels and values from the same devices and the same configuration.

One MKTXP and one collector look at all devices of `Tests/Fixtures/devices` with every switch on. What differs must stand in
`mktxp_differences.json` with its reason, and everything there must be needed. The table of all differences is left in
`.ci-artifacts/mktxp-comparison.txt`.
"""

import os
import pathlib

import pytest
from comparison import Meant, compare, table
from exposition import families
from mktxp import MKTXP
from oracle import ENTRIES, Fleet, Ours
from programs import REPOSITORY

HERE = pathlib.Path(__file__).parent
PAGE = REPOSITORY / "docs" / "mktxp-compatibility.md"


def catalogue():
    """{name: type} of MKTXP's families, and the names of those of which it, or we, show nothing without the internet."""
    rows = [line.split() for line in (HERE / "mktxp_families.txt").read_text().splitlines() if not line.startswith("#")]
    both = {row[0] for row in rows if row[2:] == ["internet"]}
    return {row[0]: row[1] for row in rows}, both, both | {row[0] for row in rows if row[2:] == ["feed"]}


class Comparison:
    def __init__(self, folder):
        fleet = Fleet(folder)
        mktxp = ours = None
        try:
            fleet.start()
            # First ours: MKTXP writes into its files.
            ours, mktxp = Ours(fleet), MKTXP(fleet.configuration, fleet.port, folder)
            mktxp.wait_ready()
            self.status, text = mktxp.get()
            assert self.status == 200, f"MKTXP answers {self.status}\n{mktxp.program.tail()}"
            self.mktxp, self.ours = families(text), families(ours.settled())
            self.meant = Meant(HERE / "mktxp_differences.json")
            self.all = list(compare(self.mktxp, self.ours, self.meant))
            self.unexplained = [difference for difference in self.all if not self.meant.explains(difference)]
            mktxp.stop()
            ours.program.stop()
            fleet.fake.program.stop()
        finally:
            for program in (mktxp and mktxp.program, ours and ours.program, fleet.fake.program):
                if program:
                    program.kill()


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    found = Comparison(tmp_path_factory.mktemp("oracle"))
    artifacts = pathlib.Path(os.environ.get("TIKWATCH_ARTIFACTS", REPOSITORY / ".ci-artifacts"))
    artifacts.mkdir(exist_ok=True)
    (artifacts / "mktxp-comparison.txt").write_text(
        f"not explained:\n{table(found.unexplained)}\n\nall:\n{table(found.all)}\n")
    return found


def test_the_devices_show_every_family_of_mktxp(comparison):
    names, internet, _ = catalogue()
    shown = {name for name, family in comparison.mktxp.items() if family.samples and name.startswith("mktxp_")}
    assert shown == set(names) - internet
    assert {name: comparison.mktxp[name].type for name in shown} == {name: names[name] for name in shown}


def test_every_entry_is_in_both(comparison):
    for found in (comparison.mktxp, comparison.ours):
        named = {dict(labels)["routerboard_name"] for labels in found["mktxp_system_identity_info"].samples}
        assert named == set(ENTRIES)


def test_every_family_of_the_catalogue_has_a_sample_of_ours(comparison):
    names, _, internet = catalogue()
    shown = {name for name, family in comparison.ours.items() if family.samples}
    assert set(names) - internet - shown == set()


def test_no_difference_but_the_documented_ones(comparison):
    assert not comparison.unexplained, "\n" + table(comparison.unexplained)


def test_no_sample_twice(comparison):
    assert {name for name, family in comparison.ours.items() if family.duplicates} == set()


def test_every_documented_difference_is_there(comparison):
    idle = comparison.meant.unseen()
    assert not idle, f"in mktxp_differences.json, but no longer a difference: {idle}"


def test_the_page_tells_of_every_difference():
    page = PAGE.read_text()
    for item in Meant(HERE / "mktxp_differences.json").differences:
        assert item["documented"] in page, f"{item['id']}: docs/mktxp-compatibility.md does not say: {item['documented']}"
