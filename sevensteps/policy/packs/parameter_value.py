"""The value of a parameter, by the parameter's type. Money is whole pence, dates are ISO text."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

from sevensteps.money import pence
from sevensteps.policy.model.arithmetic import A_YEAR, BirthTable, PointsTable
from sevensteps.policy.model.facts import FIRST_DAY, LAST_DAY, Value
from sevensteps.policy.model.verdict import DEFINITE_VERDICTS

Amounts = Mapping[str, int]
ParameterValue = Value | PointsTable | BirthTable | Amounts

POINTS_TO_POUNDS = "points to pounds"
DAY_BY_BIRTH = "day by birth"

_OLDEST = 120
_AGE = {"born from", "years", "months"}

_EXAMPLES: Mapping[str, str] = {
    "whole number": "28",
    "money": '"52000.00", in quotes',
    "word": "moderate",
    "words": "[panel, head_of_service]",
    "verdict": "one of " + ", ".join(DEFINITE_VERDICTS),
    "dates": "[2026-12-25, 2026-12-28], without quotes",
    "amount by word": '{panel: "52000.00"}',
    DAY_BY_BIRTH: "[{born from: 1900-01-01, years: 60}, {born from: 1960-04-06, years: 66, months: 1}]",
    POINTS_TO_POUNDS: '[{points: 0, pounds: "0.00"}, {points: 10, pounds: "52.00"}]',
}


_TABLES: Mapping[str, str] = {
    POINTS_TO_POUNDS: ", which begins at 0 points, with points that rise from row to row and pounds that never fall",
    DAY_BY_BIRTH: f", which begins with {FIRST_DAY}, with births that rise from row to row, each with a day or an age",
}


def read_parameter_value(type_: str, given: object) -> ParameterValue | None:
    """A value as a pack writes it; None when it is not of the type."""
    match type_:
        case "whole number":
            return given if isinstance(given, int) and not isinstance(given, bool) else None
        case "money":
            return pence(given) if isinstance(given, str) else None
        case "word":
            return given if isinstance(given, str) else None
        case "verdict":
            return given if isinstance(given, str) and given in DEFINITE_VERDICTS else None
        case "amount by word":
            return _amounts(given)
        case "points to pounds":
            return _table(given)
        case "day by birth":
            return _birth_table(given)
        case _:
            return _texts(given, date if type_ == "dates" else str)


def amounts_by_points(value: tuple[object, ...]) -> Amounts:
    """The amounts of a table, in pence, by their points in words; none where the entries are single words or days."""
    return {f"{row[0]} points": row[1] for row in value if isinstance(row, tuple) and isinstance(row[0], int)}


def days_by_birth(value: tuple[object, ...]) -> tuple[str, ...]:
    """The rows of a table of days by birth, in words; as they are where the entries are single words or days."""
    return tuple(_by_birth_in_words(*row) if isinstance(row, tuple) else str(row) for row in value)


def _by_birth_in_words(born: str, until: str | int) -> str:
    if isinstance(until, str):
        return f"born from {born}: on {until}"
    years, months = divmod(until, A_YEAR)
    return f"born from {born}: at {years} years" + (f" and {months} month{'s' * (months > 1)}" if months else "")


def expected(type_: str, given: object) -> str:
    """In words, a value of a type, how one is written, and what is written instead."""
    table = _TABLES.get(type_, "")
    example = _EXAMPLES.get(type_, _EXAMPLES["words"])
    written = f"; {str(given)[:60]!r} is not one" if isinstance(given, str | int | float) else ""
    return f"a value of type {type_}{table}, such as {example}{written}"


def _texts(given: object, kind: type) -> tuple[str, ...] | None:
    if not isinstance(given, list) or not all(isinstance(entry, kind) for entry in given):
        return None
    return tuple(str(entry) for entry in given)


def _table(given: object) -> PointsTable | None:
    rows = [_row(row) for row in given] if isinstance(given, list) else []
    table = tuple(row for row in rows if row is not None)
    whole = len(table) == len(rows) > 1 and table[0][0] == 0 <= table[0][1]
    rises = all(before[0] < after[0] and before[1] <= after[1] for before, after in pairwise(table))
    return table if whole and rises else None


def _row(given: object) -> tuple[int, int] | None:
    points, pounds = (given.get("points"), given.get("pounds")) if isinstance(given, Mapping) else (None, None)
    amount = pence(pounds) if isinstance(pounds, str) else None
    return (points, amount) if isinstance(points, int) and amount is not None else None


def _birth_table(given: object) -> BirthTable | None:
    rows = [_birth_row(row) for row in given] if isinstance(given, list) else []
    table = tuple(row for row in rows if row is not None)
    whole = len(table) == len(rows) > 0 and table[0][0] == FIRST_DAY.isoformat()
    rises = all(before[0] < after[0] for before, after in pairwise(table))
    return table if whole and rises else None


def _birth_row(given: object) -> tuple[str, str | int] | None:
    """A row with the day itself, or with an age in years and months."""
    born = given.get("born from") if isinstance(given, Mapping) else None
    if not isinstance(given, Mapping) or not isinstance(born, date) or not FIRST_DAY <= born <= LAST_DAY:
        return None
    day = given.get("day")
    if given.keys() == {"born from", "day"} and isinstance(day, date) and born < day <= LAST_DAY:
        return born.isoformat(), day.isoformat()
    years, months = given.get("years"), given.get("months", 0)
    if not isinstance(years, int) or not isinstance(months, int) or not given.keys() <= _AGE:
        return None
    return (born.isoformat(), A_YEAR * years + months) if 0 < years <= _OLDEST and 0 <= months < A_YEAR else None


def _amounts(given: object) -> Amounts | None:
    if not isinstance(given, Mapping):
        return None
    amounts = {str(word): pence(str(amount)) for word, amount in given.items()}
    valid = {word: amount for word, amount in amounts.items() if amount is not None}
    return valid if len(valid) == len(given) else None
