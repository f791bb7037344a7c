"""What the chain of the audit is made of. Whoever has the entries can compute it again, without the suite."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

COLUMNS = ("number", "at", "council", "subject", "act", "about", "because", "refused", "before", "after")
"""All of an entry, in the order of its link. Never changed: what is chained would not verify any more."""
START = "0" * 64
"""What stands before the first link."""
_JSON = msgspec.json.Encoder()


def link_after(before: str, entry: Mapping[str, object]) -> str:
    """The link of an entry, after the link of the entry before."""
    return sha256(before.encode() + _JSON.encode([entry[name] for name in COLUMNS])).hexdigest()


def problems(entries: Iterable[Mapping[str, object]], trusted: str = "") -> Iterator[str]:
    """What is wrong with an audit, from its first entry on, in words.

    `trusted` is the public key (PEM) that alone may have signed; without it, any key may that the entries name.
    """
    link = START
    for number, entry in enumerate(entries, start=1):
        if entry["number"] != number:
            yield f"entry {number} is missing: the next one is {entry['number']}"
            return
        link = link_after(link, entry)
        if entry["link"] != link:
            yield f"entry {number} is not what it was, or one before it is not: its link does not fit"
            return
        if entry["signature"] and not _is_signed(entry, trusted):
            yield f"the signature of entry {number} does not fit, or is by another key"
            return


def _is_signed(entry: Mapping[str, object], trusted: str) -> bool:
    signed_by = str(entry["signed_by"])
    if trusted and signed_by.strip() != trusted.strip():
        return False
    try:
        key = load_pem_public_key(signed_by.encode())
        if not isinstance(key, Ed25519PublicKey):
            return False
        key.verify(bytes.fromhex(str(entry["signature"])), str(entry["link"]).encode())
    except (InvalidSignature, ValueError):
        return False
    return True
