"""What is spent is measured by the plan that was in force on the day, and by the money that has come in for it."""

import asyncio

import grpc
import pytest
import sqlalchemy as sa

from integration.review.home import Home, completion, day, plan, spending, today
from servers.services import refusal_of
from services.review.tables import spending as spending_table
from sevensteps.api.policy.v1 import decision_pb2 as policy
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.events import SpendRecorded


async def test_the_plan_in_force_can_be_read(home_on: Home) -> None:
    """Everything that spending and reviews go by stands in the life."""
    in_force = plan(day(-30), l1="80.00", club="12.50")
    in_force.complex = True
    life = await home_on.live(in_force)
    assert life.in_force == in_force
    assert life.spends_to_judge == 0


@pytest.mark.item(68, 70)
async def test_a_line_that_the_plan_does_not_have_is_refused(home: Home) -> None:
    """The refusal names the field and the lines that there are."""
    life = await home.live(plan(l1="80.00", club="12.50"))
    fault = await refusal_of(home.rae.RecordSpend(spending(life, line_id="l2")))
    assert (fault.kind, [each.field for each in fault.violations]) == (Kind.INVALID, ["line_id"])
    assert fault.violations[0].detail.endswith("l1, club")
    assert (await home.rae.RecordSpend(spending(life, line_id="club"))).life.spent == "12.50"


@pytest.mark.parametrize(("days", "refused"), [(-11, True), (-10, False)])
async def test_nothing_was_spent_before_support_had_begun(home: Home, days: int, *, refused: bool) -> None:
    """The first day of support counts, and no day before it."""
    life = await home.live(plan(day(-10)))
    call = home.rae.RecordSpend(spending(life, spent_on=day(days)))
    if refused:
        fault = await refusal_of(call)
        assert (fault.kind, [each.field for each in fault.violations]) == (Kind.INVALID, ["spent_on"])
    else:
        await call


@pytest.mark.parametrize(
    ("amount", "verdict", "findings"),
    [
        # 80 a week for three weeks that have begun have come in, and four weeks may be spent ahead
        ("560.00", policy.VERDICT_MET, {}),
        ("560.01", policy.VERDICT_NEEDS_JUDGEMENT, {"SPEND-BALANCE": policy.VERDICT_NEEDS_JUDGEMENT}),
        # a quarter of a year of the line's own money
        (
            "1280.01",
            policy.VERDICT_NEEDS_JUDGEMENT,
            {"SPEND-LINE": policy.VERDICT_NEEDS_JUDGEMENT, "SPEND-BALANCE": policy.VERDICT_NEEDS_JUDGEMENT},
        ),
        ("999999999.99", policy.VERDICT_NEEDS_JUDGEMENT, {"SPEND-LINE": policy.VERDICT_NEEDS_JUDGEMENT}),
    ],
)
async def test_what_is_not_credible_is_recorded_and_marked(
    home_on: Home,
    amount: str,
    verdict: policy.Verdict.ValueType,
    findings: dict[str, policy.Verdict.ValueType],
) -> None:
    """Nobody is refused; a person judges what is far ahead of the money, and the mark can be read."""
    answer = await home_on.rae.RecordSpend(spending(await home_on.live(plan(day(-14))), amount))
    assert answer.decision.verdict == verdict
    found = {finding.rule: finding.verdict for finding in answer.decision.findings}
    assert findings.items() <= found.items()
    to_judge = verdict == policy.VERDICT_NEEDS_JUDGEMENT
    assert (answer.life.spent, answer.life.spends_to_judge) == (amount, int(to_judge))
    told = "needs_judgement" if to_judge else "met"
    assert (await home_on.events())[-1] == SpendRecorded(1, "l1", amount, today(), told, answer.spend_id)
    query = sa.select(spending_table.c.verdict, spending_table.c.receipt_id, spending_table.c.plan_version)
    kept = await home_on.running.store.read(lambda connection: connection.execute(query).one())
    assert tuple(kept) == (told, answer.decision.receipt_id, 1)


async def test_a_line_that_brings_in_nothing_is_for_somebody_to_judge(home: Home) -> None:
    """Whatever is spent on it is ahead of its money."""
    life = await home.live(plan(l1="80.00", gift="0.00"))
    answer = await home.rae.RecordSpend(spending(life, "0.01", line_id="gift"))
    findings = {finding.rule: finding.verdict for finding in answer.decision.findings}
    assert findings == {"SPEND-LINE": policy.VERDICT_NEEDS_JUDGEMENT, "SPEND-BALANCE": policy.VERDICT_MET}


async def test_a_refund_is_negative(home: Home) -> None:
    """What comes back makes room again; more than was spent is for somebody to judge."""
    life = await home.live(plan(today()))
    answer = await home.rae.RecordSpend(spending(life, "400.00"))
    assert answer.decision.verdict == policy.VERDICT_MET
    answer = await home.rae.RecordSpend(spending(answer.life, "-400.00"))
    assert (answer.decision.verdict, answer.life.spent) == (policy.VERDICT_MET, "0.00")
    answer = await home.rae.RecordSpend(spending(answer.life, "400.00"))
    assert answer.decision.verdict == policy.VERDICT_MET
    answer = await home.rae.RecordSpend(spending(answer.life, "-400.01"))
    assert (answer.decision.verdict, answer.life.spent) == (policy.VERDICT_NEEDS_JUDGEMENT, "-0.01")
    assert answer.life.spends_to_judge == 1


@pytest.mark.item(71)
async def test_one_evidence_counts_once_in_a_case(home_on: Home) -> None:
    """A second use is refused with its own reason, in whatever form its characters come; another case has its own."""
    life = (await home_on.rae.RecordSpend(spending(await home_on.live(), evidence="Caf\u00e9 12"))).life
    fault = await refusal_of(home_on.rae.RecordSpend(spending(life, "3.00", evidence=" Cafe\u0301 12")))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "EVIDENCE_USED")
    assert (await home_on.read()).spent == "12.50"
    life = (await home_on.rae.RecordSpend(spending(life))).life
    assert (await home_on.rae.RecordSpend(spending(life))).life.spent == "37.50", "none is given more than once"
    other = Home(home_on.running)
    assert (await other.rae.RecordSpend(spending(await other.live(), evidence="Caf\u00e9 12"))).life.spent == "12.50"


async def test_one_evidence_counts_once_though_it_is_sent_twice_at_the_same_moment(home_on: Home) -> None:
    """Whoever is told that the record has changed, and tries again, is told why it is refused."""
    life = await home_on.live()
    twice = [spending(life, evidence="receipt-1") for _ in range(4)]
    answers = await asyncio.gather(*(home_on.rae.RecordSpend(each) for each in twice), return_exceptions=True)
    refused = [each for each in answers if isinstance(each, grpc.aio.AioRpcError)]
    assert len(refused) == len(twice) - 1
    life = await home_on.read()
    assert life.spent == "12.50"
    again = await refusal_of(home_on.rae.RecordSpend(spending(life, evidence="receipt-1")))
    assert again.reason == "EVIDENCE_USED"


async def test_a_late_bill_belongs_to_the_plan_that_was_in_force(home: Home) -> None:
    """By the day on which it was spent, whatever plan is in force now; each plan brings in money for its own days."""
    before, now = plan(day(-28), old="10.00"), plan(day(-7), new="20.00")
    life = await home.live(before)
    await home.review()
    life = (await home.rae.CompleteReview(completion(await home.read(), pb.REVIEW_OUTCOME_CHANGE_PLAN))).life
    await home.journey.OpenLife(home.life_opening(2, started_on=day(-7), version=2, in_force=now))
    life = await home.read()
    for line, days in (("new", -8), ("old", -7)):
        fault = await refusal_of(home.rae.RecordSpend(spending(life, line_id=line, spent_on=day(days))))
        assert [each.field for each in fault.violations] == ["line_id"]
    life = (await home.rae.RecordSpend(spending(life, "5.00", line_id="new", spent_on=day(-7)))).life
    # 30.00 have come in for the old line in its three weeks; 13 weeks more may be ahead of it
    answer = await home.rae.RecordSpend(spending(life, "160.00", line_id="old", spent_on=day(-8)))
    findings = {finding.rule: finding.verdict for finding in answer.decision.findings}
    assert findings["SPEND-LINE"] == policy.VERDICT_MET
    answer = await home.rae.RecordSpend(spending(answer.life, "0.01", line_id="old", spent_on=day(-8)))
    findings = {finding.rule: finding.verdict for finding in answer.decision.findings}
    assert findings["SPEND-LINE"] == policy.VERDICT_NEEDS_JUDGEMENT
    assert answer.life.spent == "165.01"


async def test_a_plan_that_is_to_begin_is_not_in_force_yet(home: Home) -> None:
    """Support that starts in a month has no spending; after a change of plan the old plan pays until then."""
    life = await home.live(plan(day(30)))
    assert (await refusal_of(home.rae.RecordSpend(spending(life)))).violations[0].field == "spent_on"
    other = Home(home.running)
    await other.come_to(pb.LIFE_STATE_ELSEWHERE)
    await other.journey.OpenLife(
        other.life_opening(2, started_on=day(30), version=2, in_force=plan(day(30), new="9.00"))
    )
    assert (await other.rae.RecordSpend(spending(await other.read()))).life.spent == "12.50"


async def test_a_life_that_knows_no_lines_is_not_checked_and_says_so(home_on: Home) -> None:
    """One that opened before what the plan says was recorded: any line, and no verdict."""
    opening = home_on.life_opening()
    opening.ClearField("in_force")
    await home_on.journey.OpenLife(opening)
    life = await home_on.read()
    assert not life.HasField("in_force")
    answer = await home_on.rae.RecordSpend(spending(life, "5000.00", line_id="any", spent_on="2016-01-01"))
    assert (answer.life.spent, answer.HasField("decision")) == ("5000.00", False)
    assert (await home_on.events())[-1] == SpendRecorded(1, "any", "5000.00", "2016-01-01", "", answer.spend_id)


async def test_a_continued_life_knows_what_the_first_did_not(home: Home) -> None:
    """After the next review the lines are known, also for the days before it; older spending still counts."""
    opening = home.life_opening()
    opening.ClearField("in_force")
    await home.journey.OpenLife(opening)
    life = (await home.rae.RecordSpend(spending(await home.read(), "2000.00"))).life
    await home.review()
    await home.rae.CompleteReview(completion(await home.read()))
    await home.journey.OpenLife(home.life_opening(2, started_on=today(), continues=True, in_force=plan(day(-14))))
    life = await home.read()
    assert (await refusal_of(home.rae.RecordSpend(spending(life, line_id="l2")))).reason == "FIELD_INVALID"
    answer = await home.rae.RecordSpend(spending(life, "1.00", spent_on=day(-14)))
    assert answer.decision.verdict == policy.VERDICT_NEEDS_JUDGEMENT
