"""What a council may set and what it may not: the national pack's bounds, for its own values and for every overlay."""

import shutil
from pathlib import Path

import pytest

from sevensteps.policy.authoring.check import check
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.problems import PackRefusedError, Problems

POLICIES = Path(__file__).parents[3] / "policies"
OWN = """parameters:
  {name}:
    title: A council's own
    type: {type}
    set by: council
    values:
      - {{from: 2025-04-06, until: 2026-04-05, value: {value}, reference: A council's budget}}
"""


def said_of(packs: Path, own: str) -> str:
    """What is wrong with an overlay that sets this."""
    (packs / "council/parameters").mkdir(parents=True, exist_ok=True)
    extends = next(path.parent.name for path in packs.glob("*/pack.yaml") if path.parent.name != "council")
    (packs / "council/pack.yaml").write_text(f"pack: council\ntitle: C\nextends: {extends}\n", encoding="utf-8")
    (packs / "council/parameters/own.yaml").write_text(own, encoding="utf-8")
    problems = Problems()
    with problems.collected():
        read_pack(packs, "council")
    return str(PackRefusedError(problems))


@pytest.fixture
def england(tmp_path: Path) -> Path:
    """A folder of packs with a copy of the national one in it."""
    shutil.copytree(POLICIES / "england", tmp_path / "england")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "type_", "value", "said"),
    [
        ("charging.lower_capital_limit", "money", '"0.00"', "14250.00 or more, like the national value on 2025-04-06"),
        ("charging.upper_capital_limit", "money", '"23249.99"', "23250.00 or more"),
        ("charging.share_of_disposable_income", "whole number", "150", "a value of 100 or less; 150 is too high"),
        ("charging.share_of_disposable_income", "whole number", "-1", "0 or more"),
        ("budget.withheld_percent", "whole number", "150", "100 or less"),
        ("budget.points_to_pounds", "points to pounds", '[{points: 5, pounds: "1.00"}, {points: 9, pounds: "2.00"}]',
         "begins at 0 points"),
        ("budget.points_to_pounds", "points to pounds", '[{points: 0, pounds: "2.00"}, {points: 9, pounds: "1.99"}]',
         "pounds that never fall"),
        ("deadlines.plan_days", "whole number", "-3", "1 or more"),
        ("deadlines.plan_days", "whole number", "1000000000", "366 or less"),
        ("authority.risk_roles", "words", "[head_of_servce]",
         "; head_of_servce is not one; did you mean head_of_service?"),
        ("authority.limits", "amount by word", '{chair.care_home: "1.00"}', "; chair.care_home is not one"),
        ("authority.limits", "amount by word", '{panel: "-0.01"}', "panel: a value of 0.00 or more; -0.01 is too low"),
        ("facs.threshold", "word", "subtantial", "words out of low, moderate, substantial, critical"),
        ("plan.uses.harm", "verdict", "met", "words out of needs_judgement, not_met"),
        ("reviews.first_limit_days", "whole number", "57", "56 or less"),
        ("reviews.yearly_months", "whole number", "13", "12 or less"),
    ],
)  # fmt: skip
def test_no_council_goes_beyond_what_the_national_pack_allows(
    england: Path, name: str, type_: str, value: str, said: str
) -> None:
    """Shares over 100 per cent, negative days, limits below the law's, misspelt words: refused with file and line."""
    found = said_of(england, OWN.format(name=name, type=type_, value=value))
    assert f"council/parameters/own.yaml:7: {name}: " in found
    assert said in found
    assert len(found.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "type_", "value"),
    [
        ("charging.upper_capital_limit", "money", '"23250.00"'),
        ("charging.lower_capital_limit", "money", '"20000.00"'),
        ("charging.share_of_disposable_income", "whole number", "0"),
        ("budget.withheld_percent", "whole number", "100"),
        ("authority.limits", "amount by word", '{panel.care_home: "0.00"}'),
        ("authority.risk_roles", "words", "[panel]"),
        ("reviews.first_limit_days", "whole number", "56"), ("deadlines.written_record_days", "whole number", "1"),
    ],
)  # fmt: skip
def test_a_council_may_go_as_far_as_the_bounds(england: Path, name: str, type_: str, value: str) -> None:
    """The bound itself included; more generous than the law too."""
    assert not said_of(england, OWN.format(name=name, type=type_, value=value))


def test_every_number_that_a_council_may_set_has_bounds(england: Path) -> None:
    """Whoever adds one says how far a council may go; a table of points and a verdict are bounded by their types."""
    numbers = [
        parameter for parameter in read_pack(england, "england").parameters.values()
        if parameter.council_may_change and parameter.type in ("whole number", "money", "amount by word", "word")
    ]  # fmt: skip
    assert numbers
    for parameter in numbers:
        bounds = parameter.bounds
        assert bounds.not_below_national or bounds.lowest is not None or bounds.options, parameter.name


GUARANTEED = """
parameters:
  kept.income:
    title: What a person keeps
    type: amount by word
    set by: council
    not below: national
    values:
      - {from: 2020-01-01, value: {single: "90.00", couple: "70.00"}, reference: An Act}
      - {from: 2022-04-06, until: 2025-04-05, value: {single: "100.00"}, reference: An Act}
"""


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (['from: 2021-01-01, value: {single: "95.00", couple: "70.00"}'],
         ["8: none on 2025-04-06", "8: single: 100.00 on 2022-04-06; 95.00 is too low"]),
        (['from: 2021-01-01, until: 2022-04-05, value: {single: "90.00", couple: "70.00"}',
          'from: 2022-04-06, until: 2025-04-05, value: {single: "99.99"}'],
         ["9: couple: 70.00, the last before 2022-04-06; it has none",
          "9: single: 100.00 on 2022-04-06; 99.99 is too low"]),
        (['from: 2021-01-01, until: 2022-04-05, value: {single: "90.00"}'],
         ["8: couple: 70.00 on 2021-01-01; it has none"]),
        (['from: 2021-01-01, value: {single: "0.00"}'],
         ["8: couple: 70.00 on 2021-01-01; it has none", "8: none on 2025-04-06",
          "8: couple: 70.00, the last before 2022-04-06; it has none",
          "8: single: 100.00 on 2022-04-06; 0.00 is too low",
          "8: single: 90.00 on 2021-01-01; 0.00 is too low"]),
        (['from: 2022-04-06, value: {single: "100.00"}'],
         ["8: couple: 70.00, the last before 2022-04-06; it has none", "8: none on 2025-04-06"]),
        (['from: 2019-12-31, until: 2025-04-05, value: {single: "999.00", couple: "999.00"}'],
         ["8: none on 2019-12-31"]),
        (['from: 2022-04-06, until: 2025-04-05, value: {single: "100.00", couple: "0.00"}'],
         ["8: couple: 70.00, the last before 2022-04-06; 0.00 is too low"]),
        (['from: 2022-04-06, until: 2025-04-05, value: {single: "100.00", couple: "70.00"}'], []),
    ],
)  # fmt: skip
def test_a_value_is_never_below_the_national_one_of_its_day(packs: Path, values: list[str], said: list[str]) -> None:
    """Word by word, on each day on which either changes, also where the national one rises above it later, or ends.

    Nor is a word below its last national amount where the nation has none by now.
    """
    (packs / "small/parameters/kept.yaml").write_text(GUARANTEED, encoding="utf-8")
    rows = "".join(f"      - {{{value}, reference: A budget}}\n" for value in values)
    own = GUARANTEED.strip().split("      - ")[0].replace("    not below: national\n", "    unit: pounds\n") + rows
    found = said_of(packs, own).splitlines()
    expected = "a value only while there is a national one, which it must not be below; there is "
    short = {
        line.replace(expected, "")
        .replace("a value of ", "")
        .replace(" or more, like the national value", "")
        .replace(" or more, like the last national value before", ", the last before")
        for line in found
    }
    assert short == {f"council/parameters/own.yaml:{line[0]}: kept.income: {line[3:]}" for line in said}


AMOUNTS = (
    'single_under_25: "89.15", single: "112.50", single_pension_age: "232.60", lone_parent: "112.50", '
    'couple_each: "86.85", couple_pension_age_each: "174.60", child: "102.95", disability: "49.65", '
    'enhanced_disability: "24.25", couple_disability: "28.75", couple_enhanced_disability: "14.15", carer: "53.25"'
)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("", "", ""),
        (
            'couple_each: "86.85"',
            'couple_each: "1.00"',
            "couple_each: a value of 86.85 or more, like the last national",
        ),
        ('couple_each: "86.85", ', "", "couple_each: a value of 86.85 or more, like the last national value before"),
        (
            'child: "102.95"',
            'child: "102.94"',
            "child: a value of 102.95 or more, like the national value on 2025-04-06",
        ),
        ("couple_each:", "couple_eech:", "couple_eech is not one; did you mean couple_each?"),
        ("couple_each:", "c\u043euple_each:", "U+043E (cyrillic small letter o) only looks like another letter"),
        ("single:", "sing1e:", "sing1e is not one; did you mean single?"),
    ],
)
def test_every_amount_of_the_guaranteed_income_has_its_floor(england: Path, was: str, becomes: str, said: str) -> None:
    """A word that is left out, misspelt or written with letters of another alphabet never lowers what is kept."""
    value = "{" + AMOUNTS.replace(was, becomes, 1) + "}"
    found = said_of(england, OWN.format(name="charging.guaranteed_income", type="amount by word", value=value))
    assert said in found
    assert bool(found) is bool(said)


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ("lowest: 9", ""), ("lowest: 10", "limits.yaml:10: help.hours: a value of 10 or more; 9 is too low"),
        ("highest: 10", ""),
        ("highest: 9", "limits.yaml:9: help.hours: a value of 9 or less; 10 is too high"),
        ('lowest: "9"', "lowest: a value of type whole number"),
        ("options: [ten]", "options only where there are words; this is a whole number"),
        ("not below: law", "national"),
    ],
)  # fmt: skip
def test_the_national_values_keep_to_their_own_bounds(packs: Path, bounds: str, said: str) -> None:
    """With the line of the value; and a bound has its parameter's type."""
    file = packs / "small/parameters/limits.yaml"
    text = file.read_text(encoding="utf-8").replace("value: 8", "value: 9")
    file.write_text(text.replace("    values:", f"    {bounds}\n    values:").lstrip(), encoding="utf-8")
    found = "\n".join(str(problem) for problem in check(packs, "small") if problem.file.endswith("limits.yaml"))
    assert said in found
    assert bool(found) is bool(said)


@pytest.mark.parametrize(("type_", "key", "value"), [("word", "lowest", "1"), ("words", "not below", "national")])
def test_what_has_no_order_has_no_lowest(packs: Path, type_: str, key: str, value: str) -> None:
    """Words have options, and cannot be less or more."""
    one = "one" if type_ == "word" else "[one]"
    text = f"""parameters:
  some.words: {{title: W, type: {type_}, set by: law, {key}: {value},
               values: [{{from: 2020-01-01, value: {one}, reference: An Act}}]}}
"""
    (packs / "small/parameters/words.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PackRefusedError, match=f"words.yaml:2: some.words: {key}"):
        read_pack(packs, "small")
