"""Documents in every format: pages for screen and print, large print, easy read, and text that can be read out.

All say the same, in the same order: a format changes how it looks, never what it tells.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from sevensteps.letters.blocks import LINE_BREAK, Block, BlockKind
from sevensteps.plain_english import sentences

HTML, PLAIN_TEXT = "text/html", "text/plain"
LARGE_PRINT_POINTS = 18
"""The least that is large print (UK Association for Accessible Formats)."""


class Format(StrEnum):
    """How a document is given."""

    HTML = "html"
    LARGE_PRINT = "large_print"
    EASY_READ = "easy_read"
    PLAIN = "plain"


class TextSize(StrEnum):
    """How large the letters of a page are."""

    NORMAL = "normal"
    LARGE = "large"
    LARGEST = "largest"


class ColourScheme(StrEnum):
    """In which colours a page is."""

    BLACK_ON_WHITE = "black_on_white"
    BLUE_ON_CREAM = "blue_on_cream"
    YELLOW_ON_BLACK = "yellow_on_black"


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of letters and paper, as CSS has them."""

    ink: str
    paper: str


POINTS: Mapping[TextSize, int] = {TextSize.NORMAL: 12, TextSize.LARGE: 16, TextSize.LARGEST: 20}
COLOURS: Mapping[ColourScheme, Colours] = {
    ColourScheme.BLACK_ON_WHITE: Colours("#222222", "#ffffff"),
    ColourScheme.BLUE_ON_CREAM: Colours("#1b2a4a", "#fff8e7"),
    ColourScheme.YELLOW_ON_BLACK: Colours("#ffe566", "#1a1a1a"),
}
HIGH_CONTRAST: Mapping[ColourScheme, Colours] = {
    ColourScheme.BLACK_ON_WHITE: Colours("#000000", "#ffffff"),
    ColourScheme.BLUE_ON_CREAM: Colours("#000033", "#fffdf0"),
    ColourScheme.YELLOW_ON_BLACK: Colours("#ffff00", "#000000"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a page looks, as its reader asked for it."""

    size: TextSize = TextSize.NORMAL
    colours: ColourScheme = ColourScheme.BLACK_ON_WHITE
    high_contrast: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a document says, whatever the format."""

    title: str
    language: str
    content: tuple[Block, ...]


def in_format(said: Said, format_: Format, look: Look) -> tuple[str, str]:
    """A document in one format, and its media type."""
    if format_ is Format.PLAIN:
        return _plain(said), PLAIN_TEXT
    points = LARGE_PRINT_POINTS if format_ is Format.LARGE_PRINT else POINTS[look.size]
    return _page(said, look, points, easy_read=format_ is Format.EASY_READ), HTML


def _page(said: Said, look: Look, points: int, *, easy_read: bool) -> str:
    return _template().render(
        title=said.title,
        language=said.language,
        groups=_groups(said.content),
        colours=(HIGH_CONTRAST if look.high_contrast else COLOURS)[look.colours],
        points=max(points, POINTS[TextSize.LARGE]) if easy_read else points,
        easy_read=easy_read,
        lines=_sentences if easy_read else _lines,
    )


@cache
def _template() -> Template:
    loader = PackageLoader("sevensteps.letters", "pages")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("document.html")


def _groups(content: Sequence[Block]) -> list[tuple[str, list[Block]]]:
    """The blocks of a document, the items of a list together; any other by itself."""
    groups: list[tuple[str, list[Block]]] = []
    for kind, blocks in groupby(content, key=lambda block: block.kind):
        found = list(blocks)
        groups += [(kind.value, found)] if kind is BlockKind.ITEM else [(kind.value, [block]) for block in found]
    return groups


def _lines(block: Block) -> list[str]:
    return block.text.split(LINE_BREAK)


def _sentences(block: Block) -> list[str]:
    return [sentence for line in _lines(block) for sentence in sentences(line) or [line] if sentence]


def _plain(said: Said) -> str:
    """A document as text that a machine can read out: every part a sentence, and no marks."""
    return "\n\n".join([_ended(said.title), *_told(said.content)]) + "\n"


def _told(content: Sequence[Block]) -> Iterator[str]:
    for kind, blocks in groupby(content, key=lambda block: block.kind):
        if kind is BlockKind.ITEM:
            yield "\n".join(_ended(spoken(block.text)) for block in blocks)
        elif kind is not BlockKind.PICTURE:
            yield from (_ended(spoken(block.text)) for block in blocks)


def _ended(text: str) -> str:
    """A text that ends as a sentence does, so that a voice pauses there."""
    return text if text.endswith((".", "!", "?", ":", ",")) else f"{text}."


_MONEY = re.compile(r"£(?P<pounds>[\d,]+)(?:\.(?P<pence>\d\d))?")
_SECTION = re.compile(r"\bss?\.(?=\d)")
_REGULATION = re.compile(r"\bregs?\.? (?=\d)")


def spoken(text: str) -> str:
    """A text as it is said: pounds and pence, and "section" for "s."."""
    told = _MONEY.sub(lambda found: _amount(found["pounds"], found["pence"]), text)
    told = _REGULATION.sub("regulation ", _SECTION.sub("section ", told))
    return told.replace(LINE_BREAK, "\n")


def _amount(pounds: str, pence: str | None) -> str:
    whole, part = int(pounds.replace(",", "")), int(pence or 0)
    said = f"{whole} pound{'' if whole == 1 else 's'}"
    return f"{said} and {part} {'penny' if part == 1 else 'pence'}" if part else said
