"""What changed between two packs, in words."""

from collections.abc import Iterator, Mapping
from datetime import date

from sevensteps.errors import Fault
from sevensteps.policy.facts import pounds
from sevensteps.policy.pack import Pack
from sevensteps.policy.parameters import Parameter
from sevensteps.policy.source import Section
from sevensteps.policy.validity import in_force

_IDS = ("rule", "table", "row")


def differences(old: Pack, new: Pack, on: date | None = None) -> list[str]:
    """One sentence for each thing that differs, at all or as both stand on a day."""
    return [*_parameters(old, new, on), *_decisions(old, new, on)]


def _parameters(old: Pack, new: Pack, on: date | None) -> Iterator[str]:
    for name in sorted(old.parameters.keys() | new.parameters.keys()):
        before, after = old.parameters.get(name), new.parameters.get(name)
        if before is None or after is None:
            yield f"parameter {name} is {'new' if before is None else 'gone'}"
        elif on is not None:
            if _on(before, on) != _on(after, on):
                yield f"parameter {name} on {on}: was {_on(before, on)}, is {_on(after, on)}"
        else:
            yield from _values(name, before, after)


def _values(name: str, before: Parameter, after: Parameter) -> Iterator[str]:
    old = {value.begins: value for value in before.values}
    new = {value.begins: value for value in after.values}
    for day in sorted(old.keys() | new.keys()):
        if day not in old:
            yield f"parameter {name}: from {day} it is {_words(after, new[day].value)} ({new[day].reference})"
        elif day not in new:
            yield f"parameter {name}: the value from {day}, {_words(before, old[day].value)}, is gone"
        elif old[day].value != new[day].value:
            was, is_ = _words(before, old[day].value), _words(after, new[day].value)
            yield f"parameter {name}: the value from {day} was {was}, is {is_}, although values are never edited"
        elif old[day].ends != new[day].ends:
            ended, ends = old[day].ends or "never", new[day].ends or "never"
            yield f"parameter {name}: the value from {day} ended {ended}, ends {ends}"


def _on(parameter: Parameter, on: date) -> str:
    try:
        return _words(parameter, parameter.on(on).value)
    except Fault:
        return "not in force"


def _words(parameter: Parameter, value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{word} {pounds(amount)}" for word, amount in value.items())
    if isinstance(value, tuple):
        rows = [f"{row[0]}: {pounds(row[1])}" if isinstance(row, tuple) else str(row) for row in value]
        return ", ".join(rows)
    return pounds(value) if parameter.type == "money" and isinstance(value, int) else str(value)


def _decisions(old: Pack, new: Pack, on: date | None) -> Iterator[str]:
    for name in sorted(old.decisions.keys() | new.decisions.keys()):
        if name not in old.decisions or name not in new.decisions:
            yield f"decision {name} is {'new' if name in new.decisions else 'gone'}"
        else:
            yield from _within(name, old.decisions[name], new.decisions[name], on)


def _within(path: str, old: object, new: object, on: date | None) -> Iterator[str]:
    before, after = _parts(old, on), _parts(new, on)
    if before is None or after is None:
        if old != new:
            yield f"{path}: was {_text(old)}, is {_text(new)}"
        return
    for part in dict.fromkeys([*before, *after]):
        if part not in before:
            yield f"{path}: {part} is new"
        elif part not in after:
            yield f"{path}: {part} is gone"
        else:
            yield from _within(f"{path}, {part}", before[part], after[part], on)


def _parts(written: object, on: date | None) -> Mapping[str, object] | None:
    """A mapping by its keys, a list of rules or rows by their ids; None for what is compared as a whole."""
    if isinstance(written, Section):
        return written
    sections = [entry for entry in written if isinstance(entry, Section)] if isinstance(written, list) else []
    named = {_id(entry): entry for entry in sections if on is None or in_force(entry, on)}
    return named if sections and "" not in named else None


def _id(entry: Section) -> str:
    return next((f"{key} {entry[key]}" for key in _IDS if key in entry), "")


def _text(written: object) -> str:
    return f'"{written}"' if isinstance(written, str) else str(written)
