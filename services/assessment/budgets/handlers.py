"""The use cases of the individual budget, one function each, in one transaction each."""

from dataclasses import dataclass
from datetime import date

from services.assessment import store
from services.assessment.budgets import store as budgets
from services.assessment.domain.budget import (
    Answer,
    IndividualBudget,
    Offer,
    OwnMoney,
    Stream,
    StreamKind,
    Terms,
    ensure_eligible,
    ensure_may_plan_so,
    stream_not_found,
)
from services.assessment.domain.case import Case
from services.assessment.own_money_store import plans_with_own_money
from sevensteps.events import BudgetOffered, OwnMoneyChosen, StreamChanged, StreamEnded, StreamRecorded
from sevensteps.money import pounds
from sevensteps.service.work import Work, new_id


@dataclass(frozen=True, slots=True)
class NewStream:
    """A stream that is to be recorded."""

    kind: StreamKind
    health_need: str
    immediate_representative: str
    terms: Terms


def record_stream(work: Work, new: NewStream, *, case_id: str, etag: str) -> tuple[Stream, Case]:
    """Record money from a funder."""
    case = store.case_to_change(work, case_id, etag)
    stream = Stream(
        stream_id=new_id("stream"),
        kind=new.kind,
        health_need=new.health_need,
        immediate_representative=new.immediate_representative,
        terms=new.terms,
        because="",
        recorded_by=work.actor.subject,
        recorded_at=work.now_text,
    )
    _keep(work, case, stream)
    return stream, store.change_case(work, case, StreamRecorded(**_told(stream)))


def change_stream(
    work: Work, *, case_id: str, etag: str, stream_id: str, terms: Terms, because: str
) -> tuple[Stream, Case]:
    """Record that a stream brings something else from now on."""
    case = store.case_to_change(work, case_id, etag)
    before = _stream(work, case_id, stream_id)
    stream = before.changed(terms, because, by=work.actor.subject, at=work.now_text)
    _keep(work, case, stream)
    return stream, store.change_case(work, case, StreamChanged(**_told(stream)))


def end_stream(
    work: Work, *, case_id: str, etag: str, stream_id: str, ends_on: date, because: str
) -> tuple[Stream, Case]:
    """Record the last day of a stream."""
    case = store.case_to_change(work, case_id, etag)
    before = _stream(work, case_id, stream_id)
    stream = before.ended(ends_on, because, by=work.actor.subject, at=work.now_text)
    case.ensure_open()
    budgets.add_stream(work, case, stream)
    event = StreamEnded(stream_id=stream_id, kind=stream.kind.value, ends_on=ends_on.isoformat())
    return stream, store.change_case(work, case, event)


def individual_budget(work: Work, *, case_id: str, on: date | None) -> tuple[IndividualBudget, str]:
    """All money of a case on a day, or today; and the newest indicative budget, which guides and never limits."""
    store.case(work, case_id)
    view = IndividualBudget.of(budgets.streams_that_stand(work, case_id), on or work.today)
    return view, budgets.indicative_weekly(work, case_id)


def offer_budget(
    work: Work, *, case_id: str, etag: str, answer: Answer, answered_on: date, because: str
) -> tuple[Offer, Case]:
    """Record that a personal budget was offered, or the answer to that."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_open()
    determination = store.confirmed_determination(work, case)
    ensure_eligible(case_id, determination.answer.eligible_needs if determination else None)
    offer = Offer(case.round, answer, answered_on, because, work.actor.subject, work.now_text)
    budgets.add_offer(work, case, offer)
    event = BudgetOffered(round=case.round, answer=answer.value, answered_on=answered_on.isoformat())
    return offer, store.change_case(work, case, event)


def plan_with_own_money(work: Work, *, case_id: str, etag: str, because: str) -> Case:
    """Record that the person plans with their own money. The case then goes on to a plan, eligible or not."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_assessing()
    determined = store.confirmed_determination(work, case) is not None
    ensure_may_plan_so(case_id, determined=determined, chosen=plans_with_own_money(work, case))
    budgets.add_own_money(work, case, OwnMoney(case.round, because, work.actor.subject, work.now_text))
    return store.change_case(work, case, OwnMoneyChosen(round=case.round))


def _stream(work: Work, case_id: str, stream_id: str) -> Stream:
    """A stream as it stands. Raises a Fault (NOT_FOUND)."""
    for stream in budgets.streams_that_stand(work, case_id):
        if stream.stream_id == stream_id:
            return stream
    raise stream_not_found(case_id, stream_id)


def _keep(work: Work, case: Case, stream: Stream) -> None:
    """Store a stream as it stands, unless it cannot be beside the others."""
    case.ensure_open()
    stream.ensure_possible(budgets.streams_that_stand(work, case.case_id), work.today)
    budgets.add_stream(work, case, stream)


def _told(stream: Stream) -> dict[str, str]:
    """What an event says of a stream: no funder, and no rules, which are people's words."""
    terms = stream.terms
    return {
        "stream_id": stream.stream_id,
        "kind": stream.kind.value,
        "amount": pounds(terms.money.amount),
        "frequency": terms.money.frequency.value,
        "starts_on": terms.starts_on.isoformat(),
        "ends_on": terms.ends_on.isoformat() if terms.ends_on else "",
    }
