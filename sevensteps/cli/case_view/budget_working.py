"""How an indicative budget came of points: the rows of the table between which they lie, and what is withheld."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import cast

from sevensteps.cli.case_view.law import load_pack
from sevensteps.cli.case_view.receipts import ServiceReceipt
from sevensteps.errors import Fault, Kind
from sevensteps.money import pounds_from_pence, pounds_in_words
from sevensteps.policy import Library
from sevensteps.policy.model.arithmetic import PointsTable, pounds_for_points
from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.pack import Pack
from sevensteps.rpc.caller import Caller

DECISION = "indicative-budget"
TABLE = "budget.points_to_pounds"
WITHHELD = "budget.withheld_percent"


async def read_budget_workings(
    caller: Caller, policies: Path, receipts: Sequence[ServiceReceipt]
) -> dict[str, list[str]]:
    """How each indicative budget of a case came about, by the id of its receipt."""
    library = Library(policies)
    return {
        receipt.receipt_id: await _read_working(caller, library, service, json.loads(receipt.receipt))
        for service, receipt in receipts
        if receipt.decision == DECISION
    }


async def _read_working(caller: Caller, library: Library, service: str, decision: Mapping[str, Json]) -> list[str]:
    """The steps of one decision; where its law cannot be read, why. Raises a Fault where the service is away."""
    version = str(decision["hash"])
    try:
        await load_pack(caller, library, service, version)
    except Fault as fault:
        if fault.kind is Kind.UNAVAILABLE:
            raise
        return [f"its steps cannot be shown: {fault.reason}: {fault.detail}"]
    return budget_working(decision, library.version(version))


def budget_working(decision: Mapping[str, Json], pack: Pack) -> list[str]:
    """The steps from the points in a receipt to its amount, one a line, by the pack that the receipt names.

    Empty where the pack goes another way.
    """
    facts, on = decision["facts"], date.fromisoformat(str(decision["on"]))
    names = {TABLE: "points to pounds", WITHHELD: "whole number"}
    parameters = [pack.parameters[name] for name in names if name in pack.parameters]
    if [each.type for each in parameters] != [*names.values()] or not isinstance(facts, Mapping):
        return []
    table, withheld = (parameter.on(on) for parameter in parameters)
    rows = cast("PointsTable", table.value)
    given = facts.get("points")
    informal = _informal(facts.get("informal_support"))
    points = max(0, int(str(given)) - informal)
    steps = [f"{given} points, {informal} of them met by family and friends: {points}"] if informal else []
    if points > rows[-1][0]:
        beyond = f"above the last row of the table, {rows[-1][0]}, the amount is a practitioner's"
        return [*steps, f"{points} points: {beyond} [{table.reference}]"]
    percent = cast("int", withheld.value)
    amount = _pounds(pounds_for_points(points, rows, percent))
    return [
        *steps,
        f"{_in_table(points, rows)} [{table.reference}]",
        f"less {percent} per cent that the council withholds: {amount} [{withheld.reference}]",
    ]


def _in_table(points: int, rows: PointsTable) -> str:
    """Where points stand in the table: in a row, or on the straight line between two."""
    lower = upper = rows[0]
    for row in rows:
        lower, upper = upper, row
        if points <= row[0]:
            break
    if points == upper[0]:
        return f"{points} points: the table has {_pounds(upper[1])} for them"
    span, above = upper[0] - lower[0], points - lower[0]
    amount = _pounds(pounds_for_points(points, rows, 0))
    return (
        f"{points} points: between {lower[0]} points, {_pounds(lower[1])}, and {upper[0]} points, {_pounds(upper[1])}, "
        f"the table gives {_pounds(lower[1])} and {above}/{span} of {_pounds(upper[1] - lower[1])}: {amount}"
    )


def _informal(records: Json) -> int:
    listed = records if isinstance(records, list) else []
    points = [each.get("points") for each in listed if isinstance(each, Mapping)]
    return sum(each for each in points if isinstance(each, int))


def _pounds(pence: int) -> str:
    return pounds_in_words(pounds_from_pence(pence))
