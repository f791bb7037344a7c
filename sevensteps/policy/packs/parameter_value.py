"""The value of a parameter, by the parameter's type. Money is whole pence, dates are ISO text."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

from sevensteps.money import pence
from sevensteps.policy.model.arithmetic import PointsTable
from sevensteps.policy.model.facts import Value
from sevensteps.policy.model.verdict import DEFINITE_VERDICTS

Amounts = Mapping[str, int]
ParameterValue = Value | PointsTable | Amounts

POINTS_TO_POUNDS = "points to pounds"

_EXAMPLES: Mapping[str, str] = {
    "whole number": "28",
    "money": '"52000.00", in quotes',
    "word": "moderate",
    "words": "[panel, head_of_service]",
    "verdict": "one of " + ", ".join(DEFINITE_VERDICTS),
    "dates": "[2026-12-25, 2026-12-28], without quotes",
    "amount by word": '{panel: "52000.00"}',
    POINTS_TO_POUNDS: '[{points: 0, pounds: "0.00"}, {points: 10, pounds: "52.00"}]',
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
        case _:
            return _texts(given, date if type_ == "dates" else str)


def amounts_by_points(value: tuple[object, ...]) -> Amounts:
    """The amounts of a table, in pence, by their points in words; none where the entries are single words or days."""
    return {f"{row[0]} points": row[1] for row in value if isinstance(row, tuple)}


def expected(type_: str, given: object) -> str:
    """In words, a value of a type, how one is written, and what is written instead."""
    table = ", which begins at 0 points, with points that rise from row to row and pounds that never fall"
    example = _EXAMPLES.get(type_, _EXAMPLES["words"])
    written = f"; {str(given)[:60]!r} is not one" if isinstance(given, str | int | float) else ""
    return f"a value of type {type_}{table if type_ == POINTS_TO_POUNDS else ''}, such as {example}{written}"


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


def _amounts(given: object) -> Amounts | None:
    if not isinstance(given, Mapping):
        return None
    amounts = {str(word): pence(str(amount)) for word, amount in given.items()}
    valid = {word: amount for word, amount in amounts.items() if amount is not None}
    return valid if len(valid) == len(given) else None
