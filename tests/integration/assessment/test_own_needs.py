"""The person's own list of needs, kept beside what is determined and answered at reviews."""

from typing import cast

import pytest

from integration.assessment.practice import ELIGIBLE, NOT_ELIGIBLE, Practice, call, days_ago, today
from servers.services import refusal_of
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1 import conversation_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role

MY_LIST = pb.SayNeedsRequest(
    needs=[
        pb.SaidNeed(words="Somebody to cook with.", outcome="nutrition"),
        pb.SaidNeed(words="To keep my flat tidy.", outcome="habitable"),
        pb.SaidNeed(words="A cat."),
    ]
)
ELIGIBLE_, NOT_ELIGIBLE_ = pb.NEED_DETERMINED_ELIGIBLE, pb.NEED_DETERMINED_NOT_ELIGIBLE
NOT_YET, OF_NO_OUTCOME = pb.NEED_DETERMINED_NOT_YET, pb.NEED_DETERMINED_NOT_SPOKEN_OF


async def listed(work: Practice) -> list[pb.OwnNeed]:
    """The person's own list."""
    answer = await call(work.amy, "ListOwnNeeds", pb.ListOwnNeedsRequest(case_id=work.case.case_id))
    return list(cast("pb.ListOwnNeedsResponse", answer).needs)


async def determined(work: Practice) -> list[int]:
    """What is determined of each."""
    return [need.determined for need in await listed(work)]


@pytest.mark.item(93)
async def test_the_list_stays_beside_what_is_determined(work: Practice) -> None:
    """Every need stays, in the person's words and order, whatever the determination says of its outcome."""
    await work.open()
    await work.do(MY_LIST)
    assert await determined(work) == [NOT_YET, NOT_YET, OF_NO_OUTCOME]
    await work.propose(ELIGIBLE)
    assert await determined(work) == [NOT_YET, NOT_YET, OF_NO_OUTCOME]
    await work.confirm()
    assert await determined(work) == [ELIGIBLE_, NOT_ELIGIBLE_, OF_NO_OUTCOME]
    needs = await listed(work)
    assert [(need.words, need.outcome) for need in needs] == [(said.words, said.outcome) for said in MY_LIST.needs]
    assert {(need.round, need.recorded_by) for need in needs} == {(1, "amy")}


@pytest.mark.item(93)
async def test_each_need_is_answered_at_reviews(work: Practice) -> None:
    """As the person finds, by a reviewer too, again and again; in a new round the list goes on."""
    await work.open()
    ids = cast("pb.SayNeedsResponse", await work.do(MY_LIST)).need_ids
    await work.propose()
    await work.confirm()
    await work.give_budget()
    work.need_id = ids[2]
    await work.do(pb.AnswerOwnNeedRequest(met=pb.OWN_NEED_MET_NO, words="No cat yet.", answered_on=days_ago(40)))
    rita = work.caller(Role.REVIEWER, subject="rita")
    request = work.on_case(pb.AnswerOwnNeedRequest(met=pb.OWN_NEED_MET_YES))
    answer = await call(rita, "AnswerOwnNeed", request)
    work.case = cast("pb.AnswerOwnNeedResponse", answer).case
    cat = (await listed(work))[2]
    assert [(each.met, each.words, each.answered_on, each.answered_by) for each in cat.answers] == [
        (pb.OWN_NEED_MET_NO, "No cat yet.", days_ago(40), "amy"),
        (pb.OWN_NEED_MET_YES, "", today(), "rita"),
    ]
    opening = assessment_pb2.OpenAssessmentRequest(round=2, opened_on=today())
    await work.journey().OpenAssessment(work.on_case(opening))
    await work.read()
    await work.do(pb.SayNeedsRequest(needs=[pb.SaidNeed(words="To walk again.")]))
    assert [need.round for need in await listed(work)] == [1, 1, 1, 2]
    assert (await determined(work))[0] == ELIGIBLE_


async def test_somebody_who_is_not_eligible_keeps_the_list(work: Practice) -> None:
    """What they say they need is theirs, and is not made less by the determination."""
    await work.open()
    await work.do(MY_LIST)
    await work.propose(NOT_ELIGIBLE)
    await work.confirm()
    assert await determined(work) == [NOT_ELIGIBLE_, NOT_ELIGIBLE_, OF_NO_OUTCOME]


@pytest.mark.item(93)
@pytest.mark.parametrize(
    ("rpc", "request_", "fields"),
    [
        ("SayNeeds", pb.SayNeedsRequest(), ["needs"]),
        ("SayNeeds", pb.SayNeedsRequest(needs=[pb.SaidNeed(words="x")] * 51), ["needs"]),
        ("SayNeeds", pb.SayNeedsRequest(needs=[pb.SaidNeed(outcome="bingo")]), ["needs[0].outcome", "needs[0].words"]),
        ("AnswerOwnNeed", pb.AnswerOwnNeedRequest(), ["met"]),
        ("AnswerOwnNeed", pb.AnswerOwnNeedRequest(met=pb.OWN_NEED_MET_YES, answered_on="2999-01-01"), ["answered_on"]),
    ],
)
async def test_a_wrong_field_is_named(
    work: Practice, rpc: str, request_: pb.SayNeedsRequest, fields: list[str]
) -> None:
    """And nothing is recorded."""
    await work.open()
    fault = await refusal_of(call(work.amy, rpc, work.on_case(request_)))
    assert (fault.kind, [violation.field for violation in fault.violations]) == (Kind.INVALID, fields)
    assert await listed(work) == []


async def test_what_nobody_has_said_is_not_answered(work: Practice) -> None:
    """The refusal says where the ids are."""
    await work.open()
    request = work.on_case(pb.AnswerOwnNeedRequest(met=pb.OWN_NEED_MET_YES))
    fault = await refusal_of(call(work.amy, "AnswerOwnNeed", request))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "OWN_NEED_NOT_FOUND")
    assert "ListOwnNeeds" in fault.detail
