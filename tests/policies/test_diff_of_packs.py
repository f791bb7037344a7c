"""Whatever a pack can say, a change of it is told in plain words."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from sevensteps.policy.authoring.diff import differences
from sevensteps.policy.packs.form import read_file
from sevensteps.policy.packs.pack import Pack, names, read_pack
from sevensteps.policy.packs.parameters import Parameter, read_parameters
from sevensteps.policy.packs.problems import PackRefusedError
from sevensteps.policy.packs.source import Section

ROOT = Path(__file__).parents[2] / "policies"
PACKS = {name: read_pack(ROOT, name) for name in names(ROOT)}
IDS = ("rule", "table", "row")

Change = Callable[[object], object]


def changes(written: object) -> Iterator[Change]:
    """Every way of changing what is written: each key and entry gone, each list turned round, each value another."""
    if isinstance(written, dict):
        for key, value in written.items():
            yield _without(key)
            yield from (_inside(key, change) for change in changes(value))
    elif isinstance(written, list):
        if written != written[::-1]:
            yield _turned_round
        for place, value in enumerate(written):
            yield _without(place)
            yield from (_inside(place, change) for change in changes(value))
    else:
        yield _another


def _inside(key: object, change: Change) -> Change:
    def changed(copy: object) -> object:
        copy[key] = change(copy[key])  # type: ignore[index]
        return copy

    return changed


def _without(key: object) -> Change:
    def changed(copy: object) -> object:
        del copy[key]  # type: ignore[attr-defined]
        return copy

    return changed


def _turned_round(copy: object) -> object:
    return copy[::-1]  # type: ignore[index]


def _another(value: object) -> object:
    if isinstance(value, bool):
        return not value
    return value + (timedelta(days=1) if isinstance(value, date) else 1 if isinstance(value, int) else "1")  # type: ignore[operator]


def said(old: Pack, new: Pack) -> list[str]:
    """The differences, which have to be there, and free of what only programmers write."""
    found = differences(old, new)
    assert found
    assert not [sentence for sentence in found if any(mark in sentence for mark in ("{'", "['", "datetime", "None"))]
    return found


@pytest.mark.parametrize("decision", sorted(PACKS["england"].decisions))
def test_any_change_of_a_decision_is_told(decision: str) -> None:
    """Each key, value, entry and order of facts, derived facts, rules, tables and values in turn."""
    section = PACKS["england"].decisions[decision]
    old = replace(PACKS["england"], parameters={}, decisions={decision: section})
    for change in changes(section):
        mutated = change(deepcopy(section))
        assert isinstance(mutated, Section)
        said(old, replace(old, decisions={decision: mutated}))


@pytest.mark.parametrize(
    "file", sorted(ROOT.glob("*/parameters/*.yaml")), ids=lambda file: "-".join(file.relative_to(ROOT).parts)
)
def test_any_change_of_a_parameter_is_told(file: Path) -> None:
    """Each title, type, unit, setter, date, value, reference and mark, as far as the result can be read."""
    content = read_file(file, ROOT, "parameters")
    for name, body in content.named("parameters"):
        old = Pack("p", "P", "hash", "", parameters(name, body), {}, {})
        tried = 0
        for change in changes(body):
            try:
                changed = parameters(name, change(deepcopy(body)))
            except PackRefusedError:
                continue
            if without_places(changed) != without_places(old.parameters):
                said(old, replace(old, parameters=changed))
                tried += 1
        assert tried > 3


def parameters(name: str, body: object) -> dict[str, Parameter]:
    return read_parameters(Section(parameters=Section({name: body})))


def without_places(read: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """The file and line of something make no difference."""
    return {
        name: replace(each, file="", line=0, values=tuple(replace(value, line=0) for value in each.values))
        for name, each in read.items()
    }


@pytest.mark.parametrize("name", names(ROOT))
def test_a_pack_titled_or_based_otherwise_is_told(name: str) -> None:
    """Between two versions of one pack; two packs of course have different titles."""
    old = PACKS[name]
    assert said(old, replace(old, title="Another")) == [f'pack, title: was "{old.title}", is "Another"']
    assert said(old, replace(old, base="other"))[0].startswith("pack, extends")
    files = {place.replace(f"{name}/", "other/", 1): text for place, text in old.files.items()}
    assert differences(old, replace(old, name="other", title="Another", files=files)) == []


def test_two_rows_of_a_table_that_take_the_first_hit_are_swapped() -> None:
    """What is free and a refusal change places: who refuses and has both would be charged, so it is said."""
    section = deepcopy(PACKS["england"].decisions["contribution"])
    _, charge = section.sections("tables")
    rows = charge.entries("rows")
    rows[0], rows[1] = rows[1], rows[0]
    old = PACKS["england"]
    (swapped,) = said(old, replace(old, decisions={**old.decisions, "contribution": section}))
    others = (
        "LIGHT-TOUCH/consent, LIGHT-TOUCH/contradicted, LIGHT-TOUCH/above, LIGHT-TOUCH/negligible, LIGHT-TOUCH/below, "
        "ABOVE-LIMIT, ASSESSED"
    )
    assert swapped == (
        "contribution, table CHARGE: the order of the rows, of which the first that fits counts, "
        f"was FREE, REFUSED, {others}, is REFUSED, FREE, {others}"
    )
