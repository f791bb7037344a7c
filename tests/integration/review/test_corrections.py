"""What was recorded wrongly of spending is corrected by a record beside it: sums count what is right."""

import asyncio
from decimal import Decimal
from random import Random

import grpc
import pytest
import sqlalchemy as sa

from integration.review.home import Home, completion, day, plan, request_id, spending, today
from integration.review.test_judgements import AGREED, NOT_AGREED, judging, listed
from servers.services import refusal_of
from services.review.store import SPENT
from services.review.tables import lives
from sevensteps.api.policy.v1 import decision_pb2 as policy
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.events import SpendCorrected, SpendRecorded
from sevensteps.identity.actor import Role


def correcting(life: pb.Life, spend_id: str, amount: str = "21.50", **fields: str) -> pb.CorrectSpendRequest:
    """A request to correct the amount of spending, or more of it."""
    right = {"line_id": "l1", "spent_on": today(), "because": "Two figures were swapped."} | fields
    return pb.CorrectSpendRequest(
        request_id=request_id(), case_id=life.case_id, etag=life.etag, spend_id=spend_id, amount=amount, **right
    )


async def spend(home: Home, amount: str = "12.50", evidence: str = "") -> tuple[pb.Life, str]:
    """A life with two lines in which rae has recorded spending, and the id of that."""
    life = await home.live(plan(l1="80.00", club="20.00"))
    answer = await home.rae.RecordSpend(spending(life, amount, evidence=evidence))
    return answer.life, answer.spend_id


async def test_sums_count_what_is_right_and_both_can_be_read(home_on: Home) -> None:
    """The wrong record stays as it was and says by what it is corrected; the right one says why."""
    life, wrong = await spend(home_on, evidence="INVOICE-1")
    request = correcting(life, wrong, "21.50", line_id="club", spent_on=day(-1))
    answer = await home_on.by("fin", Role.FINANCE).CorrectSpend(request)
    assert (answer.life.spent, answer.decision.verdict) == ("21.50", policy.VERDICT_MET)
    assert await home_on.read() == answer.life
    before, after = await listed(home_on)
    assert (before.amount, before.line_id, before.spent_on, before.recorded_by) == ("12.50", "l1", today(), "rae")
    assert (before.spend_id, before.corrected_by, before.corrects) == (wrong, answer.spend_id, "")
    assert (after.amount, after.line_id, after.spent_on, after.recorded_by) == ("21.50", "club", day(-1), "fin")
    assert (after.corrects, after.corrected_by, after.because) == (wrong, "", "Two figures were swapped.")
    assert (after.evidence, after.round) == ("INVOICE-1", 1)
    told = SpendCorrected(
        1, answer.spend_id, wrong, "club", "21.50", day(-1), "l1", "12.50", today(), verdict="met"
    )  # fmt: skip
    assert (await home_on.events())[-1] == told


async def test_what_is_right_is_measured_without_what_was_wrong(home_on: Home) -> None:
    """The rules see the right sum: what was far ahead by mistake is in line, and nobody has to judge it."""
    life = await home_on.live(plan(day(-14)))
    answer = await home_on.rae.RecordSpend(spending(life, "5600.00"))
    assert answer.life.spends_to_judge == 1
    fixed = await home_on.by("fay").CorrectSpend(correcting(answer.life, answer.spend_id, "560.00"))
    assert fixed.decision.verdict == policy.VERDICT_MET
    assert (fixed.life.spent, fixed.life.spends_to_judge) == ("560.00", 0)
    more = await home_on.rae.RecordSpend(spending(fixed.life, "0.01"))
    assert more.decision.verdict == policy.VERDICT_NEEDS_JUDGEMENT, "what is right counts in what comes later"


async def test_what_was_recorded_by_mistake_is_corrected_to_nothing(home_on: Home) -> None:
    """A bill that was typed twice: the second one counts for nothing, and its evidence stays used."""
    life, first = await spend(home_on, evidence="INVOICE-1")
    twice = await home_on.rae.RecordSpend(spending(life, evidence="INVOICE-1b"))
    life = (await home_on.rae.CorrectSpend(correcting(twice.life, twice.spend_id, "0.00"))).life
    assert life.spent == "12.50"
    assert [each.corrected_by != "" for each in await listed(home_on)] == [False, True, False]
    again = await refusal_of(home_on.rae.RecordSpend(spending(life, evidence="INVOICE-1b")))
    assert again.reason == "EVIDENCE_USED"
    assert first


async def test_a_correction_can_be_corrected_and_the_last_one_counts(home_on: Home) -> None:
    """What is corrected already is not corrected again: the refusal names the record that holds."""
    life, wrong = await spend(home_on)
    one = await home_on.rae.CorrectSpend(correcting(life, wrong, "21.50"))
    fault = await refusal_of(home_on.rae.CorrectSpend(correcting(one.life, wrong, "22.00")))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "SPEND_CORRECTED")
    assert one.spend_id in fault.detail
    two = await home_on.rae.CorrectSpend(correcting(one.life, one.spend_id, "22.00"))
    assert two.life.spent == "22.00"
    assert [(each.amount, each.corrects) for each in await listed(home_on)] == [
        ("12.50", ""),
        ("21.50", wrong),
        ("22.00", one.spend_id),
    ]


async def test_a_judgement_falls_with_what_was_judged_and_what_is_right_is_judged_anew(home_on: Home) -> None:
    """Where the rules mark what is right too, somebody judges it who recorded neither."""
    life, wrong = await spend(home_on, "9000.00")
    fay, fin = home_on.by("fay"), home_on.by("fin", Role.FINANCE)
    life = (await fay.JudgeSpend(judging(life, wrong, NOT_AGREED))).life
    assert life.not_agreed == "9000.00"
    fixed = await fin.CorrectSpend(correcting(life, wrong, "8000.00"))
    assert (fixed.life.spent, fixed.life.not_agreed, fixed.life.spends_to_judge) == ("8000.00", "0.00", 1)
    for who in (home_on.rae, fin):
        fault = await refusal_of(who.JudgeSpend(judging(fixed.life, fixed.spend_id)))
        assert (fault.kind, fault.reason) == (Kind.DENIED, "SEPARATION_OF_DUTIES")
    of_before = await refusal_of(fay.JudgeSpend(judging(fixed.life, wrong)))
    assert [each.field for each in of_before.violations] == ["spend_id"]
    life = (await fay.JudgeSpend(judging(fixed.life, fixed.spend_id, AGREED))).life
    assert (life.spends_to_judge, life.not_agreed) == (0, "0.00")


async def test_whoever_recorded_it_does_not_have_a_mark_fall_away(home_on: Home) -> None:
    """What is for somebody to judge, or is judged, is corrected by somebody else; what is in line by anybody."""
    life, marked = await spend(home_on, "9000.00")
    fault = await refusal_of(home_on.rae.CorrectSpend(correcting(life, marked, "90.00")))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "SEPARATION_OF_DUTIES")
    fixed = await home_on.by("fay").CorrectSpend(correcting(life, marked, "9500.00"))
    for who in (home_on.rae, home_on.by("fay")):
        again = await refusal_of(who.CorrectSpend(correcting(fixed.life, fixed.spend_id, "90.00")))
        assert again.reason == "SEPARATION_OF_DUTIES"
    life = (await home_on.by("fin", Role.FINANCE).CorrectSpend(correcting(fixed.life, fixed.spend_id, "90.00"))).life
    assert (life.spent, life.spends_to_judge) == ("90.00", 0)


@pytest.mark.parametrize("ended", [False, True])
async def test_an_earlier_round_is_corrected_in_its_own_sum(home_on: Home, *, ended: bool) -> None:
    """Late bills of before turn up: this round's sum stays, and so it is after the case has ended."""
    life, wrong = await spend(home_on, "9000.00")
    await home_on.review()
    await home_on.rae.CompleteReview(completion(await home_on.read()))
    await home_on.journey.OpenLife(home_on.life_opening(2, continues=True, in_force=plan(l1="80.00", club="20.00")))
    life = (await home_on.rae.RecordSpend(spending(await home_on.read(), "1.00"))).life
    waiting = life.spends_to_judge
    if ended:
        await home_on.journey.CloseCase(home_on.closing())
        life = await home_on.read()
    answer = await home_on.by("fay").CorrectSpend(correcting(life, wrong, "90.00"))
    assert (answer.life.spent, answer.life.round, answer.life.spends_to_judge) == ("1.00", 2, waiting - 1)
    assert [(each.round, each.amount) for each in await listed(home_on)] == [
        (1, "9000.00"),
        (2, "1.00"),
        (1, "90.00"),
    ]
    query = sa.select(lives.c.round, lives.c.spent).where(lives.c.case_id == home_on.case_id).order_by(lives.c.round)
    sums = await home_on.running.store.read(lambda connection: connection.execute(query).all())
    assert [tuple(row) for row in sums] == [(1, "90.00"), (2, "1.00")]
    assert (await home_on.events())[-1] == SpendCorrected(
        1, answer.spend_id, wrong, "l1", "90.00", today(), "l1", "9000.00", today(), verdict="met"
    )


async def test_other_evidence_counts_once_too(home: Home) -> None:
    """That of the wrong record is kept where no other is named; one that stands for another spend is refused."""
    life, wrong = await spend(home, evidence="INVOICE-1")
    life = (await home.rae.RecordSpend(spending(life, "3.00", evidence="INVOICE-2"))).life
    fault = await refusal_of(home.rae.CorrectSpend(correcting(life, wrong, evidence="INVOICE-2")))
    assert fault.reason == "EVIDENCE_USED"
    answer = await home.rae.CorrectSpend(correcting(life, wrong, "12.50", evidence="INVOICE-3"))
    assert (await listed(home))[-1].evidence == "INVOICE-3"
    assert answer.life.spent == "15.50"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "12.50"}, "amount"),
        ({"amount": "1.234"}, "amount"),
        ({"line_id": "nowhere"}, "line_id"),
        ({"spent_on": "2016-01-01"}, "spent_on"),
        ({"spent_on": "2999-01-01"}, "spent_on"),
        ({"because": " "}, "because"),
        ({"spend_id": "spend-of-nobody"}, "spend_id"),
        ({"spend_id": ""}, "spend_id"),
    ],
)
async def test_wrong_fields_are_named(home: Home, changes: dict[str, str], field: str) -> None:
    """What does not differ, what the plan does not have, and what the case does not have; nothing is changed."""
    life, wrong = await spend(home)
    request = correcting(life, wrong)
    request.MergeFrom(pb.CorrectSpendRequest(**changes))
    if changes.get("spend_id") == "":
        request.spend_id = ""
    fault = await refusal_of(home.rae.CorrectSpend(request))
    assert (fault.kind, [each.field for each in fault.violations]) == (Kind.INVALID, [field])
    assert await home.read() == life


async def test_spending_of_another_case_is_not_there(home: Home) -> None:
    """As if there were none of this id."""
    other = Home(home.running)
    _, of_another = await spend(other)
    life, _ = await spend(home)
    fault = await refusal_of(home.rae.CorrectSpend(correcting(life, of_another)))
    assert [each.field for each in fault.violations] == ["spend_id"]
    theirs = await refusal_of(home.by("rob", Role.FINANCE, "another").CorrectSpend(correcting(life, of_another)))
    assert theirs.kind is Kind.NOT_FOUND


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.FINANCE, True),
        (Role.REVIEWER, True),
        (Role.PRACTITIONER, True),
        (Role.OPERATIONS, True),
        (Role.PLANNER, False),
        (Role.INTEGRATOR, False),
        (Role.AUDITOR, False),
    ],
)
async def test_who_may_correct(home: Home, role: Role, *, may: bool) -> None:
    """Whoever may record or judge spending, and operations, who repair."""
    life, wrong = await spend(home)
    call = home.by("somebody", role).CorrectSpend(correcting(life, wrong))
    if may:
        assert (await call).life.spent == "21.50"
    else:
        assert (await refusal_of(call)).reason == "ROLE_LACKS_RIGHT"


async def test_it_is_corrected_once_though_it_is_sent_twice(home_on: Home) -> None:
    """The same request has the same answer; of several at the same moment one is taken."""
    life, wrong = await spend(home_on)
    sent = correcting(life, wrong)
    assert await home_on.rae.CorrectSpend(sent) == await home_on.rae.CorrectSpend(sent)
    life = await home_on.read()
    holds = (await listed(home_on))[-1].spend_id
    at_once = [correcting(life, holds, f"3{number}.00") for number in range(4)]
    answers = await asyncio.gather(*(home_on.rae.CorrectSpend(each) for each in at_once), return_exceptions=True)
    refused = [each for each in answers if isinstance(each, grpc.aio.AioRpcError)]
    assert len(refused) == len(at_once) - 1
    assert len(await listed(home_on)) == 3


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_recorded_and_corrected_the_last_corrections_are_what_is_spent(
    home_on: Home, seed: int
) -> None:
    """In any order, on any line, to more, less, nothing and money that came back; and so the events tell it."""
    chance, holds = Random(seed), dict[str, Decimal]()  # noqa: S311 - a story, no secret
    life = await home_on.live(plan(l1="80.00", club="20.00"))
    for number in range(25):
        amount, line = Decimal(chance.randint(-5_000, 5_000)).scaleb(-2), chance.choice(["l1", "club"])
        if holds and chance.random() < 0.6:
            wrong = chance.choice(sorted(holds))
            if amount == holds[wrong]:
                continue
            fay = home_on.by(f"fay-{number}")  # nobody corrects what they have recorded, once it is marked
            corrected = await fay.CorrectSpend(correcting(life, wrong, str(amount), line_id=line))
            life, _ = corrected.life, holds.pop(wrong)
            holds[corrected.spend_id] = amount
        elif amount:
            recorded = await home_on.rae.RecordSpend(spending(life, str(amount), line_id=line))
            life, holds[recorded.spend_id] = recorded.life, amount
        assert Decimal(life.spent) == sum(holds.values())
    listing = {each.spend_id: Decimal(each.amount) for each in await listed(home_on) if not each.corrected_by}
    assert listing == holds
    told: dict[str, Decimal] = {}
    for event in await home_on.events():
        if isinstance(event, SpendRecorded | SpendCorrected):
            told[event.spend_id] = Decimal(event.amount)
        if isinstance(event, SpendCorrected):
            assert told.pop(event.corrects) == Decimal(event.was_amount)
    assert told == holds
    totals = await home_on.running.store.read(
        lambda connection: connection.execute(SPENT, {"case_id": life.case_id}).all()
    )
    assert sum(Decimal(int(row.pence)).scaleb(-2) for row in totals) == sum(holds.values())


async def test_without_known_lines_it_is_corrected_unchecked(home: Home) -> None:
    """A life of before the plan was recorded: any line, and no verdict, as when it was recorded."""
    opening = home.life_opening()
    opening.ClearField("in_force")
    await home.journey.OpenLife(opening)
    recorded = await home.rae.RecordSpend(spending(await home.read(), line_id="any", spent_on="2016-01-01"))
    answer = await home.rae.CorrectSpend(correcting(recorded.life, recorded.spend_id, line_id="other"))
    assert (answer.life.spent, answer.HasField("decision")) == ("21.50", False)
