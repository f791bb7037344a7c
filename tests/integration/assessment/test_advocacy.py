"""Whether an independent advocate has to be arranged (s.67)."""

import pytest

from integration.assessment.practice import Practice
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.policy.v1 import decision_pb2


@pytest.mark.parametrize(
    ("difficulty", "verdict"),
    [(True, decision_pb2.VERDICT_MET), (False, decision_pb2.VERDICT_NOT_MET)],
)
async def test_an_advocate_is_owed_to_who_has_difficulty_and_nobody(
    work: Practice, *, difficulty: bool, verdict: decision_pb2.Verdict.ValueType
) -> None:
    """Substantial difficulty and no appropriate person is a duty to arrange an advocate (s.67)."""
    await work.open()
    request = pb.ConsiderAdvocacyRequest(
        understanding=difficulty, retaining=False, weighing=False, communicating=False, appropriate_person=False
    )
    answer = await work.amy.ConsiderAdvocacy(work.on_case(request))
    assert answer.decision.verdict == verdict
    assert all(finding.reference for finding in answer.decision.findings)


@pytest.mark.parametrize(
    ("long_in_hospital", "best", "verdict"),
    [
        (True, True, decision_pb2.VERDICT_MET),
        (True, False, decision_pb2.VERDICT_NOT_MET),
        (True, None, decision_pb2.VERDICT_NOT_ENOUGH_INFORMATION),
        (False, True, decision_pb2.VERDICT_NOT_MET),
    ],
)
async def test_an_appropriate_person_makes_an_advocate_needless_except_in_a_long_stay(
    work: Practice, *, long_in_hospital: bool, best: bool | None, verdict: decision_pb2.Verdict.ValueType
) -> None:
    """28 days in NHS hospital revive it where an advocate is in their best interests (SI 2014/2889 reg 4)."""
    await work.open()
    request = pb.ConsiderAdvocacyRequest(
        understanding=True,
        appropriate_person=True,
        hospital_28_days=long_in_hospital,
        care_home_8_weeks=False,
        dispute_both_agree=False,
        advocate_best_interests=best,
    )
    answer = await work.amy.ConsiderAdvocacy(work.on_case(request))
    assert answer.decision.verdict == verdict
