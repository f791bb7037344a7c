"""Between the wire and the domain: what may come in, page tokens, and pages as messages."""

import json
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b
from uuid import UUID

from services.feed.domain import Bookmark, Page, Place, Wanted
from sevensteps.api.feed.v1 import feed_pb2 as pb
from sevensteps.errors import Fault, Kind, Violation
from sevensteps.fields import Fields
from sevensteps.identity.tokens import LONGEST_COUNCIL, LONGEST_SUBJECT

MOST_EVENTS = 1000
MOST_TYPES = 100
LONGEST_WORD = 200
"""Most characters in an id or the name of a service."""
LONGEST_PAYLOAD = 16_384
"""Most characters in a payload."""
TYPE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\.v[1-9][0-9]*", re.ASCII)
"""The form of an event's type. Which types there are is not the feed's to know: a newer service may have more."""
SUBSCRIPTION = re.compile(r"[a-z][a-z0-9_-]{0,63}", re.ASCII)
RESUME_TOKEN = struct.Struct(">16s8sq")
"""A resume token: the feed's id, the event at the place, and the position."""
DIGEST_BYTES = 8
"""What a page token has behind that: a digest of what was wanted."""
NUMBER_TOKEN = struct.Struct(">q8s")
"""A page token of version 0.1.0: the position, and a digest of what was wanted. It cannot be compared with the feed."""
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
        fields.text(f"{path}.case_id", event.case_id, limit=LONGEST_WORD)
        fields.text(f"{path}.council", event.council, limit=LONGEST_COUNCIL)
        fields.text(f"{path}.source", event.source, limit=LONGEST_WORD)
        fields.text(f"{path}.actor", event.actor, limit=LONGEST_SUBJECT)
        if not event.HasField("occurred_at"):
            fields.wrong(f"{path}.occurred_at", "must be given")
        if len(event.payload) > LONGEST_PAYLOAD or not _is_json_object(event.payload):
            fields.wrong(f"{path}.payload", f"must be a JSON object of at most {LONGEST_PAYLOAD} characters")


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
        raise _bad_token(
            field, "CURSOR_FILTER_MISMATCH", "was given for another filter; send that filter, or begin without a token"
        )
    if place.position < 0 or not (wanted or isinstance(place, Bookmark)):
        raise _bad_token(field, "CURSOR_INVALID", UNREADABLE)
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
        raise _bad_token(field, "CURSOR_INVALID", UNREADABLE) from error
    digest = packed[RESUME_TOKEN.size :]
    if len(digest) not in {0, DIGEST_BYTES}:
        raise _bad_token(field, "CURSOR_INVALID", UNREADABLE)
    return Bookmark(position, UUID(bytes=feed_id), event), digest


def listed(page: Page, wanted: Wanted) -> pb.ListEventsResponse:
    """A page as the answer to ListEvents."""
    answer = pb.ListEventsResponse(
        next_page_token=token_of(page.bookmark, wanted), more=page.more, feed_id=str(page.feed_id)
    )
    for event in page.events:
        answer.events.add().MergeFromString(event.message)
    return answer


def watched(page: Page) -> pb.WatchEventsResponse:
    """A page as a part of WatchEvents' stream."""
    part = pb.WatchEventsResponse(
        bookmark=page.reached, feed_id=str(page.feed_id), resume_token=token_of(page.bookmark)
    )
    for event in page.events:
        part.events.add().MergeFromString(event.message)
    return part


def subscribed(at: Bookmark) -> pb.GetSubscriptionResponse:
    """Where a subscription stands."""
    return pb.GetSubscriptionResponse(position=at.position, feed_id=str(at.feed_id), resume_token=token_of(at))


def _check_type(fields: Fields, path: str, type_: str) -> None:
    if len(type_) > LONGEST_WORD or not TYPE.fullmatch(type_):
        fields.wrong(path, "must be a type of event such as plan.submitted.v1")


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _digest(wanted: Wanted) -> bytes:
    return blake2b(json.dumps(wanted.conditions(), sort_keys=True).encode(), digest_size=DIGEST_BYTES).digest()


def _bad_token(field: str, reason: str, detail: str) -> Fault:
    return Fault(Kind.INVALID, reason, f"{field}: {detail}", violations=[Violation(field, detail)])
