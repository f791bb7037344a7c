"""Worked cases: how they are read, and that whatever comes out otherwise than their author says is said."""

from datetime import date
from pathlib import Path

import pytest

from sevensteps.policy.authoring.worked_cases import Coverage, WorkedCase, read_cases, run_case
from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.model.verdict import Json, Verdict
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.problems import PackRefusedError
from sevensteps.policy.packs.source import Section

ON = date(2026, 1, 1)


def cases(packs: Path, *written: str) -> list[WorkedCase]:
    """The cases of the small pack, each as it would be written in a file."""
    listed = "".join(f"  - {{{case}}}\n" for case in written)
    (packs / "small/cases/help.yaml").write_text(f"decision: help\ncases:\n{listed}", encoding="utf-8")
    return read_cases(packs, "small")


def test_a_case_like_another_changes_what_it_says(packs: Path) -> None:
    """Facts inside facts are changed one by one; everything else is replaced."""
    first, second, third = cases(
        packs,
        "name: One, on: 2026-01-01, given: {a: {b: 1, c: 2}, d: [1], e: 2026-04-01}, expect: {verdict: met}",
        "name: Two, like: One, on: 2026-01-02, given: {a: {c: 3}, d: [2]}, expect: {verdict: not_met}",
        "name: Three, like: Two, on: 2026-01-03, given: {a: null}, expect: {verdict: met}",
    )
    assert first.given == {"a": {"b": 1, "c": 2}, "d": [1], "e": "2026-04-01"}
    assert second.given == {"a": {"b": 1, "c": 3}, "d": [2], "e": "2026-04-01"}
    assert third.given == {"a": None, "d": [2], "e": "2026-04-01"}
    assert (second.decision, second.name, second.on, second.expect) == (
        "help", "Two", date(2026, 1, 2), {"verdict": "not_met"},
    )  # fmt: skip
    assert (second.file, second.line) == ("small/cases/help.yaml", 4)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("name: One, on: 2026-01-01, given: {}, expect: {verdict: met}", "One: a name that no case before it has"),
        (
            "name: Two, like: Three, on: 2026-01-01, given: {}, expect: {verdict: met}",
            "like: the name of a case before",
        ),
        ("name: Two, like: Two, on: 2026-01-01, given: {}, expect: {verdict: met}", "Two is not"),
        ('name: Two, on: "2026-01-01", given: {}, expect: {verdict: met}', "Two: on: a date without quotes"),
    ],
)
def test_a_case_that_cannot_be_told_apart_is_refused(packs: Path, written: str, expected: str) -> None:
    """By its name, by the case that it is like, by its day."""
    with pytest.raises(PackRefusedError) as refused:
        cases(packs, "name: One, on: 2026-01-01, given: {}, expect: {verdict: met}", written)
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("expect", "differences"),
    [
        (Section(verdict="met", missing=[]), ()),
        (Section(verdict="not_met"), ("verdict: expected not_met, is met",)),
        (Section(missing=["hours"]), ("missing: expected ['hours'], is []",)),
        (Section(values=Section(weekly="1.00")), ("weekly: expected 1.00, is None",)),
        (Section(findings=Section(HOURS="met")), ()), (Section(findings=Section(HOURS=["met"])), ()),
        (Section(findings=Section(HOURS="not_met")), ("HOURS: expected not_met, is met",)),
        (Section(findings=Section(HOURS="silent")), ("HOURS: expected silent, is met",)),
        (Section(findings=Section(OTHER="silent")), ()),
        (Section(findings=Section(OTHER="met")), ("OTHER: expected met, is silent",)),
        (Section(refused="FACT_INVALID"), ("expected to be refused with FACT_INVALID; was met",)),
    ],
)  # fmt: skip
def test_what_comes_out_otherwise_is_said(packs: Path, expect: Section, differences: tuple[str, ...]) -> None:
    """Verdict, missing facts, values, findings (silence too) and refusals, each in words."""
    compiled_pack = CompiledPack(read_pack(packs, "small"))
    case = WorkedCase("help", "One", ON, {"hours": 8, "alone": False}, expect, "file", 1)
    outcome = run_case(case, compiled_pack)
    assert outcome.differences == differences
    assert outcome.decision is not None


def test_a_refusal_is_what_was_expected_or_said(packs: Path) -> None:
    """By its reason; what was refused has no decision."""
    compiled_pack = CompiledPack(read_pack(packs, "small"))
    given: dict[str, Json] = {"hours": "many"}
    expected = run_case(WorkedCase("help", "One", ON, given, Section(refused="FACT_INVALID"), "file", 1), compiled_pack)
    assert (expected.differences, expected.decision) == ((), None)
    (said,) = run_case(
        WorkedCase("help", "One", ON, given, Section(verdict="met"), "file", 1), compiled_pack
    ).differences
    assert said.startswith("refused: FACT_INVALID: fact hours: expected a whole number")


def test_what_cases_have_seen_is_counted(packs: Path) -> None:
    """Which rules held and which failed, not those that stayed open; how often each verdict came out."""
    compiled_pack, coverage = CompiledPack(read_pack(packs, "small")), Coverage()
    coverage.add(compiled_pack.decide("help", ON, {}))
    assert (coverage.held, coverage.failed) == (set(), set())
    coverage.add(compiled_pack.decide("help", ON, {"hours": 8}))
    assert (coverage.held, coverage.failed) == ({("help", "HOURS")}, set())
    for _ in range(2):
        coverage.add(compiled_pack.decide("help", ON, {"hours": 7, "alone": False}))
    assert coverage.failed == {("help", "HOURS")}
    assert coverage.verdicts == {
        ("help", Verdict.NOT_ENOUGH_INFORMATION): 1,
        ("help", Verdict.MET): 1,
        ("help", Verdict.NOT_MET): 2,
    }
