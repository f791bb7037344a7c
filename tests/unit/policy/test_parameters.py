"""Parameters through the years: which value is in force on the very day, and which values are refused."""

from datetime import date
from pathlib import Path

import pytest

from sevensteps.errors import Fault, Kind
from sevensteps.policy.packs.form import read_file
from sevensteps.policy.packs.parameter_value import ParameterValue
from sevensteps.policy.packs.parameters import Parameter, read_parameters
from sevensteps.policy.packs.problems import PackRefusedError
from sevensteps.policy.packs.source import Section

DAY = date(1900, 1, 1)
DATED = "{from: 2020-01-01, until: 2020-12-31, value: 1}, {from: 2021-02-01, value: 2}"


def parameter(folder: Path, values: str = DATED, type_: str = "whole number") -> Parameter:
    """The parameter with these values, each with a reference."""
    written = values.replace("}", ", reference: An Act}") if type_ == "whole number" else values
    file = folder / "limits.yaml"
    file.write_text(
        f"parameters:\n  limit: {{title: A limit, type: {type_}, unit: hours, set by: law, values: [{written}]}}\n",
        encoding="utf-8",
    )
    return read_parameters(read_file(file, folder, "parameters"))["limit"]


def test_a_value_is_in_force_on_its_first_and_on_its_last_day(tmp_path: Path) -> None:
    """Both ends included; not the day before and not the day after: a value is never stretched."""
    limit = parameter(tmp_path)
    days = (date(2020, 1, 1), date(2020, 12, 31), date(2021, 2, 1), date(2031, 1, 1))
    assert [limit.on(day).value for day in days] == [1, 1, 2, 2]
    for day in (date(2019, 12, 31), date(2021, 1, 1), date(2021, 1, 31)):
        with pytest.raises(Fault, match=f"limit has no value in force on {day}") as refused:
            limit.on(day)
        fault = refused.value
        assert (fault.kind, fault.reason) == (Kind.INVALID, "PARAMETER_MISSING")
        assert fault.metadata["parameter"] == "limit"


def test_what_a_parameter_is_called_is_kept(tmp_path: Path) -> None:
    """Title, unit, law, and who may set it."""
    limit = parameter(tmp_path)
    assert (limit.title, limit.unit, limit.type, limit.council_may_change) == (
        "A limit",
        "hours",
        "whole number",
        False,
    )
    value = limit.values[0]
    assert (value.reference, value.unverified, value.ends, value.line) == ("An Act", False, date(2020, 12, 31), 2)


def test_the_first_day_without_a_value_is_a_hole(tmp_path: Path) -> None:
    """A value that begins the day after the one before it ends leaves none."""
    assert list(parameter(tmp_path).holes()) == [date(2021, 1, 1)]
    assert list(parameter(tmp_path, DATED.replace("2021-02-01", "2021-01-01")).holes()) == []
    assert list(parameter(tmp_path, DATED.replace("2021-02-01", "2021-01-02")).holes()) == [date(2021, 1, 1)]


def test_a_decision_turns_where_a_value_begins_and_on_the_day_after_it_ends(tmp_path: Path) -> None:
    """Not on its last day, on which it still counts."""
    assert list(parameter(tmp_path).change_days()) == [date(2020, 1, 1), date(2021, 1, 1), date(2021, 2, 1)]


@pytest.mark.parametrize(("second", "refused"), [("2020-12-31", True), ("2020-01-01", True), ("2021-01-01", False)])
def test_values_do_not_share_a_day(tmp_path: Path, second: str, *, refused: bool) -> None:
    """The next begins after the one before it ends."""
    values = DATED.replace("2021-02-01", second)
    if not refused:
        assert parameter(tmp_path, values).on(date(2021, 1, 1)).value == 2
        return
    with pytest.raises(PackRefusedError, match=f"limit: values that do not overlap; two cover {second}"):
        parameter(tmp_path, values)


def test_a_councils_values_count_from_their_first_day_on(tmp_path: Path) -> None:
    """Before it those of the base do; the last of them ends the day before, unless it ended earlier."""
    base = parameter(tmp_path)
    own = parameter(tmp_path, "{from: 2022-01-01, value: 5}").over(base)
    assert [(value.value, value.begins, value.ends) for value in own.values] == [
        (1, date(2020, 1, 1), date(2020, 12, 31)),
        (2, date(2021, 2, 1), date(2021, 12, 31)),
        (5, date(2022, 1, 1), None),
    ]
    early = parameter(tmp_path, "{from: 2020-12-31, value: 5}").over(base)
    assert [(value.value, value.ends) for value in early.values] == [(1, date(2020, 12, 30)), (5, None)]
    after = parameter(tmp_path, "{from: 2021-01-01, value: 5}").over(base)
    assert [(value.value, value.ends) for value in after.values] == [(1, date(2020, 12, 31)), (5, None)]
    first = parameter(tmp_path, "{from: 2020-01-01, value: 5}").over(base)
    assert [value.value for value in first.values] == [5]


@pytest.mark.parametrize(
    ("type_", "written", "value"),
    [
        ("whole number", 3, 3), ("whole number", True, None), ("whole number", "3", None),
        ("money", "0.03", 3), ("money", 3, None), ("money", "3 pounds", None),
        ("word", "substantial", "substantial"), ("word", 3, None),
        ("verdict", "needs_judgement", "needs_judgement"), ("verdict", "not_enough_information", None),
        ("verdict", 3, None),
        ("words", ["a", "b"], ("a", "b")), ("words", "a", None), ("words", ["a", 3], None), ("words", [], ()),
        ("dates", [date(2026, 4, 3)], ("2026-04-03",)), ("dates", ["2026-04-03"], None),
        ("amount by word", Section(single="1.00"), {"single": 100}), ("amount by word", Section(single="one"), None),
        ("amount by word", ["1.00"], None),
        ("points to pounds", [Section(points=0, pounds="0.00"), Section(points=9, pounds="5.00")], ((0, 0), (9, 500))),
        ("points to pounds", [Section(points=0, pounds="0.00")], None),
        ("points to pounds", [Section(points=9, pounds="0.00"), Section(points=0, pounds="5.00")], None),
        ("points to pounds", [Section(points=0, pounds="0.00"), Section(points=0, pounds="5.00")], None),
        ("points to pounds", [Section(points="0", pounds="0.00"), Section(points=9, pounds="5.00")], None),
        ("points to pounds", [Section(points=0, pounds=0), Section(points=9, pounds="5.00")], None),
        ("points to pounds", [Section(points=0, pounds="none"), Section(points=9, pounds="5.00")], None),
        ("points to pounds", [0, 9], None), ("points to pounds", "0", None),
        ("day by birth", [{"born from": DAY, "years": 60}, {"born from": date(1950, 4, 6), "day": date(2010, 5, 6)},
                          {"born from": date(1960, 4, 6), "years": 66, "months": 1}],
         (("1900-01-01", 720), ("1950-04-06", "2010-05-06"), ("1960-04-06", 793))),
        ("day by birth", [{"born from": date(1900, 1, 2), "years": 60}], None),
        ("day by birth", [{"born from": DAY, "years": 60}, {"born from": DAY, "years": 61}], None),
        ("day by birth", [{"born from": DAY, "years": 60, "months": 12}], None),
        ("day by birth", [{"born from": DAY, "years": 0}], None),
        ("day by birth", [{"born from": DAY, "years": 121}], None),
        ("day by birth", [{"born from": DAY, "months": 3}], None),
        ("day by birth", [{"born from": DAY, "years": "60"}], None),
        ("day by birth", [{"born from": DAY, "years": 60, "day": date(1960, 1, 1)}], None),
        ("day by birth", [{"born from": DAY, "day": DAY}], None),
        ("day by birth", [{"born from": "1900-01-01", "years": 60}], None),
        ("day by birth", [DAY], None), ("day by birth", [], None), ("day by birth", "60", None),
    ],
)  # fmt: skip
def test_a_value_is_of_its_parameters_type_or_refused(
    type_: str, written: object, value: ParameterValue | None
) -> None:
    """A value of a similar type is refused; a table rises in points."""
    entry = Section({"from": date(2020, 1, 1), "value": written, "reference": "An Act", "unverified": True})
    section = Section(parameters=Section(limit=Section(type=type_, values=[entry])))
    if value is None:
        with pytest.raises(PackRefusedError, match=f"limit: a value of type {type_}"):
            read_parameters(section)
        return
    (read_,) = read_parameters(section)["limit"].values
    assert (read_.value, read_.unverified) == (value, True)


@pytest.mark.parametrize("changed", [{"from": "2020-01-01"}, {"until": "2020-12-31"}])
def test_the_days_of_a_value_are_dates(changed: dict[str, str]) -> None:
    """A day in quotes is text, and would have no effect."""
    entry = Section({"from": date(2020, 1, 1), "value": 3, **changed})
    with pytest.raises(PackRefusedError, match="as dates without quotes"):
        read_parameters(Section(parameters=Section(limit=Section(type="whole number", values=[entry]))))
