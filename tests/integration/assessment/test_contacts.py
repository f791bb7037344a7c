"""Contacts: who turns to the council, for whom and how, what comes of it, and by when; enquiries without a person."""

from datetime import date

import pytest

from integration.assessment.contact_practice import ContactPractice, contact, deciding
from integration.assessment.practice import days_ago, new_id, today
from servers.services import Running, refusal_of
from services.assessment.contacts.overdue import tell_passed
from sevensteps.api.assessment.v1 import assessment_pb2 as case_pb
from sevensteps.api.assessment.v1 import contacts_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role


@pytest.fixture
def work(running: Running) -> ContactPractice:
    """Amy, before she opens a case."""
    return ContactPractice(running)


@pytest.mark.item(92)
async def test_a_contact_says_by_and_for_whom_and_has_its_clock(work: ContactPractice) -> None:
    """Two working days by the pack, from the day on which it came; it is read back as it was recorded, and told."""
    await work.open()
    came = await work.record_contact(days_ago(10))
    asked = contact(days_ago(10))
    for name in ("how", "route", "made_by", "reference", "for_whom", "urgent", "about", "contacted_on"):
        assert getattr(came, name) == getattr(asked, name)
    assert 2 <= (date.fromisoformat(came.due_on) - date.fromisoformat(came.contacted_on)).days <= 7
    assert came.recorded_by == "amy"
    assert came.receipt_id
    assert await work.contacts_listed() == [came]
    type_, payload = (await work.told())[-1]
    assert type_ == "contact.recorded.v1"
    assert payload == {
        "contact_id": came.contact_id,
        "contacted_on": came.contacted_on,
        "how": "spoken",
        "route": "hospital_discharge",
        "made_by": "somebody_else",
        "for_whom": "adult",
        "urgent": True,
        "due_on": came.due_on,
    }


@pytest.mark.item(92)
@pytest.mark.parametrize(
    ("outcome", "whereto"),
    [
        (pb.CONTACT_OUTCOME_ASSESS, ""),
        (pb.CONTACT_OUTCOME_INFORMATION_AND_ADVICE, "The lunch club."),
        (pb.CONTACT_OUTCOME_SIGNPOST, "The falls service."),
        (pb.CONTACT_OUTCOME_URGENT, ""),
    ],
)
async def test_what_comes_of_it_is_decided_once(
    work: ContactPractice, outcome: pb.ContactOutcome.ValueType, whereto: str
) -> None:
    """The case goes on; whoever decides again is told what was decided."""
    await work.open()
    await work.record_contact()
    decided = await work.decide(deciding(outcome, whereto))
    assert (decided.decision.outcome, decided.decision.whereto) == (outcome, whereto)
    assert (decided.decision.decided_on, decided.decision.decided_by) == (today(), "amy")
    assert await work.contacts_listed() == [decided]
    assert not work.case.ending
    assert (await work.told())[-1][0] == "contact.decided.v1"
    fault = await refusal_of(work.decide(deciding(outcome, whereto)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "CONTACT_DECIDED")


@pytest.mark.item(91)
async def test_somebody_under_18_goes_to_transition_with_a_date(work: ContactPractice) -> None:
    """The case ends as passed to transition; the feed says from which day on, and why."""
    await work.open()
    await work.record_contact()
    day = days_ago(-200)
    decided = await work.decide(deciding(pb.CONTACT_OUTCOME_TRANSITION, transition_on=day))
    assert decided.decision.transition_on == day
    assert (await work.read()).ending == case_pb.ENDING_PASSED_TO_TRANSITION
    assert work.case.ended_on == today()
    *_, (_, contact_decided), (ended, payload) = await work.told()
    assert contact_decided["transition_on"] == day
    assert (ended, payload["ending"], payload["because"]) == (
        "case.ended.v1",
        "passed_to_transition",
        "As they asked.",
    )
    acts = (await work.amy.ListActs(case_pb.ListActsRequest(case_id=work.case.case_id))).acts
    assert [act.ending for act in acts] == [case_pb.ENDING_PASSED_TO_TRANSITION]


async def test_nobody_says_by_hand_that_a_case_passed_to_transition(work: ContactPractice) -> None:
    """The day would be missing."""
    await work.open()
    request = case_pb.EndCaseRequest(ending=case_pb.ENDING_PASSED_TO_TRANSITION)
    fault = await refusal_of(work.amy.EndCase(work.on_case(request)))
    assert (fault.reason, "DecideContact" in fault.detail) == ("STAGE_ORDER", True)


@pytest.mark.item(92)
async def test_advice_may_be_all_that_is_wanted(work: ContactPractice) -> None:
    """Then the case ends with it."""
    await work.open()
    await work.record_contact()
    await work.decide(deciding(pb.CONTACT_OUTCOME_INFORMATION_AND_ADVICE, end_case=True))
    assert (await work.read()).ending == case_pb.ENDING_INFORMATION_AND_ADVICE


async def test_a_contact_does_not_end_what_is_determined(work: ContactPractice) -> None:
    """Whoever lives with a plan and asks for advice keeps the plan."""
    await work.open()
    await work.propose()
    await work.confirm()
    await work.record_contact()
    request = deciding(pb.CONTACT_OUTCOME_INFORMATION_AND_ADVICE, end_case=True)
    fault = await refusal_of(work.decide(request))
    assert (fault.reason, "EndCase" in fault.detail) == ("STAGE_ORDER", True)
    request.end_case = False
    await work.decide(request)
    assert not work.case.ending


@pytest.mark.item(92)
@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (deciding(pb.CONTACT_OUTCOME_SIGNPOST), ["whereto"]),
        (deciding(pb.CONTACT_OUTCOME_ASSESS, "The lunch club."), ["whereto"]),
        (deciding(pb.CONTACT_OUTCOME_URGENT, end_case=True), ["end_case"]),
        (deciding(pb.CONTACT_OUTCOME_TRANSITION), ["transition_on"]),
        (deciding(pb.CONTACT_OUTCOME_TRANSITION, transition_on=today()), ["transition_on"]),
        (deciding(pb.CONTACT_OUTCOME_ASSESS, transition_on=days_ago(-9)), ["transition_on"]),
        (pb.DecideContactRequest(), ["outcome", "because"]),
    ],
)
async def test_what_is_wrong_is_told_by_its_field(
    work: ContactPractice, request_: pb.DecideContactRequest, fields: list[str]
) -> None:
    """What goes with one outcome does not go with another."""
    await work.open()
    await work.record_contact()
    fault = await refusal_of(work.decide(request_))
    assert sorted(violation.field for violation in fault.violations) == sorted(fields)


async def test_it_is_not_decided_before_it_came(work: ContactPractice) -> None:
    """Nor may it come in the future."""
    await work.open()
    await work.record_contact(days_ago(3))
    request = deciding(pb.CONTACT_OUTCOME_ASSESS)
    request.decided_on = days_ago(4)
    fault = await refusal_of(work.decide(request))
    assert [violation.field for violation in fault.violations] == ["decided_on"]
    fault = await refusal_of(work.record_contact(days_ago(-1)))
    assert [violation.field for violation in fault.violations] == ["contacted_on"]


async def test_a_contact_of_another_case_is_not_there(work: ContactPractice) -> None:
    """Its id is not enough."""
    await work.open()
    await work.record_contact()
    await work.open()
    fault = await refusal_of(work.decide(deciding(pb.CONTACT_OUTCOME_ASSESS)))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "CONTACT_NOT_FOUND")


@pytest.mark.item(92)
async def test_a_contact_that_waits_too_long_is_told_once(work: ContactPractice) -> None:
    """Not while the case is on hold, and not once it is decided."""
    await work.open()
    waits = await work.record_contact(days_ago(30))
    await work.record_contact(days_ago(30))
    await work.decide(deciding(pb.CONTACT_OUTCOME_ASSESS))
    await work.hold()
    await tell_passed(work.running.store)
    assert "contact.overdue.v1" not in [type_ for type_, _ in await work.told()]
    released = await work.amy.ReleaseHold(work.on_case(case_pb.ReleaseHoldRequest()))
    work.case = released.case
    for _ in range(2):
        await tell_passed(work.running.store)
    overdue = [payload for type_, payload in await work.told() if type_ == "contact.overdue.v1"]
    assert overdue == [{"contact_id": waits.contact_id, "due_on": waits.due_on}]
    assert [each.overdue_told for each in await work.contacts_listed()] == [True, False]


def enquiry(topic: pb.EnquiryTopic.ValueType = pb.ENQUIRY_TOPIC_MONEY, asked_on: str = "") -> pb.RecordEnquiryRequest:
    """Somebody rings and asks about money."""
    route = pb.ENQUIRY_ROUTE_TELEPHONE
    return pb.RecordEnquiryRequest(request_id=new_id(), topic=topic, route=route, asked_on=asked_on)


async def counted(work: ContactPractice, council: str) -> list[pb.EnquiryCount]:
    """The enquiries of a council in this month and the two before."""
    request = pb.CountEnquiriesRequest(first_month=days_ago(61)[:7], last_month=today()[:7])
    return list((await work.contacts(council=council).CountEnquiries(request)).counts)


@pytest.mark.item(91)
async def test_enquiries_without_a_person_are_counted(work: ContactPractice) -> None:
    """By topic, route and month, each council its own; and told in the feed, of no case."""
    council = f"council-{new_id()[:8]}"
    caller = work.contacts(council=council)
    money = enquiry()
    for request in (money, enquiry(), enquiry(pb.ENQUIRY_TOPIC_CARING), enquiry(asked_on=days_ago(40))):
        answer = await caller.RecordEnquiry(request)
        assert (answer.enquiry.topic, answer.enquiry.council) == (request.topic, council)
    assert await caller.RecordEnquiry(money) == await caller.RecordEnquiry(money)
    counts = {(each.month, each.topic): each.count for each in await counted(work, council)}
    assert counts == {
        (days_ago(40)[:7], pb.ENQUIRY_TOPIC_MONEY): 1,
        (today()[:7], pb.ENQUIRY_TOPIC_MONEY): 2,
        (today()[:7], pb.ENQUIRY_TOPIC_CARING): 1,
    }
    assert await counted(work, f"{council}-other") == []
    events = [payload for type_, payload in await work.told("") if type_ == "enquiry.recorded.v1"]
    assert events[-1] == {
        "enquiry_id": events[-1]["enquiry_id"],
        "topic": "money",
        "route": "telephone",
        "asked_on": days_ago(40),
    }


@pytest.mark.item(91)
async def test_a_wrong_enquiry_is_told_by_its_fields(work: ContactPractice) -> None:
    """Its topic, its route, its day; and the months that are counted."""
    request = pb.RecordEnquiryRequest(request_id=new_id(), asked_on=days_ago(-1))
    fault = await refusal_of(work.contacts().RecordEnquiry(request))
    assert [violation.field for violation in fault.violations] == ["topic", "route", "asked_on"]
    for first, last, field in (("2026-13", "2026-12", "first_month"), ("2026-05", "2026-04", "last_month")):
        asked = pb.CountEnquiriesRequest(first_month=first, last_month=last)
        fault = await refusal_of(work.contacts().CountEnquiries(asked))
        assert field in [violation.field for violation in fault.violations]


async def test_who_works_for_every_council_records_no_enquiry(work: ContactPractice) -> None:
    """Nobody would know whose it is."""
    caller = work.contacts(Role.OPERATIONS, council=EVERY_COUNCIL)
    fault = await refusal_of(caller.RecordEnquiry(enquiry()))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "COUNCIL_NEEDED")
