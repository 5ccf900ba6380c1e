"""Prometheus text as data, read by the Python client library: families by name, each with its type and samples."""

import dataclasses

from prometheus_client.parser import text_string_to_metric_families


@dataclasses.dataclass
class Family:
    """One family: the type of its TYPE line, and values by label set (a frozenset of pairs)."""

    name: str
    type: str = ""
    help: str = ""
    samples: dict = dataclasses.field(default_factory=dict)
    duplicates: int = 0

    def label_names(self):
        return {frozenset(name for name, _ in labels) for labels in self.samples}


def families(text):
    """Families of a text by sample name. MKTXP writes a family once per device, with a TYPE line each time."""
    found = {}
    for line in text.split("\n"):
        words = line.split(" ", 3)
        if words[:2] == ["#", "TYPE"]:
            found.setdefault(words[2], Family(words[2])).type = words[3]
        elif words[:2] == ["#", "HELP"]:
            found.setdefault(words[2], Family(words[2])).help = words[3] if len(words) > 3 else ""
    for parsed in text_string_to_metric_families(text):
        for sample in parsed.samples:
            family = found.setdefault(sample.name, Family(sample.name, "untyped"))
            labels = frozenset(sample.labels.items())
            family.duplicates += labels in family.samples
            family.samples[labels] = sample.value
    return found
