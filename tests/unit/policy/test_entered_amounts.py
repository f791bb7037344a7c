"""What a council enters while the nation's amounts of a year are awaited: its floor, its mark, and how it gives way."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from sevensteps.errors import Fault
from sevensteps.policy import Library
from sevensteps.policy.authoring.check import check
from sevensteps.policy.authoring.worked_cases import is_superseded, read_cases
from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.pack import Pack, read_pack
from sevensteps.policy.packs.parameters import Parameter
from sevensteps.policy.packs.problems import PackRefusedError

POLICIES = Path(__file__).parents[3] / "policies"
NAME = "charging.guaranteed_income"
TODAY = date(2026, 11, 27)
LAST_DAY, FIRST_DAY = date(2026, 4, 5), date(2026, 4, 6)
FACTS: dict[str, Json] = {
    "born": "1986-03-01", "couple": False, "children": 0, "weekly_income": "300.00", "capital": "0.00",
    "housing_costs": "0.00", "disability_benefit": False, "disability_expenditure": "0.00", "disability_premium": False,
    "enhanced_disability_premium": False, "carer_premium": False, "assessment": "full",
    "services": [{"id": "care", "kind": "care", "weekly_cost": "400.00"}],
}  # fmt: skip
NATIONAL = """      - from: 2026-04-06
        until: {until}
        value: {{single_under_25: "95.00", single: "{single}", single_pension_age: "241.00", lone_parent: "120.00",
          couple_each: "94.00", couple_pension_age_each: "184.00", child: "106.00", disability: "51.00", carer: "55.00",
          enhanced_disability: "25.00", couple_disability: "36.00", couple_enhanced_disability: "18.00"}}
        reference: Regulations of 2026
"""


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """A folder of packs with a copy of both packs that come with the suite."""
    shutil.copytree(POLICIES, tmp_path / "packs")
    return tmp_path / "packs"


def arrive(packs: Path, single: str, until: str = "2027-04-05") -> None:
    """The national amounts become known."""
    file = packs / "england/parameters/charging.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + NATIONAL.format(single=single, until=until), encoding="utf-8")


def change(packs: Path, was: str, becomes: str) -> None:
    """Write something else in what the council has entered."""
    file = packs / "example-council/parameters/charging.yaml"
    text = file.read_text(encoding="utf-8")
    assert was in text
    file.write_text(text.replace(was, becomes, 1), encoding="utf-8")


def refusal(packs: Path) -> str:
    with pytest.raises(PackRefusedError) as refused:
        read_pack(packs, "example-council")
    return str(refused.value)


def parameter(packs: Path) -> Parameter:
    pack: Pack = read_pack(packs, "example-council")
    return pack.parameters[NAME]


def single_on(packs: Path, day: date) -> int:
    value = parameter(packs).on(day).value
    assert isinstance(value, dict)
    return int(value["single"])


def test_a_council_can_charge_today_and_every_finding_says_by_whose_amounts() -> None:
    """The mark stands where the amounts count, with who entered them and their reference; and nowhere else."""
    library = Library(POLICIES)
    decided = library.decide("contribution", pack="example-council", on=TODAY, facts=FACTS)
    assert decided.values["weekly_charge"] == "179.60"
    marked = {finding.rule for finding in decided.findings if "entered by the council" in finding.because}
    assert marked == {"CHARGE/ASSESSED"}
    (sentence,) = (finding.because for finding in decided.findings if finding.rule == "CHARGE/ASSESSED")
    assert "(the head of financial assessment; Example Council, charging amounts 2026 to 2027" in sentence
    before = library.decide("contribution", pack="example-council", on=LAST_DAY, facts=FACTS)
    assert "entered by the council" not in str(before.as_dict())
    unlisted = library.decide("contribution", pack="example-council", on=TODAY, facts={**FACTS, "services": None})
    assert "entered by the council" in str(unlisted.as_dict())
    with pytest.raises(Fault, match="has no value in force on 2026-11-27") as refused:
        library.decide("contribution", pack="england", on=TODAY, facts=FACTS)
    assert refused.value.reason == "PARAMETER_MISSING"


def test_national_amounts_supersede_what_was_entered_without_a_break(packs: Path) -> None:
    """Also where they are higher or lower: nobody has to touch the council's pack, and its cases of that year rest."""
    assert [single_on(packs, day) for day in (LAST_DAY, FIRST_DAY, TODAY)] == [11250, 12040, 12040]
    for single in ("121.00", "119.00"):
        shutil.copytree(packs, packs.parent / single)
        arrive(packs.parent / single, single)
        pence = int(single.replace(".", ""))
        assert [single_on(packs.parent / single, day) for day in (LAST_DAY, FIRST_DAY, TODAY)] == [11250, pence, pence]
        assert [str(found) for found in check(packs.parent / single, "example-council", TODAY)
                if found.file.startswith("example-council/")] == []  # fmt: skip
    pack = read_pack(packs.parent / "119.00", "example-council")
    resting = {case.on for case in read_cases(packs, "example-council") if is_superseded(case, pack)}
    assert resting
    assert min(resting) >= FIRST_DAY


def test_national_amounts_of_a_part_of_the_year_leave_the_rest_to_the_council(packs: Path) -> None:
    """The day after the last national value, what was entered counts again."""
    arrive(packs, "120.00", until="2026-10-31")
    days = (FIRST_DAY, date(2026, 10, 31), date(2026, 11, 1), date(2027, 4, 5))
    assert [single_on(packs, day) for day in days] == [12000, 12000, 12040, 12040]
    assert [bool(parameter(packs).on(day).entered_by) for day in days] == [False, False, True, True]
    with pytest.raises(Fault, match="no value in force on 2027-04-06"):
        single_on(packs, date(2027, 4, 6))


def test_what_is_entered_is_never_below_the_last_national_amount(packs: Path) -> None:
    """Of each word the last that there was, also where that is some years ago; the amount itself is enough."""
    change(packs, 'single: "120.40"', 'single: "112.49"')
    change(packs, 'couple_each: "94.55"', 'couple_each: "86.84"')
    found = refusal(packs)
    assert (
        "single: a value of 112.50 or more, like the last national value before 2026-04-06; 112.49 is too low" in found
    )
    assert "couple_each: a value of 86.85 or more, like the last national value before 2026-04-06; 86.84" in found
    change(packs, 'single: "112.49"', 'single: "112.50"')
    change(packs, 'couple_each: "86.84"', 'couple_each: "86.85"')
    assert single_on(packs, TODAY) == 11250


def test_every_word_is_entered(packs: Path) -> None:
    """What is left out would have no amount."""
    change(packs, ', child: "106.85"', "")
    assert "child: a value of 102.95 or more, like the last national value before 2026-04-06; it has none" in refusal(
        packs
    )


def test_what_is_entered_begins_when_the_nation_is_awaited_and_ends(packs: Path) -> None:
    """A value for a day on which the nation's is neither there nor awaited is refused, and so is one without an end."""
    change(packs, "        until: 2027-04-05\n", "")
    assert "until: what is entered for want of a national value ends with the time it is for" in refusal(packs)
    england = packs / "england/parameters/charging.yaml"
    england.write_text(england.read_text(encoding="utf-8").replace("awaited: 2026-04-06", "awaited: 2026-05-01"))
    change(packs, "        reference:", "        until: 2027-04-05\n        reference:")
    assert "entered by: only where the national value is awaited; on 2026-04-06 it is not" in refusal(packs)


def test_a_national_amount_is_entered_by_nobody(packs: Path) -> None:
    """The mark is a council's; and of each word the nation says how much it is, or that it is not known."""
    file = packs / "england/parameters/charging.yaml"
    text = file.read_text(encoding="utf-8")
    known = text.replace("not known: [couple_disability, couple_enhanced_disability]", "not known: [carer]", 1)
    file.write_text(known.replace("        until: 2026-04-05\n", "        until: 2026-04-05\n        entered by: me\n"))
    found = "\n".join(str(problem) for problem in check(packs, "england", LAST_DAY))
    assert "entered by: only in a council's own pack" in found
    assert (
        "an amount for couple_disability, which has none here; if nobody knows it yet, list it under not known" in found
    )
    assert "not known: words out of the options without an amount; carer is not one" in found
