"""YAML in which every part knows its line, so that an error can name the place."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import yaml

NULL = "tag:yaml.org,2002:null"
BOOLEAN = "tag:yaml.org,2002:bool"
WHOLE_NUMBER = "tag:yaml.org,2002:int"
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
        node = _compose(file, _read_text(file))
        if node is None:
            raise InvalidFileError(file, 1, "expected an example; the file is empty")
        return cls(file, node)

    @property
    def line(self) -> int:
        """The line on which it begins, from 1."""
        return int(self.node.start_mark.line) + 1

    def error(self, expected: str) -> InvalidFileError:
        """An error that names this place and what was expected in it."""
        return InvalidFileError(self.file, self.line, f"expected {expected}")

    def entries(self, what: str) -> Iterator[tuple["Part", "Part"]]:
        """The keys and values of a mapping, no key twice. `what` says what was expected here."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error(f"{what}, written as `name: value`")
        seen: set[str] = set()
        for key_node, value_node in self.node.value:
            key = Part(self.file, key_node)
            name = key.text("a name")
            if name in seen:
                raise key.error(f"each name once; {name} is here a second time")
            seen.add(name)
            yield key, Part(self.file, value_node)

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
        if self.node.tag != BOOLEAN:
            raise self.error("yes or no")
        return bool(yaml.SafeLoader.bool_values[self.node.value.lower()])

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


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidFileError(file, 1, f"expected a file that can be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InvalidFileError(file, 1, "expected text in UTF-8") from error


def _compose(file: Path, text: str) -> yaml.Node | None:
    """The YAML of a file; None where the file is empty."""
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidFileError(file, line, f"expected YAML ({error.problem})") from error
    except RecursionError as error:
        raise InvalidFileError(file, 1, "expected parts that are not nested so deeply") from error
    except yaml.YAMLError as error:
        raise InvalidFileError(file, 1, f"expected YAML ({error})") from error
