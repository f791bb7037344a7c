"""The tables that every deciding service has beside its own: answers, receipts, law, dates, events to send."""

from typing import TypeVar

import sqlalchemy as sa

T = TypeVar("T")

metadata = sa.MetaData()
of_every_service = sa.MetaData()
"""What the feed has, too."""


def filled(type_: type[sa.types.TypeEngine[T]], *names: str) -> list[sa.Column[T]]:
    """Columns of one type that always have a value."""
    return [sa.Column(name, type_, nullable=False) for name in names]


answers = sa.Table(
    "answers",
    metadata,
    sa.Column("council", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("request_id", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("response", sa.LargeBinary, nullable=False),
    sa.Column("expires_at", sa.Text),
    sa.Index("answers_by_expiry", "expires_at"),
)
"""Who asked what, and what was answered. One from before 0.2.0 has neither council nor subject."""

steps_opened = sa.Table(
    "steps_opened",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("opening", sa.Text, primary_key=True),
    sa.Column("turn", sa.Integer, primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("answer", sa.LargeBinary, nullable=False),
)
"""Every step that a journey has had opened: for which round or plan version, a digest of all that it asked, and the
answer, which holds dates and no words."""

packs = sa.Table(
    "packs",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("files", sa.Text, nullable=False),
    sa.Column("kept_at", sa.Text, nullable=False),
)
"""Every version of a pack that has been in force, or is published: the text of its files, its base's included, as JSON.

`kept_at` is when it was last taken from the folder of packs; empty where it came by being published.
"""

publications = sa.Table(
    "publications",
    metadata,
    sa.Column("publication_id", sa.Text, primary_key=True),
    sa.Column("pack", sa.Text, primary_key=True),
    sa.Column("hash", sa.Text, sa.ForeignKey("packs.hash"), nullable=False),
    *filled(sa.Text, "replaces", "published_by", "because", "published_at", "state", "confirmed_by"),
    sa.Column("in_force_from", sa.Text),
    sa.Column("number", sa.Integer),
    sa.Index("publications_in_order", "pack", "number", unique=True),
)
"""Who published which packs, when and why, and how far that is: a row for each pack of a publication.

The register, which is the assessment service's, numbers those of a pack in the order in which they came in force.
"""

receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("receipt_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("council", sa.Text, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("pack_hash", sa.Text, sa.ForeignKey("packs.hash"), nullable=False),
    sa.Column("receipt", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("decided_at", sa.Text, nullable=False),
    sa.Column("position", sa.Integer),
    sa.Index("receipts_in_order", "position", unique=True),
    sa.Index("receipts_of_case", "case_id", "council", "position"),
    sa.Index("receipts_of_council", "council", "position"),
)
"""`position` is their order: see numbering.py."""

chain = sa.Table(
    "chain",
    metadata,
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    *filled(sa.Text, "receipt_id", "digest", "link"),
    sa.Column("erased_at", sa.Text),
    sa.Column("erased_by", sa.Text),
)
"""The links of receipts: see chaining.py. A digest stays when its receipt is erased, which `erased_at` and `erased_by`
then tell. Names no receipt by a foreign key, so that it stays."""

overdue = sa.Table(
    "overdue",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("turn", sa.Integer, primary_key=True),
    sa.Column("due_on", sa.Date, primary_key=True),
    sa.Column("ahead", sa.Boolean, primary_key=True),
    sa.Column("told_at", sa.Text, nullable=False),
)
"""Every date that was told because it had passed, or was near: once each."""

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("event_id", sa.Text, nullable=False, unique=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("council", sa.Text, nullable=False),
    sa.Column("occurred_at", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("traceparent", sa.Text),
)
"""Events on their way to the feed. `traceparent` is the place in a trace at which each came to be; none where it was in
none, and where a version that knew nothing of it has put the event in."""

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("document_id", sa.Text, primary_key=True),
    *filled(sa.Text, "case_id", "council"),
    *filled(sa.Integer, "number"),
    *filled(sa.Text, "kind", "about", "language", "title", "letter"),
    sa.Column("pack_hash", sa.Text, sa.ForeignKey("packs.hash")),
    *filled(sa.Text, "text_hash", "owner"),
    sa.Column("reviewed_on", sa.Date),
    *filled(sa.Text, "told", "content", "content_hash", "missing_because", "written_by", "written_at"),
    sa.Column("corrects", sa.Text, sa.ForeignKey("documents.document_id"), unique=True),
    sa.Column("corrected_because", sa.Text, nullable=False),
    sa.Index("documents_of_case", "case_id", "number", unique=True),
)
"""What people are told in writing: see documents.py. Never changed: a correction is a new one that names the old.

`told` is what the letter was filled in with, as JSON; `content` what came of it, empty where it could not be filled in:
then there is no day of review either, and no pack where none could be used.
"""

oldest_code = sa.Table("oldest_code", of_every_service, sa.Column("revision", sa.Text, primary_key=True))
"""One row: the oldest revision whose code may serve these records, though it may not know theirs."""

revoked = sa.Table(
    "revoked",
    of_every_service,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("request_id", sa.Text, nullable=False, unique=True),
    *filled(sa.Text, "council", "subject", "token_id", "because", "revoked_by", "revoked_at"),
)
"""Tokens that are not accepted any more: those of a subject (`token_id` is empty) until a moment, or one by its id."""
