"""Working out the facts that follow from other facts, before any rule is asked. Unknown in, unknown out."""

from collections.abc import Mapping

from sevensteps.policy.arithmetic import CALCULATIONS
from sevensteps.policy.facts import NONE, Known, Value, Values
from sevensteps.policy.ruling import Sum

_UNKNOWN = object()


def work_out(sums: tuple[Sum, ...], known: Known) -> None:
    """Add every worked out fact to the known ones, in the order in which the pack states them."""
    for sum_ in sums:
        if not sum_.scope:
            known.case[sum_.fact.name] = _result(sum_, known, "", known.case)
            continue
        for item, values in (known.items[sum_.scope] or {}).items():
            values[sum_.fact.name] = _result(sum_, known, item, values)


def _result(sum_: Sum, known: Known, item: str, own: Values) -> Value | None:
    arguments = {name: _argument(source, known, item, own) for name, source in sum_.arguments.items()}
    if any(value is _UNKNOWN for value in arguments.values()):
        return None
    return CALCULATIONS[sum_.calculation](**arguments)


def _argument(source: tuple[object, ...], known: Known, item: str, own: Mapping[str, Value | None]) -> object:
    match source:
        case ("fact", str(name)):
            return _or_unknown(own[name])
        case ("case", str(name)):
            return _or_unknown(known.case[name])
        case ("item",):
            return item
        case ("column", str(collection), str(name)):
            return _column(known, collection, name)
        case ("list", tuple(sources)):
            values = tuple(_argument(inner, known, item, own) for inner in sources)
            return _UNKNOWN if _UNKNOWN in values else values
        case _:
            return source[1]


def _or_unknown(value: object) -> object:
    return _UNKNOWN if value in (None, NONE) else value


def _column(known: Known, collection: str, name: str) -> object:
    items = known.items[collection]
    if items is None:
        return _UNKNOWN
    if not name:
        return tuple(items)
    values = tuple(values[name] for values in items.values())
    return _UNKNOWN if None in values else values
