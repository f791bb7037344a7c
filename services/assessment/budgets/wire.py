"""Budgets between the wire and the domain."""

from datetime import date

from services.assessment.budgets.handlers import NewStream
from services.assessment.domain.budget import (
    Answer,
    IndividualBudget,
    Line,
    Offer,
    OfferCount,
    OwnMoney,
    Stream,
    StreamKind,
    Terms,
)
from services.assessment.facts import LONGEST_REASON
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2, budget_pb2
from sevensteps.api.money.v1 import money_pb2
from sevensteps.fields import Fields, moment, number_of
from sevensteps.money import Frequency, Money, pounds
from sevensteps.policy.model.facts import FIRST_DAY

LONGEST_FUNDER = 200
LONGEST_RULES = 1000
YEARS_AHEAD = 10
"""No stream begins or ends later than so many years ahead."""


def new_stream_of(request: budget_pb2.RecordStreamRequest, fields: Fields) -> NewStream:
    """A stream that is to be recorded."""
    kind = fields.choice("kind", request.kind, budget_pb2.StreamKind)
    need, representative = _entitled(kind, request, fields)
    return NewStream(
        kind=StreamKind(kind or StreamKind.OWN_MONEY),
        health_need=need,
        immediate_representative=representative,
        terms=_terms_of(request, fields),
    )


def _entitled(kind: str, request: budget_pb2.RecordStreamRequest, fields: Fields) -> tuple[str, str]:
    """For which need, or with whom, there is a personal health budget. Of other money neither is said."""
    need, representative = "", request.immediate_representative
    if kind != StreamKind.PERSONAL_HEALTH_BUDGET:
        for name in ("health_need", "immediate_representative"):
            if getattr(request, name):
                fields.wrong(name, "must be left out: it is about a personal health budget")
        return "", ""
    if request.health_need:
        need = fields.choice("health_need", request.health_need, budget_pb2.HealthNeed)
    if representative:
        representative = fields.reference("immediate_representative", representative)
    if not need and not representative:
        detail = (
            "must be given, or immediate_representative: a personal health budget is for an established health need"
        )
        fields.wrong("health_need", detail)
    return need, representative


def _terms_of(request: budget_pb2.RecordStreamRequest | budget_pb2.ChangeStreamRequest, fields: Fields) -> Terms:
    message = request.terms
    if not request.HasField("terms"):
        fields.wrong("terms", "must be given: what the stream brings")
    latest = clock.in_years(YEARS_AHEAD)
    starts_on = fields.day("terms.starts_on", message.starts_on, earliest=FIRST_DAY, latest=latest)
    ends_on = None
    if message.ends_on:
        ends_on = fields.day("terms.ends_on", message.ends_on, earliest=FIRST_DAY, latest=latest)
        if date.min < ends_on < starts_on:
            fields.wrong("terms.ends_on", f"must be a day from {starts_on}, when the stream begins")
    return Terms(
        funder=fields.text("terms.funder", message.funder, limit=LONGEST_FUNDER),
        money=_money(message, fields),
        starts_on=starts_on,
        ends_on=ends_on,
        rules=fields.text("terms.rules", message.rules, limit=LONGEST_RULES, may_be_empty=True),
        ring_fenced=message.ring_fenced,
    )


def _money(message: budget_pb2.StreamTerms, fields: Fields) -> Money:
    frequency = fields.choice("terms.frequency", message.frequency, money_pb2.Frequency)
    amount = fields.weekly("terms.amount", message.amount, above_zero=True)
    return Money(amount, Frequency(frequency or Frequency.WEEKLY))


def change_of(request: budget_pb2.ChangeStreamRequest, fields: Fields) -> tuple[Terms, str]:
    """What a stream brings from now on, and why."""
    fields.given("stream_id", request.stream_id)
    return _terms_of(request, fields), fields.text("because", request.because, limit=LONGEST_REASON)


def end_of(request: budget_pb2.EndStreamRequest, fields: Fields) -> tuple[date, str]:
    """The last day of a stream, and why."""
    fields.given("stream_id", request.stream_id)
    ends_on = fields.day("ends_on", request.ends_on, earliest=FIRST_DAY, latest=clock.in_years(YEARS_AHEAD))
    return ends_on, fields.text("because", request.because, limit=LONGEST_REASON)


def offer_of(request: budget_pb2.OfferBudgetRequest, fields: Fields) -> tuple[Answer, date, str]:
    """What became of an offer, when, and why it was declined."""
    answer = fields.choice("answer", request.answer, budget_pb2.OfferAnswer)
    today = clock.today()
    on = today
    if request.answered_on:
        on = fields.day("answered_on", request.answered_on, earliest=clock.in_years(-1), latest=today)
    declined = answer == Answer.DECLINED
    because = fields.text("because", request.because, limit=LONGEST_REASON, may_be_empty=not declined)
    if because and not declined:
        fields.wrong("because", "must be left out: it says why a personal budget was declined")
    return Answer(answer or Answer.OFFERED), on, because


def own_money_of(request: budget_pb2.PlanWithOwnMoneyRequest, fields: Fields) -> str:
    """Why the person plans with their own money."""
    return fields.text("because", request.because, limit=LONGEST_REASON)


def day_of(request: budget_pb2.GetIndividualBudgetRequest) -> date | None:
    """On which day the individual budget is wanted. Raises a Fault (INVALID)."""
    fields = Fields()
    on = None
    if request.on:
        on = fields.day("on", request.on, earliest=FIRST_DAY, latest=clock.in_years(YEARS_AHEAD))
    fields.check()
    return on


def days_of(request: budget_pb2.CountOffersRequest) -> tuple[date, date]:
    """The days of the assessments that are counted. Raises a Fault (INVALID)."""
    fields = Fields()
    first = fields.day("assessed_from", request.assessed_from or FIRST_DAY.isoformat(), earliest=FIRST_DAY)
    last = fields.day("assessed_until", request.assessed_until or date.max.isoformat(), earliest=FIRST_DAY)
    if last < first:
        fields.wrong("assessed_until", f"must be a day from {first} on")
    fields.check()
    return first, last


def stream_message(stream: Stream) -> budget_pb2.Stream:
    """A stream as it goes on the wire."""
    terms = stream.terms
    return budget_pb2.Stream(
        stream_id=stream.stream_id,
        kind=number_of(budget_pb2.StreamKind, stream.kind.value),
        health_need=number_of(budget_pb2.HealthNeed, stream.health_need),
        immediate_representative=stream.immediate_representative,
        terms=budget_pb2.StreamTerms(
            funder=terms.funder,
            amount=pounds(terms.money.amount),
            frequency=number_of(money_pb2.Frequency, terms.money.frequency.value),
            starts_on=terms.starts_on.isoformat(),
            ends_on=terms.ends_on.isoformat() if terms.ends_on else "",
            rules=terms.rules,
            ring_fenced=terms.ring_fenced,
        ),
        because=stream.because,
        recorded_by=stream.recorded_by,
        recorded_at=moment(stream.recorded_at),
    )


def budget_message(budget: IndividualBudget, indicative_weekly: str) -> budget_pb2.IndividualBudget:
    """An individual budget as it goes on the wire."""
    return budget_pb2.IndividualBudget(
        on=budget.on.isoformat(),
        lines=[_line_message(line) for line in budget.lines],
        parts=[
            budget_pb2.BudgetPart(
                kind=number_of(budget_pb2.StreamKind, kind.value),
                weekly=pounds(total.weekly),
                once=pounds(total.once),
            )
            for kind, total in budget.parts().items()
        ],
        weekly=pounds(budget.total.weekly),
        once=pounds(budget.total.once),
        beside=[_line_message(line) for line in budget.beside],
        indicative_weekly=indicative_weekly,
    )


def _line_message(line: Line) -> budget_pb2.BudgetLine:
    return budget_pb2.BudgetLine(stream=stream_message(line.stream), weekly=pounds(line.weekly), once=pounds(line.once))


def offer_message(offer: Offer) -> budget_pb2.Offer:
    """An offer as it goes on the wire."""
    return budget_pb2.Offer(
        round=offer.round,
        answer=number_of(budget_pb2.OfferAnswer, offer.answer.value),
        answered_on=offer.answered_on.isoformat(),
        because=offer.because,
        recorded_by=offer.recorded_by,
        recorded_at=moment(offer.recorded_at),
    )


def count_message(count: OfferCount) -> budget_pb2.OfferCount:
    """How many were offered a personal budget, as it goes on the wire."""
    return budget_pb2.OfferCount(
        kind=number_of(assessment_pb2.CaseKind, count.kind),
        eligible=count.eligible,
        not_offered=count.not_offered,
        **{answer.value: count.answers.get(answer.value, 0) for answer in Answer},
    )


def own_money_message(chosen: OwnMoney) -> budget_pb2.OwnMoney:
    """That the person plans with their own money, as it goes on the wire."""
    return budget_pb2.OwnMoney(
        round=chosen.round,
        because=chosen.because,
        recorded_by=chosen.recorded_by,
        recorded_at=moment(chosen.recorded_at),
    )
