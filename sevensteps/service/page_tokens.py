"""Page tokens: where a page of a list ended, bound to what was listed. Callers cannot read them and need not."""

import json
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import blake2b

from sevensteps.errors import Fault, Kind, Violation

TOKEN = struct.Struct(">q8s")
"""The position, and a digest of what is listed."""


def token_of(position: int, listed: Mapping[str, object]) -> str:
    """The page token for what comes after a position. `listed` says which list it is: its name and every filter."""
    return urlsafe_b64encode(TOKEN.pack(position, _digest(listed))).decode().rstrip("=")


def position_of(token: str, listed: Mapping[str, object]) -> int:
    """The position in a page token, 0 without one.

    Raises Faults (INVALID): CURSOR_INVALID for what is no page token, CURSOR_FILTER_MISMATCH for one of another list.
    """
    if not token:
        return 0
    try:
        position, digest = TOKEN.unpack(urlsafe_b64decode(token.encode("ascii") + b"=="))
    except (ValueError, struct.error) as error:
        raise _refused("CURSOR_INVALID", "must be the next_page_token of an earlier answer") from error
    if digest != _digest(listed):
        raise _refused(
            "CURSOR_FILTER_MISMATCH", "was given for another filter; send that filter, or begin without a token"
        )
    if position < 0:
        raise _refused("CURSOR_INVALID", "must be the next_page_token of an earlier answer")
    return int(position)


def _digest(listed: Mapping[str, object]) -> bytes:
    return blake2b(json.dumps(listed, sort_keys=True).encode(), digest_size=8).digest()


def _refused(reason: str, detail: str) -> Fault:
    return Fault(Kind.INVALID, reason, f"page_token: {detail}", violations=[Violation("page_token", detail)])
