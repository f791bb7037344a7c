"""Page tokens: where a page of a list ended, bound to what was listed. Callers cannot read them and need not."""

import json
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import blake2b

from sevensteps.errors import Fault, Kind, Violation

DIGEST_BYTES = 8
TOKEN = struct.Struct(f">q{DIGEST_BYTES}s")
"""The position, and a digest of what is listed."""
FIELD = "page_token"
UNREADABLE = "must be the next_page_token of an earlier answer"


def token_of(position: int, listed: Mapping[str, object]) -> str:
    """The page token for what comes after a position. `listed` says which list it is: its name and every filter."""
    return urlsafe_b64encode(TOKEN.pack(position, digest_of(listed))).decode().rstrip("=")


def position_of(token: str, listed: Mapping[str, object]) -> int:
    """The position in a page token, 0 without one.

    Raises Faults (INVALID): CURSOR_INVALID for what is no page token, CURSOR_FILTER_MISMATCH for one of another list.
    """
    if not token:
        return 0
    try:
        position, digest = TOKEN.unpack(urlsafe_b64decode(token.encode("ascii") + b"=="))
    except (ValueError, struct.error) as error:
        raise unreadable(FIELD, UNREADABLE) from error
    if digest != digest_of(listed):
        raise of_another_filter(FIELD)
    if position < 0:
        raise unreadable(FIELD, UNREADABLE)
    return int(position)


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
