"""From self-assessment to the indicative budget, or to written reasons and advice."""

import json
from datetime import UTC, datetime, timedelta

import grpc
import pytest
import sqlalchemy as sa

from integration.assessment.practice import (
    ELIGIBLE,
    NOT_ELIGIBLE,
    UNABLE,
    UNSETTLED,
    Practice,
    adult,
    call,
    new_id,
    today,
)
from servers.services import refusal_of
from services.assessment.tables import advice, determinations, indicative_budgets, self_assessments, urgent_support
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role
from sevensteps.service.tables import outbox, receipts


async def told(work: Practice, type_: str) -> dict[str, object]:
    """The payload of the case's one event of a type."""
    of_type = sa.select(outbox.c.payload).where(outbox.c.case_id == work.case.case_id, outbox.c.type == type_)
    payload: dict[str, object] = json.loads(
        await work.running.store.read(lambda connection: connection.execute(of_type).scalar_one())
    )
    return payload


async def kept(work: Practice, table: sa.Table) -> sa.Row[tuple[object, ...]]:
    """The case's one row in a table."""
    of_case = sa.select(table).where(table.c.case_id == work.case.case_id)
    return await work.running.store.read(lambda connection: connection.execute(of_case).one())


@pytest.mark.item(19)
async def test_two_outcomes_not_achieved_are_eligible(work: Practice) -> None:
    """The pack proposes with reasons, references and its hash; the practitioner confirms; both stand in the event."""
    await work.open()
    proposed = await work.propose(ELIGIBLE)
    assert proposed.state == pb.DETERMINATION_STATE_PROPOSED
    assert proposed.decision.verdict == decision_pb2.VERDICT_MET
    assert set(proposed.eligible_needs) == {"nutrition", "hygiene"}
    assert proposed.decision.hash
    assert all(finding.because and finding.reference for finding in proposed.decision.findings)
    confirmed = await work.confirm()
    assert confirmed.state == pb.DETERMINATION_STATE_CONFIRMED
    assert confirmed.decision == proposed.decision
    assert (confirmed.assessed_by, confirmed.confirmed_by) == ("amy", "amy")
    payload = await told(work, "determination.confirmed.v1")
    assert (payload["eligible"], payload["assessed_by"]) == (True, ["amy"])
    answer = await work.amy.GetDetermination(pb.GetDeterminationRequest(case_id=work.case.case_id))
    assert answer.determination == confirmed


async def test_the_receipt_of_a_decision_can_be_read_again(work: Practice) -> None:
    """The decision is stored with its facts, its pack and who asked, under the id in the answer."""
    await work.open()
    proposed = await work.propose()
    of_id = sa.select(receipts).where(receipts.c.receipt_id == proposed.decision.receipt_id)
    row = await work.running.store.read(lambda connection: connection.execute(of_id).one())
    assert (row.case_id, row.council, row.decision, row.actor) == (
        work.case.case_id,
        "example",
        "eligibility",
        "amy",
    )
    assert json.loads(row.receipt)["hash"] == proposed.decision.hash


async def test_two_practitioners_stand_in_the_event(work: Practice) -> None:
    """Who assessed and who confirmed may be two people. Neither may approve the plan later, so the event names both."""
    await work.open()
    await work.propose()
    ben = work.caller(Role.PRACTITIONER, subject="ben")
    request = pb.ConfirmDeterminationRequest(reasons="I agree with what Amy found.")
    await ben.ConfirmDetermination(work.on_case(request))
    assert (await told(work, "determination.confirmed.v1"))["assessed_by"] == ["amy", "ben"]


async def test_everybody_who_proposed_stands_in_the_event(work: Practice) -> None:
    """Whoever made a proposal that was replaced has assessed too, and is named as well."""
    await work.open()
    eve = work.caller(Role.PRACTITIONER, subject="eve")
    replaced = pb.ProposeDeterminationRequest(assessed_on=today(), adult=NOT_ELIGIBLE)
    work.case = (await eve.ProposeDetermination(work.on_case(replaced))).case
    await work.propose()
    ben = work.caller(Role.PRACTITIONER, subject="ben")
    await ben.ConfirmDetermination(work.on_case(pb.ConfirmDeterminationRequest(reasons="I agree.")))
    assert (await told(work, "determination.confirmed.v1"))["assessed_by"] == ["amy", "ben", "eve"]


async def test_the_newest_proposal_alone_can_be_confirmed(work: Practice) -> None:
    """Only the newest proposal can be confirmed: the refusal of an older one names it."""
    await work.open()
    first = await work.propose(NOT_ELIGIBLE)
    newest = await work.propose(ELIGIBLE)
    request = work.on_case(pb.ConfirmDeterminationRequest(reasons="One outcome only."))
    request.determination_id = first.determination_id
    fault = await refusal_of(work.amy.ConfirmDetermination(request))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    assert newest.determination_id in fault.detail
    confirmed = await work.confirm()
    answer = await work.amy.GetDetermination(pb.GetDeterminationRequest(case_id=work.case.case_id))
    assert answer.determination == confirmed


async def test_the_confirmed_determination_is_the_one_that_is_read(work: Practice) -> None:
    """A confirmed determination stands even where a newer proposal exists, as could once happen."""
    await work.open()
    first = await work.propose(ELIGIBLE)
    await work.propose(NOT_ELIGIBLE)
    confirm = sa.update(determinations).where(determinations.c.determination_id == first.determination_id)
    await work.running.store.write(lambda connection: connection.execute(confirm.values(confirmed_by="ben")))
    answer = await work.amy.GetDetermination(pb.GetDeterminationRequest(case_id=work.case.case_id))
    assert answer.determination.determination_id == first.determination_id


async def test_a_carer_needs_one_outcome(work: Practice) -> None:
    """For a carer, one outcome is enough (SI 2015/313 reg 3)."""
    await work.open(pb.CASE_KIND_CARER)
    facts = pb.CarerFacts(necessary_care=True, outcomes={"recreation": UNABLE}, significant_impact=True)
    answer = await work.amy.ProposeDetermination(
        work.on_case(pb.ProposeDeterminationRequest(assessed_on=today(), carer=facts))
    )
    assert answer.determination.decision.verdict == decision_pb2.VERDICT_MET
    assert answer.determination.eligible_needs == ["recreation"]


async def test_what_is_unknown_is_never_no(work: Practice) -> None:
    """Without the facts the proposal lists what is missing, and nobody can confirm it."""
    await work.open()
    proposed = await work.propose(UNSETTLED)
    assert proposed.decision.verdict == decision_pb2.VERDICT_NOT_ENOUGH_INFORMATION
    assert "outcomes.nutrition.cannot_unaided" in proposed.decision.missing
    request = work.on_case(pb.ConfirmDeterminationRequest(reasons="I am sure all the same."))
    fault = await refusal_of(work.amy.ConfirmDetermination(request))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "FACTS_MISSING")
    await work.propose(ELIGIBLE)
    assert (await work.confirm()).state == pb.DETERMINATION_STATE_CONFIRMED


@pytest.mark.item(21, 22)
async def test_the_table_gives_the_budget(work: Practice) -> None:
    """16 points are 82.91 a week in the example council's table; with the budget the assessment is done."""
    await work.open()
    await work.propose()
    await work.confirm()
    answer = await work.amy.GiveIndicativeBudget(work.on_case(pb.GiveIndicativeBudgetRequest(points=16)))
    assert answer.weekly == "82.91"
    assert not answer.case.assessment_open
    assert (await told(work, "indicative_budget.given.v1")) == {
        "round": 1,
        "weekly": "82.91",
        "given_by": "amy",
        "own_money": False,
    }
    row = await kept(work, indicative_budgets)
    assert (row.points, row.weekly, row.receipt_id) == (16, "82.91", answer.decision.receipt_id)


async def test_above_the_table_a_practitioner_says_how_much(work: Practice) -> None:
    """There is no cap: where the table ends, an amount must be given, and is taken to the penny."""
    await work.open()
    await work.propose()
    await work.confirm()
    request = pb.GiveIndicativeBudgetRequest(points=101)
    fault = await refusal_of(work.amy.GiveIndicativeBudget(work.on_case(request)))
    assert (fault.kind, [each.field for each in fault.violations]) == (Kind.INVALID, ["weekly_by_practitioner"])
    request.weekly_by_practitioner = "1412.5"
    assert (await work.amy.GiveIndicativeBudget(work.on_case(request))).weekly == "1412.50"


async def test_the_table_goes_before_the_practitioners_figure(work: Practice) -> None:
    """Where the table has an amount, another one is refused and not ignored."""
    await work.open()
    await work.propose()
    await work.confirm()
    request = pb.GiveIndicativeBudgetRequest(points=16, weekly_by_practitioner="500.00")
    fault = await refusal_of(work.amy.GiveIndicativeBudget(work.on_case(request)))
    assert (fault.kind, [each.field for each in fault.violations]) == (Kind.INVALID, ["weekly_by_practitioner"])
    assert "82.91" in fault.detail
    assert (await work.read()).assessment_open


async def test_who_is_not_eligible_gets_reasons_and_advice(work: Practice) -> None:
    """Not eligible is an ending with duties: reasons, advice, how to ask again; then the assessment is done."""
    await work.open()
    proposed = await work.propose(NOT_ELIGIBLE)
    assert proposed.decision.verdict == decision_pb2.VERDICT_NOT_MET
    assert not proposed.eligible_needs
    await work.confirm()
    request = pb.GiveAdviceRequest(written_reasons="One outcome.", advice="Lunch club.", how_to_ask_again="Ring us.")
    answer = await work.amy.GiveAdvice(work.on_case(request))
    assert not answer.case.assessment_open
    assert (await told(work, "determination.confirmed.v1"))["eligible"] is False
    row = await kept(work, advice)
    assert (row.written_reasons, row.advice, row.how_to_ask_again) == ("One outcome.", "Lunch club.", "Ring us.")


async def test_own_words_are_kept_and_not_told(work: Practice) -> None:
    """What the person says stays with the service; the event says only that it was said, and who helped."""
    await work.open()
    words = "I want to see the sea again — Ynys Môn, ‘soon’."
    request = pb.RecordSelfAssessmentRequest(help=pb.SELF_ASSESSMENT_HELP_ADVOCATE, own_words=words)
    await work.amy.RecordSelfAssessment(work.on_case(request))
    assert (await kept(work, self_assessments)).own_words == words
    assert await told(work, "self_assessment.recorded.v1") == {"round": 1, "help": "advocate"}


async def test_urgent_needs_are_met_first(work: Practice) -> None:
    """Support before the assessment is recorded (s.19(3)), and the assessment is still to be done."""
    await work.open()
    request = pb.RecordUrgentSupportRequest(
        needs=["nutrition", "toilet"], weekly="95", starts_on=today(), because="Discharged this morning."
    )
    answer = await work.amy.RecordUrgentSupport(work.on_case(request))
    assert answer.case.assessment_open
    assert (await kept(work, urgent_support)).weekly == "95.00"
    assert (await told(work, "urgent_support.recorded.v1"))["weekly"] == "95.00"


@pytest.mark.parametrize(("hour", "due_on"), [(22, "2026-06-29"), (23, "2026-06-30")])
async def test_a_clock_begins_on_the_day_in_the_united_kingdom(
    work: Practice, monkeypatch: pytest.MonkeyPatch, hour: int, due_on: str
) -> None:
    """28 days from the day there: in summer time a case that is opened after 23:00 UTC is opened on the next day."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 1, hour, 30, tzinfo=UTC))
    await work.open()
    assert (await told(work, "case.opened.v1"))["due_on"] == due_on


@pytest.mark.parametrize(
    ("rpc", "request_", "comes_first"),
    [
        (
            "ConfirmDetermination",
            pb.ConfirmDeterminationRequest(reasons="Yes."),
            "ProposeDetermination must come first",
        ),
        ("GiveIndicativeBudget", pb.GiveIndicativeBudgetRequest(points=16), "ConfirmDetermination must come first"),
        (
            "GiveAdvice",
            pb.GiveAdviceRequest(written_reasons="-", advice="-", how_to_ask_again="-"),
            "ConfirmDetermination must come first",
        ),
    ],
)
async def test_a_step_before_its_time_says_what_comes_first(
    work: Practice, rpc: str, request_: pb.ConfirmDeterminationRequest, comes_first: str
) -> None:
    """Every wrong order is STAGE_ORDER, and the sentence names the step that is missing."""
    await work.open()
    fault = await refusal_of(call(work.amy, rpc, work.on_case(request_)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    assert comes_first in fault.detail


async def test_a_proposal_alone_gives_no_budget(work: Practice) -> None:
    """A proposal has no effect until a practitioner confirms it."""
    await work.open()
    await work.propose()
    request = work.on_case(pb.GiveIndicativeBudgetRequest(points=16))
    fault = await refusal_of(work.amy.GiveIndicativeBudget(request))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")


async def test_budget_is_for_the_eligible_and_advice_for_the_others(work: Practice) -> None:
    """GiveAdvice and GiveIndicativeBudget each refuse what belongs to the other, and name it."""
    await work.open()
    await work.propose(ELIGIBLE)
    await work.confirm()
    request = pb.GiveAdviceRequest(written_reasons="-", advice="-", how_to_ask_again="-")
    assert "GiveIndicativeBudget" in (await refusal_of(work.amy.GiveAdvice(work.on_case(request)))).detail
    await work.open()
    await work.propose(NOT_ELIGIBLE)
    await work.confirm()
    budget = work.on_case(pb.GiveIndicativeBudgetRequest(points=16))
    assert "GiveAdvice" in (await refusal_of(work.amy.GiveIndicativeBudget(budget))).detail


async def test_one_determination_a_round_is_confirmed(work: Practice) -> None:
    """Afterwards nothing is proposed or confirmed until a review asks for a new round."""
    await work.open()
    first = await work.propose(adult("nutrition", "hygiene", "toilet"))
    await work.propose(ELIGIBLE)
    await work.confirm()
    request = work.on_case(pb.ConfirmDeterminationRequest(reasons="This one too."))
    request.determination_id = first.determination_id
    proposal = work.on_case(pb.ProposeDeterminationRequest(assessed_on=today(), adult=NOT_ELIGIBLE))
    for refused in (work.amy.ConfirmDetermination(request), work.amy.ProposeDetermination(proposal)):
        fault = await refusal_of(refused)
        assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
        assert "confirmed determination already" in fault.detail


async def test_another_cases_determination_is_not_confirmed_here(work: Practice) -> None:
    """A determination belongs to its case."""
    await work.open()
    elsewhere = await work.propose()
    await work.open()
    request = work.on_case(pb.ConfirmDeterminationRequest(reasons="Mixed up."))
    assert request.determination_id == elsewhere.determination_id
    fault = await refusal_of(work.amy.ConfirmDetermination(request))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")


async def test_without_a_determination_there_is_none_to_read(work: Practice) -> None:
    """The answer says what makes one."""
    await work.open()
    fault = await refusal_of(work.amy.GetDetermination(pb.GetDeterminationRequest(case_id=work.case.case_id)))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "DETERMINATION_NOT_FOUND")


@pytest.mark.item(29)
async def test_the_next_round_begins_anew(work: Practice) -> None:
    """A reassessment (s.27(4)) has a date of its own, its own determination and its own budget."""
    await work.open()
    await work.propose()
    await work.confirm()
    await work.give_budget()
    opened_on = (clock.today() - timedelta(days=7)).isoformat()
    answer = await work.journey().OpenAssessment(work.on_case(pb.OpenAssessmentRequest(round=2, opened_on=opened_on)))
    case = await work.read()
    assert (case.round, case.assessment_open, case.assessment_due) == (2, True, answer.due_on)
    assert answer.due_on > opened_on
    old = work.on_case(pb.ConfirmDeterminationRequest(reasons="As last time."))
    assert (await refusal_of(work.amy.ConfirmDetermination(old))).reason == "STAGE_ORDER"
    await work.propose()
    assert (await work.confirm()).round == 2
    await work.give_budget()
    assert not (await work.read()).assessment_open


async def test_a_round_that_is_open_is_not_opened_twice(work: Practice) -> None:
    """The journey may ask again under another id, years later: the same date, and no second event."""
    await work.open()
    await work.propose()
    await work.confirm()
    await work.give_budget()
    request = pb.OpenAssessmentRequest(round=2, opened_on=today())
    first = await work.journey().OpenAssessment(work.on_case(request))
    request.opened_on = "2026-01-05"
    assert await work.journey().OpenAssessment(work.on_case(request)) == first
    assert (await told(work, "assessment.opened.v1"))["due_on"] == first.due_on


async def test_rounds_follow_one_another(work: Practice) -> None:
    """A round is opened after the one before it."""
    await work.open()
    await work.propose()
    await work.confirm()
    await work.give_budget()
    request = work.on_case(pb.OpenAssessmentRequest(round=3, opened_on=today()))
    fault = await refusal_of(work.journey().OpenAssessment(request))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")


@pytest.mark.parametrize("number", [-1, 0])
async def test_a_round_that_cannot_be_is_named(work: Practice, number: int) -> None:
    """Rounds count from 1: a missing one is told as such."""
    await work.open()
    request = work.on_case(pb.OpenAssessmentRequest(round=number, opened_on=today()))
    fault = await refusal_of(work.journey().OpenAssessment(request))
    assert (fault.reason, [each.field for each in fault.violations]) == ("FIELD_INVALID", ["round"])


async def test_a_round_under_way_is_finished_first(work: Practice) -> None:
    """No second round is opened beside the first."""
    await work.open()
    request = work.on_case(pb.OpenAssessmentRequest(round=2, opened_on=today()))
    fault = await refusal_of(work.journey().OpenAssessment(request))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")


async def test_two_of_the_same_in_the_same_moment_are_both_kept(work: Practice) -> None:
    """Two records of the same moment are stored side by side."""
    await work.open()
    for _ in range(20):
        request = pb.RecordSelfAssessmentRequest(help=pb.SELF_ASSESSMENT_HELP_ALONE, own_words="And another thing.")
        work.case = (await work.amy.RecordSelfAssessment(work.on_case(request))).case
    rows = sa.select(sa.func.count()).where(self_assessments.c.case_id == work.case.case_id)
    assert await work.running.store.read(lambda connection: connection.execute(rows).scalar_one()) == 20


async def test_who_repeats_anothers_request_is_not_answered_for_them(work: Practice) -> None:
    """Everybody's request ids are their own: nobody reads an answer by another's, and nobody is in another's way."""
    await work.open()
    request = work.on_case(pb.ResumeCaseRequest(because="Mended."))
    olus = await work.caller(Role.OPERATIONS, subject="olu").ResumeCase(request)
    pats = await work.caller(Role.OPERATIONS, subject="pat").ResumeCase(request)
    assert int(pats.case.etag) == int(olus.case.etag) + 1


async def test_an_ended_case_may_be_resumed(work: Practice) -> None:
    """Its journey may be parked while it closes everything: the event is published, and nothing else changes."""
    await work.open()
    await work.end()
    ended = await work.read()
    request = work.on_case(pb.ResumeCaseRequest(because="Planning knows the case now."))
    resumed = (await work.caller(Role.OPERATIONS).ResumeCase(request)).case
    assert (resumed.ending, resumed.assessment_open) == (ended.ending, ended.assessment_open)
    told_again = await told(work, "case.resumed.v1")
    assert told_again == {"because": "Planning knows the case now.", "replay": False, "skips": "", "turn": 0}


async def test_a_refused_request_may_be_sent_again_mended(work: Practice) -> None:
    """A refusal is no answer: the request id is still free."""
    await work.open()
    request = work.on_case(pb.ProposeDeterminationRequest(assessed_on=today(), adult=ELIGIBLE))
    request.request_id, request.etag = new_id(), "999"
    with pytest.raises(grpc.aio.AioRpcError):
        await work.amy.ProposeDetermination(request)
    request.etag = work.case.etag
    assert (await work.amy.ProposeDetermination(request)).determination.determination_id
