"""Reading a pack's YAML so that every problem can name its file, its line, the rule and what was expected."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import yaml
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from sevensteps.policy.model.verdict import Json

Entry = TypeVar("Entry")
Read = TypeVar("Read")

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NOT_BLANK = r"\S"
"""The pattern of a text that says something, in every form."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in a pack: where, and what was expected."""

    file: str
    line: int
    where: str
    expected: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.where}: {self.expected}" if self.where else f"{place}: {self.expected}"


class PackRefusedError(Exception):
    """A pack that cannot be used, with every problem found so far."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class Problems(list[Problem]):
    """What is found wrong while the reading goes on: all of it, not the first."""

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note what is refused inside, and go on behind it."""
        try:
            yield
        except PackRefusedError as refused:
            self.extend(refused.problems)

    def refuse(self) -> None:
        """Raise a PackRefusedError with everything that was noted, if anything was."""
        if self:
            raise PackRefusedError(self)


def each_of(entries: Iterable[Entry], read_one: Callable[[Entry], Read]) -> list[Read]:
    """Every entry as it is read.

    Raises:
        PackRefusedError: with the problems of every entry that cannot be read.
    """
    found, problems = [], Problems()
    for entry in entries:
        with problems.noted():
            found.append(read_one(entry))
    problems.refuse()
    return found


class Section(dict[str, object]):
    """A YAML mapping that remembers where it began, and where each of its keys stands."""

    file: str = ""
    line: int = 0
    lines: Mapping[str, int] = MappingProxyType({})

    def problem(self, where: str, expected: str) -> PackRefusedError:
        """A refusal that points at this mapping."""
        return PackRefusedError([Problem(self.file, self.line, where, expected)])

    def text(self, key: str, default: str = "") -> str:
        """The text under a key."""
        return str(self.get(key, default))

    def flag(self, key: str) -> bool:
        """Whether the key says true."""
        return self.get(key) is True

    def day(self, key: str) -> date | None:
        """The date under a key, if any."""
        found = self.get(key)
        return found if isinstance(found, date) else None

    def entries(self, key: str) -> list[object]:
        """The list under a key; what is not a list is a list of one."""
        found = self.get(key, [])
        return found if isinstance(found, list) else [found]

    def sections(self, key: str) -> Iterator["Section"]:
        """The mappings in the list under a key."""
        return (entry for entry in self.entries(key) if isinstance(entry, Section))

    def named(self, key: str) -> Iterator[tuple[str, "Section"]]:
        """The mappings in the mapping under a key, by name."""
        found = self.get(key)
        for name, entry in found.items() if isinstance(found, Section) else ():
            if isinstance(entry, Section):
                yield name, entry


class _Loader(yaml.SafeLoader):
    """YAML without repeated keys (YAML itself keeps the last one and says nothing), where on and no are words."""


def _section(loader: _Loader, node: yaml.MappingNode) -> Section:
    section = Section()
    section.file, section.line = loader.name, node.start_mark.line + 1
    section.lines = lines = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            raise PackRefusedError([Problem(loader.name, line, str(key), "a key must be text; quote it")])
        if key in section:
            raise PackRefusedError([Problem(loader.name, line, key, "this key stands here twice")])
        section[key] = value = loader.construct_object(value_node, deep=True)
        lines[key] = line
        if isinstance(value, Section):
            value.line = line  # what has a name begins with it
    return section


def _day(loader: _Loader, node: yaml.ScalarNode) -> date:
    try:
        found = date.fromisoformat(node.value)
        found + timedelta(days=1)  # what ends on the last of all days would have no day after it
    except (ValueError, OverflowError) as error:
        raise _refused(loader, node, "a day that there is, such as 2026-04-01") from error
    return found


def _number(loader: _Loader, node: yaml.ScalarNode) -> int:
    """YAML itself reads 010 as eight and 1:30 as ninety."""
    if _NUMBER.fullmatch(node.value) is None:
        raise _refused(loader, node, "a whole number in plain digits, without a nought before it; text in quotes")
    return int(node.value)


def _refused(loader: _Loader, node: yaml.ScalarNode, expected: str) -> PackRefusedError:
    return PackRefusedError([Problem(loader.name, node.start_mark.line + 1, node.value[:40], expected)])


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("^[-+]?0[0-9]+$"), list("-+0"))
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _section)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)
_Loader.add_constructor("tag:yaml.org,2002:int", _number)


def misnamed(folder: Path, root: Path) -> Iterator[Problem]:
    """The files of a folder that look like YAML and would not be read as such."""
    for path in sorted(folder.glob("*")):
        if path.suffix != ".yaml" and path.suffix.lower() in (".yaml", ".yml"):
            place = path.relative_to(root).as_posix()
            yield Problem(place, 0, "", f"to be named {path.stem}.yaml; under this name it is not read")


def read(path: Path, root: Path, form: str) -> Section:
    """The mapping in one YAML file, in the form of `schema/<form>.json`.

    Raises:
        PackRefusedError: the file is not there, not YAML, or not in that form; with every place that is not.
    """
    return parsed(content_of(path, root), path.relative_to(root).as_posix(), form)


def content_of(path: Path, root: Path) -> bytes:
    """What is in a file. Raises a PackRefusedError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        expected = f"a file that can be read: {error.strerror}"
        raise PackRefusedError([Problem(path.relative_to(root).as_posix(), 0, "", expected)]) from error


def parsed(text: bytes, name: str, form: str) -> Section:
    """The mapping in the text of a YAML file of that name. Raises as `read` does."""
    try:
        loader = _Loader(text.decode())
        loader.name = name
        content = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise PackRefusedError([Problem(name, line, "", f"YAML: {error.problem}")]) from error
    except (yaml.YAMLError, ValueError) as error:
        raise PackRefusedError([Problem(name, 0, "", f"YAML in UTF-8: {error}")]) from error
    if not isinstance(content, Section):
        raise PackRefusedError([Problem(name, 1, "", "a mapping of keys to values")])
    problems = [_problem(content, error) for error in _schema(form).iter_errors(_json(content))]
    if problems:
        raise PackRefusedError(sorted(problems))
    return content


@cache
def _schema(form: str) -> Draft202012Validator:
    text = (files("sevensteps.policy.packs") / "schema" / f"{form}.json").read_text(encoding="utf-8")
    formats = FormatChecker([])
    formats.checks("date")(lambda written: isinstance(written, _Day))
    return Draft202012Validator(json.loads(text), format_checker=formats)


class _Day(str):
    """A date as JSON. The text of a date in quotes is none: whoever reads the pack would pass it over."""

    __slots__ = ()


def _json(content: object) -> Json:
    if isinstance(content, Mapping):
        return {str(key): _json(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_json(value) for value in content]
    if isinstance(content, date):
        return _Day(content.isoformat())
    return content if content is None or isinstance(content, bool | int | float | str) else str(content)


def _problem(content: Section, error: ValidationError) -> Problem:
    """The problem with the line of the nearest key, and that key behind the nearest rule, table, row or name."""
    place: object = content
    line, where, key = content.line, "", ""
    for step in error.absolute_path:
        line = place.lines[str(step)] if isinstance(place, Section) else line
        place = place[step] if isinstance(place, list | Section) else None  # type: ignore[index]
        if isinstance(place, Section):
            line, key = place.line, ""
            own = step if isinstance(step, str) else where
            where = next((place.text(id_) for id_ in ("rule", "table", "row", "name") if id_ in place), own)
        elif isinstance(step, str):
            key = step
    best = min(error.context or (), key=lambda inner: -len(inner.absolute_path), default=error)
    return Problem(content.file, line, ": ".join(name for name in (where, key) if name), _expected(best))


def _expected(error: ValidationError) -> str:
    if error.validator == "format":
        return "a date without quotes, such as 2026-04-01"
    if error.validator == "pattern" and error.validator_value == _NOT_BLANK:
        return "a text that is not blank"
    return error.message[:300]
