"""Which cases somebody asks for by the address of a page: read, checked, and written as an address again.

Of several values of one filter any is enough; of several filters each must hold. An address that is shared asks the
same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from console import words
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.errors import ID
from sevensteps.fields import number_of

YES = "yes"
SORT, AFTER = "sort", "after"
DESCENDING = "-"
MOST_VALUES = 100
LONGEST_NAME = 64
LONGEST_PLACE = 500

CHOICES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "steps": ("Step", words.STEPS),
    "waiting_for": ("Waits for", words.WAITING_FOR),
    "whom": ("Whose turn it is", words.WHOM),
    "stuck_kinds": ("Stuck in this way", words.STUCK),
    "case_kinds": ("Kind of case", words.CASE_KINDS),
}
"""Filters of which one or several values can be chosen: what each is called, and its values with their words."""
FLAGS: Mapping[str, str] = {
    "open": "Not ended",
    "stuck": "Stuck",
    "overdue": "Past a date",
    "hard": "First date is one of law",
    "on_hold": "On hold",
    "escalated": "Escalated",
}
"""Filters that are on or off."""
DAYS: Mapping[str, str] = {
    "due_from": "Due on this day or later",
    "due_before": "Due before",
    "waiting_since_before": "Waiting since before",
    "opened_before": "Opened before",
}
NAMES: Mapping[str, str] = {"councils": "Councils", "case_ids": "Cases"}
"""Filters by names and ids, several with spaces between them."""
TEAMS: Mapping[str, str] = {"teams": "Teams"}
"""Filters by names that may have spaces in them, several with commas between them."""
LABELS: Mapping[str, str] = {**{name: label for name, (label, _) in CHOICES.items()}, **FLAGS, **DAYS, **NAMES, **TEAMS}
OPENED = "opened"
ORDERS: Mapping[str, pb.Order.ValueType] = {
    OPENED: pb.ORDER_UNSPECIFIED,
    "due": pb.ORDER_DUE,
    "since": pb.ORDER_SINCE,
    "step": pb.ORDER_STEP,
}
ENUMS = {"steps": pb.Step, "waiting_for": pb.WaitingFor, "whom": pb.Whom, "stuck_kinds": pb.StuckKind}


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that cannot be used: the field on the page, and what was expected."""

    field: str
    sentence: str


def by_field(problems: Sequence[Problem]) -> Mapping[str, str]:
    """The sentences of problems, by their fields."""
    return {problem.field: problem.sentence for problem in problems}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, in words, and the address without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. `given` has the values as they came, `problems` what is wrong with them."""

    given: Mapping[str, Sequence[str]]
    sort: str
    after: str
    problems: Sequence[Problem]

    @property
    def message(self) -> pb.CaseFilter:
        """The filter for the service."""
        fields: dict[str, object] = {name: True for name in FLAGS if name in self.given}
        fields |= {name: self.given[name][0] for name in DAYS if name in self.given}
        for name in (*NAMES, *TEAMS, *CHOICES):
            values = self.given.get(name, ())
            fields[name] = [number_of(ENUMS[name], each) for each in values] if name in ENUMS else values
        return pb.CaseFilter(**fields)  # type: ignore[arg-type]  # each has the type of its field

    @property
    def order(self) -> pb.Order.ValueType:
        """What is sorted by."""
        return ORDERS[self.sort.removeprefix(DESCENDING)]

    @property
    def descending(self) -> bool:
        """Whether the other way round."""
        return self.sort.startswith(DESCENDING)

    def sorted_by(self, name: str) -> str:
        """The address sorted by a column; the other way round where it is sorted by it already."""
        return self.address(sort=DESCENDING + name if self.sort == name else name)

    def address(self, *, sort: str = "", after: str = "") -> str:
        """The address that asks the same, in another order or from another place on."""
        order = sort or self.sort
        rest = [(SORT, order)] if order != OPENED else []
        rest += [(AFTER, after)] if after else []
        return "?" + urlencode([*self._pairs(), *rest])

    def _pairs(self) -> Iterator[tuple[str, str]]:
        yield from ((name, value) for name, values in self.given.items() for value in values)

    def chips(self) -> Iterator[Chip]:
        """Every filter that is on, value by value."""
        for name, value in self._pairs():
            rest = [pair for pair in self._pairs() if pair != (name, value)]
            yield Chip(_chip(name, value), "?" + urlencode(rest))


def read(pairs: Sequence[tuple[str, str]]) -> Asked:
    """What the names and values of an address ask for."""
    given: dict[str, list[str]] = {}
    order = {SORT: "", AFTER: ""}
    problems: list[Problem] = []
    for name, written in pairs:
        value = written.strip()
        if name in order:
            order[name] = value
        elif name not in LABELS:
            problems.append(Problem("filters", f"There is no filter called {name[:LONGEST_NAME]}."))
        elif value:
            given[name] = list(dict.fromkeys([*given.get(name, []), *_values(name, value)]))
    problems += [problem for name, values in given.items() for problem in _problems(name, values)]
    problems += _problems_of_order(order[SORT], order[AFTER])
    sort = order[SORT] if order[SORT].removeprefix(DESCENDING) in ORDERS else OPENED
    return Asked(given, sort, order[AFTER], problems)


def _values(name: str, value: str) -> Sequence[str]:
    """The values that were written into one field."""
    if name in TEAMS:
        return [part.strip() for part in value.split(",") if part.strip()]
    return value.replace(",", " ").split() if name in NAMES else [value]


def _problems_of_order(sort: str, after: str) -> Iterator[Problem]:
    if sort and sort.removeprefix(DESCENDING) not in ORDERS:
        yield Problem("filters", f"Cases are sorted by one of {', '.join(ORDERS)}.")
    if len(after) > LONGEST_PLACE:
        yield Problem("filters", "The place in the list is not one. Start at the first page.")


def _problems(name: str, values: Sequence[str]) -> Iterator[Problem]:
    label = LABELS[name]
    if len(values) > MOST_VALUES:
        yield Problem(name, f"{label}: give at most {MOST_VALUES}.")
    if name in CHOICES and not set(values) <= set(CHOICES[name][1]):
        yield Problem(name, f"{label}: choose from the list. The address asks for something that is not in it.")
    if name in FLAGS and values != [YES]:
        yield Problem(name, f"{label}: is either {YES} or left out.")
    if name in DAYS and not (len(values) == 1 and _is_day(values[0])):
        yield Problem(name, f"{label}: write one real date, such as {date(2026, 12, 1)}.")
    if name in NAMES and not all(map(ID.fullmatch, values)):
        yield Problem(name, f"{label}: write names of letters, digits, - and _, with spaces between them.")
    if name in TEAMS and not all(value.isprintable() and len(value) <= LONGEST_NAME for value in values):
        yield Problem(name, f"{label}: write names of at most {LONGEST_NAME} characters, with commas between them.")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _chip(name: str, value: str) -> str:
    label = LABELS[name]
    if name in FLAGS:
        return label
    shown = CHOICES[name][1].get(value, value) if name in CHOICES else value
    return f"{label}: {words.day(value) if name in DAYS and _is_day(value) else shown}"
