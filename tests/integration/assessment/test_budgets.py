"""The individual budget over the wire: streams, the one view of them, the offer, and planning with one's own money."""

from __future__ import annotations  # the asynchronous stub exists for the type checker alone

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar, cast

import pytest
import sqlalchemy as sa
from google.protobuf.message import Message

from integration.assessment.practice import NOT_ELIGIBLE, Practice, days_ago, new_id, today
from servers.services import refusal_of
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1 import budget_pb2 as pb
from sevensteps.api.assessment.v1.budget_pb2_grpc import BudgetsServiceStub
from sevensteps.api.money.v1 import money_pb2
from sevensteps.errors import Fault, Kind
from sevensteps.events import DocumentAdded
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.rights import RIGHTS
from sevensteps.service.tables import outbox

if TYPE_CHECKING:
    from sevensteps.api.assessment.v1.budget_pb2_grpc import BudgetsServiceAsyncStub

M = TypeVar("M", bound=Message)

SERVICE = "/sevensteps.api.assessment.v1.BudgetsService/"
CARE, HEALTH = pb.STREAM_KIND_ADULT_SOCIAL_CARE, pb.STREAM_KIND_PERSONAL_HEALTH_BUDGET
WEEKLY, MONTHLY, ONCE = money_pb2.FREQUENCY_WEEKLY, money_pb2.FREQUENCY_MONTHLY, money_pb2.FREQUENCY_ONCE


def terms(
    amount: str = "82.91", frequency: money_pb2.Frequency.ValueType = WEEKLY, **others: str | bool
) -> pb.StreamTerms:
    """What a stream brings, from 90 days ago on."""
    made = pb.StreamTerms(funder="Example Council", amount=amount, frequency=frequency, starts_on=days_ago(90))
    for name, value in others.items():
        setattr(made, name, value)
    return made


async def call(stub: BudgetsServiceAsyncStub, rpc: str, request: Message) -> Message:
    """Call an RPC by its name."""
    return await cast("Callable[[Message], Awaitable[Message]]", getattr(stub, rpc))(request)


class Budgeting:
    """Amy at work on the money of one case."""

    def __init__(self, work: Practice) -> None:
        self.work = work
        self.amy = self.caller(Role.PRACTITIONER, subject="amy")

    def caller(self, *roles: Role, subject: str = "somebody", council: str = "example") -> BudgetsServiceAsyncStub:
        """Another caller."""
        return self.work.running.stub(BudgetsServiceStub, self.work.running.token(subject, *roles, council=council))

    async def record(
        self, kind: pb.StreamKind.ValueType = CARE, brings: pb.StreamTerms | None = None, **others: str | int
    ) -> pb.Stream:
        """Record a stream."""
        request = pb.RecordStreamRequest(kind=kind, terms=brings or terms())
        for name, value in others.items():
            setattr(request, name, value)
        answer = await self.amy.RecordStream(self.work.on_case(request))
        self.work.case = answer.case
        return answer.stream

    async def change(self, stream: pb.Stream, brings: pb.StreamTerms) -> pb.Stream:
        """Change what a stream brings."""
        request = pb.ChangeStreamRequest(stream_id=stream.stream_id, terms=brings, because="Uprated.")
        answer = await self.amy.ChangeStream(self.work.on_case(request))
        self.work.case = answer.case
        return answer.stream

    async def end(self, stream: pb.Stream, on: str) -> pb.Stream:
        """End a stream."""
        request = pb.EndStreamRequest(stream_id=stream.stream_id, ends_on=on, because="The grant is spent.")
        answer = await self.amy.EndStream(self.work.on_case(request))
        self.work.case = answer.case
        return answer.stream

    async def view(self, on: str = "") -> pb.IndividualBudget:
        """The individual budget."""
        request = pb.GetIndividualBudgetRequest(case_id=self.work.case.case_id, on=on)
        return (await self.amy.GetIndividualBudget(request)).individual_budget

    async def listed(self) -> list[pb.Stream]:
        """All that is on record of the streams."""
        return list((await self.amy.ListStreams(pb.ListStreamsRequest(case_id=self.work.case.case_id))).streams)

    async def offer(self, answer: pb.OfferAnswer.ValueType, because: str = "") -> pb.Offer:
        """Record what became of the offer."""
        request = pb.OfferBudgetRequest(answer=answer, because=because)
        answered = await self.amy.OfferBudget(self.work.on_case(request))
        self.work.case = answered.case
        return answered.offer

    async def told(self) -> list[str]:
        """The types of the case's events, in order, but for what the person is told in writing."""
        of_case = sa.select(outbox.c.type).where(outbox.c.case_id == self.work.case.case_id).order_by(outbox.c.seq)
        found = await self.work.running.store.read(lambda connection: connection.execute(of_case).scalars().all())
        return [type_ for type_ in found if type_ != DocumentAdded.TYPE]


@pytest.fixture
def money(work: Practice) -> Budgeting:
    """Amy at work on money."""
    return Budgeting(work)


def fields_of(fault: Fault) -> list[str]:
    """The fields that a refusal names."""
    return [violation.field for violation in fault.violations]


@pytest.mark.item(25, 26)
async def test_streams_of_all_funders_are_one_view(money: Budgeting) -> None:
    """Each has its funder, amount, rules and ring-fence; the lines add to the total to the penny."""
    await money.work.open()
    care = await money.record(brings=terms("82.91"))
    work = await money.record(
        pb.STREAM_KIND_ACCESS_TO_WORK, terms("100.00", MONTHLY, rules="A job coach.", ring_fenced=True)
    )
    grant = await money.record(pb.STREAM_KIND_DISABLED_FACILITIES_GRANT, terms("8000.00", ONCE))
    benefit = await money.record(pb.STREAM_KIND_OTHER_BENEFIT, terms("100.00", MONTHLY))
    view = await money.view()
    assert [line.stream for line in view.lines] == [care, work, grant, benefit] == await money.listed()
    assert [(line.weekly, line.once) for line in view.lines] == [
        ("82.91", "0.00"),
        ("23.08", "0.00"),
        ("0.00", "8000.00"),
        ("23.07", "0.00"),
    ], "two of 23.0769… are 46.15"
    assert (view.weekly, view.once) == ("129.06", "8000.00")
    assert [(part.weekly, part.once) for part in view.parts] == [
        ("82.91", "0.00"),
        ("0.00", "8000.00"),
        ("23.08", "0.00"),
        ("23.07", "0.00"),
    ]
    assert (work.terms.rules, work.terms.ring_fenced, work.terms.funder) == ("A job coach.", True, "Example Council")
    assert (await money.told()).count("budget_stream.recorded.v1") == 4


@pytest.mark.item(27)
async def test_a_personal_health_budget_is_apart_and_for_an_established_need(money: Budgeting) -> None:
    """It is the NHS's, for a need that it has established or with an immediate representative; others say neither."""
    await money.work.open()
    fault = await refusal_of(money.record(HEALTH))
    assert fields_of(fault) == ["health_need"]
    fault = await refusal_of(money.record(CARE, health_need=pb.HEALTH_NEED_AFTERCARE, immediate_representative="P-9"))
    assert fields_of(fault) == ["health_need", "immediate_representative"]
    need = await money.record(HEALTH, health_need=pb.HEALTH_NEED_CONTINUING_HEALTHCARE)
    representative = await money.record(HEALTH, immediate_representative="P-77")
    await money.record(CARE)
    assert (need.health_need, representative.immediate_representative) == (pb.HEALTH_NEED_CONTINUING_HEALTHCARE, "P-77")
    parts = {part.kind: part.weekly for part in (await money.view()).parts}
    assert parts == {CARE: "82.91", HEALTH: "165.82"}, "two streams of the NHS, and the council's apart"


@pytest.mark.item(24)
async def test_a_personal_budget_is_a_part_of_an_individual_budget(money: Budgeting) -> None:
    """The council's money is the personal budget, all money together the individual one."""
    await money.work.open()
    await money.record(CARE)
    await money.record(pb.STREAM_KIND_OWN_MONEY, terms("20.00"))
    view = await money.view()
    (personal,) = [part.weekly for part in view.parts if part.kind == CARE]
    assert (personal, view.weekly) == ("82.91", "102.91")


@pytest.mark.item(28)
async def test_a_mental_health_service_beside_is_not_counted(money: Budgeting) -> None:
    """It is shown, and adds nothing; neither does the council's money count twice."""
    await money.work.open()
    await money.record(CARE)
    service = await money.record(pb.STREAM_KIND_MENTAL_HEALTH_SERVICE, terms("140.00"))
    view = await money.view()
    assert ([line.stream for line in view.beside], view.weekly) == ([service], "82.91")
    fault = await refusal_of(money.record(CARE, terms("60.00")))
    assert (fault.kind, fields_of(fault)) == (Kind.INVALID, ["terms.starts_on"])
    await money.record(CARE, terms("500.00", ONCE))
    assert (await money.view()).once == "500.00", "money that comes once may stand beside"


@pytest.mark.item(80)
@pytest.mark.parametrize("kind", [pb.STREAM_KIND_INDEPENDENT_LIVING_FUND, pb.STREAM_KIND_SUPPORTING_PEOPLE])
async def test_closed_funds_give_no_new_money(money: Budgeting, kind: pb.StreamKind.ValueType) -> None:
    """They can be recorded for what was."""
    await money.work.open()
    fault = await refusal_of(money.record(kind))
    assert fields_of(fault) == ["terms.ends_on"]
    assert "closed" in fault.violations[0].detail
    await money.record(kind, terms(starts_on="2014-01-01", ends_on="2015-06-30"))
    assert (await money.view()).lines == []
    assert (await money.view("2015-06-30")).weekly == "82.91"


async def test_a_stream_changes_and_ends_and_what_it_said_stays(money: Budgeting) -> None:
    """The view is that of the day; every state is listed, with why."""
    await money.work.open()
    first = await money.record()
    second = await money.change(first, terms("90.00"))
    last = await money.end(first, today())
    assert await money.listed() == [first, second, last]
    assert [stream.because for stream in (first, second, last)] == ["", "Uprated.", "The grant is spent."]
    assert (await money.view()).weekly == "90.00"
    assert (await money.view(days_ago(-1))).weekly == "0.00"
    for day in (days_ago(91), days_ago(-1)):
        assert fields_of(await refusal_of(money.end(first, day))) == ["ends_on"]
    fault = await refusal_of(money.change(pb.Stream(stream_id="stream-of-nobody"), terms()))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "STREAM_NOT_FOUND")
    assert (await money.told())[-2:] == ["budget_stream.changed.v1", "budget_stream.ended.v1"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("amount", ""),
        ("amount", "0.00"),
        ("amount", "-1.00"),
        ("amount", "1.001"),
        ("funder", ""),
        ("funder", "x" * 201),
        ("starts_on", "tomorrow"),
        ("ends_on", "2026-13-01"),
        ("ends_on", days_ago(91)),
        ("rules", "x" * 1001),
    ],
)
async def test_a_wrong_term_is_told_by_its_name(money: Budgeting, field: str, wrong: str) -> None:
    """Its path is told, and nothing is recorded."""
    await money.work.open()
    brings = terms()
    setattr(brings, field, wrong)
    fault = await refusal_of(money.record(brings=brings))
    assert (fault.kind, fields_of(fault)) == (Kind.INVALID, [f"terms.{field}"])
    assert await money.listed() == []


@pytest.mark.item(22, 23)
async def test_the_indicative_budget_guides_and_never_caps(money: Budgeting) -> None:
    """It stands beside the money of the view, in no sum; money above it is recorded all the same."""
    await money.work.open()
    await money.work.propose()
    await money.work.confirm()
    assert (await money.view()).indicative_weekly == ""
    await money.work.give_budget()
    guide = (await money.view()).indicative_weekly
    assert (guide, (await money.view()).weekly) == ("82.91", "0.00")
    await money.record(brings=terms("500.00"))
    assert ((await money.view()).indicative_weekly, (await money.view()).weekly) == (guide, "500.00")


@pytest.mark.item(30)
async def test_a_personal_budget_is_offered_taken_or_declined_and_counted(money: Budgeting) -> None:
    """Nobody who is eligible is left out of the count; the last answer is the one that counts."""

    async def counted() -> pb.OfferCount:
        request = pb.CountOffersRequest(assessed_from=today(), assessed_until=today())
        found = (await money.amy.CountOffers(request)).counts
        return next((count for count in found if count.kind == assessment_pb2.CASE_KIND_ADULT), pb.OfferCount())

    before = await counted()
    await money.work.open()
    fault = await refusal_of(money.offer(pb.OFFER_ANSWER_OFFERED))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    await money.work.propose()
    await money.work.confirm()
    assert ((await counted()).eligible, (await counted()).not_offered) == (before.eligible + 1, before.not_offered + 1)
    offered = await money.offer(pb.OFFER_ANSWER_OFFERED)
    assert ((await counted()).offered, (await counted()).not_offered) == (before.offered + 1, before.not_offered)
    assert fields_of(await refusal_of(money.offer(pb.OFFER_ANSWER_DECLINED))) == ["because"]
    assert fields_of(await refusal_of(money.offer(pb.OFFER_ANSWER_TAKEN, "Why not."))) == ["because"]
    declined = await money.offer(pb.OFFER_ANSWER_DECLINED, "The day centre is what they want.")
    assert ((await counted()).declined, (await counted()).offered) == (before.declined + 1, before.offered)
    answer = await money.amy.ListOffers(pb.ListOffersRequest(case_id=money.work.case.case_id))
    assert list(answer.offers) == [offered, declined]
    assert (await money.told())[-1] == "personal_budget.offered.v1"


async def test_nobody_is_offered_money_for_no_need(money: Budgeting) -> None:
    """The refusal says what the person may do instead."""
    await money.work.open()
    await money.work.propose(NOT_ELIGIBLE)
    await money.work.confirm()
    fault = await refusal_of(money.offer(pb.OFFER_ANSWER_OFFERED))
    assert fault.reason == "STAGE_ORDER"
    assert "PlanWithOwnMoney" in fault.detail


async def test_own_money_follows_the_determination_once_a_round(money: Budgeting) -> None:
    """It is recorded with why, and told."""
    await money.work.open()
    request = pb.PlanWithOwnMoneyRequest(because="They would rather pay.")
    fault = await refusal_of(money.amy.PlanWithOwnMoney(money.work.on_case(request)))
    assert fault.reason == "STAGE_ORDER"
    await money.work.propose(NOT_ELIGIBLE)
    await money.work.confirm()
    money.work.case = (await money.amy.PlanWithOwnMoney(money.work.on_case(request))).case
    answer = await money.amy.ListOwnMoney(pb.ListOwnMoneyRequest(case_id=money.work.case.case_id))
    assert [(each.round, each.because, each.recorded_by) for each in answer.own_money] == [(1, request.because, "amy")]
    assert (await refusal_of(money.amy.PlanWithOwnMoney(money.work.on_case(request)))).reason == "STAGE_ORDER"
    assert (await money.told())[-1] == "own_money.chosen.v1"


GOOD: dict[str, Message] = {
    "RecordStream": pb.RecordStreamRequest(kind=CARE, terms=terms()),
    "ChangeStream": pb.ChangeStreamRequest(terms=terms("90.00"), because="Uprated."),
    "EndStream": pb.EndStreamRequest(ends_on=today(), because="Spent."),
    "OfferBudget": pb.OfferBudgetRequest(answer=pb.OFFER_ANSWER_OFFERED),
    "PlanWithOwnMoney": pb.PlanWithOwnMoneyRequest(because="They would rather pay."),
}
"""A good request of every changing call."""

every_change = pytest.mark.parametrize("rpc", sorted(GOOD))


async def come_to(money: Budgeting, rpc: str) -> Message:
    """Bring a case to where a call may be made, and make its request."""
    await money.work.open()
    await money.work.propose()
    await money.work.confirm()
    request = money.work.on_case(GOOD[rpc])
    if isinstance(request, pb.ChangeStreamRequest | pb.EndStreamRequest):
        request.stream_id = (await money.record()).stream_id
        request.etag = money.work.case.etag
    return request


def test_every_changing_call_is_in_these_tests() -> None:
    """A call that has a request id changes something, and is tested here."""
    methods = pb.DESCRIPTOR.services_by_name["BudgetsService"].methods
    assert {each.name for each in methods if "request_id" in each.input_type.fields_by_name} == set(GOOD)


@every_change
async def test_asked_twice_it_is_done_once(money: Budgeting, rpc: str) -> None:
    """The same request again gives the first answer and tells nothing new; another one with its etag is stale."""
    request = await come_to(money, rpc)
    first = await call(money.amy, rpc, request)
    told = await money.told()
    assert await call(money.amy, rpc, request) == first
    assert await money.told() == told
    setattr(request, "request_id", new_id())  # noqa: B010 - every one has it; Message does not say so
    fault = await refusal_of(call(money.amy, rpc, request))
    assert (fault.kind, fault.reason) == (Kind.ABORTED, "ETAG_MISMATCH")


@every_change
async def test_another_councils_case_is_not_there_and_roles_are_refused(money: Budgeting, rpc: str) -> None:
    """A stranger finds no case; each role without the right is refused by name."""
    request = await come_to(money, rpc)
    stranger = money.caller(Role.PRACTITIONER, subject="sam", council="elsewhere")
    fault = await refusal_of(call(stranger, rpc, request))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")
    for role in set(Role) - RIGHTS[SERVICE + rpc]:
        fault = await refusal_of(call(money.caller(role, council=EVERY_COUNCIL), rpc, request))
        assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")


@every_change
async def test_after_the_ending_nothing_changes(money: Budgeting, rpc: str) -> None:
    """An ended case stays as it ended."""
    request = await come_to(money, rpc)
    await money.work.end()
    setattr(request, "etag", money.work.case.etag)  # noqa: B010 - every one has it; Message does not say so
    fault = await refusal_of(call(money.amy, rpc, request))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "CASE_ENDED")
