"""What the chain of a service's receipts is made of. Whoever reads the receipts can compute it again."""

from collections.abc import Mapping
from hashlib import sha256

import msgspec

COLUMNS = (
    "receipt_id",
    "case_id",
    "council",
    "decision",
    "verdict",
    "pack_hash",
    "receipt",
    "actor",
    "decided_at",
)
"""All of a receipt, in the order of its digest. Never changed: what is chained would not verify any more."""
START = "0" * 64
"""What stands before the first link."""
_JSON = msgspec.json.Encoder()


def digest_of(row: Mapping[str, object]) -> str:
    """The digest of everything that is stored of a receipt, by column."""
    return sha256(_JSON.encode([row[name] for name in COLUMNS])).hexdigest()


def link_after(before: str, position: int, receipt_id: str, digest: str) -> str:
    """The link of a receipt at a position, after the link at the position before."""
    return sha256(f"{before} {position} {receipt_id} {digest}".encode()).hexdigest()
