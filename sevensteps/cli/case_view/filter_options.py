"""The options by which cases are chosen. Several values of one option mean any of them; several options, all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, TypeVar

import typer

from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_words import CaseKind, SortedBy, Stuck, Turn, Waits, WordFor
from sevensteps.fields import WireEnum, number_of

V = TypeVar("V", bound=int)
DAY = ["%Y-%m-%d"]


def _any_of(about: str, words: type[WordFor]) -> str:
    """The help of an option that takes such words."""
    return f"{about}: {', '.join(words)}."


Councils = Annotated[list[str] | None, typer.Option("--council", help="Only cases of this council.")]
Kinds = Annotated[list[CaseKind] | None, typer.Option("--kind", help="Only cases of adults, or of carers.")]
Steps = Annotated[list[int] | None, typer.Option("--step", min=1, max=7, help="Only cases in this step.")]
Whom = Annotated[
    list[Turn] | None, typer.Option("--whom", metavar="WHOM", help=_any_of("Only cases that wait for them", Turn))
]
WaitingFor = Annotated[
    list[Waits] | None,
    typer.Option("--waiting-for", metavar="WHAT", help=_any_of("Only cases that wait for this", Waits)),
]
OpenOnly = Annotated[bool, typer.Option("--open", help="Only cases that have not ended.")]
StuckKinds = Annotated[
    list[Stuck] | None,
    typer.Option("--kind", metavar="HOW", help=_any_of("Only what is stuck in this way", Stuck)),
]
IsStuck = Annotated[bool, typer.Option("--stuck", help="Only cases of which something is stuck.")]
StuckBy = Annotated[
    list[Stuck] | None,
    typer.Option("--stuck-by", metavar="HOW", help=_any_of("Only cases that are stuck in this way", Stuck)),
]
Overdue = Annotated[bool, typer.Option("--overdue", help="Only cases of which a date has passed.")]
DueFrom = Annotated[datetime | None, typer.Option(formats=DAY, help="Only cases that are due on this day or later.")]
DueBefore = Annotated[datetime | None, typer.Option(formats=DAY, help="Only cases that are due before this day.")]
Hard = Annotated[bool, typer.Option("--hard", help="Only cases whose first date is one of law.")]
OnHold = Annotated[bool, typer.Option("--on-hold", help="Only cases that are on hold.")]
Teams = Annotated[
    list[str] | None, typer.Option("--team", help='Only cases that this team looks after; "" for those of no team.')
]
Escalated = Annotated[bool, typer.Option("--escalated", help="Only cases that were escalated, and have not gone on.")]
OpenedBefore = Annotated[datetime | None, typer.Option(formats=DAY, help="Only cases opened before this day.")]
WaitingSince = Annotated[
    datetime | None,
    typer.Option("--waiting-since-before", formats=DAY, help="Only cases that have waited since before this day."),
]
Reference = Annotated[str, typer.Option(help="Only cases of the person with this reference of the council's.")]
SamePerson = Annotated[
    bool, typer.Option("--same-person", help="Only open cases beside another one of the kind for the same person.")
]
Sort = Annotated[SortedBy, typer.Option(help="What comes first: what was opened first, or is due first, and so on.")]
Descending = Annotated[bool, typer.Option("--descending", help="The other way round.")]
JsonLines = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]


def numbers_of(chosen: Sequence[WordFor] | None, enum: WireEnum[V]) -> list[V]:
    """What was chosen, as the contract has it."""
    return [number_of(enum, word.name.lower()) for word in chosen or ()]


def order_of(chosen: SortedBy) -> pb.Order.ValueType:
    """What a list is sorted by, as the contract has it."""
    order: pb.Order.ValueType = number_of(pb.Order, "" if chosen is SortedBy.OPENED else chosen.value)
    return order


def steps_of(chosen: Sequence[int] | None) -> list[pb.Step.ValueType]:
    """Steps by their numbers, as the contract has them."""
    return [pb.Step.values()[number] for number in chosen or ()]


def day_of(chosen: datetime | None) -> str:
    """A day as YYYY-MM-DD; empty where none is given."""
    return chosen.date().isoformat() if chosen else ""
