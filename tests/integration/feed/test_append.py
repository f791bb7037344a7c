"""Appending: every event once, numbered without gaps, in the order in which its service stored it."""

import asyncio
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from servers.feed import Feed, event, run_feed
from servers.services import PACK, refusal_of
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.config import Settings
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role
from sevensteps.identity.claims import LONGEST_COUNCIL, LONGEST_SUBJECT
from sevensteps.identity.role_groups import PEOPLE


def numbered(events: list[pb.Event]) -> list[pb.Event]:
    """The events as the feed gives them when they are its first."""
    for position, each in enumerate(events, start=1):
        each.position = position
    return events


async def test_events_come_back_as_they_were_sent_numbered_in_their_order(feed: Feed) -> None:
    """Positions begin at 1 and go up by 1; the answer is the last; nothing else of an event changes."""
    events = [event(payload='{"version":1,"weekly":"82.91"}'), event(council="other"), event("case.ended.v1", "case-b")]
    assert await feed.append(events[:2]) == 2
    assert await feed.append(events[2:]) == 3
    assert await feed.everything() == numbered(events)


async def test_whoever_may_call_a_service_may_stand_in_an_event(feed: Feed) -> None:
    """A subject and a council may be as long as in a token: otherwise the service's events would wait for ever."""
    long = event(council="c" * LONGEST_COUNCIL)
    long.actor = "s" * LONGEST_SUBJECT
    feed.running.token(long.actor, Role.PRACTITIONER, council=long.council)
    assert await feed.append([long]) == 1


async def test_an_event_that_is_known_is_left_alone(feed: Feed) -> None:
    """A service that got no answer sends its events again, perhaps with new ones behind; every event is there once."""
    events = [event() for _ in range(4)]
    await feed.append(events[:2])
    assert await feed.append(events[:2]) == 2
    assert await feed.append([*events, events[3]]) == 4
    assert await feed.everything() == numbered(events)


async def test_an_event_may_be_about_no_case(feed: Feed) -> None:
    """An enquiry without a person has none, and stands among the others."""
    events = [event(), event("enquiry.recorded.v1", "", payload='{"topic":"money"}'), event()]
    assert await feed.append(events) == 3
    assert await feed.everything() == numbered(events)


async def test_the_sender_does_not_choose_positions(feed: Feed) -> None:
    """A position that comes with an event is ignored."""
    sent = event()
    sent.position = 99
    assert await feed.append([sent]) == 1


async def test_no_events_is_no_change(feed: Feed) -> None:
    """An empty call answers where the feed ends."""
    await feed.append([event()])
    assert await feed.append([]) == 1


async def test_many_who_append_at_once_get_positions_without_gaps(feed: Feed) -> None:
    """Eight services, some sending everything twice, and a watcher: no gap, no loss, no double, every order kept."""
    sent = [[event(case_id=f"case-{writer}", payload=f'{{"n":{n}}}') for n in range(60)] for writer in range(8)]

    async def write(writer: int) -> None:
        for first in range(0, 60, 5):
            call = sent[writer][first : first + 5]
            await asyncio.gather(*(feed.append(call) for _ in range(1 + writer % 2)))

    async def watch() -> list[pb.Event]:
        seen: list[pb.Event] = []
        stream = feed.journey.WatchEvents(pb.WatchEventsRequest())
        async for part in stream:
            seen += part.events
            if part.bookmark == 480:
                break
        stream.cancel()
        return seen

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(write(writer) for writer in range(8)))
    seen = await watching
    assert [each.position for each in seen] == list(range(1, 481))
    assert seen == await feed.everything()
    for writer in range(8):
        of_writer = [each.event_id for each in seen if each.case_id == f"case-{writer}"]
        assert of_writer == [each.event_id for each in sent[writer]]


async def test_two_feeds_on_one_postgresql_number_together(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instances append side by side without gaps, and a watcher of one is told of what the other was given.

    It goes on to be told after its connection to the database was lost.
    """
    monkeypatch.setattr("services.feed.handlers.BOOKMARK_SECONDS", 3600)
    one, other = (Settings(data=tmp_path_factory.mktemp("feed"), database=postgres_url, pack=PACK) for _ in range(2))
    async with run_feed(one) as first, run_feed(other) as second:
        stream = first.journey.WatchEvents(pb.WatchEventsRequest())
        assert (await anext(aiter(stream))).bookmark == 0
        await asyncio.gather(*(feed.append([event(), event()]) for _ in range(20) for feed in (first, second)))
        seen: list[int] = []
        async with asyncio.timeout(20):
            while len(seen) < 80:
                seen += [each.position for each in (await anext(aiter(stream))).events]
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'LISTEN %'"
            await second.running.store.read(lambda connection: connection.execute(sa.text(cut)).all())
            await second.append([event()])
            while len(seen) < 81:
                seen += [each.position for each in (await anext(aiter(stream))).events]
        stream.cancel()
        assert [each.position for each in await first.everything()] == seen == list(range(1, 82))


WRONG: list[tuple[str, Callable[[pb.Event], object]]] = [
    ("event_id", lambda each: setattr(each, "event_id", "")),
    ("event_id", lambda each: setattr(each, "event_id", "not-a-uuid")),
    ("event_id", lambda each: setattr(each, "event_id", each.event_id.upper() + "A")),
    ("type", lambda each: setattr(each, "type", "plan.submitted")),
    ("type", lambda each: setattr(each, "type", "Plan.Submitted.v1")),
    ("type", lambda each: setattr(each, "type", "plan.submitted.v0")),
    ("case_id", lambda each: setattr(each, "case_id", "x" * 201)),
    ("council", lambda each: setattr(each, "council", " ")),
    ("source", lambda each: setattr(each, "source", "")),
    ("actor", lambda each: setattr(each, "actor", "")),
    ("actor", lambda each: setattr(each, "actor", "x" * 256)),
    ("traceparent", lambda each: setattr(each, "traceparent", "Ada Lovelace")),
    ("occurred_at", lambda each: each.ClearField("occurred_at")),
    ("payload", lambda each: setattr(each, "payload", "")),
    ("payload", lambda each: setattr(each, "payload", "[1]")),
    ("payload", lambda each: setattr(each, "payload", "{")),
    ("occurred_at", lambda each: setattr(each.occurred_at, "seconds", -62_135_596_801)),
    ("occurred_at", lambda each: setattr(each.occurred_at, "seconds", 253_402_300_800)),
    ("occurred_at", lambda each: setattr(each.occurred_at, "seconds", 2**63 - 1)),
    ("occurred_at", lambda each: setattr(each.occurred_at, "nanos", -1)),
    ("occurred_at", lambda each: setattr(each.occurred_at, "nanos", 1_000_000_000)),
    ("payload", lambda each: setattr(each, "payload", "[" * 10_000)),
    ("payload", lambda each: setattr(each, "payload", '{"a":NaN}')),
    ("payload", lambda each: setattr(each, "payload", '{"a":[-Infinity]}')),
    ("payload", lambda each: setattr(each, "payload", '{"a":1e999}')),
    ("payload", lambda each: setattr(each, "payload", '{"a":1,"b":{"c":1,"c":2}}')),
    ("payload", lambda each: setattr(each, "payload", '{"a":"\\ud800"}')),
    ("payload", lambda each: setattr(each, "payload", f'{{"a":{"[" * 10}{"]" * 10}}}')),
    ("payload", lambda each: setattr(each, "payload", f'{{"a":{"9" * 5000}}}')),
    ("payload", lambda each: setattr(each, "payload", f'{{"a":"{"x" * 16_384}"}}')),
]


@pytest.mark.parametrize("database", [""])
@pytest.mark.parametrize(("field", "spoil"), WRONG)
async def test_an_event_in_a_wrong_form_is_refused_with_its_path(
    feed: Feed, field: str, spoil: Callable[[pb.Event], object]
) -> None:
    """The field's path is named, and nothing of the call is stored."""
    events = [event(), event()]
    spoil(events[1])
    fault = await refusal_of(feed.append(events))
    assert (fault.kind, fault.reason) == (Kind.INVALID, "FIELD_INVALID")
    assert [violation.field for violation in fault.violations] == [f"events[1].{field}"]
    assert await feed.everything() == []


@pytest.mark.parametrize("database", [""])
@pytest.mark.parametrize(
    ("payload", "what"),
    [
        ('{"a":NaN}', "NaN"),
        ('{"a":1,"a":1}', "a name twice"),
        (f'{{"a":{"[" * 10}{"]" * 10}}}', "at most 10 deep"),
        ("7", "a JSON object"),
    ],
)
async def test_what_is_wrong_with_a_payload_is_said(feed: Feed, payload: str, what: str) -> None:
    """Whoever wrote the service finds it in the sentence."""
    fault = await refusal_of(feed.append([event(payload=payload)]))
    assert what in fault.violations[0].detail


@pytest.mark.parametrize("database", [""])
async def test_the_first_and_the_last_time_and_the_deepest_payload_are_taken(feed: Feed) -> None:
    """From the year 1 to 9999, ten levels."""
    events = [event(payload=f'{{"a":{"[" * 9}{"]" * 9}}}'), event()]
    events[0].occurred_at.seconds = -62_135_596_800
    events[1].occurred_at.seconds, events[1].occurred_at.nanos = 253_402_300_799, 999_999_999
    assert await feed.append(events) == 2


@pytest.mark.parametrize("database", [""])
async def test_a_type_that_this_version_does_not_know_is_kept(feed: Feed) -> None:
    """A newer service may have new types of event: only their form is checked."""
    assert await feed.append([event("broker.asked_for_help.v2")]) == 1


@pytest.mark.parametrize("database", [""])
async def test_too_much_at_once_is_refused(feed: Feed) -> None:
    """More than 1000 events are INVALID; more than 1 MB is RESOURCE_EXHAUSTED."""
    fault = await refusal_of(feed.append([event()] * 1001))
    assert [violation.field for violation in fault.violations] == ["events"]
    fault = await refusal_of(feed.append([event(payload=f'{{"a":"{"x" * 16_000}"}}') for _ in range(70)]))
    assert fault.kind is Kind.EXHAUSTED


@pytest.mark.parametrize("database", [""])
async def test_only_services_append(feed: Feed) -> None:
    """Only services append; not even the journey may, and nobody without a token."""
    for role in sorted(PEOPLE | {Role.JOURNEY}):
        caller = feed.running.stub(FeedServiceStub, feed.running.token("x", role))
        fault = await refusal_of(caller.AppendEvents(pb.AppendEventsRequest(events=[event()])))
        assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")
    nobody = feed.running.stub(FeedServiceStub, "")
    fault = await refusal_of(nobody.AppendEvents(pb.AppendEventsRequest(events=[event()])))
    assert fault.kind is Kind.UNAUTHENTICATED
    assert await feed.everything() == []
