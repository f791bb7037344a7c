"""YAML whose every part knows its line, so that whatever is wrong with it can be pointed at."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import yaml

NULL = "tag:yaml.org,2002:null"
BOOLEAN = "tag:yaml.org,2002:bool"
WHOLE_NUMBER = "tag:yaml.org,2002:int"
LARGEST = 2**31 - 1
"""The largest whole number that goes on the wire."""


class WrongFileError(Exception):
    """A file that cannot be used: which one, the line, and what was expected there."""

    def __init__(self, file: Path, line: int, expected: str) -> None:
        """`line` counts from 1."""
        super().__init__(f"{file}:{line}: {expected}")
        self.file = file
        self.line = line
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file, from the whole to a single word."""

    file: Path
    node: yaml.Node

    @classmethod
    def read(cls, file: Path) -> Self:
        """The whole file. Raises WrongFileError when it cannot be read or is not YAML."""
        try:
            node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except OSError as error:
            raise WrongFileError(file, 1, f"expected a file that can be read ({error.strerror})") from error
        except UnicodeDecodeError as error:
            raise WrongFileError(file, 1, "expected text in UTF-8") from error
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise WrongFileError(file, line, f"expected YAML ({error.problem})") from error
        except RecursionError as error:
            raise WrongFileError(file, 1, "expected parts that are not nested so deeply") from error
        except yaml.YAMLError as error:
            raise WrongFileError(file, 1, f"expected YAML ({error})") from error
        if node is None:
            raise WrongFileError(file, 1, "expected an example; the file is empty")
        return cls(file, node)

    @property
    def line(self) -> int:
        """Where it begins, from 1."""
        return int(self.node.start_mark.line) + 1

    def wrong(self, expected: str) -> WrongFileError:
        """An error that points here."""
        return WrongFileError(self.file, self.line, f"expected {expected}")

    def entries(self, what: str) -> Iterator[tuple["Part", "Part"]]:
        """The keys and values of a mapping, no key twice. `what` says what the mapping would be."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong(f"{what}, written as `name: value`")
        seen: set[str] = set()
        for key_node, value_node in self.node.value:
            key = Part(self.file, key_node)
            name = key.text("a name")
            if name in seen:
                raise key.wrong(f"each name once; {name} stands here a second time")
            seen.add(name)
            yield key, Part(self.file, value_node)

    def fields(self, what: str, known: tuple[str, ...], needed: tuple[str, ...] = ()) -> dict[str, "Part"]:
        """The values of a mapping by name, where only `known` names may stand and the `needed` ones must."""
        found: dict[str, Part] = {}
        for key, value in self.entries(what):
            name = key.text("a name")
            if name not in known:
                raise key.wrong(f"one of {', '.join(known)} in {what}, not {name}")
            found[name] = value
        for name in needed:
            if name not in found:
                raise self.wrong(f"{name} in {what}")
        return found

    def items(self, what: str) -> list["Part"]:
        """The items of a list. `what` says what they would be."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong(f"a list of {what}")
        return [Part(self.file, item) for item in self.node.value]

    def text(self, what: str) -> str:
        """A single text, as it stands in the file. `what` says what it would be."""
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag == NULL:
            raise self.wrong(what)
        return str(self.node.value)

    def yes_or_no(self) -> bool:
        """Yes or no, true or false."""
        if self.node.tag != BOOLEAN:
            raise self.wrong("yes or no")
        return bool(yaml.SafeLoader.bool_values[self.node.value.lower()])

    def whole_number(self) -> int:
        """A whole number."""
        try:
            number = int(self.node.value) if self.node.tag == WHOLE_NUMBER else LARGEST + 1
        except ValueError:  # YAML knows more ways to write one: 0x1F, 1:30
            number = LARGEST + 1
        if abs(number) > LARGEST:
            raise self.wrong(f"a whole number such as 12, of at most {LARGEST}")
        return number

    def among(self, what: str, words: tuple[str, ...]) -> str:
        """One of some words."""
        word = self.text(f"{what}: one of {', '.join(words)}")
        if word not in words:
            raise self.wrong(f"{what}: one of {', '.join(words)}, not {word}")
        return word

    @property
    def is_list(self) -> bool:
        """Whether this is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands here."""
        return self.node.tag == NULL
