"""A record that came by a decision, held to the receipt that it names."""

import json
from collections.abc import Iterator, Mapping

from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.policy.model.verdict import Json
from sevensteps.receipt_chain import COLUMNS, digest_of

NOTHING = "nothing"


def contradictions(record: pb.DecidedRecord) -> Iterator[str]:
    """In plain sentences, how a record contradicts its receipt. What was erased contradicts nothing."""
    what = f"The {record.kind} ({record.key})"
    if record.erased:
        return
    if not record.HasField("receipt"):
        yield f"{what} names a receipt that is not stored."
        return
    receipt = record.receipt
    if record.receipt_digest != stored_digest(receipt):
        yield f"{what} names another digest than its receipt has: one of them was changed after it was recorded."
    if record.case_id != receipt.case_id:
        yield f"{what} is of {record.case_id}, and its receipt of {receipt.case_id}."
    contents = _contents(receipt)
    for claim in record.claims:
        decided = receipt.actor if claim.path == "actor" else _text(_at(contents, claim.path))
        says = "" if claim.says == "[]" else claim.says
        if says != decided and not (claim.free and not decided):
            said = f"{claim.name.replace('_', ' ')}: {says or NOTHING}"
            yield f"{what} says {said}. Its receipt says {decided or NOTHING}."


def stored_digest(receipt: pb.StoredReceipt) -> str:
    """The digest of a receipt as it is stored now."""
    return digest_of({name: getattr(receipt, name) for name in COLUMNS})


def _contents(receipt: pb.StoredReceipt) -> Json:
    try:
        contents: Json = json.loads(receipt.receipt)
    except (ValueError, RecursionError):  # making the decision again tells of it
        return None
    return contents


def _at(contents: Json, path: str) -> Json:
    for name in path.split("."):
        contents = contents.get(name) if isinstance(contents, Mapping) else None
    return contents


def _text(value: Json) -> str:
    if value is None or value == []:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
