"""How many dates of law are expected to be missed, from what the feed has told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from servers.feed import Feed
from servers.operations import Operations, run_operations, told
from services.operations import projecting
from services.operations.tables import ended_dates, law_dates, projection
from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.api.operations.v1.operations_pb2_grpc import OperationsServiceStub
from sevensteps.config import Settings
from sevensteps.events import CaseEnded, CaseOpened, ComplaintAnswered, ComplaintRecorded, ComplaintWithdrawn
from sevensteps.identity.actor import Role
from sevensteps.steps import Ending

pytestmark = pytest.mark.usefixtures("no_looks")
OTHERS = "another-council"


def day(days: int) -> str:
    """The day so many days from today."""
    return (clock.today() + timedelta(days=days)).isoformat()


def complaint(
    case_id: str, due: int, answered: int | None = None, council: str = "example"
) -> Iterator[feed_pb2.Event]:
    """A case with a complaint to be answered in so many days; answered on another day, or not."""
    yield told(case_id, CaseOpened("adult", day(300)), council=council)
    recorded = ComplaintRecorded("c1", day(due - 90), "letter", "person", "", day(due))
    yield told(case_id, recorded, council=council)
    if answered is not None:
        yield told(case_id, ComplaintAnswered("c1", day(answered), "upheld"), council=council)


def past() -> Iterator[feed_pb2.Event]:
    """Of ten complaints of past weeks five were answered in time, with ten days left; three late, and two not yet."""
    for number in range(5):
        yield from complaint(f"case-met-{number}", -20, -30)
    for number in range(3):
        yield from complaint(f"case-late-{number}", -20, -2)
    for number in range(2):
        yield from complaint(f"case-open-{number}", -20)
    yield from complaint("case-long-ago", -200, -300)


def to_come() -> Iterator[feed_pb2.Event]:
    """Four due within this week, two in the third, and one that is withdrawn."""
    for number in range(4):
        yield from complaint(f"case-near-{number}", 5)
    for number in range(2):
        yield from complaint(f"case-far-{number}", 15)
    yield from complaint("case-withdrawn", 5)
    yield told("case-withdrawn", ComplaintWithdrawn("c1", day(0)))


async def asked(operations: Operations, **wanted: object) -> pb.ForecastBreachesResponse:
    """The forecast."""
    request = pb.ForecastBreachesRequest(filter=pb.CaseFilter(**wanted))  # type: ignore[arg-type]
    return await operations.staff.ForecastBreaches(request)


def numbers(expected: pb.Expected) -> tuple[int, int, int, int]:
    return expected.dates, expected.in_time, expected.at_risk, expected.not_known


async def test_what_comes_is_expected_to_end_as_what_was(feed: Feed, operations: Operations) -> None:
    """Of four that are nearer than any past one was met, none is; of the two others half."""
    await operations.come_to(await feed.append([*past(), *to_come()]))
    found = await asked(operations)
    assert [numbers(week.expected) for week in found.weeks] == [(4, 0, 4, 0), (0, 0, 0, 0), (2, 1, 1, 0), (0, 0, 0, 0)]
    assert (found.weeks[0].from_day, found.weeks[0].until_day, found.weeks[3].until_day) == (day(0), day(6), day(27))
    [answered] = found.clocks
    assert (answered.clock, answered.ended, answered.met) == ("complaint_answered", 10, 5)
    assert numbers(answered.expected) == (6, 1, 5, 0)
    assert found.weeks_back == 13
    assert not found.view.rebuilding


async def test_without_a_past_nothing_is_known(feed: Feed, operations: Operations) -> None:
    """Neither that they are met, nor that they are missed."""
    await operations.come_to(await feed.append([*to_come()]))
    assert numbers((await asked(operations)).weeks[0].expected) == (4, 0, 0, 4)


async def test_a_complaint_of_a_case_that_has_ended_is_answered_all_the_same(
    feed: Feed, operations: Operations
) -> None:
    """It is among what comes, unless only open cases are asked for."""
    await operations.come_to(await feed.append([*to_come(), told("case-near-0", CaseEnded(Ending.MOVED))]))
    assert (await asked(operations)).weeks[0].expected.dates == 4
    assert (await asked(operations, open=True)).weeks[0].expected.dates == 3


async def test_a_council_has_its_own_dates_and_its_own_past(feed: Feed, operations: Operations) -> None:
    """Who is confined to one sees nothing of another, by whatever filter."""
    theirs = [event for number in range(3) for event in complaint(f"case-theirs-{number}", 15, council=OTHERS)]
    await operations.come_to(await feed.append([*past(), *to_come(), *theirs]))
    found = await asked(operations, councils=[OTHERS])
    assert numbers(found.weeks[2].expected) == (3, 0, 0, 3)
    token = operations.running.token("pia", Role.PRACTITIONER, council=OTHERS)
    pia = operations.running.stub(OperationsServiceStub, token)
    own = await pia.ForecastBreaches(pb.ForecastBreachesRequest())
    assert [numbers(week.expected)[0] for week in own.weeks] == [0, 0, 3, 0]
    assert own.clocks[0].ended == 0


async def test_the_dates_made_anew_are_the_same(settings: Settings, feed: Feed) -> None:
    """Each that runs, and the number of each that has ended; nothing is counted twice."""
    following = replace(settings, feed=feed.running.address)
    async with run_operations(following) as operations:
        head = await feed.append([*past(), *to_come()])
        await operations.come_to(head)
        before = await _rows(operations)
        assert sum(row[4] for row in before[1]) == 9
        older = projection.update().values(version=projecting.VERSION - 1)
        await operations.running.store.write(lambda connection: connection.execute(older))
    async with run_operations(following) as operations:
        await operations.come_to(head)
        assert await _rows(operations) == before


async def _rows(operations: Operations) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    def read(connection: sa.Connection) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
        found = [
            connection.execute(sa.select(table).order_by(*table.primary_key)).all()
            for table in (law_dates, ended_dates)
        ]
        return [tuple(row) for row in found[0]], [tuple(row) for row in found[1]]

    return await operations.running.store.read(read)
