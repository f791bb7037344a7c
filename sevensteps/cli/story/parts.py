"""The parts of an example's file. An error names the file, the line and what was expected there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import yaml

from sevensteps.marked_yaml import NULL, WHOLE_NUMBER, UnreadableError, compose, line_of

YES_OR_NO = {"yes": True, "true": True, "no": False, "false": False}
LARGEST = 2**31 - 1
"""The largest whole number that the wire contract takes."""


class InvalidFileError(Exception):
    """A file that cannot be used: which one, the line, and what was expected there."""

    def __init__(self, file: Path, line: int, expected: str) -> None:
        """`line` counts from 1."""
        super().__init__(f"{file}:{line}: {expected}")
        self.file = file
        self.line = line
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file: the whole of it, a mapping, a list, or a single value."""

    file: Path
    node: yaml.Node

    @classmethod
    def read(cls, file: Path) -> Self:
        """The whole file. Raises InvalidFileError when it cannot be read or is not YAML."""
        try:
            node = compose(file.read_bytes())
        except OSError as error:
            raise InvalidFileError(file, 1, f"expected a file that can be read ({error.strerror})") from error
        except UnreadableError as error:
            expected = f"{error.key}: {error.expected}" if error.key else f"expected {error.expected}"
            raise InvalidFileError(file, max(error.line, 1), expected) from error
        if node is None:
            raise InvalidFileError(file, 1, "expected an example; the file is empty")
        return cls(file, node)

    @property
    def line(self) -> int:
        """The line on which it begins, from 1."""
        return line_of(self.node)

    def error(self, expected: str) -> InvalidFileError:
        """An error that names this place and what was expected in it."""
        return InvalidFileError(self.file, self.line, f"expected {expected}")

    def entries(self, what: str) -> Iterator[tuple["Part", "Part"]]:
        """The keys and values of a mapping. `what` says what was expected here."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error(f"{what}, written as `name: value`")
        for key, value in self.node.value:
            yield Part(self.file, key), Part(self.file, value)

    def fields(self, what: str, allowed: tuple[str, ...], required: tuple[str, ...] = ()) -> dict[str, "Part"]:
        """The values of a mapping by name: only `allowed` names, and all `required` ones."""
        values: dict[str, Part] = {}
        for key, value in self.entries(what):
            name = key.text("a name")
            if name not in allowed:
                raise key.error(f"one of {', '.join(allowed)} in {what}, not {name}")
            values[name] = value
        for name in required:
            if name not in values:
                raise self.error(f"{name} in {what}")
        return values

    def items(self, what: str) -> list["Part"]:
        """The items of a list. `what` says what was expected here."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error(f"a list of {what}")
        return [Part(self.file, item) for item in self.node.value]

    def text(self, what: str) -> str:
        """A single text, as it is written in the file. `what` says what was expected here."""
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag == NULL:
            raise self.error(what)
        return str(self.node.value)

    def yes_or_no(self) -> bool:
        """A truth value: yes, no, true or false."""
        if not isinstance(self.node, yaml.ScalarNode) or self.node.style or self.node.value not in YES_OR_NO:
            raise self.error("yes or no")
        return YES_OR_NO[self.node.value]

    def whole_number(self) -> int:
        """A whole number."""
        try:
            number = int(self.node.value) if self.node.tag == WHOLE_NUMBER else LARGEST + 1
        except ValueError:  # YAML has more ways to write one: 0x1F, 1:30
            number = LARGEST + 1
        if abs(number) > LARGEST:
            raise self.error(f"a whole number such as 12, of at most {LARGEST}")
        return number

    def one_of(self, what: str, words: tuple[str, ...]) -> str:
        """A text that is one of `words`."""
        word = self.text(f"{what}: one of {', '.join(words)}")
        if word not in words:
            raise self.error(f"{what}: one of {', '.join(words)}, not {word}")
        return word

    @property
    def is_list(self) -> bool:
        """Whether this is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing here."""
        return self.node.tag == NULL
