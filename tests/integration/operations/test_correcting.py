"""A repair that corrects one record: what follows is said before, two people agree, and it is read back."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from integration.operations.repairs import BECAUSE, FASTEST, cases_of, get, go_on, outcomes_of
from integration.operations.told_case import Town, town
from integration.review.home import Home, today
from servers.feed import Feed
from servers.services import NOBODY, refusal_of
from servers.waiting import until
from sevensteps import clock, events
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from sevensteps.api.review.v1 import review_pb2
from sevensteps.config import Settings
from sevensteps.errors import Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role

pytestmark = pytest.mark.usefixtures("no_looks")

DAY = clock.day_in_words(clock.today())


@pytest.fixture
async def there(settings: Settings, feed: Feed) -> AsyncIterator[Town]:
    """A case in step 6, of which £12.50 and £600.00 were spent; the second is for somebody to judge."""
    async with town(settings, feed, temporal=NOBODY) as there:
        await there.come_to_life()
        await there.has_heard()
        yield there


def home_of(there: Town) -> Home:
    """The case at the review service."""
    return Home(there.services.running["review"], case_id=there.case_id)


async def spending_of(there: Town) -> list[review_pb2.Spending]:
    """What is on record."""
    request = review_pb2.ListSpendingRequest(case_id=there.case_id)
    return list((await home_of(there).rae.ListSpending(request)).spending)


def asked(there: Town, spend_id: str, amount: str = "60.00", **more: object) -> pb.PlanRepairRequest:
    """A request to have a repair of one record planned."""
    right = pb.Correction(spend_id=spend_id, line_id="l1", amount=amount, spent_on=today())
    request = pb.PlanRepairRequest(
        request_id=str(uuid4()),
        filter=pb.CaseFilter(case_ids=[there.case_id]),
        action=pb.REPAIR_ACTION_CORRECT,
        because=BECAUSE,
        correction=right,
    )
    request.MergeFrom(pb.PlanRepairRequest(**more))  # type: ignore[arg-type]
    return request


async def planned(there: Town, request: pb.PlanRepairRequest) -> tuple[pb.Repair, pb.RepairCase]:
    """The repair, and its one case."""
    repair = (await there.operations.staff.PlanRepair(request)).repair
    [case] = await cases_of(there.operations, repair)
    return repair, case


async def corrections_in_the_feed(there: Town) -> list[events.SpendCorrected]:
    """Wait until the feed tells of one, and read all."""

    async def told() -> bool:
        return any(each.type == events.SpendCorrected.TYPE for each in await there.feed.everything())

    await until(told, "the feed to tell of the correction")
    heard = await there.feed.everything()
    return [events.SpendCorrected.of(each.payload) for each in heard if each.type == events.SpendCorrected.TYPE]


async def agree(there: Town, repair: pb.Repair) -> None:
    """Somebody else agrees."""
    running = there.operations.running
    other = running.stub(OperationsServiceStub, running.token("ora", Role.OPERATIONS, council=EVERY_COUNCIL))
    await other.AgreeRepair(pb.AgreeRepairRequest(repair_id=repair.repair_id, because="I have seen the invoice."))


async def test_a_record_is_corrected_with_proof(there: Town) -> None:
    """What was and what will be is said; a second person agrees; then the service has it and counts it."""
    little, large = await spending_of(there)
    repair, case = await planned(there, asked(there, large.spend_id))
    assert case.prediction == (
        f"£600.00 on line l1, on {DAY} becomes £60.00 on line l1, on {DAY}. What is spent in this round goes from "
        "£612.50 to £72.50. What was recorded stays beside it, and counts no more. What was judged of it holds no "
        "more. The rules check it anew: somebody may have to judge it. No review is called for by it."
    )
    assert repair.given == f"{large.spend_id} to £60.00 on line l1, on {DAY}"
    assert repair.needs_second_person
    continuing = pb.ContinueRepairRequest(repair_id=repair.repair_id, pace=FASTEST)
    assert (await refusal_of(there.operations.staff.ContinueRepair(continuing))).reason == "SECOND_PERSON_NEEDED"
    assert len(await spending_of(there)) == 2, "nothing is done before somebody has agreed"
    await agree(there, repair)
    done = await go_on(there.operations, repair)
    assert outcomes_of(done) == {pb.REPAIR_OUTCOME_MOVED: 1}
    [case] = await cases_of(there.operations, repair)
    *_, right = await spending_of(there)
    assert case.seen == f"{right.spend_id} counts: £60.00 on line l1, on {DAY}. In this round £72.50 is spent."
    assert (right.corrects, right.recorded_by, right.because) == (large.spend_id, "olu", BECAUSE)
    life = await home_of(there).read()
    assert (life.spent, life.spends_to_judge) == ("72.50", 0)
    told = await corrections_in_the_feed(there)
    assert [(each.corrects, each.was_amount, each.amount) for each in told] == [(large.spend_id, "600.00", "60.00")]
    assert little.spend_id in {each.spend_id for each in await spending_of(there)}


async def test_what_a_correction_would_not_do_is_said_and_left_out(there: Town) -> None:
    """A record that there is not, one that is right already, and one that is corrected already."""
    little, _ = await spending_of(there)
    home = home_of(there)
    request = review_pb2.CorrectSpendRequest(
        request_id=str(uuid4()),
        case_id=there.case_id,
        etag=(await home.read()).etag,
        spend_id=little.spend_id,
        line_id="l1",
        amount="21.50",
        spent_on=today(),
        because="Two figures were swapped.",
    )
    right = (await home.rae.CorrectSpend(request)).spend_id
    for spend_id, amount, sentence in (
        ("spend-of-nobody", "1.00", "The case has no spending spend-of-nobody."),
        (right, "21.5", "It is recorded so already."),
        (little.spend_id, "1.00", f"It is corrected already, by {right}. Correct that one."),
    ):
        repair, case = await planned(there, asked(there, spend_id, amount))
        assert (case.prediction, case.outcome) == (sentence, pb.REPAIR_OUTCOME_LEFT_OUT)
        assert repair.state == pb.REPAIR_STATE_DONE


async def test_what_the_service_refuses_is_told_with_its_reason(there: Town) -> None:
    """A line that the plan does not have: the case is refused, and nothing is changed."""
    little, _ = await spending_of(there)
    request = asked(there, little.spend_id)
    request.correction.line_id = "nowhere"
    repair, _ = await planned(there, request)
    await agree(there, repair)
    done = await go_on(there.operations, repair)
    assert outcomes_of(done) == {pb.REPAIR_OUTCOME_REFUSED: 1}
    [case] = await cases_of(there.operations, repair)
    assert case.seen.startswith("FIELD_INVALID: line_id: ")
    assert len(await spending_of(there)) == 2


async def test_two_repairs_of_one_record_correct_it_once(there: Town) -> None:
    """The second finds that it is done as it should be, and does nothing; what it sees is the same."""
    little, _ = await spending_of(there)
    one, _ = await planned(there, asked(there, little.spend_id))
    other, _ = await planned(there, asked(there, little.spend_id))
    for repair in (one, other):
        await agree(there, repair)
        assert outcomes_of(await go_on(there.operations, repair)) == {pb.REPAIR_OUTCOME_MOVED: 1}
    assert len(await spending_of(there)) == 3


async def test_a_case_that_has_ended_is_corrected_too(there: Town) -> None:
    """The last account has to be right."""
    little, _ = await spending_of(there)
    home = home_of(there)
    await home.journey.CloseCase(home.closing())
    repair, case = await planned(there, asked(there, little.spend_id, "0.00"))
    assert case.prediction.startswith(f"£12.50 on line l1, on {DAY} becomes £0.00 on line l1, on {DAY}.")
    await agree(there, repair)
    assert outcomes_of(await go_on(there.operations, repair)) == {pb.REPAIR_OUTCOME_MOVED: 1}
    assert (await home.read()).spent == "600.00"


async def test_while_the_review_service_is_away_nothing_is_planned(there: Town) -> None:
    """Nobody can say then what would happen."""
    little, _ = await spending_of(there)
    await there.services.stop("review")
    fault = await refusal_of(there.operations.staff.PlanRepair(asked(there, little.spend_id)))
    assert fault.kind is Kind.UNAVAILABLE


async def test_a_case_that_has_spent_nothing_is_left_out(settings: Settings, feed: Feed) -> None:
    """It has not come to step 6."""
    async with town(settings, feed, temporal=NOBODY) as there:
        _, case = await planned(there, asked(there, "spend-1"))
        assert (case.prediction, case.outcome) == (
            "Nothing was spent in this case yet.",
            pb.REPAIR_OUTCOME_LEFT_OUT,
        )
        assert (await get(there.operations, (await planned(there, asked(there, "spend-1")))[0])).cases == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"filter": pb.CaseFilter(case_ids=["case-other"])}, "filter.case_ids"),
        ({"correction": pb.Correction(amount="1.234")}, "correction.amount"),
        ({"correction": pb.Correction(spent_on="2999-01-01")}, "correction.spent_on"),
        ({"correction": pb.Correction(spend_id="no id")}, "correction.spend_id"),
        ({"correction": pb.Correction(line_id="no id")}, "correction.line_id"),
        ({"correction": pb.Correction(evidence="\x01")}, "correction.evidence"),
        ({"hold_reason": "away"}, "hold_reason"),
        ({"action": pb.REPAIR_ACTION_RESUME}, "correction"),
    ],
)
async def test_wrong_fields_are_named(settings: Settings, feed: Feed, more: dict[str, object], field: str) -> None:
    """What is right is about one case, and only this action is given it."""
    async with town(settings, feed, temporal=NOBODY) as there:
        request = asked(there, "spend-1", **more)  # type: ignore[arg-type]
        fault = await refusal_of(there.operations.staff.PlanRepair(request))
        assert [each.field for each in fault.violations] == [field]
