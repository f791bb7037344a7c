"""What is wrong with the values of a pack beside each other, although each by itself is within its bounds."""

from collections.abc import Iterator, Mapping
from datetime import date

from sevensteps.errors import Fault
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.parameters import DatedValue, Parameter
from sevensteps.policy.packs.problems import Problem, did_you_mean


def check_values(pack: Pack) -> Iterator[Problem]:
    """Words that have no amount although they may have one, and values below others that they must not be below."""
    for parameter in pack.parameters.values():
        yield from _without_amount(parameter)
        yield from _known_or_not(parameter)
        yield from _entered(pack, parameter)
        for name in parameter.bounds.not_below:
            other = pack.parameters.get(name)
            if other is None or other.type != parameter.type:
                expected = f"not below: national, or a parameter of type {parameter.type}; {name} is not one"
                meant = did_you_mean(name, pack.parameters)
                yield Problem(parameter.file, parameter.line, parameter.name, expected + meant)
            else:
                yield from _below(pack, parameter, other)


def _without_amount(parameter: Parameter) -> Iterator[Problem]:
    """Words without an amount in the value that stands last; those before it are history, and are never edited.

    Where councils must not go below the amounts, every value says of each word how much it is, or that it is not known.
    """
    whole = parameter.bounds.not_below_national
    if_none = (
        "nobody knows it yet, list it under not known: [{0}]" if whole else 'it is to have none, write {0}: "0.00"'
    )
    for value in parameter.values if whole else parameter.values[-1:]:
        amounts = value.value if isinstance(value.value, Mapping) else parameter.bounds.options
        for word in parameter.bounds.options:
            if word not in amounts and word not in value.not_known:
                expected = f"an amount for {word}, which has none here; if {if_none.format(word)}"
                yield Problem(parameter.file, value.line, parameter.name, expected)


def _known_or_not(parameter: Parameter) -> Iterator[Problem]:
    """Words that are said to have no known amount, although they have one or may not have one."""
    for value in parameter.values:
        amounts = value.value if isinstance(value.value, Mapping) else {}
        for word in value.not_known:
            if word in amounts or word not in parameter.bounds.options:
                expected = f"not known: words out of the options without an amount; {word[:40]} is not one"
                yield Problem(parameter.file, value.line, parameter.name, expected)


def _entered(pack: Pack, parameter: Parameter) -> Iterator[Problem]:
    """National values that are said to be entered by a council: only a council's own pack has such."""
    for value in parameter.values if pack.below is None else ():
        if value.entered_by:
            expected = "entered by: only in a council's own pack; what stands here is national"
            yield Problem(parameter.file, value.line, parameter.name, expected)


def _below(pack: Pack, parameter: Parameter, other: Parameter) -> Iterator[Problem]:
    """Where a value is below that of another parameter, on each day on which either changes."""
    for day in sorted({*parameter.change_days(), *other.change_days()}):
        try:
            value, least = parameter.on(day), other.on(day)
        except Fault:  # one of them has no value on the day
            continue
        for expected in parameter.bounds.shortfalls(value.value, least.value, f"{other.name} on {day}"):
            _, file, line = max(_place(pack, parameter, value), _place(pack, other, least))
            yield Problem(file, line, parameter.name, expected)


def _place(pack: Pack, parameter: Parameter, value: DatedValue) -> tuple[tuple[date, bool], str, int]:
    """The file and line of a value, and how late it was set: of two values, the later one is out of step."""
    return (value.begins, parameter.file.startswith(f"{pack.name}/")), parameter.file, value.line
