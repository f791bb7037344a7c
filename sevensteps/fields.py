"""Reading the fields of a request: every wrong one is named with its path and what was expected, all at once."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Protocol, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from sevensteps import clock
from sevensteps.characters import is_blank, normalised, trouble_with
from sevensteps.errors import ID, MOST_VIOLATIONS, Violation, invalid
from sevensteps.money import PENNY
from sevensteps.steps import OUTCOMES

V = TypeVar("V", bound=int)
V_co = TypeVar("V_co", bound=int, covariant=True)

MONEY = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?", re.ASCII)
REQUEST_ID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_SECONDS = 86_400
MOST_WEEKLY = Decimal("1000000.00")
"""The most that anything may cost a week, in pounds. A year of it still fits what policy packs take as money."""


class WireEnum(Protocol[V_co]):
    """A generated enum."""

    def keys(self) -> Sequence[str]:
        """Its names, the unspecified one first."""

    def values(self) -> Sequence[V_co]:
        """Its numbers, in the same order."""

    def Value(self, name: str) -> V_co:  # noqa: N802 - protobuf's name
        """The number of a name."""

    def __hash__(self) -> int:
        """Its identity: there is one object of it in a process."""


class Fields:
    """Collects what is wrong with a request. Read the fields, then call `check` before using any of them."""

    def __init__(self) -> None:
        """Nothing is wrong yet."""
        self._violations: list[Violation] = []

    def wrong(self, path: str, detail: str) -> None:
        """Note that a field is wrong. Only the first MOST_VIOLATIONS are kept."""
        if len(self._violations) < MOST_VIOLATIONS:
            self._violations.append(Violation(path, detail))

    def check(self) -> None:
        """Raise a Fault with every wrong field, if there is one."""
        if self._violations:
            raise invalid(*self._violations)

    def text(self, path: str, value: str, *, limit: int = 20_000, may_be_empty: bool = False) -> str:
        """Text of at most `limit` characters, which must not be empty unless it may."""
        if not may_be_empty and is_blank(value):
            self.wrong(path, "must not be empty")
        elif "\0" in value:
            self.wrong(path, "must not hold the character NUL")
        elif len(value) > limit:
            self.wrong(path, f"must have at most {limit} characters")
        return value

    def reference(self, path: str, value: str, *, limit: int = 64) -> str:
        """A reference of something outside, such as a person in the council's own records: normalised, and visible."""
        reference = normalised(value)
        if trouble := trouble_with(reference):
            self.wrong(path, trouble)
        elif len(reference) > limit:
            self.wrong(path, f"must have at most {limit} characters")
        return reference

    def given(self, path: str, value: str) -> str:
        """Text that must be there, whatever its form: the records know it or do not."""
        if not value and all(violation.field != path for violation in self._violations):
            self.wrong(path, "must be given")
        return value

    def id(self, path: str, value: str) -> str:
        """A short id, for example "l1"."""
        if not ID.fullmatch(value):
            self.wrong(path, "must be an id of at most 64 letters, digits, - and _, beginning with a letter or digit")
        return value

    def request_id(self, value: str) -> str:
        """An idempotency key: a UUID, in the form with hyphens."""
        if not REQUEST_ID.fullmatch(value):
            self.wrong("request_id", "must be a UUID, new for every change and the same when the change is sent again")
        return value

    def money(self, path: str, value: str, *, above_zero: bool = False) -> Decimal:
        """Pounds and pence, for example 82.91: not negative, at most two decimals."""
        if not MONEY.fullmatch(value):
            self.wrong(path, "must be an amount in pounds such as 82.91: not negative, at most two decimals")
            return Decimal(0)
        amount = Decimal(value).quantize(PENNY)
        if above_zero and amount == 0:
            self.wrong(path, "must be more than 0.00")
        return amount

    def money_either_way(self, path: str, value: str, *, may_be_zero: bool = False) -> Decimal:
        """Pounds and pence in or out, for example 12.50 or -12.50: not zero unless it may, at most two decimals."""
        if not MONEY.fullmatch(value.removeprefix("-")):
            self.wrong(
                path,
                "must be an amount in pounds such as 82.91, or -82.91 for money that came back: at most two decimals",
            )
            return Decimal(0)
        amount = Decimal(value).quantize(PENNY)
        if amount == 0 and not may_be_zero:
            self.wrong(path, "must not be 0.00")
        return amount

    def weekly(self, path: str, value: str, *, above_zero: bool = False) -> Decimal:
        """Pounds and pence a week, at most MOST_WEEKLY."""
        amount = self.money(path, value, above_zero=above_zero)
        if amount > MOST_WEEKLY:
            self.wrong(path, f"must be at most {MOST_WEEKLY} pounds a week")
            return Decimal(0)
        return amount

    def day(self, path: str, value: str, *, earliest: date = date.min, latest: date = date.max) -> date:
        """A date as YYYY-MM-DD, from `earliest` to `latest`."""
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
                day = date.fromisoformat(value)
                if not earliest <= day <= latest:
                    self.wrong(path, f"must be a day from {earliest} to {latest}")
                return day
        except ValueError:
            pass
        self.wrong(path, "must be a date such as 2026-06-01")
        return date.min

    def choice(self, path: str, value: V, enum: WireEnum[V]) -> str:
        """A value of an enum, but not the unspecified one, as a short lower-case name: "adult" for CASE_KIND_ADULT."""
        names = _names(enum)
        if value == 0 or value not in names:
            allowed = ", ".join(name for number, name in names.items() if number)
            self.wrong(path, f"must be one of {allowed}")
            return ""
        return short_name(enum, value)

    def among(self, path: str, value: str, allowed: Iterable[str]) -> str:
        """Text that must be one of some words."""
        words = sorted(allowed)
        if value not in words:
            self.wrong(path, f"must be one of {', '.join(words)}")
        return value

    def needs(self, path: str, values: Iterable[str]) -> tuple[str, ...]:
        """Outcome names, at least one and none twice."""
        names = tuple(values)
        if not names:
            self.wrong(path, "must name at least one outcome")
        if len(set(names)) != len(names):
            self.wrong(path, "must not name an outcome twice")
        for index, name in enumerate(names):
            if name not in OUTCOMES:
                self.wrong(f"{path}[{index}]", f"must be one of {', '.join(sorted(OUTCOMES))}")
        return names

    def count(self, path: str, value: int) -> int:
        """A number that counts from 1: a version of the plan, or a round."""
        if value < 1:
            self.wrong(path, "must be 1 or more")
        return value

    def page_size(self, value: int, *, default: int, largest: int) -> int:
        """How many to answer: 0 means the default, more than the largest means the largest (AIP-158)."""
        if value < 0:
            self.wrong("page_size", "must not be negative")
        return min(value or default, largest)


def refuse_nul(request: Message, body: bytes) -> None:
    """Raise a Fault (INVALID) that names every text with the character NUL, which no database stores.

    `body` is the request as it came: where it has no byte of zero, no text has.
    """
    if b"\0" in body:
        fields = Fields()
        for path in _texts_with_nul(request, ""):
            fields.wrong(path, "must not hold the character NUL")
        fields.check()


def _texts_with_nul(message: Message, before: str) -> Iterator[str]:
    for field, value in message.ListFields():
        path = before + field.name
        if field.type not in {FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_MESSAGE}:
            continue
        if isinstance(value, str | Message):
            yield from _texts_in(value, path)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                yield from _texts_in(key, entry(path, str(key)))
                yield from _texts_in(item, entry(path, str(key)))
        else:
            for index, item in enumerate(value):
                yield from _texts_in(item, f"{path}[{index}]")


def _texts_in(value: object, path: str) -> Iterator[str]:
    if isinstance(value, Message):
        yield from _texts_with_nul(value, f"{path}.")
    elif isinstance(value, str) and "\0" in value:
        yield path


def entry(path: str, key: str) -> str:
    """The path of one entry of a map. A key that is not an id is left out: it may be anything that somebody typed."""
    return f"{path}[{key if ID.fullmatch(key) else '...'}]"


def if_given(message: Message, name: str) -> bool | None:
    """An optional yes or no; None where it is absent, which means unknown."""
    return bool(getattr(message, name)) if message.HasField(name) else None


def moment(text: str) -> Timestamp | None:
    """A stored moment as it goes on the wire; None for one that was not kept."""
    if not text:
        return None
    since = clock.from_text(text) - EPOCH  # Timestamp.FromDatetime takes four times as long
    return Timestamp(seconds=since.days * DAY_SECONDS + since.seconds, nanos=since.microseconds * 1000)


def short_name(enum: WireEnum[V], value: V) -> str:
    """The short lower-case name of an enum's value: "adult" for CASE_KIND_ADULT; "" for the unspecified one."""
    return _names(enum)[value].removeprefix(_prefix(enum)).lower() if value else ""


@lru_cache(maxsize=1024)
def number_of(enum: WireEnum[V], name: str) -> V:
    """The number of an enum's value by its short lower-case name; the unspecified one for ""."""
    return enum.Value(_prefix(enum) + (name.upper() or "UNSPECIFIED"))


@cache
def _names(enum: WireEnum[int]) -> Mapping[int, str]:
    return dict(zip(enum.values(), enum.keys(), strict=True))


@cache
def _prefix(enum: WireEnum[V]) -> str:
    return enum.keys()[0].removesuffix("UNSPECIFIED")
