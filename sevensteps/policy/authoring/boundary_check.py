"""Whether worked cases stand on both sides of every number and amount that a pack itself sets.

A value is tried a notch lower and a notch higher, one at a time: one less or more, or a penny. If all cases still come
out as their author expects, none of them is on that side of it, and a slip in the value would not be noticed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sevensteps.money import pounds_from_pence
from sevensteps.policy.authoring.worked_cases import WorkedCase, run_case
from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.parameter_value import ParameterValue, amounts_by_points
from sevensteps.policy.packs.parameters import DatedValue, Parameter
from sevensteps.policy.packs.problems import Problem
from sevensteps.policy.packs.validity import parameters_of


@dataclass(frozen=True, slots=True)
class _Notch:
    """A value a notch lower or higher: in words what was moved, which way, how it is written, and the value then."""

    moved: str
    way: str
    written: str
    value: ParameterValue


def values_without_cases(pack: Pack, cases: Sequence[WorkedCase]) -> Iterator[Problem]:
    """A problem for every number or amount without a case on one of its sides, in each of its periods."""
    texts = {(case.decision, case.name): f"{case.given} {case.expect}" for case in cases}  # tried first: those with it
    naming = {decision: set(parameters_of(section)) for decision, section in pack.decisions.items()}
    for parameter in pack.parameters.values():
        if parameter.file.startswith(f"{pack.name}/"):
            concerned = [case for case in cases if parameter.name in naming.get(case.decision, ())]
            for before, value, last in _own_values(parameter):
                during = [case for case in concerned if value.begins <= case.on <= last]
                for notch in _notches(parameter, before, value):
                    during.sort(key=lambda case: notch.written not in texts[case.decision, case.name])
                    if not _noticed(pack, parameter, replace(value, value=notch.value), during):
                        yield Problem(parameter.file, value.line, parameter.name, _expected(value, notch))


def _own_values(parameter: Parameter) -> Iterator[tuple[DatedValue | None, DatedValue, date]]:
    """The values that the pack itself sets, each with the one before it and its last day."""
    befores = (None, *parameter.values)
    nexts = (*(value.begins - timedelta(days=1) for value in parameter.values[1:]), date.max)
    each = list(zip(befores, parameter.values, nexts, strict=False))
    yield from ((before, value, value.ends or until) for before, value, until in each if not value.inherited)


def _notches(parameter: Parameter, before: DatedValue | None, value: DatedValue) -> Iterator[_Notch]:
    """Every number and amount that is not as before, a notch lower and a notch higher, within its bounds."""
    was = _numbers(parameter.type, before.value) if before else {}
    for place, number in _numbers(parameter.type, value.value).items():
        said = str(number) if parameter.type == "whole number" else pounds_from_pence(number)
        for way, notch in (("less", number - 1), ("more", number + 1)):
            moved = _with(value.value, place, notch)
            if was.get(place) != number and notch >= 0 and not any(parameter.bounds.breaches(moved)):
                yield _Notch(f"{place}: {said}" if place else said, way, said, moved)


def _numbers(type_: str, value: ParameterValue) -> Mapping[str, int]:
    """The numbers and amounts in a value, by where they stand in it."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, tuple):
        return amounts_by_points(value)
    return {"": value} if isinstance(value, int) and type_ in ("whole number", "money") else {}


def _with(value: ParameterValue, place: str, number: int) -> ParameterValue:
    if isinstance(value, Mapping):
        return {**value, place: number}
    if isinstance(value, tuple):
        amounts = {**amounts_by_points(value), place: number}
        return tuple((int(points.removesuffix(" points")), amount) for points, amount in amounts.items())
    return number


def _noticed(pack: Pack, parameter: Parameter, moved: DatedValue, cases: Sequence[WorkedCase]) -> bool:
    """Whether a case does not come out as its author expects once a value is moved."""
    values = tuple(moved if value.begins == moved.begins else value for value in parameter.values)
    changed = replace(
        pack,
        parameters={**pack.parameters, parameter.name: replace(parameter, values=values)},
        decisions={case.decision: pack.decisions[case.decision] for case in cases},
    )
    compiled_pack = CompiledPack(changed, plain_only=True)
    return any(run_case(case, compiled_pack).differences for case in cases)


def _expected(value: DatedValue, notch: _Notch) -> str:
    period = f"from {value.begins}{f' until {value.ends}' if value.ends else ''}"
    return f"a worked case {period} that comes out otherwise if {notch.moved} were a notch {notch.way}; there is none"
