"""Every worked case of every pack comes out as its author says."""

from pathlib import Path

import pytest

from sevensteps.policy.authoring.check import check
from sevensteps.policy.authoring.worked_cases import WorkedCase, read_cases, run_case
from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.packs.pack import names, read_pack

ROOT = Path(__file__).parents[2] / "policies"
SHELVES = {pack: CompiledPack(read_pack(ROOT, pack)) for pack in names(ROOT)}
CASES = [(pack, case) for pack in SHELVES for case in read_cases(ROOT, pack)]


@pytest.mark.parametrize(("pack", "case"), CASES, ids=[f"{pack}: {case.decision}: {case.name}" for pack, case in CASES])
@pytest.mark.item(49, 50)
def test_a_worked_case_comes_out_as_its_author_says(pack: str, case: WorkedCase) -> None:
    """Verdict, values, missing facts and findings are those of the case's file."""
    assert run_case(case, SHELVES[pack]).differences == ()


@pytest.mark.parametrize("pack", SHELVES)
def test_nothing_is_wrong_with_a_pack_that_is_shipped(pack: str) -> None:
    """There is no gap, overlap, unused fact or rule without its cases in what the project ships."""
    assert [str(problem) for problem in check(ROOT, pack)] == []
