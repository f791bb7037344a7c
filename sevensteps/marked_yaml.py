"""YAML that people write, read so that every part knows its line: the one reader of packs, councils and examples."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import yaml

TEXT = "tag:yaml.org,2002:str"
NULL = "tag:yaml.org,2002:null"
BOOLEAN = "tag:yaml.org,2002:bool"
WHOLE_NUMBER = "tag:yaml.org,2002:int"


class UnreadableError(Exception):
    """A text that cannot be read: the line (0 for all of it), the key where there is one, and what was expected."""

    def __init__(self, line: int, key: str, expected: str) -> None:
        """`line` counts from 1."""
        super().__init__(f"line {line}: {expected}")
        self.line = line
        self.key = key
        self.expected = expected


class Loader(yaml.SafeLoader):
    """YAML in which a key is text and there once (YAML itself keeps the last one silently), and on and no are words."""

    def compose_mapping_node(self, anchor: str | None) -> yaml.MappingNode:  # type: ignore[override]  # stubs: a dict
        """A mapping. Raises UnreadableError for a key that is no text, or there twice."""
        mapping = super().compose_mapping_node(anchor)  # type: ignore[arg-type]  # the same
        seen: set[str] = set()
        for key, _ in mapping.value:
            if key.tag != TEXT:
                raise UnreadableError(line_of(key), str(key.value), "a key must be text; quote it")
            if key.value in seen:
                raise UnreadableError(line_of(key), key.value, "this key is here twice")
            seen.add(key.value)
        return mapping


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != BOOLEAN]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver(BOOLEAN, re.compile("^(?:true|false)$"), list("tf"))
Loader.add_implicit_resolver(WHOLE_NUMBER, re.compile("^[-+]?0[0-9]+$"), list("-+0"))


def line_of(node: yaml.Node) -> int:
    """The line on which a part begins, from 1."""
    return int(node.start_mark.line) + 1


@contextmanager
def refused() -> Iterator[None]:
    """Raises UnreadableError where what is done inside finds that a text is not such YAML."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise UnreadableError(line, "", f"YAML: {error.problem}") from error
    except RecursionError as error:
        raise UnreadableError(0, "", "parts that are not nested so deeply") from error
    except (yaml.YAMLError, ValueError) as error:
        raise UnreadableError(0, "", f"YAML in UTF-8: {error}") from error


def compose(content: bytes) -> yaml.Node | None:
    """The parts of a text; None where it is empty. Raises UnreadableError where it is not such YAML."""
    with refused():
        return Loader(content.decode()).get_single_node()
