"""What verifying says of a record and its receipt, and how it reads heads that were noted before."""

import json
from pathlib import Path

import pytest

from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.cli.checking.heads import Head, noted_heads
from sevensteps.cli.checking.records import contradictions
from sevensteps.receipt_chain import COLUMNS, START, digest_of, link_after

CONTENTS = {"verdict": "met", "values": {"weekly": "82.91", "needs": ["home", "food"], "law_due": None, "points": 16}}


def record(*claims: pb.Claim, **contents: object) -> pb.DecidedRecord:
    """A record whose receipt is right."""
    receipt = pb.StoredReceipt(receipt_id="receipt-1", case_id="case-1", actor="amy")
    receipt.receipt = json.dumps({**CONTENTS, **contents})
    digest = digest_of({name: getattr(receipt, name) for name in COLUMNS})
    return pb.DecidedRecord(
        kind="budget", key="case-1 1", case_id="case-1", receipt_digest=digest, claims=claims, receipt=receipt
    )


@pytest.mark.parametrize(
    "claim",
    [
        pb.Claim(name="weekly", says="82.91", path="values.weekly"),
        pb.Claim(name="needs", says='["home", "food"]', path="values.needs"),
        pb.Claim(name="points", says="16", path="values.points"),
        pb.Claim(name="law_due", says="", path="values.law_due"),
        pb.Claim(name="needs", says="[]", path="values.other"),
        pb.Claim(name="weekly", says="500.00", path="values.by_table", free=True),
        pb.Claim(name="given_by", says="amy", path="actor"),
    ],
)
def test_a_record_that_says_what_its_receipt_says_contradicts_nothing(claim: pb.Claim) -> None:
    """Texts, lists, numbers, and nothing; and what is its own where the receipt says nothing."""
    assert list(contradictions(record(claim))) == []


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (
            pb.Claim(name="weekly", says="82.92", path="values.weekly", free=True),
            "weekly: 82.92. Its receipt says 82.91.",
        ),
        (pb.Claim(name="needs", says='["home"]', path="values.needs"), 'Its receipt says ["home", "food"].'),
        (pb.Claim(name="law_due", says="2026-01-01", path="values.law_due"), "2026-01-01. Its receipt says nothing."),
        (pb.Claim(name="given_by", says="bob", path="actor"), "given by: bob. Its receipt says amy."),
        (pb.Claim(name="weekly", says="82.91", path="verdict.weekly"), "Its receipt says nothing."),
    ],
)
def test_a_contradiction_is_told_with_both_sides(claim: pb.Claim, said: str) -> None:
    """What the record says, and what its receipt says."""
    (sentence,) = contradictions(record(claim))
    assert said in sentence
    assert sentence.startswith("The budget (case-1 1) says ")


def test_a_record_without_its_receipt_is_told_unless_that_was_erased() -> None:
    """What was erased cannot be compared any more."""
    lost = record()
    lost.ClearField("receipt")
    assert list(contradictions(lost)) == ["The budget (case-1 1) names a receipt that is not stored."]
    lost.erased = True
    assert list(contradictions(lost)) == []


@pytest.mark.parametrize("unreadable", ["{", "[" * 100_000, "[]"])
def test_a_receipt_that_cannot_be_read_says_nothing(unreadable: str) -> None:
    """However it was broken, verifying goes on."""
    broken = record(pb.Claim(name="weekly", says="82.91", path="values.weekly"))
    broken.receipt.receipt = unreadable
    digest, says = contradictions(broken)
    assert "another digest" in digest
    assert "Its receipt says nothing." in says


def test_heads_are_read_from_what_was_printed(tmp_path: Path) -> None:
    """Among other lines, and the last one of each service."""
    file = tmp_path / "verified.txt"
    link = "9f" * 32
    lines = ("12 receipts and 4 records, nothing wrong", f"review 1 {START}", f" review 12 {link} ", "planning 7 soon")
    file.write_text("\n".join(lines), encoding="utf-8")
    assert noted_heads(file) == {"review": Head("review", 12, link)}
    file.write_text(str(Head("approval", 3, link)), encoding="utf-8")
    assert noted_heads(file) == {"approval": Head("approval", 3, link)}


def test_digests_and_links_stay_what_they_are() -> None:
    """Chains that are stored must verify for ever."""
    digest = digest_of({name: f"{name} é" for name in COLUMNS})
    assert digest == "1f0e3d2380aa4b6c2e5a69914427174b5c10ff42c48d6df79a09259e63f4a5ba"
    assert (
        link_after(START, 1, "receipt-1", digest) == "6d7cbf4a6d88c63b89109a8c04c8ba672ef67751fee3cc21eee01f669ce0cb6f"
    )
