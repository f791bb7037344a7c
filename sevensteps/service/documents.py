"""What people are told in writing: documents, written from the council's letters in the transaction of a decision.

    documents.add(work, case_id=case.case_id, council=case.council, about="1", values=IndicativeBudget(...))

A letter that cannot be filled in stops the decision, unless that may wait for no letter. A pack that has no letter of
the kind, as those of before had none, tells nothing.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

import msgspec
import sqlalchemy as sa

from sevensteps.errors import Fault, Kind
from sevensteps.events import DocumentAdded, DocumentUnwritten
from sevensteps.letters.blocks import Block
from sevensteps.letters.kinds import VALUES, DocumentKind, Sender, Values
from sevensteps.letters.letter import LetterRefusedError, named, read_letter
from sevensteps.policy.packs.pack import Pack
from sevensteps.service import statements
from sevensteps.service.records import as_row
from sevensteps.service.tables import documents
from sevensteps.service.work import Work, new_id

LAWS_OWN = "en"
"""The language of the law that there is a pack of."""
FIRST_CONTACT = "social_services"
"""Whom a letter tells people to contact: this contact point of the council."""

_LINE = re.compile(r"line (\d+): ")
"""How a letter that is wrong says where."""
_NUMBER = (
    sa.select(sa.func.coalesce(sa.func.max(documents.c.number), 0) + 1)
    .where(documents.c.case_id == sa.bindparam("of_case"))
    .scalar_subquery()
)
ADD = documents.insert().values(number=_NUMBER)


@dataclass(frozen=True, slots=True)
class Source:
    """The text that a document is written from: where, in which version of a pack, by whom it is kept right.

    `pack_hash` is None where no pack could be used; then `letter` is its name alone.
    """

    letter: str
    pack_hash: str | None
    text_hash: str = ""
    owner: str = ""
    reviewed_on: date | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document on record. One that is missing has no content, and says why.

    `about` is what in the case it is about; `told` is what its letter was filled in with.
    """

    document_id: str
    case_id: str
    council: str
    kind: DocumentKind
    about: str
    language: str
    source: Source
    told: Values
    sender: Sender
    content: tuple[Block, ...]
    written_by: str
    written_at: str
    missing_because: str = ""
    corrects: str | None = None
    corrected_because: str = ""

    @property
    def content_hash(self) -> str:
        """The hash of what it says, whatever the format."""
        return sha256(msgspec.json.encode(self.content)).hexdigest()


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be told: of which case, about what in it, and with which values."""

    case_id: str
    council: str
    about: str
    values: Values


def add(
    work: Work, *, case_id: str, council: str, about: str, values: Values, never_waits: bool = False
) -> Document | None:
    """Write a document in every language that the pack in force has its letter in; answers the one in the law's own.

    With `never_waits` a letter that cannot be filled in, or a pack that cannot be used, leaves a document that is
    missing, and tells it. Raises a Fault (INTERNAL, LETTER_REFUSED) otherwise, or one about the pack: the decision of
    this transaction is not made.
    """
    matter = Matter(case_id, council, about, values)
    try:
        pack = _pack(work, council)
        written = [_written(work, pack, name, matter, gaps=never_waits) for name in _letters_of(pack, values.KIND)]
    except Fault as fault:
        if not never_waits:
            raise
        sender, source = Sender(council, case_id, work.today), Source(values.KIND.value, None)
        written = [_unwritten(work, matter, sender, source, missing_because=fault.reason)]
    for document in written:
        store(work, document)
    return next(iter(written), None)


def _pack(work: Work, council: str) -> Pack:
    """The version of the council's pack that is in force now."""
    name = work.councils.council(council).pack
    version = work.version_in_force(name)
    if not version:
        work.archive.library.ensure_in_force(name)
        version = work.version_in_force(name)
    work.archive.restore(work.connection, version)
    return work.archive.library.version(version)


def _letters_of(pack: Pack, kind: DocumentKind) -> list[str]:
    """The names of a pack's letters of a kind: first the one in the language of its law."""
    return sorted(name for name in pack.letters if (named(name) or ("", ""))[0] is kind)


def _written(work: Work, pack: Pack, name: str, matter: Matter, *, gaps: bool) -> Document:
    """A document that is not stored yet. With `gaps` one that cannot be written is missing, and says why.

    Raises a Fault (INTERNAL, LETTER_REFUSED) otherwise.
    """
    sender, place = _sender(work, matter.council, matter.case_id), pack.letters[name]
    language = (named(name) or ("", ""))[1]
    document = _unwritten(work, matter, sender, Source(place, pack.hash), language=language or LAWS_OWN)
    try:
        letter = read_letter(name, pack.files[place])
        source = Source(place, pack.hash, letter.hash, letter.owner, letter.reviewed_on, letter.title)
        content = letter.fill_in(sender, matter.values)
    except LetterRefusedError as refused:
        if not gaps:
            raise letter_refused(place, refused) from refused
        return replace(document, missing_because=str(refused))
    return replace(document, language=letter.language, source=source, content=content)


def _unwritten(
    work: Work, matter: Matter, sender: Sender, source: Source, *, language: str = LAWS_OWN, missing_because: str = ""
) -> Document:
    """A document without what it says."""
    return Document(
        document_id=new_id("document"),
        case_id=matter.case_id,
        council=matter.council,
        kind=matter.values.KIND,
        about=matter.about,
        language=language,
        source=source,
        told=matter.values,
        sender=sender,
        content=(),
        written_by=work.actor.subject,
        written_at=work.now_text,
        missing_because=missing_because,
    )


def write_again(work: Work, name: str, matter: Matter) -> Document:
    """A document by a letter as it is in force now, not stored yet.

    Raises a Fault: PRECONDITION, LETTER_MISSING where there is none any more; INTERNAL, LETTER_REFUSED.
    """
    pack = _pack(work, matter.council)
    if name not in pack.letters:
        detail = f"The pack in force has no letter {name}. Have one published, then send the same request again."
        raise Fault(Kind.PRECONDITION, "LETTER_MISSING", detail, metadata={"letter": name})
    return _written(work, pack, name, matter, gaps=False)


def letter_refused(place: str, refused: LetterRefusedError) -> Fault:
    """A decision that cannot be told, and so is not made."""
    return Fault(
        Kind.INTERNAL,
        "LETTER_REFUSED",
        f"The letter that tells this decision cannot be filled in, so the decision is not made. {place}, {refused}. "
        "Have the letter put right and published, then send the same request again.",
        metadata={"letter": place, "line": str(refused.line)},
    )


def _sender(work: Work, council: str, case_id: str) -> Sender:
    choices = work.councils.council(council)
    contact = next((point for point in choices.contact_points if point.purpose == FIRST_CONTACT), None)
    sender = Sender(choices.title, case_id, work.today)
    if contact is None:
        return sender
    return replace(
        sender,
        contact=contact.name,
        telephone=contact.telephone,
        email=contact.email,
        web=contact.web,
        hours=contact.hours,
    )


def store(work: Work, document: Document) -> None:
    """Store a document, and tell it. Raises a Fault as the store does."""
    if document.source.pack_hash:
        work.archive.keep(work.connection, document.source.pack_hash, work.now_text)
    statements.change(work.connection, ADD, _row(document))
    work.tell(document.case_id, document.council, _event(document))


def _event(document: Document) -> DocumentAdded | DocumentUnwritten:
    source = document.source
    if document.missing_because:
        line = _LINE.match(document.missing_because)
        return DocumentUnwritten(
            document.document_id, document.kind, document.about, source.letter, int(line[1]) if line else 0
        )
    return DocumentAdded(
        document_id=document.document_id,
        kind=document.kind,
        about=document.about,
        language=document.language,
        text_hash=source.text_hash,
        reviewed_on=source.reviewed_on.isoformat() if source.reviewed_on else "",
        corrects=document.corrects or "",
    )


def _row(document: Document) -> dict[str, object]:
    row = as_row(document)
    for name in ("source", "sender"):
        row.pop(name)
    content = msgspec.json.encode(document.content) if document.content else b""
    return (
        row
        | as_row(document.source)
        | {
            "of_case": document.case_id,
            "kind": document.kind.value,
            "told": msgspec.json.encode({"sender": document.sender, "values": document.told}).decode(),
            "content": content.decode(),
            "content_hash": document.content_hash if content else "",
        }
    )


def told_of(kind: str, told: str) -> tuple[Sender, Values]:
    """What a letter was filled in with, as it is stored."""
    stored = msgspec.json.decode(told, type=dict[str, msgspec.Raw])
    return (
        msgspec.json.decode(stored["sender"], type=Sender),
        msgspec.json.decode(stored["values"], type=VALUES[DocumentKind(kind)]),
    )
