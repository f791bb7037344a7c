"""How streams of money, offers of a personal budget and the choice of one's own money are stored."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from services.assessment import store
from services.assessment.domain.budget import Answer, Offer, OfferCount, OwnMoney, Stream, StreamKind, Terms
from services.assessment.domain.case import Case
from services.assessment.tables import cases, determinations, indicative_budgets, offers, own_money, streams
from sevensteps.money import Frequency, Money, pounds
from sevensteps.service import statements
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import as_row, matching
from sevensteps.service.statements import Row
from sevensteps.service.work import Work

ADD_STREAM = streams.insert()
ADD_OFFER = offers.insert()
ADD_OWN_MONEY = own_money.insert()
STREAMS = sa.select(streams).where(*matching(streams, "case_id")).order_by(streams.c.version)
STREAMS_IN_PART = in_part(STREAMS)
OFFERS_IN_PART = in_part(sa.select(offers).where(*matching(offers, "case_id")).order_by(offers.c.version))
OWN_MONEY_IN_PART = in_part(sa.select(own_money).where(*matching(own_money, "case_id")).order_by(own_money.c.round))
INDICATIVE = (
    sa.select(indicative_budgets.c.weekly)
    .where(*matching(indicative_budgets, "case_id"))
    .order_by(indicative_budgets.c.round.desc())
    .limit(1)
)
_LAST_OFFER = (
    sa.select(offers.c.answer)
    .where(offers.c.case_id == determinations.c.case_id, offers.c.round == determinations.c.round)
    .order_by(offers.c.version.desc())
    .limit(1)
    .scalar_subquery()
)
_ANSWERED = (
    sa.select(cases.c.kind, _LAST_OFFER.label("answer"))
    .join_from(determinations, cases)
    .where(
        cases.c.council == sa.bindparam("council"),
        determinations.c.confirmed_by != "",
        determinations.c.eligible_needs != "[]",
        determinations.c.assessed_on.between(sa.bindparam("first"), sa.bindparam("last")),
    )
    .subquery()
)
COUNT_OFFERS = sa.select(_ANSWERED.c.kind, _ANSWERED.c.answer, sa.func.count().label("rounds")).group_by(
    _ANSWERED.c.kind, _ANSWERED.c.answer
)


def add_stream(work: Work, case: Case, stream: Stream) -> None:
    """Store a stream as it stands from now on, before the case is changed by it."""
    row = {name: value for name, value in as_row(stream).items() if name != "terms"}
    terms = {name: value for name, value in as_row(stream.terms).items() if name != "money"}
    money = {"amount": pounds(stream.terms.money.amount), "frequency": stream.terms.money.frequency.value}
    key = {"case_id": case.case_id, "version": case.version}
    statements.change(work.connection, ADD_STREAM, row | terms | money | key)


def streams_that_stand(work: Work, case_id: str) -> list[Stream]:
    """The streams of a case, each as it was recorded last, in the order in which they began to be on record."""
    found = work.connection.execute(STREAMS, {"case_id": case_id}).mappings()
    standing = {row["stream_id"]: _stream(dict(row)) for row in found}
    return list(standing.values())


def streams_recorded(work: Work, case_id: str, after: int, size: int) -> list[Stream]:
    """What was recorded of the streams of a case. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [_stream(dict(row)) for row in rows(work, STREAMS_IN_PART, case_id, after, size)]


def _stream(row: Row) -> Stream:
    terms = Terms(
        funder=row["funder"],
        money=Money(Decimal(row["amount"]), Frequency(row["frequency"])),
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        rules=row["rules"],
        ring_fenced=row["ring_fenced"],
    )
    kept = ("stream_id", "health_need", "immediate_representative", "because", "recorded_by", "recorded_at")
    return Stream(kind=StreamKind(row["kind"]), terms=terms, **{name: row[name] for name in kept})


def indicative_weekly(work: Work, case_id: str) -> str:
    """The newest indicative budget of a case in pounds a week; empty before there is one."""
    row = statements.first(work.connection, INDICATIVE, {"case_id": case_id})
    return row["weekly"] if row else ""


def add_offer(work: Work, case: Case, offer: Offer) -> None:
    """Store an offer or an answer, before the case is changed by it."""
    key = {"case_id": case.case_id, "version": case.version}
    statements.change(work.connection, ADD_OFFER, as_row(offer) | key)


def offers_of(work: Work, case_id: str, after: int, size: int) -> list[Offer]:
    """The offers of a case. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    kept = tuple(Offer.__dataclass_fields__)
    return [
        Offer(**{name: row[name] for name in kept} | {"answer": Answer(row["answer"])})
        for row in rows(work, OFFERS_IN_PART, case_id, after, size)
    ]


def count_offers(work: Work, council: str, first: date, last: date) -> list[OfferCount]:
    """What became of the offers to those of a council who were found eligible by an assessment of some days."""
    key = {"council": council, "first": first, "last": last}
    eligible: dict[str, int] = defaultdict(int)
    answers: dict[str, dict[str, int]] = defaultdict(dict)
    for row in work.connection.execute(COUNT_OFFERS, key):
        eligible[row.kind] += row.rounds
        if row.answer is not None:
            answers[row.kind][row.answer] = row.rounds
    return [OfferCount(kind, eligible[kind], answers[kind]) for kind in sorted(eligible)]


def add_own_money(work: Work, case: Case, chosen: OwnMoney) -> None:
    """Store that the person plans with their own money in a round."""
    statements.change(work.connection, ADD_OWN_MONEY, as_row(chosen) | {"case_id": case.case_id})


def own_money_of(work: Work, case_id: str, after: int, size: int) -> Sequence[OwnMoney]:
    """The rounds of a case with own money. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    kept = tuple(OwnMoney.__dataclass_fields__)
    return [
        OwnMoney(**{name: row[name] for name in kept}) for row in rows(work, OWN_MONEY_IN_PART, case_id, after, size)
    ]
