"""Values and names as people write them."""

import re
from datetime import date

from sevensteps import clock
from sevensteps.money import pounds_in_words
from sevensteps.policy.model.verdict import Json

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def value_in_words(value: Json, *, money: bool = False) -> str:
    """A value as people write it: yes or no, a date written out, words without underscores, and money with its £."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(value_in_words(entry, money=money) for entry in value) or "none"
    if money:
        return pounds_in_words(str(value))
    text = str(value)
    return clock.day_in_words(date.fromisoformat(text)) if _DAY.fullmatch(text) else plain(text)


def plain(name: str) -> str:
    """A name in code as people write it, without underscores."""
    return name.replace("_", " ")
