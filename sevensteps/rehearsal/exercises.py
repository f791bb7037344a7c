"""The exercises of a rehearsal, and the file by which the console of the rehearsal knows them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from sevensteps.case_words import Stuck
from sevensteps.errors import Fault, Kind


class Harm(StrEnum):
    """What has been done to a case. The last three are done to a part of the suite, without which it does not move."""

    JOURNEY = "journey"
    PARKED = "parked"
    APPROVAL = "approval"
    REVIEW = "review"
    WORKER = "worker"

    @property
    def stuck(self) -> Stuck:
        """How operations find it stuck."""
        return KINDS[self]

    @property
    def part(self) -> str:
        """The part of the suite that was stopped; empty where none was."""
        return self.value if self in PARTS else ""


PARTS = (Harm.APPROVAL, Harm.REVIEW, Harm.WORKER)
KINDS = {
    Harm.JOURNEY: Stuck.JOURNEY_STOPPED,
    Harm.PARKED: Stuck.PARKED,
    Harm.APPROVAL: Stuck.PART_NOT_ANSWERING,
    Harm.REVIEW: Stuck.PART_NOT_ANSWERING,
    Harm.WORKER: Stuck.WORKER_MISSING,
}


@dataclass(frozen=True, slots=True)
class Exercise:
    """A case that was hurt."""

    harm: Harm
    case_id: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What there is to mend. The same seed makes the same exercises, of the same examples, with other ids."""

    seed: int
    exercises: Sequence[Exercise]

    def write(self, file: Path) -> None:
        """Put it where the console reads it. Raises OSError."""
        file.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> "Rehearsal":
        """What `write` has put there. Raises a Fault (PRECONDITION, REHEARSAL_UNREADABLE)."""
        try:
            known = json.loads(file.read_text(encoding="utf-8"))
            return cls(known["seed"], [Exercise(Harm(each["harm"]), each["case_id"]) for each in known["exercises"]])
        except (OSError, ValueError, KeyError, TypeError) as error:
            detail = f"The exercises cannot be read at {file} ({type(error).__name__}). Start a new rehearsal."
            raise Fault(Kind.PRECONDITION, "REHEARSAL_UNREADABLE", detail) from error
