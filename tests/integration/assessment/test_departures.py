"""A practitioner departs from what the pack proposes, outcome by outcome, with reasons."""

import json

import pytest
import sqlalchemy as sa

from integration.assessment.practice import ELIGIBLE, NOT_ELIGIBLE, UNABLE, Practice, adult, today
from servers.services import refusal_of
from services.assessment.tables import determinations
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.errors import Kind
from sevensteps.events import DeterminationConfirmed, without_words
from sevensteps.identity.actor import Role
from sevensteps.service.tables import outbox, receipts

UNABLE_TO = pb.OUTCOME_JUDGEMENT_UNABLE
ABLE_TO = pb.OUTCOME_JUDGEMENT_ABLE
UNKNOWN = pb.OUTCOME_JUDGEMENT_UNKNOWN
WHY = "On my second visit it was otherwise."


def departure(outcome: str, judgement: pb.OutcomeJudgement.ValueType, because: str = WHY) -> pb.Departure:
    """One outcome, judged otherwise than proposed."""
    return pb.Departure(outcome=outcome, judgement=judgement, because=because)


async def confirm(work: Practice, *departures: pb.Departure) -> pb.Determination:
    """Confirm what was proposed, with departures."""
    request = pb.ConfirmDeterminationRequest(reasons="As assessed together.", departures=departures)
    answer = await work.amy.ConfirmDetermination(work.on_case(request))
    work.case = answer.case
    return answer.determination


async def read(work: Practice) -> pb.Determination:
    """The determination as it is read afterwards."""
    answer = await work.amy.GetDetermination(pb.GetDeterminationRequest(case_id=work.case.case_id))
    return answer.determination


async def told(work: Practice) -> str:
    """The payload of the event that tells of the confirmation."""
    query = sa.select(outbox.c.payload).where(
        outbox.c.case_id == work.case.case_id, outbox.c.type == DeterminationConfirmed.TYPE
    )
    return await work.running.store.read(lambda connection: str(connection.execute(query).scalar_one()))


async def test_an_outcome_more_makes_needs_eligible(work: Practice) -> None:
    """The same rules decide again; eligibility, needs and duty follow, and proposal and departure are on record."""
    await work.open()
    proposed = await work.propose(NOT_ELIGIBLE)
    confirmed = await confirm(work, departure("hygiene", UNABLE_TO))
    assert confirmed.decision.verdict == decision_pb2.VERDICT_MET
    assert list(confirmed.eligible_needs) == ["nutrition", "hygiene"]
    assert confirmed.duty.verdict == decision_pb2.VERDICT_NOT_ENOUGH_INFORMATION
    assert list(confirmed.departures) == [departure("hygiene", UNABLE_TO)]
    assert confirmed.proposal == pb.Proposal(decision=proposed.decision)
    assert confirmed.adult == NOT_ELIGIBLE
    assert await read(work) == confirmed


async def test_the_decision_from_the_departures_has_its_own_receipt(work: Practice) -> None:
    """It is made by the pack of the proposal, on the facts as the practitioner judges them, and can be verified."""
    await work.open()
    proposed = await work.propose(NOT_ELIGIBLE)
    confirmed = await confirm(work, departure("hygiene", UNABLE_TO))
    assert confirmed.decision.receipt_id != proposed.decision.receipt_id
    assert confirmed.decision.hash == proposed.decision.hash
    of_id = sa.select(receipts.c.receipt).where(receipts.c.receipt_id == confirmed.decision.receipt_id)
    receipt = json.loads(await work.running.store.read(lambda connection: connection.execute(of_id).scalar_one()))
    assert receipt["facts"]["outcomes"]["hygiene"]["cannot_unaided"] is True


async def test_an_outcome_less_ends_in_advice(work: Practice) -> None:
    """A practitioner who finds somebody able after all gives advice, and no budget."""
    await work.open()
    await work.propose(ELIGIBLE)
    confirmed = await confirm(work, departure("hygiene", ABLE_TO))
    assert confirmed.decision.verdict == decision_pb2.VERDICT_NOT_MET
    assert (list(confirmed.eligible_needs), confirmed.HasField("duty")) == ([], False)
    assert confirmed.proposal.eligible_needs == ["nutrition", "hygiene"]
    assert confirmed.proposal.HasField("duty")
    assert (await refusal_of(work.give_budget())).reason == "STAGE_ORDER"
    advice = pb.GiveAdviceRequest(written_reasons="One.", advice="A club.", how_to_ask_again="Ring us.")
    await work.amy.GiveAdvice(work.on_case(advice))


async def test_what_was_decided_and_proposed_stands_in_the_event(work: Practice) -> None:
    """Integrators hear which outcomes, why, and what had been proposed; Temporal hears no words."""
    await work.open()
    await work.propose(adult("nutrition", "hygiene", "toilet"))
    await confirm(work, departure("toilet", ABLE_TO), departure("community", UNABLE_TO, "No bus goes there now."))
    payload = DeterminationConfirmed.of(await told(work))
    assert (payload.eligible, payload.needs) == (True, ["nutrition", "hygiene", "community"])
    assert (payload.able, payload.unable, payload.unknown) == (["toilet"], ["community"], [])
    assert payload.departures_because == [f"toilet: {WHY}", "community: No bus goes there now."]
    assert (payload.proposed, payload.proposed_needs) == ("met", ["nutrition", "hygiene", "toilet"])
    heard = without_words(await told(work))
    assert WHY not in heard
    assert DeterminationConfirmed.of(heard).departures_because == []


async def test_without_departures_nothing_is_told_of_them(work: Practice) -> None:
    """A proposal that is confirmed as it is has no second decision."""
    await work.open()
    proposed = await work.propose(ELIGIBLE)
    confirmed = await confirm(work)
    assert (confirmed.decision, confirmed.HasField("proposal")) == (proposed.decision, False)
    payload = DeterminationConfirmed.of(await told(work))
    assert (payload.proposed, payload.proposed_needs, payload.unable) == ("", [], [])


async def test_an_outcome_that_becomes_unknown_may_leave_nothing_to_confirm(work: Practice) -> None:
    """Unknown is never no: where eligibility hangs on it, the confirmation is refused, and nothing is stored."""
    await work.open()
    await work.propose(ELIGIBLE)
    fault = await refusal_of(confirm(work, departure("hygiene", UNKNOWN)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "FACTS_MISSING")
    assert (await read(work)).state == pb.DETERMINATION_STATE_PROPOSED


async def test_an_open_proposal_is_settled_by_departures(work: Practice) -> None:
    """What the facts left open, a practitioner may judge."""
    await work.open()
    facts = adult("nutrition")
    facts.outcomes["hygiene"].ClearField("endangers")
    assert (await work.propose(facts)).decision.verdict == decision_pb2.VERDICT_NOT_ENOUGH_INFORMATION
    confirmed = await confirm(work, departure("hygiene", ABLE_TO))
    assert confirmed.decision.verdict == decision_pb2.VERDICT_NOT_MET


async def test_a_carer_is_judged_by_the_outcomes_of_carers(work: Practice) -> None:
    """Departures decide by the carer's rules, and an outcome of adults only is refused by its path."""
    await work.open(pb.CASE_KIND_CARER)
    await work.talk()
    facts = pb.CarerFacts(
        necessary_care=True,
        health_at_risk=False,
        significant_impact=True,
        residence=pb.RESIDENCE_HERE,
        outcomes={"recreation": UNABLE},
    )
    request = pb.ProposeDeterminationRequest(assessed_on=today(), carer=facts)
    answer = await work.amy.ProposeDetermination(work.on_case(request))
    work.case, work.determination = answer.case, answer.determination
    fault = await refusal_of(confirm(work, departure("hygiene", UNABLE_TO)))
    assert [violation.field for violation in fault.violations] == ["departures[0].outcome"]
    confirmed = await confirm(work, departure("habitable", UNABLE_TO))
    assert list(confirmed.eligible_needs) == ["habitable", "recreation"]


@pytest.mark.parametrize(
    ("departures", "field"),
    [
        ([departure("hygiene", UNABLE_TO)], "departures[0].judgement"),
        ([departure("toilet", ABLE_TO)], "departures[0].judgement"),
        ([departure("joy", ABLE_TO)], "departures[0].outcome"),
        ([departure("toilet", UNABLE_TO), departure("toilet", UNKNOWN)], "departures[1].outcome"),
        ([departure("toilet", pb.OUTCOME_JUDGEMENT_UNSPECIFIED)], "departures[0].judgement"),
        ([departure("toilet", UNABLE_TO, "")], "departures[0].because"),
    ],
)
async def test_a_departure_that_is_none_is_refused(work: Practice, departures: list[pb.Departure], field: str) -> None:
    """What is proposed already, no outcome, one twice, no judgement and no reason are refused by their path."""
    await work.open()
    await work.propose(ELIGIBLE)
    fault = await refusal_of(confirm(work, *departures))
    assert fault.kind is Kind.INVALID
    assert [violation.field for violation in fault.violations] == [field]


async def test_who_departs_has_assessed(work: Practice) -> None:
    """Whoever judges outcomes may not sign the plan later: separation of duties is as it was."""
    await work.open()
    await work.propose(NOT_ELIGIBLE)
    ben = work.caller(Role.PRACTITIONER, subject="ben")
    request = pb.ConfirmDeterminationRequest(reasons="I saw it.", departures=[departure("hygiene", UNABLE_TO)])
    await ben.ConfirmDetermination(work.on_case(request))
    assert DeterminationConfirmed.of(await told(work)).assessed_by == ["amy", "ben"]


async def test_a_proposal_of_before_can_be_departed_from(work: Practice) -> None:
    """Its facts come from its receipt, and are the ones that stay on record as assessed."""
    await work.open()
    await work.propose(NOT_ELIGIBLE)
    before = determinations.update().where(determinations.c.case_id == work.case.case_id).values(assessment=None)
    await work.running.store.write(lambda connection: connection.execute(before))
    request = pb.ConfirmDeterminationRequest(
        reasons="I saw it.", departures=[departure("hygiene", UNABLE_TO)], duty_because="She lives here."
    )
    await work.amy.ConfirmDetermination(work.on_case(request))
    determination = await read(work)
    assert determination.eligible_needs == ["nutrition", "hygiene"]
    assert determination.adult.outcomes["hygiene"].cannot_unaided is False
