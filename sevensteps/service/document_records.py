"""Documents on record: listed, read, and corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

import msgspec
import sqlalchemy as sa

from sevensteps.errors import Fault, Kind, Violation, invalid
from sevensteps.letters.blocks import Block
from sevensteps.letters.formats import Said
from sevensteps.letters.kinds import Values
from sevensteps.service import documents
from sevensteps.service.case_lists import in_part
from sevensteps.service.tables import documents as stored
from sevensteps.service.work import Work

_LATER = stored.alias("later")
_DOCUMENTS = sa.select(stored, _LATER.c.document_id.label("corrected_by")).join_from(
    stored, _LATER, _LATER.c.corrects == stored.c.document_id, isouter=True
)
_OF_CASE = _DOCUMENTS.where(stored.c.case_id == sa.bindparam("case_id")).order_by(stored.c.number)


@dataclass(frozen=True, slots=True)
class Correction:
    """What is put right in a document: why, and what people wrote, by its name in the letter."""

    document_id: str
    because: str
    words: Mapping[str, str]


def documents_of(work: Work, case_id: str, after: int, size: int) -> Sequence[sa.RowMapping]:
    """A part of the documents of a case that the actor may see, oldest first."""
    query = in_part(_OF_CASE.where(*work.own(stored.c.council)))
    found = work.connection.execute(query, {"case_id": case_id, "after": after, "size": size})
    return found.mappings().all()


def document(work: Work, case_id: str, document_id: str) -> sa.RowMapping:
    """A document of a case that the actor may see. Raises a Fault (NOT_FOUND, DOCUMENT_NOT_FOUND)."""
    query = _DOCUMENTS.where(
        stored.c.case_id == case_id, stored.c.document_id == document_id, *work.own(stored.c.council)
    )
    found = work.connection.execute(query).mappings().first()
    if found is None:
        detail = "There is no such document of this case here. ListDocuments of each service tells which there are."
        raise Fault(Kind.NOT_FOUND, "DOCUMENT_NOT_FOUND", detail)
    return found


def said(row: sa.RowMapping) -> Said:
    """What a document says. Raises a Fault (PRECONDITION, DOCUMENT_MISSING) for one that is missing."""
    if row["missing_because"]:
        raise Fault(
            Kind.PRECONDITION,
            "DOCUMENT_MISSING",
            f"This document could not be written: {row['letter']}, {row['missing_because']}. Have the letter put right "
            "and published, then call CorrectDocument.",
            metadata={"letter": row["letter"]},
        )
    content = msgspec.json.decode(row["content"], type=tuple[Block, ...])
    return Said(row["title"], row["language"], content)


def correct(work: Work, case_id: str, correction: Correction) -> sa.RowMapping:
    """Write a document anew by the letter in force; the one that it corrects stays as it is.

    Raises a Fault: NOT_FOUND; PRECONDITION (DOCUMENT_CORRECTED, LETTER_MISSING); INVALID for words that it does not
    have; INTERNAL (LETTER_REFUSED).
    """
    wrong = document(work, case_id, correction.document_id)
    if wrong["corrected_by"]:
        raise Fault(
            Kind.PRECONDITION,
            "DOCUMENT_CORRECTED",
            f"This document has been corrected already: correct {wrong['corrected_by']}, which took its place.",
            metadata={"document_id": wrong["corrected_by"]},
        )
    _, values = documents.told_of(wrong["kind"], wrong["told"])
    told = documents.Matter(case_id, wrong["council"], wrong["about"], _put_right(values, correction.words))
    written = documents.write_again(work, PurePath(wrong["letter"]).name.removesuffix(".md"), told)
    right = replace(written, corrects=correction.document_id, corrected_because=correction.because)
    documents.store(work, right)
    return document(work, case_id, right.document_id)


def _put_right(values: Values, words: Mapping[str, str]) -> Values:
    """The values with what people wrote, put right. Raises a Fault (INVALID) for anything else."""
    unknown = sorted(words.keys() - values.WORDS)
    if unknown:
        may_be = ", ".join(sorted(values.WORDS)) or "none: this kind has no words of people"
        raise invalid(*(Violation(f"words[{name}]", f"must be one of {may_be}") for name in unknown))
    return replace(values, **words)  # type: ignore[type-var]  # each kind is a dataclass
