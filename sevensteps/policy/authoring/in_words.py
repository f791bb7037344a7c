"""Conditions, lists and values of a pack in words, as they would be read aloud."""

from collections.abc import Mapping

from sevensteps.policy.packs.source import Section

_LISTS = {"all": "all of", "any": "any of"}
_OF_RULES = ("every", "some", "rule")


def written_words(written: object) -> str:
    """A value in words: text in quotes, yes or no, a list with its entries, a mapping with its keys."""
    if isinstance(written, bool):
        return "yes" if written else "no"
    if isinstance(written, str):
        return f'"{written}"'
    return _bare(written)


def _bare(written: object) -> str:
    if isinstance(written, bool):
        return written_words(written)
    if isinstance(written, Mapping):
        return ", ".join(f"{key} {_inner(value)}" for key, value in written.items()) or "nothing"
    if isinstance(written, list):
        return ", ".join(_inner(entry) for entry in written) or "nothing"
    return str(written)


def _inner(written: object) -> str:
    words = _bare(written)
    return f"({words})" if isinstance(written, Mapping | list) else words


def condition_words(written: object) -> str:
    """A condition in the words of the pack language, such as "any of: resident, (hours at least 8)"."""
    if not isinstance(written, Section) or not written:
        return _bare(written)
    if {"at least", "of"} <= written.keys():
        return f"at least {_bare(written['at least'])} of: {_several(written['of'])}"
    key, operand = next(iter(written.items()))
    if len(written) == 1 and key in _LISTS:
        return f"{_LISTS[key]}: {_several(operand)}"
    if len(written) == 1 and key == "not":
        return f"not {_one_of_several(operand)}"
    if len(written) == 1 and key in _OF_RULES:
        return f"{key} {_bare(operand)}"
    return " and ".join(_test(name, test) for name, test in written.items())


def _several(conditions: object) -> str:
    several = conditions if isinstance(conditions, list) else [conditions]
    return ", ".join(_one_of_several(inner) for inner in several)


def _one_of_several(condition: object) -> str:
    words = condition_words(condition)
    return f"({words})" if isinstance(condition, Section) else words


def _test(fact: str, test: object) -> str:
    if isinstance(test, Section):
        return " and ".join(f"{fact} {order} {_bare(bound)}" for order, bound in test.items())
    values = test if isinstance(test, list) else [test]
    return f"{fact} is {' or '.join(_bare(value) for value in values)}"
