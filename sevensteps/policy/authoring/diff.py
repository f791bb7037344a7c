"""What changed between two packs, in words."""

from collections.abc import Iterator, Mapping
from datetime import date
from difflib import unified_diff

from sevensteps.errors import Fault
from sevensteps.policy.authoring.in_words import condition_words, written_words
from sevensteps.policy.authoring.value_diff import entry_changes, value_words
from sevensteps.policy.packs.form import read_text
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.parameters import DatedValue, Parameter
from sevensteps.policy.packs.source import Section
from sevensteps.policy.packs.validity import in_force

_IDS = ("rule", "table", "row", "section", "question")
_CONDITIONS = ("when", "applies when")


def differences(old: Pack, new: Pack, on: date | None = None) -> list[str]:
    """One sentence for each difference, between all of both packs or between what is in force on a day."""
    of_rules = [*_heads(old, new), *_parameters(old, new, on), *_decisions(old, new, on)]
    return [*of_rules, *_questionnaires(old, new), *_letters(old, new)]


def _heads(old: Pack, new: Pack) -> Iterator[str]:
    """The title and the base, which are compared between two versions of one pack only."""
    if old.name == new.name:
        yield from _changed("pack, title", old.title, new.title)
        yield from _changed("pack, extends", old.base, new.base)


def _parameters(old: Pack, new: Pack, on: date | None) -> Iterator[str]:
    for name in sorted(old.parameters.keys() | new.parameters.keys()):
        before, after = old.parameters.get(name), new.parameters.get(name)
        if before and after:
            yield from _described(f"parameter {name}", before, after)
        if on is not None:
            yield from _as_of(f"parameter {name} on {on}", before, after, on)
        elif after is None:
            yield f"parameter {name} is gone"
        else:
            if before is None:
                yield f"parameter {name} is new{f': {after.title}' if after.title else ''}"
            yield from _values(f"parameter {name}", before, after)


def _described(what: str, before: Parameter, after: Parameter) -> Iterator[str]:
    yield from _changed(f"{what}, title", before.title, after.title)
    yield from _changed(f"{what}, type", before.type, after.type)
    yield from _changed(f"{what}, unit", before.unit, after.unit)
    yield from _changed(f"{what}, set by", _set_by(before), _set_by(after))
    yield from _changed(f"{what}, awaited", before.awaited, after.awaited)
    yield from _changed(f"{what}, bounds", before.bounds.in_words or None, after.bounds.in_words or None)


def _set_by(parameter: Parameter) -> str:
    return "council" if parameter.council_may_change else "law"


def _values(what: str, before: Parameter | None, after: Parameter) -> Iterator[str]:
    old = {value.begins: value for value in before.values} if before else {}
    new = {value.begins: value for value in after.values}
    for day in sorted(old.keys() | new.keys()):
        if day not in old:
            until = f" until {new[day].ends}" if new[day].ends else ""
            marks = ", unverified" if new[day].unverified else ""
            marks += f", entered by {new[day].entered_by}" if new[day].entered_by else ""
            yield f"{what}: from {day}{until} {_begins(before, after, new[day])} ({new[day].reference}{marks})"
        elif day not in new:
            yield f"{what}: the value from {day}, {value_words(before or after, old[day])}, is gone"
        else:
            yield from _value(f"{what}: the value from {day}", before or after, old[day], after, new[day])


def _begins(before: Parameter | None, after: Parameter, new: DatedValue) -> str:
    """What a new value is; of a list or table, what changes with it."""
    earlier = _on(before, new.begins) or next((old for old in reversed(after.values) if old.begins < new.begins), None)
    changes = entry_changes(after, earlier.value, new.value) if earlier else ""
    return changes or f"it is {value_words(after, new)}"


def _value(what: str, before: Parameter, old: DatedValue, after: Parameter, new: DatedValue) -> Iterator[str]:
    if old.value != new.value:
        changes = entry_changes(after, old.value, new.value)
        said = f": {changes}" if changes else f" {_was_and_is(before, old, after, new)}"
        yield f"{what}{said}, although values are never edited"
    if old.ends != new.ends:
        yield f"{what} ended {old.ends or 'never'}, ends {new.ends or 'never'}"
    yield from _law_of(what, old, new)


def _was_and_is(before: Parameter, old: DatedValue, after: Parameter, new: DatedValue) -> str:
    return f"was {value_words(before, old)}, is {value_words(after, new)}"


def _law_of(what: str, old: DatedValue, new: DatedValue) -> Iterator[str]:
    yield from _changed(f"{what}, reference", old.reference, new.reference)
    yield from _changed(f"{what}, unverified", old.unverified, new.unverified)
    yield from _changed(f"{what}, entered by", old.entered_by, new.entered_by)
    yield from _changed(f"{what}, not known", ", ".join(old.not_known), ", ".join(new.not_known))


def _as_of(what: str, before: Parameter | None, after: Parameter | None, on: date) -> Iterator[str]:
    """The differences between the values in force on a day."""
    old, new = _on(before, on), _on(after, on)
    if before and old and after and new:
        if old.value != new.value:
            changes = entry_changes(after, old.value, new.value)
            yield f"{what}: {changes or _was_and_is(before, old, after, new)}"
    elif old or new:
        was = value_words(before, old) if before and old else "not in force"
        is_ = value_words(after, new) if after and new else "not in force"
        yield f"{what}: was {was}, is {is_}"
    if old and new:
        yield from _law_of(what, old, new)


def _on(parameter: Parameter | None, on: date) -> DatedValue | None:
    try:
        return parameter.on(on) if parameter else None
    except Fault:
        return None


def _decisions(old: Pack, new: Pack, on: date | None) -> Iterator[str]:
    before, after = _standing(old, on), _standing(new, on)
    day = f" on {on}" if on else ""
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            title = after[name].text("title")
            yield f"decision {name} is new{day}{f': {title}' if title else ''}"
        elif name not in after:
            yield f"decision {name} is gone{day}"
        else:
            yield from _within(name, before[name], after[name], on)


def _questionnaires(old: Pack, new: Pack) -> Iterator[str]:
    """What changed between the questionnaires: they have no dates, because answers keep the version they were given to.

    Raises:
        PackRefusedError: one of them cannot be read.
    """
    before, after = _sections(old), _sections(new)
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield f"questionnaire {name} is new: {after[name].text('title')}"
        elif name not in after:
            yield f"questionnaire {name} is gone"
        else:
            yield from _within(f"questionnaire {name}", before[name], after[name], None)


def _letters(old: Pack, new: Pack) -> Iterator[str]:
    """Which letters changed, by the lines that are new and gone: what people were told keeps the letter of its day."""
    for name in sorted(old.letters.keys() | new.letters.keys()):
        if name not in old.letters or name not in new.letters:
            yield f"letter {name} is {'gone' if name in old.letters else 'new'}"
            continue
        was, now = (pack.files[pack.letters[name]].splitlines() for pack in (old, new))
        for line in unified_diff(was, now, lineterm="", n=0):
            if line[1:].strip() and line[:3] not in {"---", "+++"} and line[0] in "+-":
                yield f"letter {name}, {'says' if line[0] == '+' else 'no longer says'}: {line[1:].strip()}"


def _sections(pack: Pack) -> Mapping[str, Section]:
    return {
        name: read_text(pack.files[place].encode(), place, "questionnaire")
        for name, place in pack.questionnaires.items()
    }


def _standing(pack: Pack, on: date | None) -> Mapping[str, Section]:
    return {name: section for name, section in pack.decisions.items() if on is None or in_force(section, on)}


def _within(path: str, old: Section, new: Section, on: date | None) -> Iterator[str]:
    """The differences between two mappings. With a day, dates are left out: both are in force on it."""
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        if _is_listed(before) or _is_listed(after):
            yield from _listed(path, old, new, key, on)
        elif key in _CONDITIONS and _id(old):
            yield from _changed(f"{path}, {key}", _condition(before), _condition(after))
        elif isinstance(before, Section) and isinstance(after, Section):
            yield from _within(f"{path}, {key}", before, after, on)
        elif on is None or not isinstance(before or after, date):
            yield from _changed(f"{path}, {key}", before, after)


def _listed(path: str, old: Section, new: Section, key: str, on: date | None) -> Iterator[str]:
    """The differences between two lists of rules, tables or rows, matched by their ids, and in their order."""
    before, after = _by_id(old, key, on), _by_id(new, key, on)
    for id_ in dict.fromkeys([*before, *after]):
        if id_ not in before:
            words = "; ".join(_says(after[id_]))
            yield f"{path}: {id_} is new{f': {words}' if words else ''}"
        elif id_ not in after:
            yield f"{path}: {id_} is gone"
        else:
            yield from _within(f"{path}, {id_}", before[id_], after[id_], on)
    stayed = [[id_ for id_ in some if id_ in before and id_ in after] for some in (before, after)]
    first = new.get("hit") == "first"
    if stayed[0] != stayed[1] or (first and after.keys() - before.keys()):
        counts = ", of which the first that fits counts" if first else ""
        yield f"{path}: the order of the {key}{counts}, was {_names(before)}, is {_names(after)}"


def _names(ids: Mapping[str, Section]) -> str:
    return ", ".join(id_.partition(" ")[2] for id_ in ids) or "nothing"


def _is_listed(written: object) -> bool:
    return isinstance(written, list) and any(isinstance(entry, Section) and _id(entry) for entry in written)


def _by_id(section: Section, key: str, on: date | None) -> dict[str, Section]:
    """The rules, tables or rows of a list by their ids; where an id is repeated, with the first day as well."""
    by_id: dict[str, Section] = {}
    for entry in section.sections(key):
        if on is None or in_force(entry, on):
            id_ = _id(entry)
            by_id[f"{id_} from {entry.get('from', 'the beginning')}" if id_ in by_id else id_] = entry
    return by_id


def _id(entry: Section) -> str:
    return next((f"{key} {entry[key]}" for key in _IDS if key in entry), "")


def _says(entry: Section) -> Iterator[str]:
    """Everything that a new rule, table or row says, except its id."""
    for key, value in entry.items():
        if key in _CONDITIONS:
            yield f"{key} {condition_words(value)}"
        elif _is_listed(value):
            yield from (f"{_id(inner)}: {', '.join(_says(inner))}" for inner in entry.sections(key))
        elif key not in _IDS:
            yield f"{key} {written_words(value)}"


def _condition(written: object) -> str | None:
    return None if written is None else condition_words(written)


def _changed(what: str, old: object, new: object) -> Iterator[str]:
    """The sentence on something that has changed, is new or is gone."""
    if old == new:
        return
    was, is_ = written_words(old), written_words(new)
    if isinstance(old or new, bool):
        yield f"{what}: was {'yes' if old else 'no'}, is {'yes' if new else 'no'}"
    elif old in (None, ""):
        yield f"{what} is new: {is_}"
    elif new in (None, ""):
        yield f"{what} is gone: was {was}"
    else:
        yield f"{what}: was {was}, is {is_}"
