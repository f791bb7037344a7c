"""What a document is made of, whatever its format: headings, paragraphs, lists and places for pictures."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

VALUE_BEGINS, VALUE_ENDS = "\ue000", "\ue001"
"""What stands around a value in a letter that is filled in: what somebody wrote is never taken for a heading."""
LINE_BREAK = "\u2028"
"""A new line inside of a value."""

_HEADING = re.compile(r"## +(?P<text>.+)")
_ITEM = re.compile(r"- +(?P<text>.+)")
_PICTURE = re.compile(r"!\[(?P<text>[^\]]+)\]\((?P<picture>[a-z][a-z-]*)\)")
_UNKNOWN = re.compile(r"[#>*+`|<]|-\S|!\[|\d+\. ")
MERGE_FIELD = re.compile(r"\[\[([a-z_]+)\]\]")
MERGE_FIELDS = frozenset({"name", "address"})
"""What whoever sends a document fills in: the suite keeps no names and addresses."""


class BlockKind(StrEnum):
    """What a part of a document is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document. `picture` names the picture that may stand there, whose words are `text`."""

    kind: BlockKind
    text: str
    picture: str = ""


class MarkupError(Exception):
    """A line of a letter that has marks which letters do not have."""

    def __init__(self, line: int, expected: str) -> None:
        """`line` counts from 1."""
        super().__init__(f"line {line}: {expected}")
        self.line = line
        self.expected = expected


def blocks_of(text: str) -> tuple[Block, ...]:
    """The parts of a letter that is filled in."""
    return tuple(_joined(text))


def _joined(text: str) -> Iterator[Block]:
    """Blocks; lines that follow one another are one paragraph, and a line after an item goes on with it."""
    open_block: Block | None = None
    for line in [*text.split("\n"), ""]:
        begins = _begins(line.strip())
        if open_block is not None and begins is None and line.strip():
            open_block = Block(open_block.kind, f"{open_block.text} {_plain(line.strip())}")
            continue
        if open_block is not None:
            yield open_block
        open_block = begins or (Block(BlockKind.PARAGRAPH, _plain(line.strip())) if line.strip() else None)
        if open_block is not None and open_block.kind in {BlockKind.HEADING, BlockKind.PICTURE}:
            yield open_block
            open_block = None


def _begins(line: str) -> Block | None:
    """The block that a line begins by its mark; None where it has none."""
    if found := _HEADING.fullmatch(line):
        return Block(BlockKind.HEADING, _plain(found["text"]))
    if found := _ITEM.fullmatch(line):
        return Block(BlockKind.ITEM, _plain(found["text"]))
    if found := _PICTURE.fullmatch(line):
        return Block(BlockKind.PICTURE, _plain(found["text"]), found["picture"])
    return None


def _plain(text: str) -> str:
    return text.replace(VALUE_BEGINS, "").replace(VALUE_ENDS, "")


def ensure_known_marks(lines: list[str], first: int) -> None:
    """Raise a MarkupError for the first line with marks that letters do not have, or a merge field that nobody fills.

    `lines` are those of the letter itself, beginning with the line `first` of its file.
    """
    for number, line in enumerate(lines, start=first):
        written = line.strip()
        if _begins(written) is None and _UNKNOWN.match(written):
            raise MarkupError(number, "plain text, '## ' for a heading, '- ' for an item, or '![words](picture)'")
        for field in MERGE_FIELD.findall(written):
            if field not in MERGE_FIELDS:
                raise MarkupError(number, f"[[{field}]]: a merge field is one of {', '.join(sorted(MERGE_FIELDS))}")
