"""What is stuck, for people and for programs: by its cause, and case by case."""

import re
import textwrap
from collections.abc import Iterator
from datetime import UTC

from google.protobuf.timestamp_pb2 import Timestamp

from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_words import Stuck, Turn
from sevensteps.cli.case_view.case_list import stuck_word
from sevensteps.fields import short_name
from sevensteps.policy.model.verdict import Json

LABELS = 10
"""How wide the names of a cause's lines are."""
INDENT = "  "
QUOTED = re.compile(r"`[^`]+`")
NO_BREAK = "\N{NO-BREAK SPACE}"
"""Stands for the spaces of a command, which somebody may copy."""


def is_wrong(kind: pb.StuckKind.ValueType) -> bool:
    """Whether somebody has to do something now: a date that is only near is told as well."""
    return stuck_word(kind) is not Stuck.CLOCK_NEAR


def lines_of_cause(cause: pb.Cause, width: int) -> Iterator[str]:
    """A cause over a few lines: what is wrong, how many cases, since when, whose turn it is, and what to do."""
    yield f"{stuck_word(cause.kind).words}: {_held_up(cause)} {_since(cause.since)}"
    lines = {
        "what": cause.what,
        "to do": cause.remedy,
        "turn": _turn(cause.whom),
        "example": cause.example,
        "cause": cause.cause_id,
    }
    for name, text in lines.items():
        if text:
            yield from _wrapped(f"{INDENT}{name.ljust(LABELS)}", text, width)


def _held_up(cause: pb.Cause) -> str:
    """How many cases, and whether a part of the suite is the cause."""
    cases = "1 case" if cause.cases == 1 else f"{cause.cases:,} cases"
    if cause.example:
        return f"{cases}, the first" if cause.cases > 1 else cases
    return f"a part of the suite, which holds up {cases}," if cause.cases else "a part of the suite,"


def lines_of_stuck(stuck: pb.Stuck, width: int, *, remedy_told: str) -> Iterator[str]:
    """What is stuck of one case. What to do is left out where the case before it has said so."""
    yield f"{stuck.case_id}  {stuck.council}  {_since(stuck.since)}, turn: {_turn(stuck.whom)}"
    yield from _wrapped(INDENT, f"{stuck_word(stuck.kind).words}: {stuck.what}", width)
    if stuck.remedy != remedy_told:
        yield from _wrapped(INDENT, f"to do: {stuck.remedy}", width)


def cause_json(cause: pb.Cause) -> dict[str, Json]:
    """A cause for programs."""
    return {
        "cause_id": cause.cause_id,
        "kind": stuck_word(cause.kind).value,
        "cases": cause.cases,
        "since": _moment(cause.since),
        "whom": short_name(pb.Whom, cause.whom),
        "what": cause.what,
        "remedy": cause.remedy,
        "example": cause.example or None,
    }


def stuck_json(stuck: pb.Stuck) -> dict[str, Json]:
    """What is stuck of one case, for programs."""
    return {
        "case_id": stuck.case_id,
        "council": stuck.council,
        "kind": stuck_word(stuck.kind).value,
        "cause_id": stuck.cause_id,
        "since": _moment(stuck.since),
        "whom": short_name(pb.Whom, stuck.whom),
        "what": stuck.what,
        "remedy": stuck.remedy,
        "found_at": _moment(stuck.found_at),
        "seen_at": _moment(stuck.seen_at),
    }


def _wrapped(first: str, text: str, width: int) -> list[str]:
    """Text that begins after `first`, and goes on below its beginning. No id and no command is broken."""
    unbroken = QUOTED.sub(lambda quoted: quoted[0].replace(" ", NO_BREAK), text)
    lines = textwrap.wrap(
        unbroken, width, initial_indent=first, subsequent_indent=" " * len(first),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return [line.replace(NO_BREAK, " ") for line in lines]


def _turn(whom: pb.Whom.ValueType) -> str:
    return Turn[short_name(pb.Whom, whom).upper()].words


def _since(since: Timestamp) -> str:
    return f"since {clock.moment_in_words(since.ToDatetime(tzinfo=UTC))}"


def _moment(moment: Timestamp) -> str:
    return clock.as_text(moment.ToDatetime(tzinfo=UTC))
