"""Somebody judges what was marked: who did not record it, with a reason, and again when more is known."""

import pytest

from integration.review.home import Home, completion, plan, request_id, spending
from servers.services import refusal_of
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.events import SpendJudged
from sevensteps.identity.actor import Role

AGREED, NOT_AGREED = pb.SPEND_JUDGEMENT_AGREED, pb.SPEND_JUDGEMENT_NOT_AGREED


def judging(
    life: pb.Life, spend_id: str, judgement: pb.SpendJudgement.ValueType = AGREED, because: str = "The bill is there."
) -> pb.JudgeSpendRequest:
    """A request to record a judgement."""
    return pb.JudgeSpendRequest(
        request_id=request_id(),
        case_id=life.case_id,
        etag=life.etag,
        spend_id=spend_id,
        judgement=judgement,
        because=because,
    )


async def spend(home: Home, amount: str = "5000.00") -> tuple[pb.Life, str]:
    """A life in which rae has recorded spending, and the id of that; unless it is little, it is marked."""
    answer = await home.rae.RecordSpend(spending(await home.live(), amount))
    return answer.life, answer.spend_id


async def listed(home: Home) -> list[pb.Spending]:
    """The spending of the case."""
    return list((await home.rae.ListSpending(pb.ListSpendingRequest(case_id=home.case_id))).spending)


async def test_a_judgement_is_recorded_and_read_with_its_spending(home_on: Home) -> None:
    """With who, when and why; then nothing is left to judge."""
    life, spend_id = await spend(home_on)
    assert (life.spends_to_judge, life.not_agreed) == (1, "0.00")
    life = (await home_on.by("fay", Role.FINANCE).JudgeSpend(judging(life, spend_id))).life
    assert (life.spends_to_judge, life.not_agreed, life.spent) == (0, "0.00", "5000.00")
    assert await home_on.read() == life
    [recorded] = await listed(home_on)
    [judged] = recorded.judgements
    assert (judged.judgement, judged.because, judged.judged_by) == (AGREED, "The bill is there.", "fay")
    assert judged.HasField("judged_at")
    assert (await home_on.events())[-1] == SpendJudged(1, spend_id, "l1", "5000.00", "agreed")


async def test_what_is_not_agreed_is_told_beside_what_was_spent(home_on: Home) -> None:
    """It is gone, and counts with what is spent later; the life says how much of that is not agreed."""
    life, spend_id = await spend(home_on)
    life = (await home_on.by("fay").JudgeSpend(judging(life, spend_id, NOT_AGREED, "No bill."))).life
    assert (life.spends_to_judge, life.not_agreed, life.spent) == (0, "5000.00", "5000.00")
    answer = await home_on.rae.RecordSpend(spending(life, "1.00"))
    assert answer.life.spends_to_judge == 1, "what comes later is still ahead of its money"
    life = (await home_on.rae.RecordSpend(spending(answer.life, "-5000.00"))).life
    assert (life.not_agreed, life.spent) == ("5000.00", "1.00")


async def test_it_may_be_judged_again(home_on: Home) -> None:
    """A bill turns up: the last judgement holds, and both can be read, in their order."""
    life, spend_id = await spend(home_on)
    fay = home_on.by("fay")
    life = (await fay.JudgeSpend(judging(life, spend_id, NOT_AGREED, "No bill."))).life
    life = (await fay.JudgeSpend(judging(life, spend_id, NOT_AGREED, "Still none."))).life
    assert (life.spends_to_judge, life.not_agreed) == (0, "5000.00")
    life = (await fay.JudgeSpend(judging(life, spend_id))).life
    assert (life.spends_to_judge, life.not_agreed) == (0, "0.00")
    [recorded] = await listed(home_on)
    assert [each.because for each in recorded.judgements] == ["No bill.", "Still none.", "The bill is there."]


async def test_whoever_recorded_it_does_not_judge_it(home: Home) -> None:
    """Two people look at money that is far ahead."""
    life, spend_id = await spend(home)
    fault = await refusal_of(home.rae.JudgeSpend(judging(life, spend_id)))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "SEPARATION_OF_DUTIES")
    assert await home.read() == life
    assert (await home.by("fay").JudgeSpend(judging(life, spend_id))).life.spends_to_judge == 0


async def test_what_is_not_marked_is_refused_by_its_field(home: Home) -> None:
    """Spending in line with the plan, of another case, or of none."""
    other = Home(home.running)
    _, of_another = await spend(other)
    life, in_line = await spend(home, "12.50")
    for spend_id in (in_line, of_another, "spend-0"):
        fault = await refusal_of(home.by("fay").JudgeSpend(judging(life, spend_id)))
        assert (fault.kind, [each.field for each in fault.violations]) == (Kind.INVALID, ["spend_id"])
    wrong = judging(life, "", pb.SPEND_JUDGEMENT_UNSPECIFIED, " ")
    fault = await refusal_of(home.by("fay").JudgeSpend(wrong))
    assert [each.field for each in fault.violations] == ["judgement", "spend_id", "because"]


async def test_a_judgement_that_is_sent_twice_is_recorded_once(home_on: Home) -> None:
    """The same request is answered as before."""
    life, spend_id = await spend(home_on)
    sent = judging(life, spend_id, NOT_AGREED)
    fay = home_on.by("fay")
    assert await fay.JudgeSpend(sent) == await fay.JudgeSpend(sent)
    assert [len(each.judgements) for each in await listed(home_on)] == [1]
    stale = judging(life, spend_id)
    assert (await refusal_of(fay.JudgeSpend(stale))).reason == "ETAG_MISMATCH"


@pytest.mark.parametrize("ended", [False, True])
async def test_what_was_marked_in_an_earlier_round_still_waits(home_on: Home, *, ended: bool) -> None:
    """A review ends the round and not the question; nor does the end of the case."""
    life, spend_id = await spend(home_on)
    fay = home_on.by("fay")
    life = (await fay.JudgeSpend(judging(life, spend_id, NOT_AGREED))).life
    answer = await home_on.rae.RecordSpend(spending(life, "1.00"))
    if ended:
        await home_on.journey.CloseCase(home_on.closing())
    else:
        await home_on.review()
        await home_on.rae.CompleteReview(completion(await home_on.read()))
        await home_on.journey.OpenLife(home_on.life_opening(2, continues=True, in_force=plan()))
    life = await home_on.read()
    assert (life.spends_to_judge, life.not_agreed) == (1, "5000.00")
    life = (await fay.JudgeSpend(judging(life, answer.spend_id, NOT_AGREED))).life
    assert (life.spends_to_judge, life.not_agreed) == (0, "5001.00")


async def test_money_that_came_back_is_no_money_that_was_spent(home_on: Home) -> None:
    """That a refund is not agreed takes nothing off what was spent and is not agreed."""
    answer = await home_on.rae.RecordSpend(spending(await home_on.live(), "-20.00"))
    life = (await home_on.by("fay").JudgeSpend(judging(answer.life, answer.spend_id, NOT_AGREED))).life
    assert (life.spends_to_judge, life.not_agreed) == (0, "0.00")
