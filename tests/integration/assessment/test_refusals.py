"""Refused assessments (s.11): when a refusal stands, when it may not, and what makes the assessment owed again."""

import pytest

from integration.assessment.contact_practice import ContactPractice, refusal
from integration.assessment.practice import ELIGIBLE, adult, days_ago, today
from integration.assessment.speaking import having, lacking
from servers.services import Running, refusal_of
from sevensteps.api.assessment.v1 import assessment_pb2 as case_pb
from sevensteps.api.assessment.v1 import representation_pb2
from sevensteps.api.assessment.v1 import rounds_pb2 as pb
from sevensteps.api.assessment.v1.representation_pb2_grpc import RepresentationServiceStub
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role

REFUSE = representation_pb2.OWN_DECISION_REFUSE_ASSESSMENT


@pytest.fixture
def work(running: Running) -> ContactPractice:
    """Amy, before she opens a case."""
    return ContactPractice(running)


async def listed(work: ContactPractice) -> list[pb.Refusal]:
    """The refusals of the case."""
    asked = pb.ListRefusalsRequest(case_id=work.case.case_id)
    return list((await work.rounds().ListRefusals(asked)).refusals)


async def end_as_refused(work: ContactPractice) -> None:
    """End the case because the assessment was refused."""
    request = case_pb.EndCaseRequest(ending=case_pb.ENDING_ASSESSMENT_REFUSED)
    work.case = (await work.amy.EndCase(work.on_case(request))).case


async def test_while_a_refusal_stands_nothing_is_determined(work: ContactPractice) -> None:
    """It is read back and told, and the refusal of the next step says what to do."""
    await work.open()
    await work.propose()
    refused = await work.refuse()
    assert (refused.stands, refused.exception, refused.round) == (True, pb.REFUSAL_EXCEPTION_UNSPECIFIED, 1)
    assert (refused.refused_on, refused.recorded_by) == (today(), "amy")
    assert await listed(work) == [refused]
    assert (await work.told())[-1] == (
        "assessment.refused.v1",
        {"round": 1, "refusal_id": refused.refusal_id, "refused_on": today(), "stands": True, "exception": ""},
    )
    for step in (work.propose, work.confirm):
        fault = await refusal_of(step())
        assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "ASSESSMENT_REFUSED")
        assert "ReviveAssessment" in fault.detail
    assert (await refusal_of(work.refuse())).reason == "ASSESSMENT_REFUSED"
    await end_as_refused(work)
    assert work.case.ending == case_pb.ENDING_ASSESSMENT_REFUSED


@pytest.mark.parametrize(
    ("request_", "exception"),
    [
        (refusal(lacks_capacity=True, best_interests=True), pb.REFUSAL_EXCEPTION_LACKS_CAPACITY),
        (refusal(abuse_or_neglect=True), pb.REFUSAL_EXCEPTION_ABUSE_OR_NEGLECT),
        (
            refusal(lacks_capacity=True, best_interests=False, abuse_or_neglect=True),
            pb.REFUSAL_EXCEPTION_ABUSE_OR_NEGLECT,
        ),
    ],
)
async def test_a_refusal_may_not_stand(
    work: ContactPractice, request_: pb.RecordRefusalRequest, exception: pb.RefusalException.ValueType
) -> None:
    """Then the assessment goes on (s.11(2)), and the case does not end by it."""
    await work.open()
    refused = await work.refuse(request_)
    assert (refused.stands, refused.exception) == (False, exception)
    fault = await refusal_of(end_as_refused(work))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "REFUSAL_DOES_NOT_STAND")
    await work.propose()
    await work.confirm()
    assert (await refusal_of(work.refuse())).reason == "STAGE_ORDER"


async def test_without_capacity_and_not_in_their_interests_it_stands(work: ContactPractice) -> None:
    """The exception has two halves (s.11(2)(a))."""
    await work.open()
    assert (await work.refuse(refusal(lacks_capacity=True, best_interests=False))).stands


@pytest.mark.parametrize("by", [pb.REVIVED_BY_REQUEST, pb.REVIVED_BY_CHANGE])
async def test_a_request_or_a_change_revives_it(work: ContactPractice, by: pb.RevivedBy.ValueType) -> None:
    """Then it is owed again, and it may be refused again (s.11(3), (4))."""
    await work.open()
    assert (await refusal_of(work.revive(by))).reason == "NOT_REFUSED"
    await work.refuse()
    revived = await work.revive(by)
    assert (revived.stands, revived.revival.by, revived.revival.because) == (False, by, "Had a fall.")
    assert await listed(work) == [revived]
    type_, payload = (await work.told())[-1]
    word = "request" if by == pb.REVIVED_BY_REQUEST else "change"
    assert (type_, payload["by"], payload["revived_on"]) == ("assessment.revived.v1", word, today())
    assert (await refusal_of(end_as_refused(work))).reason == "REFUSAL_DOES_NOT_STAND"
    await work.propose()
    again = await work.refuse()
    assert [each.stands for each in await listed(work)] == [False, True]
    assert again.stands
    await end_as_refused(work)


async def record_capacity(work: ContactPractice, request: representation_pb2.RecordCapacityRequest) -> None:
    """Record whether the person has the capacity to refuse an assessment."""
    stub = work.running.stub(RepresentationServiceStub, work.running.token("amy", Role.PRACTITIONER))
    await stub.RecordCapacity(work.on_case(request))
    await work.read()


async def test_what_is_on_record_of_the_capacity_to_refuse_counts(work: ContactPractice) -> None:
    """A record wins over whoever calls: it needs not be said again, and may not be contradicted."""
    await work.open()
    await record_capacity(work, lacking(REFUSE))
    fault = await refusal_of(work.refuse(refusal(lacks_capacity=False)))
    assert [violation.field for violation in fault.violations] == ["lacks_capacity"]
    assert "ListCapacity" in fault.violations[0].detail
    refused = await work.refuse(refusal(lacks_capacity=None, best_interests=True))
    assert (refused.lacks_capacity, refused.exception) == (True, pb.REFUSAL_EXCEPTION_LACKS_CAPACITY)
    await record_capacity(work, having(REFUSE))
    fault = await refusal_of(work.refuse(refusal(lacks_capacity=True, best_interests=True)))
    assert [violation.field for violation in fault.violations] == ["lacks_capacity"]
    assert (await work.refuse(refusal(lacks_capacity=None))).stands


async def test_a_carers_refusal_always_stands(work: ContactPractice) -> None:
    """Nothing is asked of it that could set it aside (s.11(5))."""
    await work.open(case_pb.CASE_KIND_CARER)
    fault = await refusal_of(work.refuse(refusal(abuse_or_neglect=True)))
    assert [violation.field for violation in fault.violations] == ["lacks_capacity", "abuse_or_neglect"]
    refused = await work.refuse(refusal(lacks_capacity=None, abuse_or_neglect=None))
    assert refused.stands
    assert not refused.HasField("lacks_capacity")


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (refusal(lacks_capacity=None, abuse_or_neglect=None), ["abuse_or_neglect", "lacks_capacity"]),
        (refusal(lacks_capacity=True), ["best_interests"]),
        (refusal(best_interests=True), ["best_interests"]),
        (pb.RecordRefusalRequest(refused_on="yesterday"), ["refused_on", "because"]),
    ],
)
async def test_what_is_not_said_of_an_adult_is_told(
    work: ContactPractice, request_: pb.RecordRefusalRequest, fields: list[str]
) -> None:
    """Unknown is never no."""
    await work.open()
    fault = await refusal_of(work.refuse(request_))
    assert [violation.field for violation in fault.violations] == fields


async def test_it_is_not_revived_before_it_was_refused(work: ContactPractice) -> None:
    """Nor by nothing."""
    await work.open()
    await work.refuse()
    request = pb.ReviveAssessmentRequest(by=pb.REVIVED_BY_CHANGE, because="A fall.", revived_on=days_ago(1))
    fault = await refusal_of(work.rounds().ReviveAssessment(work.on_case(request)))
    assert [violation.field for violation in fault.violations] == ["revived_on"]
    fault = await refusal_of(work.rounds().ReviveAssessment(work.on_case(pb.ReviveAssessmentRequest())))
    assert [violation.field for violation in fault.violations] == ["by", "because"]


async def test_a_case_of_before_ends_as_refused_without_a_record(work: ContactPractice) -> None:
    """An upgrade takes nothing away."""
    await work.open()
    await end_as_refused(work)
    await end_as_refused(work)


async def second_round(work: ContactPractice, facts: case_pb.AdultFacts, points: int) -> None:
    """Two rounds: the second with these facts and points."""
    await work.open()
    await work.propose(ELIGIBLE)
    await work.confirm()
    await work.give_budget()
    request = case_pb.OpenAssessmentRequest(round=2, opened_on=today())
    await work.journey().OpenAssessment(work.on_case(request))
    await work.read()
    await work.propose(facts)
    await work.confirm()
    budget = case_pb.GiveIndicativeBudgetRequest(points=points)
    work.case = (await work.amy.GiveIndicativeBudget(work.on_case(budget))).case


@pytest.mark.item(88)
async def test_a_reassessment_is_compared_with_the_round_before(work: ContactPractice) -> None:
    """Needs, duty, points and money (s.27(4))."""
    await second_round(work, adult("hygiene", "community", "toilet"), points=30)
    asked = pb.GetRoundComparisonRequest(case_id=work.case.case_id)
    compared = (await work.rounds().GetRoundComparison(asked)).comparison
    assert (compared.before.round, compared.after.round) == (1, 2)
    assert list(compared.needs_gained) == ["community", "toilet"]
    assert list(compared.needs_lost) == ["nutrition"]
    assert list(compared.needs_kept) == ["hygiene"]
    assert (compared.points_change, compared.before.points, compared.after.points) == (14, 16, 30)
    change = float(compared.after.weekly) - float(compared.before.weekly)
    assert float(compared.weekly_change) == pytest.approx(change)
    assert change > 0
    named = pb.GetRoundComparisonRequest(case_id=work.case.case_id, round=2, earlier_round=1)
    assert (await work.rounds().GetRoundComparison(named)).comparison == compared


async def test_there_is_nothing_to_compare(work: ContactPractice) -> None:
    """Before two rounds are determined; and a round is not compared with itself."""
    await work.open()
    await work.propose()
    await work.confirm()
    for round_, earlier in ((0, 0), (2, 0), (1, 0)):
        asked = pb.GetRoundComparisonRequest(case_id=work.case.case_id, round=round_, earlier_round=earlier)
        fault = await refusal_of(work.rounds().GetRoundComparison(asked))
        assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "ROUND_NOT_FOUND")
    for round_, earlier, field in ((1, 1, "earlier_round"), (-1, 0, "round")):
        asked = pb.GetRoundComparisonRequest(case_id=work.case.case_id, round=round_, earlier_round=earlier)
        fault = await refusal_of(work.rounds().GetRoundComparison(asked))
        assert [violation.field for violation in fault.violations] == [field]
