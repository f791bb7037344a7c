"""YAML that people write, read so that every part knows its line: the one reader of packs, councils and examples."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import yaml

TEXT = "tag:yaml.org,2002:str"
NULL = "tag:yaml.org,2002:null"
BOOLEAN = "tag:yaml.org,2002:bool"
WHOLE_NUMBER = "tag:yaml.org,2002:int"

MOST_BYTES = 200_000
"""The longest text: the longest file of the packs that come with the suite has 30,000."""
MOST_PARTS = 20_000
"""Most parts of a text, all that an alias stands for counted each time: no file of those packs has more than 3,500."""
LONG = 100
"""A longer text counts as another part for each so many characters, so that aliases of one long text are bounded."""
DEEPEST = 50
"""How deep parts may be nested: those of these packs go twelve deep."""

_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
"""Characters that nobody sees: those that turn the direction of writing, and those without width."""
_NAME = re.compile(r"\w+(?:\.\w+)*")
_LOOK_LATIN = frozenset("аеорсухіјѕԁһԛԝАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧον")
"""Cyrillic and Greek letters that look like Latin ones."""


class UnreadableError(Exception):
    """A text that cannot be read: the line (0 for all of it), the key where there is one, and what was expected."""

    def __init__(self, line: int, key: str, expected: str) -> None:
        """`line` counts from 1."""
        super().__init__(f"line {line}: {expected}")
        self.line = line
        self.key = key
        self.expected = expected


class _Composer(yaml.composer.Composer):
    """YAML in which a key is text and there once (YAML itself keeps the last one silently), and on and no are words.

    A text is read as it is composed, so that a hostile one is refused before it takes time or memory.
    """

    def __init__(self) -> None:
        yaml.composer.Composer.__init__(self)
        self._depth = 0
        self._parts = 0
        self._parts_of: dict[str, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """A part. Raises UnreadableError where there are too many, or too deep, or a text is not what it seems."""
        event: yaml.NodeEvent = self.peek_event()  # type: ignore[attr-defined]  # of the parser
        line, before, anchor = line_of(event), self._parts, event.anchor or ""
        is_alias = isinstance(event, yaml.AliasEvent)
        self._count(line, anchor if is_alias else "")
        self._depth += 1
        if self._depth > DEEPEST:
            raise UnreadableError(line, "", f"parts that are nested at most {DEEPEST} deep")
        node = super().compose_node(parent, index)
        self._depth -= 1
        if isinstance(node, yaml.ScalarNode) and not is_alias:
            self._parts += len(node.value) // LONG
            _refuse_unseen(node.value, line)
            _refuse_look_alikes(node.value, line)
        if not is_alias:
            self._parts_of[anchor] = self._parts - before
        return node

    def _count(self, line: int, alias: str) -> None:
        """Count a part, or all that an alias stands for. Raises UnreadableError where there are too many."""
        if alias and alias in self.anchors and alias not in self._parts_of:
            raise UnreadableError(line, f"*{alias}", "something that ends before it; this is inside of itself")
        self._parts += self._parts_of.get(alias, 1) if alias else 1
        if self._parts > MOST_PARTS:
            expected = f"at most {MOST_PARTS:,} parts in a file, with all that aliases stand for; write it in several"
            raise UnreadableError(line, f"*{alias}" if alias else "", expected)

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


class _Resolver(yaml.resolver.Resolver):
    """Of words without quotes, only true and false are a yes or no."""


_Resolver.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != BOOLEAN]
    for first, resolvers in yaml.resolver.Resolver.yaml_implicit_resolvers.items()
}
_Resolver.add_implicit_resolver(BOOLEAN, re.compile("^(?:true|false)$"), list("tf"))
_Resolver.add_implicit_resolver(WHOLE_NUMBER, re.compile("^[-+]?0[0-9]+$"), list("-+0"))


class PurePython(_Composer, _Resolver, yaml.SafeLoader):
    """Reads with PyYAML's own parser, which names the very line of an error."""

    def __init__(self, text: str) -> None:
        """`text` is the whole of it."""
        yaml.SafeLoader.__init__(self, text)
        _Composer.__init__(self)


READERS: list[Callable[[str], _Composer]] = [PurePython]
"""The quickest comes first, the one that says what is wrong with a text last."""

if yaml.__with_libyaml__:  # as in the wheels of PyYAML

    class LibYaml(_Composer, _Resolver, yaml.CSafeLoader):
        """Reads with LibYAML, five times as fast."""

        def __init__(self, text: str) -> None:
            """`text` is the whole of it."""
            yaml.CSafeLoader.__init__(self, text)
            _Composer.__init__(self)

    READERS.insert(0, LibYaml)


def line_of(part: yaml.Node | yaml.NodeEvent) -> int:
    """The line on which a part begins, from 1."""
    return int(part.start_mark.line) + 1  # type: ignore[union-attr]  # whatever is read from a text has its mark


def _refuse_unseen(text: str, line: int) -> None:
    """Refuse a text with characters that nobody sees. `line` is where it begins."""
    unseen = _UNSEEN.search(text)
    if unseen:
        line += text.count("\n", 0, unseen.start())
        raise UnreadableError(line, "", f"no character that cannot be seen; {_named(unseen[0])} is here, delete it")


def _refuse_look_alikes(text: str, line: int) -> None:
    """Refuse a text with a word that is another one than it seems. `line` is where it begins."""
    for word in () if text.isascii() else _NAME.findall(text):
        strange = _strange(word, alone=word == text)
        if strange:
            expected = f"the letters of one alphabet in a word; {_named(strange)} only looks like another letter"
            raise UnreadableError(line, word[:40], f"{expected}, write it again")


def _strange(word: str, *, alone: bool) -> str:
    """A letter of another alphabet in a Latin word, or of a word that only looks Latin; empty where there is none."""
    if word.isascii():
        return ""
    letters = [letter for letter in word if letter.isalpha() and unicodedata.category(letter) != "Lm"]
    others = [letter for letter in letters if not unicodedata.name(letter, "").startswith("LATIN ")]
    plain = unicodedata.normalize("NFKC", word).isascii()
    looks_latin = alone and (plain or _LOOK_LATIN.issuperset(letters))
    return others[0] if others and (looks_latin or len(others) < len(letters)) else ""


def _named(character: str) -> str:
    return f"U+{ord(character):04X} ({unicodedata.name(character, 'without a name').lower()})"


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
    if len(content) > MOST_BYTES:
        raise UnreadableError(0, "", f"at most {MOST_BYTES:,} bytes in a file; write it in several")
    with refused():
        text = content.decode().removeprefix("\ufeff")
        _refuse_unseen(text, 1)
        return _composed(text)


def _composed(text: str) -> yaml.Node | None:
    """The parts of a text. LibYAML names other lines of an error, and takes tabs where YAML has none."""
    *quick, careful = READERS
    for reader in () if "\t" in text else quick:
        with suppress(yaml.YAMLError):
            return reader(text).get_single_node()
    return careful(text).get_single_node()
