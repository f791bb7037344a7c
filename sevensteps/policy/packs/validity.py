"""When a decision changes, and whether a rule is in force on a day."""

from collections.abc import Iterator
from datetime import date, timedelta

from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.source import Section


def in_force(dated: Section, day: date) -> bool:
    """Whether a decision, rule, table or row is in force on a day (both ends included)."""
    begins, ends = dated.day("from"), dated.day("until")
    return (begins is None or begins <= day) and (ends is None or day <= ends)


def change_days(pack: Pack, decision: str) -> list[date]:
    """The days on which a decision may change, because it, a rule or a parameter that it names begins or ends."""
    section = pack.decisions[decision]
    parameters = [pack.parameters[name] for name in parameters_of(section) if name in pack.parameters]
    days = {day for parameter in parameters for day in parameter.change_days()}
    for dated in dated_parts(section):
        begins, ends = dated.day("from"), dated.day("until")
        days.update([begins] if begins else [])
        days.update([ends + timedelta(days=1)] if ends else [])
    return sorted(days)


def parameters_of(written: object, day: date | None = None) -> Iterator[str]:
    """The parameters that a section names, as `$name`; with a day, only in what is in force on it."""
    if isinstance(written, str):
        if written.startswith("$") and written not in ("$item", "$on"):
            yield written[1:]
    elif isinstance(written, Section):
        if day is None or in_force(written, day):
            for value in written.values():
                yield from parameters_of(value, day)
    elif isinstance(written, list):
        for value in written:
            yield from parameters_of(value, day)


def dated_parts(section: Section) -> Iterator[Section]:
    """The parts of a decision that may have dates of their own: itself, its rules, tables and rows."""
    yield section
    yield from section.sections("rules")
    for table in section.sections("tables"):
        yield table
        yield from table.sections("rows")
