"""What `sevensteps verify --all` finds, and what somebody should do about it."""

from dataclasses import dataclass

COMPARE = "Compare it with a backup from before, and find out who can write to the database."
RESTORE = "Look for it in a backup from before, and find out who can write to the database."
DECIDE_AGAIN = (
    "Nobody may rely on it: decide again by the usual calls, and compare what is stored with a backup from before."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong. What it cannot be about, such as a case, is empty."""

    service: str
    receipt_id: str
    case_id: str
    about: str
    """The decision, the kind of a record, or "chain"."""
    wrong: str
    to_do: str


@dataclass(frozen=True, slots=True)
class ErasedReceipt:
    """A receipt that was erased, as its link says."""

    service: str
    receipt_id: str
    erased_at: str
    erased_by: str
