"""Whether the council has to meet eligible needs, or may: decided with a determination, and judged where it is open."""

import json

import pytest
import sqlalchemy as sa

from integration.assessment.practice import NOT_ELIGIBLE, UNABLE, Practice, adult, today
from servers.services import refusal_of
from services.assessment.tables import determinations
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.errors import Kind
from sevensteps.events import DeterminationConfirmed, without_words
from sevensteps.service.tables import outbox, receipts

NEEDS = ("nutrition", "hygiene")
JUDGED = "We meet them until the other council has assessed."


def owed(**facts: object) -> pb.AdultFacts:
    """An adult with two eligible needs that no carer meets, who is not charged, unless the facts say otherwise."""
    assessed = adult(*NEEDS)
    for need in NEEDS:
        assessed.outcomes[need].met_by_carer = False
    assessed.charged = False
    for name, fact in facts.items():
        setattr(assessed, name, fact)
    return assessed


async def confirm(work: Practice, duty_because: str = "") -> pb.Determination:
    """Confirm what was proposed."""
    request = pb.ConfirmDeterminationRequest(reasons="As assessed together.", duty_because=duty_because)
    answer = await work.amy.ConfirmDetermination(work.on_case(request))
    work.case = answer.case
    return answer.determination


async def confirmed(work: Practice) -> str:
    """The payload of the event that tells of the confirmation."""
    query = sa.select(outbox.c.payload).where(
        outbox.c.case_id == work.case.case_id, outbox.c.type == DeterminationConfirmed.TYPE
    )
    return await work.running.store.read(lambda connection: str(connection.execute(query).scalar_one()))


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({}, "MET"),
        ({"residence": pb.RESIDENCE_NO_SETTLED_RESIDENCE}, "MET"),
        ({"residence": pb.RESIDENCE_ELSEWHERE}, "NEEDS_JUDGEMENT"),
        ({"residence": pb.RESIDENCE_UNSPECIFIED}, "NOT_ENOUGH_INFORMATION"),
        ({"charged": True, "means_within_limit": True}, "MET"),
        ({"charged": True}, "NOT_ENOUGH_INFORMATION"),
    ],
)
@pytest.mark.item(19)
async def test_the_duty_is_decided_with_the_determination(
    work: Practice, facts: dict[str, object], verdict: str
) -> None:
    """By residence, charge and means (s.18): needs are eligible whatever the duty is, and unknown is never a duty."""
    await work.open()
    proposed = await work.propose(owed(**facts))
    assert proposed.decision.verdict == decision_pb2.VERDICT_MET
    assert proposed.duty.verdict == decision_pb2.Verdict.Value(f"VERDICT_{verdict}")
    assert list(proposed.duty_owed) == (list(NEEDS) if verdict == "MET" else [])
    of_id = sa.select(receipts.c.decision).where(receipts.c.receipt_id == proposed.duty.receipt_id)
    assert await work.running.store.read(lambda connection: connection.execute(of_id).scalar_one()) == "duty"


async def test_everything_that_was_assessed_can_be_read_back(work: Practice) -> None:
    """Residence, charge, means, capacity and who meets what stand in the determination, as they were sent."""
    await work.open()
    facts = owed(
        charged=True, means_within_limit=False, asks=True, care_home=False, lacks_capacity=True, somebody_arranges=True
    )
    await work.propose(facts)
    answer = await work.amy.GetDetermination(pb.GetDeterminationRequest(case_id=work.case.case_id))
    assert answer.determination.adult == facts


async def test_a_need_that_a_carer_meets_is_eligible_and_not_owed(work: Practice) -> None:
    """It stays on record as an eligible need (s.18(7)), by name, and the duty extends to the others."""
    await work.open()
    facts = owed()
    facts.outcomes["hygiene"].met_by_carer = True
    proposed = await work.propose(facts)
    assert set(proposed.eligible_needs) == set(NEEDS)
    assert (list(proposed.duty_owed), list(proposed.met_by_carer)) == (["nutrition"], ["hygiene"])


@pytest.mark.parametrize("residence", [pb.RESIDENCE_ELSEWHERE, pb.RESIDENCE_UNSPECIFIED])
async def test_residence_elsewhere_or_unknown_takes_a_judgement(
    work: Practice, residence: pb.Residence.ValueType
) -> None:
    """Nobody slips into a duty: the confirmation is refused until it says what the council does, and that is told."""
    await work.open()
    await work.propose(owed(residence=residence))
    fault = await refusal_of(confirm(work))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "DUTY_NEEDS_JUDGEMENT")
    determination = await confirm(work, JUDGED)
    assert determination.duty_because == JUDGED
    answer = await work.amy.GetDetermination(pb.GetDeterminationRequest(case_id=work.case.case_id))
    assert answer.determination == determination
    payload = await confirmed(work)
    assert json.loads(payload)["duty_because"] == JUDGED
    assert json.loads(payload)["duty"] == decision_pb2.Verdict.Name(determination.duty.verdict)[8:].lower()
    assert JUDGED not in without_words(payload)


@pytest.mark.parametrize("facts", [owed(), owed(charged=True), NOT_ELIGIBLE])
async def test_where_nothing_is_left_to_judgement_none_is_taken(work: Practice, facts: pb.AdultFacts) -> None:
    """A duty, one that only the financial assessment will settle, and no eligible need are confirmed without."""
    await work.open()
    await work.propose(facts)
    fault = await refusal_of(confirm(work, JUDGED))
    assert [violation.field for violation in fault.violations] == ["duty_because"]
    assert (await confirm(work)).confirmed_by == "amy"


async def test_means_above_the_limit_leave_a_power(work: Practice) -> None:
    """Somebody above the limit who does not ask is owed nothing, and meeting the needs is judged (s.19(1))."""
    await work.open()
    await work.propose(
        owed(charged=True, means_within_limit=False, asks=False, lacks_capacity=False, somebody_arranges=True)
    )
    assert (await refusal_of(confirm(work))).reason == "DUTY_NEEDS_JUDGEMENT"
    assert (await confirm(work, "A short time at home is cheaper than hospital.")).duty_because


async def test_the_duty_to_a_carer_goes_by_where_the_adult_lives(work: Practice) -> None:
    """For carers section 20 decides, by the adult cared for."""
    await work.open(pb.CASE_KIND_CARER)
    facts = pb.CarerFacts(
        necessary_care=True,
        health_at_risk=True,
        significant_impact=True,
        residence=pb.RESIDENCE_HERE,
        charged=True,
        means_within_limit=False,
        asks=True,
        care_to_adult=True,
        adult_charged=True,
        adult_means_within_limit=False,
        adult_agrees=True,
        adult_asks=True,
    )
    request = pb.ProposeDeterminationRequest(assessed_on=today(), carer=facts)
    answer = await work.amy.ProposeDetermination(work.on_case(request))
    assert answer.determination.duty.verdict == decision_pb2.VERDICT_MET
    assert answer.determination.duty_owed == ["carer_health"]
    assert answer.determination.carer == facts


@pytest.mark.parametrize(("residence", "resident"), [(pb.RESIDENCE_HERE, True), (pb.RESIDENCE_ELSEWHERE, False)])
async def test_callers_of_before_say_it_with_yes_or_no(
    work: Practice, residence: pb.Residence.ValueType, *, resident: bool
) -> None:
    """`resident` counts as residence; where both are sent they must agree."""
    await work.open()
    facts = owed(residence=pb.RESIDENCE_UNSPECIFIED, resident=resident)
    assert (await work.propose(facts)).adult.residence == residence
    fault = await refusal_of(work.propose(owed(residence=residence, resident=not resident)))
    assert [violation.field for violation in fault.violations] == ["adult.resident"]


async def test_for_a_carer_nothing_is_met_by_a_carer(work: Practice) -> None:
    """Section 18(7) is about adults: the field is refused by its path."""
    await work.open(pb.CASE_KIND_CARER)
    answers = pb.OutcomeAnswers(cannot_unaided=True, met_by_carer=True)
    facts = pb.CarerFacts(outcomes={"recreation": answers})
    request = pb.ProposeDeterminationRequest(assessed_on=today(), carer=facts)
    fault = await refusal_of(work.amy.ProposeDetermination(work.on_case(request)))
    assert [violation.field for violation in fault.violations] == ["carer.outcomes[recreation].met_by_carer"]


async def as_before(work: Practice, *, resident: bool | None) -> None:
    """Leave the proposal as an earlier version stored it, which asked for residence with the other facts."""

    def write(connection: sa.Connection) -> None:
        of_case = determinations.c.case_id == work.case.case_id
        before = determinations.update().where(of_case).values(assessment=None, duty_receipt_id=None, duty_owed="[]")
        connection.execute(before)
        receipt_id = connection.execute(sa.select(determinations.c.receipt_id).where(of_case)).scalar_one()
        of_id = receipts.c.receipt_id == receipt_id
        receipt = json.loads(connection.execute(sa.select(receipts.c.receipt).where(of_id)).scalar_one())
        receipt["facts"] |= {} if resident is None else {"resident": resident}
        connection.execute(receipts.update().where(of_id).values(receipt=json.dumps(receipt)))

    await work.running.store.write(write)


async def test_a_proposal_of_before_is_confirmed_by_its_residence(work: Practice) -> None:
    """Its facts are read from its receipt, and the duty is decided when it is confirmed."""
    await work.open()
    await work.propose(adult(*NEEDS))
    await as_before(work, resident=True)
    determination = await confirm(work)
    assert determination.duty.verdict == decision_pb2.VERDICT_NOT_ENOUGH_INFORMATION
    assert (determination.adult.residence, determination.adult.outcomes["hygiene"]) == (pb.RESIDENCE_HERE, UNABLE)


async def test_a_proposal_of_before_without_residence_takes_a_judgement(work: Practice) -> None:
    """No residence recorded is an unknown one."""
    await work.open()
    await work.propose(adult(*NEEDS))
    await as_before(work, resident=None)
    assert (await refusal_of(confirm(work))).reason == "DUTY_NEEDS_JUDGEMENT"


async def test_a_case_past_its_determination_is_not_thrown_back(work: Practice) -> None:
    """What an earlier version confirmed without a residence goes on to its budget, and answers as it did."""
    await work.open()
    await work.propose(adult(*NEEDS))
    await work.confirm()
    await as_before(work, resident=None)
    await work.give_budget()
    answer = await work.amy.GetDetermination(pb.GetDeterminationRequest(case_id=work.case.case_id))
    assert not answer.determination.HasField("duty")
    assert answer.determination.adult.residence == pb.RESIDENCE_UNSPECIFIED
