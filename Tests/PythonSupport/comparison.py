"""Two expositions of the same entries, compared family by family, and the differences that are meant.

`Tests/Peers/mktxp_differences.json` holds what is meant, with its reason: `tolerances` for values that move between two readings,
`sets` for labels that list things in no order, and `differences` for MKTXP's faults and for choices of ours.
"""

import collections
import dataclasses
import fnmatch
import json
import math
import re

# What can be wrong with a family of an entry.
NOT_THERE = "family missing"
TYPE = "type"
LABELS = "label names"
MISSING = "series missing"
EXTRA = "series extra"
VALUE = "value"


@dataclasses.dataclass(frozen=True)
class Difference:
    entry: str
    family: str
    kind: str
    detail: str
    labels: frozenset = frozenset()
    mktxp: float = math.nan
    ours: float = math.nan


def by_entry(found):
    """{entry: {family: samples}} of MKTXP's families, labels without the entry's own two."""
    entries = collections.defaultdict(lambda: collections.defaultdict(dict))
    for family in found.values():
        if not family.name.startswith("mktxp_"):
            continue
        for labels, value in family.samples.items():
            named = dict(labels)
            entry = named.pop("routerboard_name", "")
            entries[entry][family.name][frozenset(named.items())] = value
    return entries


class Meant:
    """The file of differences that are meant, and which of its items were seen."""

    def __init__(self, path):
        content = json.loads(path.read_text())
        self.tolerances, self.sets, self.differences = content["tolerances"], content["sets"], content["differences"]
        self.seen = set()

    def normal(self, family, labels):
        """Labels with those that are sets in the order of the alphabet."""
        for rule in self.sets:
            if rule["family"] == family:
                labels = frozenset(
                    (name, ", ".join(sorted(value.split(", "))) if name == rule["label"] else value) for name, value in labels)
        return labels

    def same(self, family, mktxp, ours):
        if math.isclose(mktxp, ours, rel_tol=1e-12, abs_tol=1e-12) or (math.isnan(mktxp) and math.isnan(ours)):
            return True
        allowed = [rule["absolute"] for rule in self.tolerances if fnmatch.fnmatchcase(family, rule["family"])]
        return any(bound is None or abs(mktxp - ours) <= bound for bound in allowed)

    def explains(self, difference):
        """The item of the file that a difference belongs to."""
        for item in self.differences:
            if self._covers(item, difference):
                self.seen.add(item["id"])
                return item["id"]
        return None

    @staticmethod
    def _covers(item, difference):
        def matches(key, text):
            return any(fnmatch.fnmatchcase(text, pattern) for pattern in item.get(key, ["*"]))

        named = dict(difference.labels)
        return (
            matches("families", difference.family) and matches("entries", difference.entry)
            and difference.kind in item["kinds"]
            and ("mktxp_value" not in item or difference.mktxp == item["mktxp_value"])
            and all(re.search(pattern, named.get(name, "")) for name, pattern in item.get("labels", {}).items()))

    def unseen(self):
        return [item["id"] for item in self.differences if item["id"] not in self.seen]


def compare(reference, ours, meant):
    """All differences, family by family and entry by entry."""
    theirs_by_entry, ours_by_entry = by_entry(reference), by_entry(ours)
    for name in sorted({name for name in reference if name.startswith("mktxp_")} | {n for n in ours if n.startswith("mktxp_")}):
        if name in reference and name in ours and reference[name].type != ours[name].type:
            yield Difference("*", name, TYPE, f"{reference[name].type}, not {ours[name].type}")
    for entry in sorted(set(theirs_by_entry) | set(ours_by_entry)):
        theirs, own = theirs_by_entry[entry], ours_by_entry[entry]
        for family in sorted(set(theirs) | set(own)):
            yield from _family(entry, family, theirs.get(family, {}), own.get(family, {}), meant)


def _family(entry, family, theirs, own, meant):
    theirs = {meant.normal(family, labels): value for labels, value in theirs.items()}
    own = {meant.normal(family, labels): value for labels, value in own.items()}
    if not own:
        kind = NOT_THERE
        for labels, value in theirs.items():
            yield Difference(entry, family, kind, _text(labels), labels, mktxp=value)
        return
    names, own_names = ({frozenset(name for name, _ in labels) for labels in samples} for samples in (theirs, own))
    if theirs and names != own_names:
        more = sorted(set().union(*own_names) - set().union(*names))
        fewer = sorted(set().union(*names) - set().union(*own_names))
        detail = f"extra {more}, missing {fewer}" if more or fewer else "in other combinations"
        yield Difference(entry, family, LABELS, detail)
        if fewer or not more:
            return
        # What we have more is set aside, so that the rest can be compared all the same.
        own = {frozenset(pair for pair in labels if pair[0] not in more): value for labels, value in own.items()}
    for labels in sorted(set(theirs) - set(own), key=sorted):
        yield Difference(entry, family, MISSING, _text(labels), labels, mktxp=theirs[labels])
    for labels in sorted(set(own) - set(theirs), key=sorted):
        yield Difference(entry, family, EXTRA, _text(labels), labels, ours=own[labels])
    for labels in sorted(set(own) & set(theirs), key=sorted):
        if not meant.same(family, theirs[labels], own[labels]):
            detail = f"{theirs[labels]} of MKTXP, {own[labels]} of ours  {_text(labels)}"
            yield Difference(entry, family, VALUE, detail, labels, theirs[labels], own[labels])


def _text(labels):
    return "{" + ", ".join(f"{name}={value!r}" for name, value in sorted(labels) if name != "routerboard_address") + "}"


def table(differences, limit=4):
    """What is missing or different, for people: one block per family and kind, with some examples."""
    groups = collections.defaultdict(list)
    for difference in differences:
        groups[difference.family, difference.kind].append(difference)
    lines = []
    for (family, kind), members in sorted(groups.items()):
        entries = sorted({member.entry for member in members})
        lines.append(f"{family:52} {kind:15} {len(members):4}  {', '.join(entries)}")
        lines += [f"      {member.entry}: {member.detail[:300]}" for member in members[:limit] if kind != NOT_THERE]
    return "\n".join(lines)
