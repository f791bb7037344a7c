"""When things are in force: which day a decision turns on, and whether a rule stands on a day."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.source import Section


def in_force(dated: Section, day: date) -> bool:
    """Whether a decision, rule, table or row is in force on a day (both ends included)."""
    begins, ends = dated.day("from"), dated.day("until")
    return (begins is None or begins <= day) and (ends is None or day <= ends)


def turning_days(pack: Pack, decision: str) -> list[date]:
    """The days on which a decision may become another: a parameter that it names, a rule or itself begins or ends."""
    section = pack.decisions[decision]
    days = {day for name in parameters_of(section) if name in pack.parameters
            for day in pack.parameters[name].turning_days()}  # fmt: skip
    for dated in dated_parts(section):
        begins, ends = dated.day("from"), dated.day("until")
        days.update([begins] if begins else [])
        days.update([ends + timedelta(days=1)] if ends else [])
    return sorted(days)


def parameters_of(written: object, day: date | None = None) -> Iterator[str]:
    """The parameters that a section names, as `$name`; of a day, those that what is in force on it names."""
    if isinstance(written, str) and written.startswith("$") and written != "$item":
        yield written[1:]
    elif isinstance(written, Section) and day is not None and not in_force(written, day):
        return
    elif isinstance(written, Mapping | list):
        for value in written.values() if isinstance(written, Mapping) else written:
            yield from parameters_of(value, day)


def dated_parts(section: Section) -> Iterator[Section]:
    """What of a decision may have a first and a last day of its own: itself, its rules, tables and rows."""
    yield section
    yield from section.sections("rules")
    for table in section.sections("tables"):
        yield table
        yield from table.sections("rows")
