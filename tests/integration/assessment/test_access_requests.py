"""Requests for one's own data: a month, two more where the person is told in time, and the answer."""

from datetime import date

import pytest

from integration.assessment.practice import Practice, days_ago, today
from servers.services import refusal_of
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.errors import Kind


async def extend(work: Practice, on: str = "") -> None:
    """Record that the person was told that it takes longer."""
    request = pb.ExtendAccessRequestRequest(told_on=on, because="Four paper files.")
    answer = await work.amy.ExtendAccessRequest(work.on_case(request))
    work.case, work.access_request = answer.case, answer.access_request


async def answer(work: Practice, outcome: pb.AccessOutcome.ValueType, because: str = "") -> None:
    """Record the answer."""
    request = pb.AnswerAccessRequestRequest(outcome=outcome, because=because)
    work.case = (await work.amy.AnswerAccessRequest(work.on_case(request))).case


async def listed(work: Practice) -> list[pb.AccessRequest]:
    """The requests of the case."""
    answered = await work.amy.ListAccessRequests(pb.ListAccessRequestsRequest(case_id=work.case.case_id))
    return list(answered.access_requests)


async def test_it_is_due_in_a_month_and_extended_in_three(work: Practice) -> None:
    """From the day of receipt (UK GDPR Article 12(3)), or a few days later for weekends and holidays."""
    await work.open()
    received = date.fromisoformat(days_ago(10))
    asked = await work.ask_for_data(received_on=received.isoformat())
    (month,) = asked.clocks
    assert (month.kind, month.running) == (pb.MATTER_CLOCK_KIND_ACCESS_REQUEST, True)
    assert 28 <= (date.fromisoformat(month.due_on) - received).days <= 37
    await extend(work)
    (three,) = work.access_request.clocks
    assert 89 <= (date.fromisoformat(three.due_on) - received).days <= 98
    assert three.receipt_id != month.receipt_id
    assert await listed(work) == [work.access_request]


async def test_it_is_extended_once_and_in_time(work: Practice) -> None:
    """The person has to be told within the first month, and two further months are all that there are."""
    await work.open()
    await work.ask_for_data(received_on=days_ago(60))
    fault = await refusal_of(extend(work))
    assert [violation.field for violation in fault.violations] == ["told_on"]
    await extend(work, days_ago(50))
    fault = await refusal_of(extend(work, days_ago(49)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")


@pytest.mark.parametrize("outcome", [pb.ACCESS_OUTCOME_REFUSED, pb.ACCESS_OUTCOME_GIVEN_IN_PART])
async def test_what_is_held_back_has_a_reason(work: Practice, outcome: pb.AccessOutcome.ValueType) -> None:
    """Whoever does not get everything is told why (Article 12(4)); with the answer it is done."""
    await work.open()
    await work.ask_for_data()
    fault = await refusal_of(answer(work, outcome))
    assert [violation.field for violation in fault.violations] == ["because"]
    await answer(work, outcome, "The words of a neighbour are left out.")
    (asked,) = await listed(work)
    assert (asked.acts[0].access_outcome, asked.acts[0].acted_on) == (outcome, today())
    assert not asked.clocks[0].running
    assert (await refusal_of(answer(work, pb.ACCESS_OUTCOME_GIVEN))).reason == "MATTER_CLOSED"


async def test_it_goes_on_after_the_case_has_ended(work: Practice) -> None:
    """People ask for their data when everything is over."""
    await work.open()
    await work.end()
    await work.ask_for_data()
    await answer(work, pb.ACCESS_OUTCOME_NOTHING_HELD)
    assert [len(each.acts) for each in await listed(work)] == [1]
