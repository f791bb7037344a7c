"""What is wrong in a pack, by file, line, rule and what was expected: all of it, not only the first problem."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePath
from typing import TypeVar

Entry = TypeVar("Entry")
Result = TypeVar("Result")
_FOLDERS = ("parameters", "rules", "questionnaires", "letters", "cases")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in a pack: where, and what was expected."""

    file: str
    line: int
    where: str
    expected: str

    def __str__(self) -> str:
        file_and_line = f"{self.file}:{self.line}" if self.line else self.file
        return f"{file_and_line}: {self.where}: {self.expected}" if self.where else f"{file_and_line}: {self.expected}"


class PackRefusedError(Exception):
    """A pack that cannot be used, with every problem found so far."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class Problems(list[Problem]):
    """Everything that is found wrong while reading goes on, not only the first problem.

    `left_out` is how many worked cases were not run, because they need what cannot be read.
    """

    left_out = 0

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Collect the problems raised inside, so that reading goes on."""
        try:
            yield
        except PackRefusedError as refused:
            self.extend(refused.problems)

    def include(self, others: "Problems") -> None:
        """Add what was found elsewhere, and what was left out there."""
        self.extend(others)
        self.left_out += others.left_out

    def causes_first(self) -> "Problems":
        """Each problem once: of values before rules, which name them, and of rules before cases, which try them."""
        ordered = Problems(sorted(set(self), key=_from_cause_to_consequence))
        ordered.left_out = self.left_out
        return ordered

    def refuse(self) -> None:
        """Raise a PackRefusedError with all problems, if there are any."""
        if self:
            raise PackRefusedError(self)


def _from_cause_to_consequence(problem: Problem) -> tuple[int, Problem]:
    folder = PurePath(problem.file).parent.name
    return (_FOLDERS.index(folder) if folder in _FOLDERS else -1), problem


def closest(written: str, known: Iterable[str]) -> str:
    """Which of the known words was probably meant; empty where none is close."""
    return next(iter(get_close_matches(written[:100], list(known), 1)), "")


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """The question with the word that was probably meant, to put behind what is expected; empty where none is close."""
    meant = closest(written, known)
    return f"; did you mean {meant}?" if meant else ""


def read_each(entries: Iterable[Entry], read_one: Callable[[Entry], Result]) -> list[Result]:
    """Every entry, read.

    Raises:
        PackRefusedError: with the problems of every entry that cannot be read.
    """
    results, problems = [], Problems()
    for entry in entries:
        with problems.collected():
            results.append(read_one(entry))
    problems.refuse()
    return results
