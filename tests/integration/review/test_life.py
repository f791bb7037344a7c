"""Step 6: a person lives with a plan until its next review."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from integration.review.home import Home, completion, request, spending, today, trigger
from servers.services import refusal_of
from services.review.tables import spending as spending_table
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.api.policy.v1 import decision_pb2 as policy
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.events import LifeOpened, ReviewRequested, ReviewTriggered, SpendRecorded
from sevensteps.identity.actor import Role


async def test_a_new_plan_has_its_first_review_after_six_weeks(home_on: Home) -> None:
    """The date is a soft one, and the record says which rule gave it."""
    answer = await home_on.journey.OpenLife(home_on.life_opening())
    assert (answer.review_due, answer.due_kind) == ("2026-07-13", pb.DUE_KIND_SOFT)
    life = await home_on.read()
    assert (life.state, life.round, life.plan_version) == (pb.LIFE_STATE_LIVING, 1, 1)
    assert (life.review_due, life.due_kind, life.due_rule) == ("2026-07-13", pb.DUE_KIND_SOFT, "R1")
    assert life.schedule.decision == "review-schedule"
    assert (life.spent, life.reason, life.due_on, life.law_due) == ("0.00", pb.REVIEW_REASON_UNSPECIFIED, "", "")
    assert await home_on.events() == [
        LifeOpened(round=1, plan_version=1, review_due="2026-07-13", due_kind="soft", rule="R1")
    ]


async def test_the_laws_date_stands_behind_the_first_review(home_on: Home) -> None:
    """A new direct payment is looked at after six weeks by practice; the law's six months are told beside it."""
    answer = await home_on.journey.OpenLife(home_on.life_opening(direct_payment_since="2026-06-03"))
    assert (answer.review_due, answer.due_kind, answer.law_due) == ("2026-07-13", pb.DUE_KIND_SOFT, "2026-12-03")
    assert (await home_on.read()).law_due == "2026-12-03"
    assert await home_on.events() == [
        LifeOpened(1, plan_version=1, review_due="2026-07-13", due_kind="soft", rule="R1", law_due="2026-12-03")
    ]


@pytest.mark.item(73)
async def test_the_persons_own_date_counts_while_it_is_to_come(home: Home) -> None:
    """The person's own date counts if it is earlier than the six weeks, and not if it has passed."""
    answer = await home.journey.OpenLife(home.life_opening(review_on="2026-06-20"))
    assert answer.review_due == "2026-06-20"
    await home.journey.OpenReview(home.review_opening(opened_on="2026-06-20"))
    await home.rae.CompleteReview(completion(await home.read()))
    again = home.life_opening(2, started_on="2026-06-22", continues=True, review_on="2026-06-20")
    assert (await home.journey.OpenLife(again)).review_due == "2027-06-22"


@pytest.mark.item(76)
async def test_a_plan_that_works_is_reviewed_after_a_year(home: Home) -> None:
    """After a review that says continue, the next is twelve months after it; a direct payment makes it law."""
    await home.come_to(pb.LIFE_STATE_ELSEWHERE)
    again = home.life_opening(2, started_on="2026-07-20", continues=True, direct_payment_since="2026-06-01")
    answer = await home.journey.OpenLife(again)
    assert (answer.review_due, answer.due_kind) == ("2027-07-20", pb.DUE_KIND_HARD)
    life = await home.read()
    assert (life.round, life.state, life.due_rule) == (2, pb.LIFE_STATE_LIVING, "R4")


async def test_a_changed_plan_says_when_the_last_review_was(home: Home) -> None:
    """The rules hear of the review that changed the plan: a direct payment that it looked at was reviewed."""
    await home.come_to(pb.LIFE_STATE_ELSEWHERE)
    await home.journey.OpenLife(home.life_opening(2, started_on="2026-09-01", direct_payment_since="2026-06-01"))
    facts = await home.facts_of((await home.read()).schedule.receipt_id)
    assert facts["last_review_on"] == today()
    assert facts["round"] == 0


async def test_a_changed_plan_does_not_call_for_the_first_review_of_a_direct_payment_again(home: Home) -> None:
    """Paid for a year and reviewed today: six weeks from the changed plan's start, not on a day long past."""
    await home.come_to(pb.LIFE_STATE_ELSEWHERE)
    reviewed = date.fromisoformat(today())
    since, start = reviewed - timedelta(days=365), reviewed + timedelta(days=31)
    changed = home.life_opening(2, started_on=start.isoformat(), direct_payment_since=since.isoformat())
    changed.plan_version = 2
    answer = await home.journey.OpenLife(changed)
    assert (answer.review_due, answer.due_kind) == ((start + timedelta(days=42)).isoformat(), pb.DUE_KIND_SOFT)


async def test_a_direct_payment_that_begins_with_the_changed_plan_has_its_first_review(home: Home) -> None:
    """A review before the first payment has not looked at it."""
    await home.come_to(pb.LIFE_STATE_ELSEWHERE)
    start = (date.fromisoformat(today()) + timedelta(days=31)).isoformat()
    await home.journey.OpenLife(home.life_opening(2, started_on=start, direct_payment_since=start))
    findings = {finding.rule: finding.verdict for finding in (await home.read()).schedule.findings}
    assert findings["REVIEW/R4/first"] == policy.VERDICT_MET
    assert "REVIEW/R4/later" not in findings


async def test_opening_again_opens_nothing_twice(home_on: Home) -> None:
    """The same request and, years later, another for the same round are answered as before, with one event."""
    first = home_on.life_opening()
    answer = await home_on.journey.OpenLife(first)
    assert await home_on.journey.OpenLife(first) == answer
    assert await home_on.journey.OpenLife(home_on.life_opening(started_on="2028-01-01")) == answer
    assert len(await home_on.events()) == 1


async def test_rounds_follow_one_another(home: Home) -> None:
    """Step 6 begins with round 1, and none is opened before the one before it is over or when one is left out."""
    assert (await refusal_of(home.journey.OpenLife(home.life_opening(2)))).reason == "STAGE_ORDER"
    await home.live()
    fault = await refusal_of(home.journey.OpenLife(home.life_opening(2)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    assert fault.detail.startswith("CompleteReview must come first")


@pytest.mark.item(70)
async def test_money_spent_is_added_up(home_on: Home) -> None:
    """Every spend is stored with its line and its day; the life shows the sum of this round."""
    life = await home_on.live()
    first = await home_on.by("fay", Role.FINANCE).RecordSpend(spending(life, "12.50"))
    second = await home_on.rae.RecordSpend(spending(first.life, "7.4"))
    life = second.life
    assert life.spent == "19.90"
    assert await home_on.read() == life
    assert (await home_on.events())[1:] == [
        SpendRecorded(round=1, line_id="l1", amount=amount, spent_on=today(), verdict="met", spend_id=answer.spend_id)
        for amount, answer in (("12.50", first), ("7.40", second))
    ]
    kept = await home_on.running.store.read(lambda connection: connection.execute(sa.select(spending_table)).all())
    assert {(row.amount, row.recorded_by) for row in kept} == {("12.50", "fay"), ("7.40", "rae")}


async def test_spending_is_recorded_once_however_often_it_is_sent(home: Home) -> None:
    """The same request gets the first answer; another amount under its id is refused."""
    sent = spending(await home.live())
    assert await home.rae.RecordSpend(sent) == await home.rae.RecordSpend(sent)
    assert (await home.read()).spent == "12.50"
    sent.amount = "13.00"
    assert (await refusal_of(home.rae.RecordSpend(sent))).reason == "REQUEST_ID_REUSED"


@pytest.mark.parametrize("amount", ["0.00", "-0.00", "1.005", "--1.00", "-", "+5.00", "NaN", "abc", "£5", ""])
async def test_a_wrong_amount_is_named(home: Home, amount: str) -> None:
    """An amount is not nothing, in pounds and at most two decimals."""
    fault = await refusal_of(home.rae.RecordSpend(spending(await home.live(), amount)))
    assert (fault.kind, [each.field for each in fault.violations]) == (Kind.INVALID, ["amount"])


async def test_every_wrong_field_of_a_spend_is_named(home: Home) -> None:
    """A day that has not come, a line without a name and evidence that is a story are named together."""
    wrong = spending(await home.live())
    wrong.request_id, wrong.line_id, wrong.spent_on, wrong.evidence = "1", "", "2999-01-01", "x" * 201
    fault = await refusal_of(home.rae.RecordSpend(wrong))
    assert {each.field for each in fault.violations} == {"request_id", "line_id", "spent_on", "evidence"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("line_id", "line 1"),
        ("line_id", "1.1"),
        ("line_id", "x" * 65),
        ("evidence", "in\0voice"),
        ("spent_on", "2015-03-31"),
    ],
)
async def test_a_spend_names_a_line_a_day_and_its_evidence(home: Home, field: str, value: str) -> None:
    """A line as a plan names it, a day since the Care Act, and evidence that is text."""
    wrong = spending(await home.live())
    setattr(wrong, field, value)
    fault = await refusal_of(home.rae.RecordSpend(wrong))
    assert [each.field for each in fault.violations] == [field]


async def test_every_wrong_field_of_an_opening_is_named(home: Home) -> None:
    """Wrong dates and numbers are refused before anything is opened."""
    wrong = home.life_opening(0, started_on="1/6/2026", direct_payment_since="soon", review_on="2026-13-01")
    wrong.plan_version, wrong.council = 0, ""
    wrong.in_force.lines[0].weekly, wrong.in_force.support_since = "-1.00", ""
    wrong.in_force.needs.append("gardening")
    fault = await refusal_of(home.journey.OpenLife(wrong))
    assert {each.field for each in fault.violations} == {
        "round",
        "plan_version",
        "started_on",
        "direct_payment_since",
        "review_on",
        "council",
        "in_force.lines[0].weekly",
        "in_force.support_since",
        "in_force.needs[2]",
    }


async def test_a_review_is_asked_for_as_often_as_wanted(home_on: Home) -> None:
    """Each request and trigger is on record and has its event; life goes on until a review opens."""
    life = await home_on.live()
    life = (await home_on.by("pat", Role.PLANNER).RequestReview(request(life))).life
    life = (await home_on.rae.RequestReview(request(life))).life
    life = (await home_on.by("fay", Role.FINANCE).TriggerReview(trigger(life))).life
    assert life.state == pb.LIFE_STATE_LIVING
    assert (await home_on.events())[1:] == [
        ReviewRequested(round=1),
        ReviewRequested(round=1),
        ReviewTriggered(round=1, trigger="hospital"),
    ]


async def test_a_request_needs_reasons_and_a_trigger_a_kind(home: Home) -> None:
    """Without them nothing is recorded."""
    life = await home.live()
    asked, happened = request(life), trigger(life)
    asked.because, happened.trigger = " ", pb.REVIEW_TRIGGER_UNSPECIFIED
    assert (await refusal_of(home.rae.RequestReview(asked))).violations[0].field == "because"
    assert (await refusal_of(home.rae.TriggerReview(happened))).violations[0].field == "trigger"


async def test_a_stale_etag_changes_nothing(home: Home) -> None:
    """A stale etag changes nothing."""
    life = await home.live()
    await home.rae.RecordSpend(spending(life))
    for call in (home.rae.RecordSpend(spending(life)), home.rae.RequestReview(request(life))):
        fault = await refusal_of(call)
        assert (fault.kind, fault.reason) == (Kind.ABORTED, "ETAG_MISMATCH")
    assert (await home.read()).spent == "12.50"


async def test_who_may_do_what(home: Home) -> None:
    """An approver records no spending, a reviewer opens nothing, another council finds nothing."""
    life = await home.live()
    for call in (home.by("olu", Role.APPROVER).RecordSpend(spending(life)), home.rae.OpenLife(home.life_opening(2))):
        fault = await refusal_of(call)
        assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")
    elsewhere = home.by("rae", council="elsewhere")
    for unseen in (elsewhere.GetLife(home.reading()), elsewhere.RecordSpend(spending(life))):
        fault = await refusal_of(unseen)
        assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")


async def test_a_case_before_step_6_is_told_from_one_that_does_not_exist(home: Home) -> None:
    """For a case before step 6 the answer says what must come first."""
    assert (await refusal_of(home.rae.GetLife(home.reading()))).kind is Kind.NOT_FOUND
    amy = home.running.assessment.stub(AssessmentServiceStub, home.running.token("amy", Role.PRACTITIONER))
    opened = await amy.OpenCase(
        assessment_pb2.OpenCaseRequest(
            request_id=str(uuid4()), kind=assessment_pb2.CASE_KIND_ADULT, person_reference=str(uuid4())
        )
    )
    early = spending(pb.Life(case_id=home.case_id, etag="1"))
    early.case_id = opened.case.case_id
    fault = await refusal_of(home.rae.RecordSpend(early))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    assert fault.detail.startswith("Step 5 must come first")
