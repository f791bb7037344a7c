"""Reading a pack's YAML so that every problem can name its file, its line, the rule and what was expected."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from sevensteps.policy.verdict import Json


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


class Section(dict[str, object]):
    """A YAML mapping that remembers where it began."""

    file: str = ""
    line: int = 0

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
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            raise PackRefusedError([Problem(loader.name, line, str(key), "a key must be text; quote it")])
        if key in section:
            raise PackRefusedError([Problem(loader.name, line, key, "this key stands here twice")])
        section[key] = loader.construct_object(value_node, deep=True)
    return section


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _section)


def read(path: Path, root: Path, form: str) -> Section:
    """The mapping in one YAML file, in the form of `schema/<form>.json`.

    Raises:
        PackRefusedError: the file is not there, not YAML, or not in that form; with every place that is not.
    """
    name = path.relative_to(root).as_posix()
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        loader.name = name
        content = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise PackRefusedError([Problem(name, line, "", f"YAML: {error.problem}")]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PackRefusedError([Problem(name, 0, "", f"YAML in UTF-8: {error}")]) from error
    except OSError as error:
        raise PackRefusedError([Problem(name, 0, "", f"a file that can be read: {error.strerror}")]) from error
    if not isinstance(content, Section):
        raise PackRefusedError([Problem(name, 1, "", "a mapping of keys to values")])
    problems = [_problem(content, error) for error in _schema(form).iter_errors(_json(content))]
    if problems:
        raise PackRefusedError(sorted(problems))
    return content


@cache
def _schema(form: str) -> Draft202012Validator:
    text = (files("sevensteps.policy") / "schema" / f"{form}.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text), format_checker=FormatChecker(["date"]))


def _json(content: object) -> Json:
    if isinstance(content, Mapping):
        return {str(key): _json(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_json(value) for value in content]
    if isinstance(content, date):
        return content.isoformat()
    return content if content is None or isinstance(content, bool | int | float | str) else str(content)


def _problem(content: Section, error: ValidationError) -> Problem:
    """The problem with the line of the nearest mapping and the id of the nearest rule, table, row or name."""
    place: object = content
    line, where = content.line, ""
    for step in error.absolute_path:
        where = step if isinstance(step, str) else where
        place = place[step] if isinstance(place, list | Section) else None  # type: ignore[index]
        if isinstance(place, Section):
            line = place.line
            where = next((place.text(key) for key in ("rule", "table", "row", "name") if key in place), where)
    best = min(error.context, key=lambda inner: -len(inner.absolute_path), default=error) if error.context else error
    return Problem(content.file, line, where, best.message[:300])
