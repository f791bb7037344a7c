"""Putting on record what was done by repairs, and what was refused: in a chain, with signed checkpoints."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from services.operations.tables import audit, audit_head
from sevensteps import clock
from sevensteps.audit_chain import link_after
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Actor
from sevensteps.key_file import make_once

HEAD = sa.select(audit_head.c.number, audit_head.c.link).with_for_update()
KEY = "audit.pem"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that somebody did, or was refused: what, of which case or repair, why, and how things stood."""

    act: str
    about: str
    because: str
    refused: str = ""
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


class Signer:
    """Signs links, so that whoever can write to the records cannot make a chain of their own."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """Use `open`."""
        self._key = key
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.public_key = public.decode("ascii")

    @classmethod
    def open(cls, data: Path) -> "Signer":
        """The key in the data folder, made at the first start; only its owner can read it.

        Raises a Fault (PRECONDITION, AUDIT_KEY_UNUSABLE) for a file that is no such key.
        """
        path = data / "keys" / KEY
        make_once(path, _new_key)
        try:
            key = load_pem_private_key(path.read_bytes(), None)
        except (OSError, TypeError, ValueError) as error:
            raise _unusable(path) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise _unusable(path)
        return cls(key)

    def sign(self, link: str) -> str:
        """The signature of a link, hexadecimal."""
        return self._key.sign(link.encode()).hex()


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _unusable(path: Path) -> Fault:
    detail = f"{path} is not the key that signs the audit. Put it back from a backup; without a file a new one is made."
    return Fault(Kind.PRECONDITION, "AUDIT_KEY_UNUSABLE", detail)


def add(connection: sa.Connection, actor: Actor, entry: Entry, signer: Signer | None = None) -> None:
    """Put an entry on record, behind all others; a checkpoint where it is signed."""
    last = connection.execute(HEAD).one()
    row: dict[str, object] = {
        "number": last.number + 1,
        "at": clock.as_text(clock.now()),
        "council": actor.council,
        "subject": actor.subject,
        "act": entry.act,
        "about": entry.about,
        "because": entry.because,
        "refused": entry.refused,
        "before": json.dumps(dict(entry.before or {}), sort_keys=True),
        "after": json.dumps(dict(entry.after or {}), sort_keys=True),
    }
    link = link_after(last.link, row)
    signed = {"signature": signer.sign(link), "signed_by": signer.public_key} if signer else dict.fromkeys(SIGNED, "")
    connection.execute(audit.insert(), {**row, "link": link, **signed})
    connection.execute(audit_head.update().values(number=row["number"], link=link))


SIGNED = ("signature", "signed_by")


def page(
    connection: sa.Connection, *, scope: str | None, about: str, after: int, size: int, newest_first: bool = False
) -> Sequence[sa.RowMapping]:
    """The next entries after a number, at most `size`: of a council's own staff, or of all.

    With the newest first, those that are next are before the number; 0 is behind the last one.
    """
    query = sa.select(audit)
    if after or not newest_first:
        query = query.where(audit.c.number < after if newest_first else audit.c.number > after)
    if scope is not None:
        query = query.where(audit.c.council == scope)
    if about:
        query = query.where(audit.c.about == about)
    order = audit.c.number.desc() if newest_first else audit.c.number
    return connection.execute(query.order_by(order).limit(size)).mappings().all()
