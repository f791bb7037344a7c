"""Page tokens: where a page of a list ended, bound to what was listed. Callers cannot read them and need not."""

import json
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from sevensteps.errors import Fault, Kind, Violation

DIGEST_BYTES = 8
FIELD = "page_token"
UNREADABLE = "must be the next_page_token of an earlier answer"


def token_of(position: int, listed: Mapping[str, object]) -> str:
    """The page token for what comes after a position. `listed` says which list it is: its name and every filter."""
    return token_of_place((position,), listed)


def token_of_place(place: Sequence[int], listed: Mapping[str, object]) -> str:
    """The same where a place is several numbers: what the last row was sorted by, and its own number."""
    packed = _packing(len(place)).pack(*place, digest_of(listed))
    return urlsafe_b64encode(packed).decode().rstrip("=")


def position_of(token: str, listed: Mapping[str, object]) -> int:
    """The position in a page token, 0 without one. Raises Faults (INVALID) as `place_of` does."""
    if not token:
        return 0
    (position,) = place_of(token, listed, 1)
    if position < 0:
        raise unreadable(FIELD, UNREADABLE)
    return position


def place_of(token: str, listed: Mapping[str, object], numbers: int) -> Sequence[int]:
    """The place in a page token, of so many numbers.

    Raises Faults (INVALID): CURSOR_INVALID for what is no page token, CURSOR_FILTER_MISMATCH for one of another list.
    """
    try:
        *place, digest = _packing(numbers).unpack(urlsafe_b64decode(token.encode("ascii") + b"=="))
    except (ValueError, struct.error) as error:
        raise unreadable(FIELD, UNREADABLE) from error
    if digest != digest_of(listed):
        raise of_another_filter(FIELD)
    return place


def _packing(numbers: int) -> struct.Struct:
    """The numbers of a place, and a digest of what is listed."""
    return struct.Struct(f">{numbers}q{DIGEST_BYTES}s")


def digest_of(listed: Mapping[str, object]) -> bytes:
    """What binds a token to what was listed."""
    return blake2b(json.dumps(listed, sort_keys=True).encode(), digest_size=DIGEST_BYTES).digest()


def unreadable(field: str, expected: str) -> Fault:
    """A token that no answer has had."""
    return _refused(field, "CURSOR_INVALID", expected)


def of_another_filter(field: str) -> Fault:
    """A token of another list."""
    return _refused(
        field, "CURSOR_FILTER_MISMATCH", "was given for another filter; send that filter, or begin without a token"
    )


def _refused(field: str, reason: str, detail: str) -> Fault:
    return Fault(Kind.INVALID, reason, f"{field}: {detail}", violations=[Violation(field, detail)])
