"""How each step felt, between the wire and the domain."""

from datetime import date

from services.assessment.domain.feeling import Feeling, FeltCount, RecordedFeeling
from sevensteps import clock
from sevensteps.api.assessment.v1 import feelings_pb2 as pb
from sevensteps.fields import Fields, moment, number_of
from sevensteps.steps import Stage


def feeling_of(request: pb.RecordHowItFeltRequest, fields: Fields) -> Feeling:
    """How a step felt."""
    if not (request.listened_to or request.in_charge):
        for question in ("listened_to", "in_charge"):
            fields.wrong(question, "must be answered, or the other question: without an answer nothing is recorded")
    today = clock.today()
    answered_on = request.answered_on
    return Feeling(
        step=fields.among("step", request.step, Stage),
        listened_to=_felt("listened_to", request.listened_to, fields),
        in_charge=_felt("in_charge", request.in_charge, fields),
        own_words=fields.text("own_words", request.own_words, may_be_empty=True),
        answered_on=fields.day("answered_on", answered_on, earliest=clock.in_years(-1), latest=today)
        if answered_on
        else today,
    )


def _felt(path: str, felt: pb.Felt.ValueType, fields: Fields) -> str:
    return fields.choice(path, felt, pb.Felt) if felt else ""


def days_of(request: pb.CountHowItFeltRequest) -> tuple[date, date]:
    """The first and the last day that are counted. Raises a Fault (INVALID) that names wrong fields."""
    fields = Fields()
    first, last = (fields.day(name, getattr(request, name)) for name in ("first_day", "last_day"))
    if date.min < last < first:
        fields.wrong("last_day", "must not be before the first day")
    fields.check()
    return first, last


def feeling_message(recorded: RecordedFeeling) -> pb.HowItFelt:
    """How a step felt, as it goes on the wire."""
    feeling = recorded.feeling
    return pb.HowItFelt(
        step=feeling.step,
        listened_to=number_of(pb.Felt, feeling.listened_to),
        in_charge=number_of(pb.Felt, feeling.in_charge),
        own_words=feeling.own_words,
        answered_on=feeling.answered_on.isoformat(),
        recorded_by=recorded.recorded_by,
        recorded_at=moment(recorded.recorded_at),
    )


def count_message(counted: FeltCount) -> pb.FeltCount:
    """How many gave an answer, as it goes on the wire."""
    answer = number_of(pb.Felt, counted.answer)
    return pb.FeltCount(step=counted.step, question=counted.question, answer=answer, count=counted.count)
