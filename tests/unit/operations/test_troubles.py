"""What is wrong with the parts of the suite is told when it lasts, and not when a process is started again."""

from collections.abc import Sequence
from datetime import timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from services.operations.domain.finding import Finding, StuckKind
from services.operations.looking.journeys import HowRead, Worker
from services.operations.looking.parts import PartsSeen, Process
from services.operations.looking.troubles import Troubles, how_read
from sevensteps.api.feed.v1.feed_pb2 import Subscription
from sevensteps.api.receipts.v1.receipts_pb2 import PackInForce
from unit.operations.standings import NOON

RUNS = Worker(runs=True, asked_at=NOON, release="")
STOPPED = Worker(runs=False, asked_at=NOON, release="")
LOOK = timedelta(seconds=15)


def seen(
    *silent: Process,
    held_back: Sequence[str] = (),
    subscriptions: Sequence[Subscription] | None = (),
    packs: Sequence[PackInForce] = (),
) -> PartsSeen:
    """What the parts have told at one look."""
    return PartsSeen(frozenset(silent), frozenset(held_back), subscriptions, {"planning": packs})


def looks(*each: tuple[PartsSeen, Worker | None]) -> tuple[Sequence[Finding], bool]:
    """What is told after several looks, 15 seconds apart."""
    troubles = Troubles()
    told: tuple[Sequence[Finding], bool] = ((), False)
    for number, (parts, worker) in enumerate(each):
        told = troubles.of(parts, worker, 3, NOON + number * LOOK)
    return told


def about(*each: tuple[PartsSeen, Worker | None]) -> tuple[set[str], bool]:
    """What it is told about, and whether there may be more."""
    told, may_be_more = looks(*each)
    return {finding.about for finding in told}, may_be_more


def journeys(position: int, lag: int, reader: str = "worker") -> Subscription:
    """How far the relay is."""
    return Subscription(name="journeys", position=position, lag=lag, reader=reader)


def test_what_does_not_answer_is_told_at_the_second_look() -> None:
    """Until then nothing is told for certain; and at the first look at which it answers again it is forgotten."""
    silent = (seen(Process("planning")), RUNS)
    assert about(silent) == (set(), True)
    assert about(silent, silent) == ({"planning"}, False)
    assert about(silent, silent, (seen(), RUNS)) == (set(), False)
    assert about(silent, (seen(), RUNS), silent) == (set(), True)


def test_one_process_of_several_is_told_by_its_address() -> None:
    """The service answers all the same."""
    silent = (seen(Process("planning", "10.0.0.2:7702")), RUNS)
    [finding] = looks(silent, silent)[0]
    assert finding.about == "planning at 10.0.0.2:7702"
    assert finding.detail == {"part": "The planning service at 10.0.0.2:7702"}


def test_temporal_and_the_worker() -> None:
    """While Temporal does not answer nobody knows of the worker."""
    assert about((seen(), None), (seen(), None)) == ({"temporal"}, False)
    assert about((seen(), STOPPED), (seen(), STOPPED)) == ({"worker"}, False)
    assert about((seen(), STOPPED), (seen(), RUNS)) == (set(), False)


def test_a_relay_that_stands_still() -> None:
    """Not one that is behind and moves, nor one that has nothing to do; and where no worker runs, that is the cause."""
    still = (seen(subscriptions=[journeys(5, 2)]), RUNS)
    moves = [(seen(subscriptions=[journeys(5 + number, 9)]), RUNS) for number in range(6)]
    idle = (seen(subscriptions=[journeys(5, 0)]), RUNS)
    assert about(*[still] * 2) == (set(), False)
    assert about(*[still] * 3) == ({"relay"}, False)
    assert about(*moves) == (set(), False)
    assert about(*[idle] * 6) == (set(), False)
    assert about(*[(still[0], STOPPED)] * 6) == ({"worker"}, False)


def test_events_that_do_not_leave_a_service() -> None:
    """As the service says itself."""
    assert about((seen(held_back=["review"]), RUNS)) == ({"outbox of review"}, False)


def test_a_reader_of_another_system_that_has_not_come_for_a_day() -> None:
    """Only where events wait for it; one that never said anything is not known to be late."""

    def reader(hours: int, lag: int) -> Subscription:
        last_seen = Timestamp()
        last_seen.FromDatetime(NOON - timedelta(hours=hours))
        return Subscription(council="example", subject="ledger", name="all", lag=lag, last_seen=last_seen)

    [finding] = looks((seen(subscriptions=[reader(25, 4)]), RUNS))[0]
    assert finding.kind is StuckKind.OUTSIDE_PARTY_PAST_DUE
    for fine in (reader(23, 4), reader(25, 0), Subscription(subject="ledger", name="all", lag=4)):
        assert looks((seen(subscriptions=[fine]), RUNS))[0] == []


def test_a_refused_pack() -> None:
    """In which service, and whether another version decides there."""
    told, _ = looks((seen(packs=[PackInForce(pack="a", hash="1"), PackInForce(pack="b", refused="wrong")]), RUNS))
    assert [(finding.about, finding.detail["rest"]) for finding in told] == [
        ("b in planning", "Nothing can be decided by it there")
    ]


def test_how_the_feed_is_read_for_the_journeys() -> None:
    """By a worker, and up to where, as the feed says; where the feed says nothing, somebody is taken to read it."""
    assert how_read(seen(subscriptions=[journeys(7, 2)])) == HowRead(by_somebody=True, up_to=7)
    assert how_read(seen(subscriptions=[journeys(7, 0, reader="")])) == HowRead(by_somebody=False, up_to=7)
    unknown = HowRead(by_somebody=True, up_to=0)
    assert (how_read(seen(subscriptions=[])), how_read(seen(subscriptions=None))) == (unknown, unknown)
