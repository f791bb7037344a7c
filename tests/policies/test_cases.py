"""Every worked case of every pack comes out as its author says."""

from pathlib import Path

import pytest

from sevensteps.policy import Library
from sevensteps.policy.cases import Case, read_cases, run_case

ROOT = Path(__file__).parents[2] / "policies"
LIBRARY = Library(ROOT)
CASES = [(pack, case) for pack in LIBRARY.packs() for case in read_cases(ROOT, pack)]


@pytest.mark.parametrize(("pack", "case"), CASES, ids=[f"{pack}: {case.decision}: {case.name}" for pack, case in CASES])
def test_a_worked_case_comes_out_as_its_author_says(pack: str, case: Case) -> None:
    """Verdict, values, missing facts and findings are those of the case's file."""
    assert run_case(LIBRARY, pack, case).differences == ()
