"""The audit of repairs, in plain words, and as the file by which anybody can check that it was not changed."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC

from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.audit_chain import COLUMNS
from sevensteps.case_words import Repairs

CHAINED = (*COLUMNS, "link", "signature", "signed_by")
"""What an entry is in a file: all that `sevensteps audit verify` needs."""
OF_A_REPAIR = "repair."
ACTS: Mapping[str, str] = {
    "repair.planned": "planned a repair",
    "repair.agreed": "agreed to a repair as the second person",
    "repair.continued": "went on with a repair",
    "repair.stopped": "stopped a repair",
    "repair.settled": "had a repair come to where it waits, or is done",
    "repair.looked": "had a mended case looked at again",
}
"""What somebody did. To follow a name."""
NAMES: Mapping[str, str] = {"heard": "last event heard", "list": "digest of the list of cases"}
"""Facts that are not called by their own names."""
WORDS = frozenset({"outcome", "state", "action"})
"""Facts that are words, and no text of somebody's."""
CASES, ALL_THAT_ARE_LEFT = "cases", "all that are left"


def as_chained(entry: pb.AuditEntry) -> Mapping[str, object]:
    """An entry with the names and texts from which its link is made."""
    told = {name: getattr(entry, name) for name in CHAINED}
    return told | {"at": clock.as_text(entry.at.ToDatetime(tzinfo=UTC))}


def act_in_words(act: str) -> str:
    """What was done; an act that is not known here is called as it is on record."""
    action = act.removeprefix(OF_A_REPAIR).upper()
    if act.startswith(OF_A_REPAIR) and action in Repairs.__members__:
        return f"mended a case: {Repairs[action].words}"
    return ACTS.get(act, act.replace(".", " ").replace("_", " "))


def facts_in_words(written: str) -> Iterator[str]:
    """How things stood, fact by fact; `written` is a JSON object."""
    for name, value in json.loads(written or "{}").items():
        yield f"{NAMES.get(name, name.replace('_', ' '))}: {_value_in_words(name, value)}"


def _value_in_words(name: str, value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{part} {each}".replace("_", " ") for part, each in value.items()) or "nothing"
    if name in WORDS:
        return str(value).replace("_", " ")
    return ALL_THAT_ARE_LEFT if name == CASES and value == 0 else str(value)
