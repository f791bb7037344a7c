"""Values that are out of step with each other are found, whichever of them a council has set."""

from pathlib import Path

import pytest

from sevensteps.policy.authoring.value_check import check_values
from sevensteps.policy.packs.pack import read_pack

POLICIES = Path(__file__).parents[3] / "policies"
OWN = """parameters:
  {name}:
    title: A council's own
    type: {type}
    set by: council
    values:
      - {{from: 2025-04-01, value: {value}, reference: A council's policy}}
"""


def said(packs: Path, **values: object) -> list[str]:
    """What is wrong with the values of a council's pack that sets these, each in a file of its own."""
    own = packs / "council/parameters"
    own.mkdir(parents=True)
    (packs / "council/pack.yaml").write_text("pack: council\ntitle: C\nextends: england\n", encoding="utf-8")
    if not (packs / "england").exists():
        (packs / "england").mkdir()
        for file in ("pack.yaml", "parameters", "rules"):
            copy(POLICIES / "england" / file, packs / "england" / file)
    for name, value in values.items():
        type_ = "money" if isinstance(value, str) and value.startswith('"') else "whole number"
        type_ = "amount by word" if str(value).startswith("{") else type_
        text = OWN.format(name=name.replace("__", "."), type=type_, value=value)
        (own / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [str(problem) for problem in check_values(read_pack(packs, "council"))]


def copy(old: Path, new: Path) -> None:
    """A copy of a file, or of the files in a folder."""
    if old.is_dir():
        new.mkdir()
        for file in old.iterdir():
            copy(file, new / file.name)
    else:
        new.write_bytes(old.read_bytes())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"reviews__first_limit_days": 30},
         ":7: reviews.first_limit_days: a value of 42 or more, like reviews.first_target_days on 2025-04-01; 30 is"),
        ({"reviews__first_limit_days": 45, "reviews__first_target_days": 50},
         "first_target_days.yaml:7: reviews.first_limit_days: a value of 50 or more, like reviews.first_target"),
        ({"reviews__yearly_months": 3}, "reviews.yearly_months: a value of 6 or more, like reviews.complex_months"),
        ({"authority__l0_limit": '"26000.01"'}, "authority__l0_limit.yaml:7: authority.l1_limit: a value of 26000.01"),
        ({"authority__l2_limit": '"25999.99"'}, "authority.l2_limit: a value of 26000.00 or more"),
        ({"charging__lower_capital_limit": '"23250.01"'},
         "charging.upper_capital_limit: a value of 23250.01 or more, like charging.lower_capital_limit"),
    ],
)  # fmt: skip
def test_a_limit_below_its_own_target_is_found(tmp_path: Path, values: dict[str, object], expected: str) -> None:
    """In the file and line of the later value, also where a council has set only the target."""
    (found,) = said(tmp_path, **values)
    assert found.startswith("council/parameters/")
    assert expected in found


@pytest.mark.parametrize(
    "values",
    [
        {"reviews__first_limit_days": 42}, {"reviews__first_target_days": 56}, {"authority__l0_limit": '"26000.00"'},
        {"reviews__first_limit_days": 20, "reviews__first_target_days": 20},
    ],
)  # fmt: skip
def test_a_limit_may_be_its_target(tmp_path: Path, values: dict[str, object]) -> None:
    """Or beyond it."""
    assert said(tmp_path, **values) == []


def test_a_role_that_loses_its_limits_is_named(tmp_path: Path) -> None:
    """A list without it would leave it no authority by silence; an amount of nothing says so on purpose."""
    roles = ["assistant_team_manager", "approver", "team_manager", "panel", "risk_panel", "head_of_service"]
    amounts = ", ".join(f'{role}: "1.00"' for role in roles)
    (found,) = said(tmp_path / "lost", authority__limits=f"{{{amounts}}}")
    assert found == (
        "council/parameters/authority__limits.yaml:7: authority.limits: an amount for service_manager, which has none "
        'here; if it is to have none, write service_manager: "0.00"'
    )
    narrower = f'{{{amounts}, service_manager.care_home: "9.00"}}'
    assert len(said(tmp_path / "narrower", authority__limits=narrower)) == 1
    assert said(tmp_path / "kept", authority__limits=f'{{{amounts}, service_manager: "0.00"}}') == []


def test_a_value_is_compared_with_one_that_is_there(packs: Path) -> None:
    """Another parameter of the same type; a misspelt one comes with the one that was probably meant."""
    file = packs / "small/parameters/limits.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("    values:", "    not below: help.hour\n    values:"), encoding="utf-8")
    (problem,) = check_values(read_pack(packs, "small"))
    assert problem.expected == (
        "not below: national, or a parameter of type whole number; help.hour is not one; did you mean help.hours?"
    )
