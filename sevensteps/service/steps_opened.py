"""Which steps were opened, and with what: a step is opened once, however late and however often it is asked for."""

import hashlib
from dataclasses import dataclass
from typing import Self

import sqlalchemy as sa
from google.protobuf.message import Message

from sevensteps.errors import Fault, Kind
from sevensteps.service import statements
from sevensteps.service.records import matching
from sevensteps.service.tables import steps_opened

ADD = sa.text(
    "INSERT INTO steps_opened (case_id, opening, turn, content, answer)"
    " VALUES (:case_id, :opening, :turn, :content, :answer) ON CONFLICT DO NOTHING"
)
"""Adds an opening unless there is one. On PostgreSQL it waits for one that is just being added."""
OPENED = sa.select(steps_opened.c.content, steps_opened.c.answer).where(
    *matching(steps_opened, "case_id", "opening", "turn")
)

ANSWERED = sa.select(steps_opened.c.answer).where(*matching(steps_opened, "case_id", "opening", "turn"))

DAYS = ("opened_on", "started_on")
"""What openings call the day from which they count."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A journey's request to open a step. `turn` is the round or the plan version, `content` what it is opened with.

    The day from which it counts is not part of that: a step that is open already keeps its date.
    """

    case_id: str
    opening: str
    turn: int
    content: str

    @classmethod
    def of(cls, request: Message, turn: int) -> Self:
        """The opening that a request asks for."""
        content = type(request)()
        content.CopyFrom(request)
        for name in {"request_id", *DAYS} & set(request.DESCRIPTOR.fields_by_name):
            content.ClearField(name)
        digest = hashlib.sha256(content.SerializeToString(deterministic=True)).hexdigest()
        case_id: str = getattr(request, "case_id")  # noqa: B009 - every opening has one; Message does not say so
        return cls(case_id, request.DESCRIPTOR.name.removesuffix("Request"), turn, digest)


def add(connection: sa.Connection, opening: Opening, answer: bytes) -> bool:
    """Store that a step was opened, and what was answered. False where it was opened before."""
    row = {**_key(opening), "content": opening.content, "answer": answer}
    return statements.change(connection, ADD, row) == 1


def answer_to(connection: sa.Connection, opening: Opening) -> bytes | None:
    """What was answered when the step was opened; None where it was not.

    Raises a Fault (PRECONDITION, OPENED_OTHERWISE) when it was opened with other content.
    """
    row = connection.execute(OPENED, _key(opening)).first()
    if row is None:
        return None
    if row.content != opening.content:
        raise Fault(
            Kind.PRECONDITION,
            "OPENED_OTHERWISE",
            f"{opening.opening} was asked for round or version {opening.turn} of this case before, and with other "
            "content. What was opened then stays as it is.",
            metadata={"case_id": opening.case_id},
        )
    return bytes(row.answer)


def first_answer(connection: sa.Connection, case_id: str, opening: str, turn: int) -> bytes | None:
    """What was answered when a step was opened, whatever it was opened with; None where it was not."""
    key = {"case_id": case_id, "opening": opening, "turn": turn}
    row = connection.execute(ANSWERED, key).first()
    return None if row is None else bytes(row.answer)


def _key(opening: Opening) -> dict[str, object]:
    return {"case_id": opening.case_id, "opening": opening.opening, "turn": opening.turn}
