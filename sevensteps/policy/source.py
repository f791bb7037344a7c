"""Reading a pack's YAML so that every problem can name its file and line."""

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

import yaml


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


class _Loader(yaml.SafeLoader):
    """YAML without repeated keys (YAML itself keeps the last one and says nothing)."""


def _section(loader: _Loader, node: yaml.MappingNode) -> Section:
    section = Section()
    section.line = node.start_mark.line + 1
    section.file = loader.name
    for key_node, value_node in node.value:
        key: Hashable = loader.construct_object(key_node, deep=True)  # type: ignore[no-untyped-call]
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            raise PackRefusedError([Problem(loader.name, line, str(key), "a key must be text; quote it")])
        if key in section:
            raise PackRefusedError([Problem(loader.name, line, key, "this key stands here twice")])
        section[key] = loader.construct_object(value_node, deep=True)  # type: ignore[no-untyped-call]
    return section


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _section)


def read(path: Path, root: Path) -> Section:
    """The mapping in one YAML file.

    Raises:
        PackRefusedError: the file is not YAML, or not a mapping.
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
    if not isinstance(content, Section):
        raise PackRefusedError([Problem(name, 1, "", "a mapping of keys to values")])
    return content
