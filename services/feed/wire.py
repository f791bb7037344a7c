"""Between the wire and the domain: what may come in, page tokens, and pages as messages."""

import json
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from math import isfinite
from uuid import UUID

from services.feed.domain import Bookmark, Page, Place, Subscription, Wanted
from sevensteps import trace_context
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.events import PAYLOADS
from sevensteps.fields import Fields
from sevensteps.identity.claims import LONGEST_COUNCIL, LONGEST_SUBJECT
from sevensteps.service.page_tokens import DIGEST_BYTES, digest_of, of_another_filter, unreadable

MOST_EVENTS = 1000
MOST_TYPES = 100
LONGEST_WORD = 200
"""Most characters in an id or the name of a service."""
LONGEST_PAYLOAD = 16_384
"""Most characters in a payload."""
DEEPEST = 10
"""Most levels of a payload."""
FIRST_SECOND, LAST_SECOND, LAST_NANO = -62_135_596_800, 253_402_300_799, 999_999_999
"""From the year 1 to 9999: the times that a Timestamp may have."""
TYPE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\.v[1-9][0-9]*", re.ASCII)
"""The form of an event's type. Which types there are is not the feed's to say: a newer service may send more."""
SUBSCRIPTION = re.compile(r"[a-z][a-z0-9_-]{0,63}", re.ASCII)
RESUME_TOKEN = struct.Struct(">16s8sq")
"""A resume token: the feed's id, the event at the place, and the position."""
NUMBER_TOKEN = struct.Struct(f">q{DIGEST_BYTES}s")
"""A page token of version 0.1.0: it cannot be compared with the feed. A page token now is a resume token with the same
digest of what was wanted behind it."""
UNREADABLE = "must be a token from an earlier answer of this feed"


def check_events(fields: Fields, events: Sequence[pb.Event]) -> None:
    """Note what is wrong with events to be appended."""
    if len(events) > MOST_EVENTS:
        fields.wrong("events", f"must be at most {MOST_EVENTS}; send the rest in another call")
    for index, event in enumerate(events):
        path = f"events[{index}]"
        if not _is_uuid(event.event_id):
            fields.wrong(f"{path}.event_id", "must be a UUID, in lower case with hyphens")
        _check_type(fields, f"{path}.type", event.type)
        fields.text(f"{path}.case_id", event.case_id, limit=LONGEST_WORD, may_be_empty=True)
        fields.text(f"{path}.council", event.council, limit=LONGEST_COUNCIL)
        fields.text(f"{path}.source", event.source, limit=LONGEST_WORD)
        fields.text(f"{path}.actor", event.actor, limit=LONGEST_SUBJECT)
        _check_time(fields, f"{path}.occurred_at", event)
        if event.traceparent and trace_context.read(event.traceparent) is None:
            fields.wrong(f"{path}.traceparent", "must be as W3C trace context writes it, or nothing")
        if wrong := _wrong_with(event.payload):
            fields.wrong(f"{path}.payload", wrong)


def check_subscription(fields: Fields, name: str) -> None:
    """Note a name that no subscription can have."""
    if not SUBSCRIPTION.fullmatch(name):
        fields.wrong(
            "name", "must begin with a letter and have lower-case letters, digits, - and _ only, such as journeys"
        )


def wanted_of(fields: Fields, wanted: pb.EventFilter, scope: str | None) -> Wanted:
    """What a reader wants, who is confined to a council."""
    if len(wanted.types) > MOST_TYPES:
        fields.wrong("filter.types", f"must be at most {MOST_TYPES}")
    for index, type_ in enumerate(wanted.types):
        _check_type(fields, f"filter.types[{index}]", type_)
    return Wanted(wanted.case_id, frozenset(wanted.types), wanted.council, scope)


def check_after(fields: Fields, after: int) -> None:
    """Note a position that cannot be."""
    if after < 0:
        fields.wrong("after", "must be a position, or 0 for the beginning")


def token_of(bookmark: Bookmark, wanted: Wanted | None = None) -> str:
    """The resume token of a place, or the page token for what is wanted after it."""
    packed = RESUME_TOKEN.pack(bookmark.feed_id.bytes, bookmark.event, bookmark.position)
    packed += _digest(wanted) if wanted else b""
    return urlsafe_b64encode(packed).decode().rstrip("=")


def place_of(field: str, token: str, number: int, wanted: Wanted | None = None) -> Place:
    """The place in a token, or after a number where there is none.

    Raises Faults that name the field: CURSOR_INVALID, and CURSOR_FILTER_MISMATCH for the token of a page of something
    else than is wanted.
    """
    if not token:
        return Place(number)
    place, digest = _unpacked(field, token)
    if wanted and digest and digest != _digest(wanted):
        raise of_another_filter(field)
    if place.position < 0 or not (wanted or isinstance(place, Bookmark)):
        raise unreadable(field, UNREADABLE)
    return place


def _unpacked(field: str, token: str) -> tuple[Place, bytes]:
    """The place in a token, and the digest of what was wanted, if it has one."""
    try:
        packed = urlsafe_b64decode(token.encode("ascii") + b"==")
        if len(packed) == NUMBER_TOKEN.size:
            position, digest = NUMBER_TOKEN.unpack(packed)
            return Place(position), digest
        feed_id, event, position = RESUME_TOKEN.unpack(packed[: RESUME_TOKEN.size])
    except (ValueError, struct.error) as error:
        raise unreadable(field, UNREADABLE) from error
    digest = packed[RESUME_TOKEN.size :]
    if len(digest) not in {0, DIGEST_BYTES}:
        raise unreadable(field, UNREADABLE)
    return Bookmark(position, UUID(bytes=feed_id), event), digest


def listed(page: Page, wanted: Wanted) -> pb.ListEventsResponse:
    """A page as the answer to ListEvents."""
    answer = pb.ListEventsResponse(
        next_page_token=token_of(page.bookmark, wanted), more=page.more, feed_id=str(page.head.feed_id)
    )
    for event in page.events:
        answer.events.add().MergeFromString(event.message)
    return answer


def watched(page: Page) -> pb.WatchEventsResponse:
    """A page as a part of WatchEvents' stream."""
    part = pb.WatchEventsResponse(
        bookmark=page.reached, feed_id=str(page.head.feed_id), resume_token=token_of(page.bookmark)
    )
    for event in page.events:
        part.events.add().MergeFromString(event.message)
    return part


def subscribed(at: Bookmark, head: int) -> pb.GetSubscriptionResponse:
    """Where a subscription stands, and the feed's last position."""
    answer = pb.GetSubscriptionResponse(
        position=at.position, feed_id=str(at.feed_id), resume_token=token_of(at), head=head
    )
    answer.answered_at.GetCurrentTime()
    return answer


def subscriptions(found: Sequence[Subscription], last: int) -> pb.ListSubscriptionsResponse:
    """The answer to ListSubscriptions; `last` is where the feed ends."""
    answer = pb.ListSubscriptionsResponse()
    for each in found:
        row = answer.subscriptions.add(
            council=each.owner.council,
            subject=each.owner.subject,
            name=each.name,
            position=each.position,
            lag=last - each.position,
            reader=each.reader,
        )
        if each.last_seen:
            row.last_seen.FromDatetime(each.last_seen)
    return answer


def ensure_types_known(wanted: pb.EventFilter, unknown: Collection[str]) -> None:
    """Raise a Fault for the types of a filter that are unknown. It names the nearest that there are."""
    fields = Fields()
    for index, type_ in enumerate(wanted.types):
        if type_ in unknown:
            near = " or ".join(get_close_matches(type_, PAYLOADS)) or "one of those in docs/events.md"
            fields.wrong(f"filter.types[{index}]", f"must be a type of event that there is: perhaps {near}")
    fields.check()


def _check_type(fields: Fields, path: str, type_: str) -> None:
    if len(type_) > LONGEST_WORD or not TYPE.fullmatch(type_):
        fields.wrong(path, "must be a type of event such as plan.submitted.v1")


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _check_time(fields: Fields, path: str, event: pb.Event) -> None:
    at = event.occurred_at
    if not event.HasField("occurred_at"):
        fields.wrong(path, "must be given")
    elif not (FIRST_SECOND <= at.seconds <= LAST_SECOND and 0 <= at.nanos <= LAST_NANO):
        fields.wrong(path, "must be a time in the years 1 to 9999, with nanos from 0 to 999999999")


class _PayloadError(ValueError):
    """What is wrong with a payload, beside that it is no JSON."""


def _wrong_with(payload: str) -> str:
    """What is wrong with a payload; empty if every reader can read it."""
    try:
        if len(payload) <= LONGEST_PAYLOAD:
            read = READER.decode(payload)
            _ensure_flat(read, DEEPEST)
            json.dumps(read, ensure_ascii=False).encode()  # half a character cannot be passed on
            if isinstance(read, dict):
                return ""
    except _PayloadError as error:
        return str(error)
    except (ValueError, RecursionError):
        pass
    return f"must be a JSON object of at most {LONGEST_PAYLOAD} characters"


def _finite(number: str) -> float:
    """A number with a fraction or an exponent, or what JavaScript writes for one that is none."""
    if not isfinite(value := float(number)):
        raise _PayloadError("must hold no NaN and no Infinity: they are not JSON")
    return value


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(read := dict(pairs)) != len(pairs):
        raise _PayloadError("must not hold a name twice: readers would differ over which value counts")
    return read


def _ensure_flat(value: object, levels: int) -> None:
    if levels == 0:
        raise _PayloadError(f"must be nested at most {DEEPEST} deep")
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(part, dict | list):
            _ensure_flat(part, levels - 1)


READER = json.JSONDecoder(parse_float=_finite, parse_constant=_finite, object_pairs_hook=_without_doubles)


def _digest(wanted: Wanted) -> bytes:
    return digest_of(wanted.conditions())
