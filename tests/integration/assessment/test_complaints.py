"""Complaints: received, acknowledged, answered in time or explained, by whom, and also after the case has ended."""

from datetime import date, timedelta

import pytest

from integration.assessment.practice import Practice, complaint, days_ago, in_a_year, today
from servers.services import refusal_of
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role

ACKNOWLEDGED, ANSWERED = pb.MATTER_CLOCK_KIND_COMPLAINT_ACKNOWLEDGED, pb.MATTER_CLOCK_KIND_COMPLAINT_ANSWERED


async def listed(work: Practice) -> list[pb.Complaint]:
    """The complaints of the case, as an auditor reads them."""
    auditor = work.caller(Role.AUDITOR, subject="ada")
    answer = await auditor.ListComplaints(pb.ListComplaintsRequest(case_id=work.case.case_id))
    return list(answer.complaints)


async def acknowledge(work: Practice, on: str = "") -> None:
    """Record that the complaint was acknowledged."""
    request = work.on_case(pb.AcknowledgeComplaintRequest(acknowledged_on=on))
    answer = await work.amy.AcknowledgeComplaint(request)
    work.case, work.complaint = answer.case, answer.complaint


async def extend(work: Practice, until: str, on: str = "") -> None:
    """Record that whoever complained waits longer."""
    request = pb.ExtendComplaintRequest(agreed_until=until, agreed_on=on, because="The agency is asked first.")
    answer = await work.amy.ExtendComplaint(work.on_case(request))
    work.case, work.complaint = answer.case, answer.complaint


async def explain(work: Practice, on: str = "") -> None:
    """Record that the delay was explained."""
    request = pb.ExplainComplaintDelayRequest(explained_on=on, because="The agency has closed.")
    work.case = (await work.amy.ExplainComplaintDelay(work.on_case(request))).case


async def answer(work: Practice, subject: str = "tess", on: str = "", *, ombudsman_told: bool = True) -> None:
    """Have a team manager answer."""
    request = pb.AnswerComplaintRequest(
        answered_on=on,
        outcome=pb.COMPLAINT_OUTCOME_UPHELD,
        because="It is right.",
        ombudsman_told=ombudsman_told,
    )
    manager = work.caller(Role.TEAM_MANAGER, subject=subject)
    work.case = (await manager.AnswerComplaint(work.on_case(request))).case


def first_of_a_month(ago: int) -> date:
    """The first day of the month so many months ago."""
    months = clock.today().year * 12 + clock.today().month - 1 - ago
    return date(months // 12, months % 12 + 1, 1)


async def test_its_clocks_run_from_the_day_of_receipt(work: Practice) -> None:
    """Six months commencing on the first of a month end with the fifth month after it (SI 2009/309, reg 14)."""
    await work.open()
    received = first_of_a_month(3)
    recorded = await work.complain(received_on=received.isoformat())
    acknowledged, answered = recorded.clocks
    assert [clock_.kind for clock_ in recorded.clocks] == [ACKNOWLEDGED, ANSWERED]
    assert answered.due_on == (first_of_a_month(-3) - timedelta(days=1)).isoformat()
    assert 3 <= (date.fromisoformat(acknowledged.due_on) - received).days <= 9, "three working days, and holidays"
    assert all(clock_.running and clock_.receipt_id for clock_ in recorded.clocks)
    assert await listed(work) == [recorded]


async def test_each_act_stands_with_who_did_it(work: Practice) -> None:
    """From the acknowledgement to the answer; the answer stops every clock."""
    await work.open()
    await work.complain(received_on=days_ago(20))
    await acknowledge(work, days_ago(18))
    assert [clock_.running for clock_ in work.complaint.clocks] == [False, True]
    await extend(work, in_a_year())
    assert work.complaint.clocks[1].due_on == in_a_year()
    await answer(work)
    (complaint_,) = await listed(work)
    assert [(act.kind, act.acted_on, act.acted_by) for act in complaint_.acts] == [
        (pb.MATTER_ACT_KIND_ACKNOWLEDGED, days_ago(18), "amy"),
        (pb.MATTER_ACT_KIND_EXTENDED, today(), "amy"),
        (pb.MATTER_ACT_KIND_ANSWERED, today(), "tess"),
    ]
    assert complaint_.acts[-1].complaint_outcome == pb.COMPLAINT_OUTCOME_UPHELD
    assert not any(clock_.running for clock_ in complaint_.clocks)


async def test_an_answer_acknowledges_too_and_is_the_last_act(work: Practice) -> None:
    """Nothing is recorded about a complaint that was answered, a second answer least of all."""
    await work.open()
    await work.complain()
    await answer(work)
    (complaint_,) = await listed(work)
    assert not any(clock_.running for clock_ in complaint_.clocks)
    for again in (answer(work), acknowledge(work), extend(work, in_a_year())):
        fault = await refusal_of(again)
        assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "MATTER_CLOSED")


async def test_a_late_complaint_is_taken_for_a_reason(work: Practice) -> None:
    """Until twelve months after the matter none is needed, and none may be given; a day later it is (reg 12)."""
    await work.open()
    year_ago = clock.today().replace(year=clock.today().year - 1, day=min(clock.today().day, 28))
    late, in_time = (year_ago - timedelta(days=1)).isoformat(), clock.today().replace(day=year_ago.day).isoformat()
    fault = await refusal_of(work.complain(happened_on=late))
    assert [violation.field for violation in fault.violations] == ["late_because"]
    recorded = await work.complain(happened_on=late, late_because="In hospital all that time.")
    assert (recorded.happened_on, recorded.late_because) == (late, "In hospital all that time.")
    assert (await work.complain(received_on=in_time, happened_on=year_ago.isoformat())).late_because == ""
    fault = await refusal_of(work.complain(late_because="In hospital."))
    assert [violation.field for violation in fault.violations] == ["late_because"]


async def test_more_time_is_agreed_before_the_time_is_over(work: Practice) -> None:
    """And until a later day: else it is no agreement that the law knows (reg 14(3))."""
    await work.open()
    await work.complain(received_on=days_ago(300))
    due = work.complaint.clocks[1].due_on
    fault = await refusal_of(extend(work, in_a_year()))
    assert [violation.field for violation in fault.violations] == ["agreed_on"]
    fault = await refusal_of(extend(work, due, on=days_ago(250)))
    assert [violation.field for violation in fault.violations] == ["agreed_until"]
    await extend(work, in_a_year(), on=due)
    assert work.complaint.clocks[1].due_on == in_a_year()
    assert work.complaint.acts[0].agreed_until == in_a_year()


async def test_a_delay_is_explained_once_there_is_one(work: Practice) -> None:
    """Not before the answer was due (reg 14(4)); afterwards it can be answered all the same."""
    await work.open()
    await work.complain()
    fault = await refusal_of(explain(work))
    assert [violation.field for violation in fault.violations] == ["explained_on"]
    await work.complain(received_on=days_ago(300))
    await explain(work)
    await answer(work)
    _, late = await listed(work)
    assert [act.because for act in late.acts] == ["The agency has closed.", "It is right."]


async def test_days_lie_between_the_receipt_and_today(work: Practice) -> None:
    """Neither before the complaint was received nor ahead; and nothing is complained about before it happened."""
    await work.open()
    await work.complain(received_on=days_ago(5))
    tomorrow = days_ago(-1)
    for on in (days_ago(6), tomorrow):
        fault = await refusal_of(acknowledge(work, on))
        assert [violation.field for violation in fault.violations] == ["acknowledged_on"]
        fault = await refusal_of(answer(work, on=on))
        assert [violation.field for violation in fault.violations] == ["answered_on"]
    fault = await refusal_of(work.complain(received_on=days_ago(5), happened_on=days_ago(4)))
    assert [violation.field for violation in fault.violations] == ["happened_on"]
    fault = await refusal_of(work.complain(received_on=tomorrow, happened_on=today()))
    assert [violation.field for violation in fault.violations] == ["received_on"]
    await acknowledge(work)
    assert (await refusal_of(acknowledge(work))).reason == "STAGE_ORDER"


async def test_whoever_decided_does_not_answer(work: Practice) -> None:
    """Who determined the needs may be who is complained about; a manager who did not may answer."""
    await work.open()
    await work.propose()
    await work.confirm()
    await work.complain()
    fault = await refusal_of(answer(work, subject="amy"))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "SEPARATION_OF_DUTIES")
    await answer(work, subject="tess")


async def test_an_answer_tells_of_the_ombudsman(work: Practice) -> None:
    """Without that it is none (reg 14(2)(d))."""
    await work.open()
    await work.complain()
    fault = await refusal_of(answer(work, ombudsman_told=False))
    assert [violation.field for violation in fault.violations] == ["ombudsman_told"]


@pytest.mark.parametrize("role", [Role.OPERATIONS, Role.REVIEWER, Role.FINANCE])
async def test_anybody_receives_a_complaint_and_managers_answer(work: Practice, role: Role) -> None:
    """It can be made to anybody (reg 13(1)); who answers, answers for the council (reg 4)."""
    await work.open()
    somebody = work.caller(role, subject="somebody")
    recorded = await somebody.RecordComplaint(work.on_case(complaint()))
    work.case, work.complaint = recorded.case, recorded.complaint
    request = pb.AnswerComplaintRequest(outcome=pb.COMPLAINT_OUTCOME_UPHELD, because="Yes.", ombudsman_told=True)
    assert (await refusal_of(somebody.AnswerComplaint(work.on_case(request)))).reason == "ROLE_LACKS_RIGHT"


async def test_who_complains_for_somebody_has_a_reference(work: Practice) -> None:
    """The suite has no names: the person's is the case's own, and anybody else's is needed."""
    await work.open()
    request = complaint()
    request.reference = "P-1"
    fault = await refusal_of(work.amy.RecordComplaint(work.on_case(request)))
    assert [violation.field for violation in fault.violations] == ["reference"]
    request.made_by = pb.MADE_BY_ADVOCATE
    recorded = (await work.amy.RecordComplaint(work.on_case(request))).complaint
    assert (recorded.made_by, recorded.reference) == (pb.MADE_BY_ADVOCATE, "P-1")
    request.reference = " "
    await work.read()
    fault = await refusal_of(work.amy.RecordComplaint(work.on_case(request)))
    assert [violation.field for violation in fault.violations] == ["reference"]


async def test_a_complaint_of_another_case_is_not_there(work: Practice) -> None:
    """Nor is a request for one's own data a complaint."""
    await work.open()
    asked = await work.ask_for_data()
    await work.complain()
    await work.open()
    for unknown in (work.complaint.complaint_id, asked.access_request_id, "a b"):
        work.complaint.complaint_id = unknown
        fault = await refusal_of(acknowledge(work))
        assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "MATTER_NOT_FOUND")
        assert (" " in unknown) or unknown in fault.detail


async def test_after_the_ending_and_on_hold_the_clocks_go_on(work: Practice) -> None:
    """The law's dates are the same on hold, and a complaint about an ended case is answered like any other."""
    await work.open()
    before = await work.complain()
    await work.hold()
    assert (await work.complain()).clocks[1].due_on == before.clocks[1].due_on
    await work.end()
    await work.complain()
    await acknowledge(work)
    await answer(work)
    assert [len(each.acts) for each in await listed(work)] == [0, 0, 2]


async def test_they_are_listed_in_pages(work: Practice) -> None:
    """In the order in which they were recorded."""
    await work.open()
    recorded = [(await work.complain()).complaint_id for _ in range(3)]
    request, found = pb.ListComplaintsRequest(case_id=work.case.case_id, page_size=2), []
    for _ in range(2):
        page = await work.amy.ListComplaints(request)
        found += [each.complaint_id for each in page.complaints]
        request.page_token = page.next_page_token
    assert (found, request.page_token) == (recorded, "")
