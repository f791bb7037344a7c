"""Listing: page by page, each wanted event once and in order, for whom it concerns."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servers.feed import Feed, event, run_feed
from servers.postgres import PostgresServer
from servers.services import PACK, refusal_of
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.config import Settings
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role

CASES = ["case-a", "case-b", "case-c"]
TYPES = ["case.opened.v1", "plan.saved.v1", "spend.recorded.v1"]
NEVER_CAME = "case.resumed.v1"
COUNCILS = ["example", "other"]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
async def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Feed, list[pb.Event]]]:
    """A feed with 200 events of all sorts, and those. It looks up few at a time, so that filters must go on."""
    database = ""
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        database = server.create_database(f"test_{uuid4().hex}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.feed.store.LEAST_OF_CASE", 3)
        async with run_feed(Settings(data=tmp_path_factory.mktemp("feed"), database=database, pack=PACK)) as feed:
            # neither even nor in step with one another: some stretches hold nothing of a kind
            events = [event(TYPES[n * n % 7 % 3], CASES[n // 9 % 3], COUNCILS[n // 40 % 2]) for n in range(200)]
            await feed.append(events)
            yield feed, await feed.everything()


def matches(wanted: pb.EventFilter, each: pb.Event) -> bool:
    """Whether a filter lets an event pass, written as plainly as possible."""
    return (
        wanted.case_id in ("", each.case_id)
        and (not wanted.types or each.type in wanted.types)
        and wanted.council in ("", each.council)
    )


FILTERS = st.builds(
    pb.EventFilter,
    case_id=st.sampled_from(["", *CASES, "case-z"]),
    types=st.lists(st.sampled_from([*TYPES, NEVER_CAME]), max_size=3),
    council=st.sampled_from(["", *COUNCILS, "none"]),
)


@settings(max_examples=40, deadline=None)
@given(wanted=FILTERS, sizes=st.lists(st.integers(1, 60), min_size=1), after=st.integers(0, 200))
@pytest.mark.item(81)
async def test_any_pages_of_any_filter_give_each_wanted_event_once_in_order(
    filled: tuple[Feed, list[pb.Event]], wanted: pb.EventFilter, sizes: list[int], after: int
) -> None:
    """Whatever the filter, the sizes of the pages and the beginning; every page but the last is full."""
    feed, events = filled
    found: list[pb.Event] = []
    page = pb.ListEventsResponse(more=True)
    turn = 0
    while page.more:
        size = sizes[turn % len(sizes)]
        page = await feed.journey.ListEvents(
            pb.ListEventsRequest(page_size=size, page_token=page.next_page_token, after=after, filter=wanted)
        )
        assert len(page.events) == size or not page.more
        assert page.next_page_token
        found += page.events
        turn += 1
    assert found == [each for each in events if each.position > after and matches(wanted, each)]


@settings(max_examples=20, deadline=None)
@given(wanted=FILTERS, after=st.integers(0, 200))
async def test_a_watcher_sees_what_a_lister_sees(
    filled: tuple[Feed, list[pb.Event]], wanted: pb.EventFilter, after: int
) -> None:
    """The stream gives each wanted event once and in order; its bookmarks reach the end whatever was passed over."""
    feed, events = filled
    found: list[pb.Event] = []
    bookmarks = [after]
    stream = feed.journey.WatchEvents(pb.WatchEventsRequest(after=after, filter=wanted))
    async for part in stream:
        assert all(bookmarks[-1] < each.position <= part.bookmark for each in part.events)
        found += part.events
        bookmarks.append(part.bookmark)
        if part.bookmark == len(events):
            break
    stream.cancel()
    assert bookmarks == sorted(bookmarks)
    assert found == [each for each in events if each.position > after and matches(wanted, each)]


async def test_the_last_token_waits_for_what_comes(feed: Feed) -> None:
    """At the end of the feed there is no more, and the token goes on from there, in an empty feed too."""
    page = await feed.integrator.ListEvents(pb.ListEventsRequest())
    assert (list(page.events), page.more) == ([], False)
    for _ in range(2):
        sent = event()
        await feed.append([sent])
        page = await feed.integrator.ListEvents(pb.ListEventsRequest(page_token=page.next_page_token))
        assert [each.event_id for each in page.events] == [sent.event_id]
        assert not page.more


async def test_a_person_sees_the_own_council_only(feed: Feed) -> None:
    """Another council looks like one without events: nobody learns which councils there are."""
    await feed.append([event(council="example"), event(council="other"), event(council="example")])
    page = await feed.integrator.ListEvents(pb.ListEventsRequest())
    assert [each.position for each in page.events] == [1, 3]
    assert page == await feed.integrator.ListEvents(pb.ListEventsRequest(filter=pb.EventFilter(council="")))
    for council in ("other", "no-such-council"):
        page = await feed.integrator.ListEvents(pb.ListEventsRequest(filter=pb.EventFilter(council=council)))
        assert (list(page.events), page.more) == ([], False)


@pytest.mark.parametrize("database", [""])
async def test_a_page_has_100_events_unless_asked_and_never_more_than_1000(feed: Feed) -> None:
    """0 means 100; more than 1000 means 1000."""
    await feed.append([event() for _ in range(600)])
    await feed.append([event() for _ in range(600)])
    assert len((await feed.journey.ListEvents(pb.ListEventsRequest())).events) == 100
    page = await feed.journey.ListEvents(pb.ListEventsRequest(page_size=5000))
    assert (len(page.events), page.more) == (1000, True)


async def test_large_events_make_smaller_pages(feed: Feed) -> None:
    """No answer is larger than a message may be, and no event is left out."""
    for _ in range(3):
        await feed.append([event(payload=f'{{"a":"{"x" * 16_000}"}}') for _ in range(50)])
    found: list[int] = []
    page = pb.ListEventsResponse(more=True)
    while page.more:
        page = await feed.journey.ListEvents(pb.ListEventsRequest(page_size=150, page_token=page.next_page_token))
        assert page.ByteSize() < 600_000
        found += [each.position for each in page.events]
    assert found == list(range(1, 151))


async def test_a_token_goes_with_its_filter(feed: Feed) -> None:
    """Sent with another filter, or by somebody of another council, it is refused; the order of types is no matter."""
    await feed.append([event(), event()])
    wanted = pb.EventFilter(types=["plan.saved.v1", "case.opened.v1"])
    token = (await feed.integrator.ListEvents(pb.ListEventsRequest(page_size=1, filter=wanted))).next_page_token
    turned = pb.EventFilter(types=list(reversed(wanted.types)))
    page = await feed.integrator.ListEvents(pb.ListEventsRequest(page_token=token, filter=turned))
    assert [each.position for each in page.events] == [2]
    others = [
        pb.EventFilter(),
        pb.EventFilter(types=wanted.types, case_id="case-a"),
        pb.EventFilter(types=["case.ended.v1"]),
    ]
    for other in others:
        fault = await refusal_of(feed.integrator.ListEvents(pb.ListEventsRequest(page_token=token, filter=other)))
        assert (fault.kind, fault.reason) == (Kind.INVALID, "CURSOR_FILTER_MISMATCH")
        assert [violation.field for violation in fault.violations] == ["page_token"]
    fault = await refusal_of(feed.journey.ListEvents(pb.ListEventsRequest(page_token=token, filter=wanted)))
    assert fault.reason == "CURSOR_FILTER_MISMATCH"


@pytest.mark.parametrize("database", [""])
@pytest.mark.parametrize("token", ["x", "not a token", "AAAA", "%%%", "ü", "A" * 23, "A" * 10_000])
async def test_a_token_that_is_none_is_refused(feed: Feed, token: str) -> None:
    """INVALID, whatever it is made of."""
    fault = await refusal_of(feed.integrator.ListEvents(pb.ListEventsRequest(page_token=token)))
    assert (fault.kind, fault.reason) == (Kind.INVALID, "CURSOR_INVALID")


@pytest.mark.parametrize("database", [""])
@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("page_size", pb.ListEventsRequest(page_size=-1)),
        ("after", pb.ListEventsRequest(after=-1)),
        ("filter.types[1]", pb.ListEventsRequest(filter=pb.EventFilter(types=["plan.saved.v1", "plan.saved"]))),
        ("filter.types", pb.ListEventsRequest(filter=pb.EventFilter(types=["plan.saved.v1"] * 101))),
    ],
)
async def test_a_wrong_field_is_named(feed: Feed, field: str, request_: pb.ListEventsRequest) -> None:
    """INVALID, with the field's path."""
    fault = await refusal_of(feed.integrator.ListEvents(request_))
    assert (fault.kind, fault.reason) == (Kind.INVALID, "FIELD_INVALID")
    assert [violation.field for violation in fault.violations] == [field]


async def test_a_position_that_the_feed_has_not_reached_is_refused(feed: Feed) -> None:
    """This feed never gave that position: reading on from it would skip events unnoticed."""
    await feed.append([event()])
    assert not (await feed.journey.ListEvents(pb.ListEventsRequest(after=1))).events
    for after in (2, 2**63 - 1):
        fault = await refusal_of(feed.journey.ListEvents(pb.ListEventsRequest(after=after)))
        assert (fault.kind, fault.reason, fault.metadata) == (Kind.OUT_OF_RANGE, "CURSOR_AHEAD", {"last": "1"})


async def test_an_unknown_type_in_a_filter_is_refused_with_the_nearest_there_are(feed: Feed) -> None:
    """A list and a stream that could only wait in vain; each wrong type is named by its place, and not repeated."""
    wanted = pb.EventFilter(types=["case.opened.v1", "plan.submited.v1", "zzz.qqq.v9"])
    stream = feed.integrator.WatchEvents(pb.WatchEventsRequest(filter=wanted))
    for call in (feed.integrator.ListEvents(pb.ListEventsRequest(filter=wanted)), anext(aiter(stream))):
        fault = await refusal_of(call)
        assert (fault.kind, fault.reason) == (Kind.INVALID, "FIELD_INVALID")
        assert [violation.field for violation in fault.violations] == ["filter.types[1]", "filter.types[2]"]
        near, none_near = (violation.detail for violation in fault.violations)
        assert "plan.submitted.v1" in near
        assert "docs/events.md" in none_near
        assert "zzz" not in repr(fault)


async def test_a_type_that_a_newer_service_has_sent_can_be_asked_for(feed: Feed) -> None:
    """This version does not know it, but the feed has it."""
    wanted = pb.EventFilter(types=["broker.asked_for_help.v2"])
    assert (await refusal_of(feed.integrator.ListEvents(pb.ListEventsRequest(filter=wanted)))).kind is Kind.INVALID
    await feed.append([event("broker.asked_for_help.v2")])
    page = await feed.integrator.ListEvents(pb.ListEventsRequest(filter=wanted))
    assert [each.type for each in page.events] == ["broker.asked_for_help.v2"]


@pytest.mark.parametrize("database", [""])
async def test_practitioners_do_not_read_the_feed(feed: Feed) -> None:
    """Integrators, operations, auditors and the journey do."""
    amy = feed.running.stub(FeedServiceStub, feed.running.token("amy", Role.PRACTITIONER))
    assert (await refusal_of(amy.ListEvents(pb.ListEventsRequest()))).kind is Kind.DENIED
