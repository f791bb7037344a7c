"""The YAML of a pack, read so that every problem can name its file and line."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

import yaml

from sevensteps.marked_yaml import MOST_BYTES, WHOLE_NUMBER, PurePython, UnreadableError, compose, line_of, refused
from sevensteps.policy.packs.problems import PackRefusedError, Problem

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)")


class Section(dict[str, object]):
    """A YAML mapping that knows its file, its line and the line of each of its keys."""

    file: str = ""
    line: int = 0
    lines: Mapping[str, int] = MappingProxyType({})

    def problem(self, where: str, expected: str) -> PackRefusedError:
        """An error that points at this mapping."""
        return PackRefusedError([Problem(self.file, self.line, where, expected)])

    def text(self, key: str, default: str = "") -> str:
        """The text under a key."""
        return str(self.get(key, default))

    def flag(self, key: str) -> bool:
        """Whether the value under a key is true."""
        return self.get(key) is True

    def day(self, key: str) -> date | None:
        """The date under a key, if any."""
        value = self.get(key)
        return value if isinstance(value, date) else None

    def entries(self, key: str) -> list[object]:
        """The list under a key; a single value is a list of one."""
        value = self.get(key, [])
        return value if isinstance(value, list) else [value]

    def sections(self, key: str) -> Iterator["Section"]:
        """The mappings in the list under a key."""
        return (entry for entry in self.entries(key) if isinstance(entry, Section))

    def named(self, key: str) -> Iterator[tuple[str, "Section"]]:
        """The mappings in the mapping under a key, by name."""
        value = self.get(key)
        for name, entry in value.items() if isinstance(value, Section) else ():
            if isinstance(entry, Section):
                yield name, entry


class _Constructor(PurePython):
    """Makes sections and values of the parts of a pack's file."""

    def __init__(self, name: str) -> None:
        super().__init__("")
        self.name = name


def _section(constructor: _Constructor, node: yaml.MappingNode) -> Section:
    section = Section()
    section.file, section.line = constructor.name, line_of(node)
    section.lines = lines = {}
    for key_node, value_node in node.value:
        key, line = key_node.value, line_of(key_node)
        section[key] = value = constructor.construct_object(value_node, deep=True)
        lines[key] = line
        if isinstance(value, Section):
            value.line = line  # a named mapping begins with its name
    return section


def _day(constructor: _Constructor, node: yaml.ScalarNode) -> date:
    try:
        day = date.fromisoformat(node.value)
        day + timedelta(days=1)  # Python has no day after its last one, and a rule that ends then would need one
    except (ValueError, OverflowError) as error:
        raise _refused(constructor, node, "a day that exists, such as 2026-04-01") from error
    return day


def _number(constructor: _Constructor, node: yaml.ScalarNode) -> int:
    """A whole number in plain digits: YAML itself reads 010 as eight and 1:30 as ninety."""
    if _NUMBER.fullmatch(node.value) is None:
        raise _refused(constructor, node, "a whole number in plain digits, without a leading 0; text in quotes")
    return int(node.value)


def _refused(constructor: _Constructor, node: yaml.ScalarNode, expected: str) -> PackRefusedError:
    return PackRefusedError([Problem(constructor.name, line_of(node), node.value[:40], expected)])


_Constructor.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _section)
_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _day)
_Constructor.add_constructor(WHOLE_NUMBER, _number)


def misnamed(folder: Path, root: Path) -> Iterator[Problem]:
    """The files of a folder that look like YAML, but are not read because of their names."""
    for path in sorted(folder.glob("*")):
        if path.suffix != ".yaml" and path.suffix.lower() in (".yaml", ".yml"):
            place = path.relative_to(root).as_posix()
            yield Problem(place, 0, "", f"a file named {path.stem}.yaml; under this name it is not read")


def content_of(path: Path, root: Path) -> bytes:
    """The content of a file, as much as may be read. Raises a PackRefusedError when it cannot, or leads elsewhere."""
    place = path.relative_to(root)
    try:
        _refuse_links(place, root)
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise PackRefusedError([Problem(place.as_posix(), 0, "", "a file, not a pipe or a device")])
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        expected = f"a file that can be read: {error.strerror}"
        raise PackRefusedError([Problem(place.as_posix(), 0, "", expected)]) from error


def _refuse_links(place: Path, root: Path) -> None:
    """Refuse a link to another folder, or to a file outside of the pack: nobody sees it change there."""
    pack = root.resolve() / place.parts[0]
    for part in (*reversed(place.parents[:-1]), place):
        link = root / part
        if link.is_symlink() and (link.is_dir() or not link.resolve().is_relative_to(pack)):
            what = "a folder" if part != place else "a file"
            expected = f"{what} in the pack itself; this is a link to {link.readlink()}, copy what it leads to"
            raise PackRefusedError([Problem(part.as_posix(), 0, "", expected)])


def parse(text: bytes, name: str) -> Section:
    """The mapping in the text of the YAML file of that name.

    Raises:
        PackRefusedError: the text is not YAML, or not a mapping.
    """
    try:
        content = _content(text, name)
    except UnreadableError as error:
        raise PackRefusedError([Problem(name, error.line, error.key, error.expected)]) from error
    if not isinstance(content, Section):
        raise PackRefusedError([Problem(name, 1, "", "a mapping of keys to values")])
    return content


def _content(text: bytes, name: str) -> object:
    node = compose(text)
    constructor = _Constructor(name)
    with refused():
        return constructor.construct_document(node) if node else None
