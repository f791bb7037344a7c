"""The text of a letter: its front matter, and its body in a small part of Jinja2, which only fills in and chooses.

    ---
    title: What happens next
    owner: Adult social care, public information
    reviewed-on: 2026-11-28
    language: en
    ---
    ## Your plan
    {% if due_on %}
    Please send us your plan by {{ due_on }}.
    {% endif %}

A letter may use values, `if` and `for`; nothing else of Jinja2. So it can be checked wholly before anybody gets it, and
reaches nothing but its values.
"""

import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from types import CodeType

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sevensteps import clock
from sevensteps.letters.blocks import (
    LINE_BREAK,
    VALUE_BEGINS,
    VALUE_ENDS,
    Block,
    MarkupError,
    blocks_of,
    ensure_known_marks,
)
from sevensteps.letters.kinds import VALUES, DocumentKind, Sender, Values
from sevensteps.money import pounds, pounds_in_words

FRONT_MATTER = ("title", "owner", "reviewed-on", "language")
"""What stands at the head of every letter."""
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
NAME = "letter"
_KEPT_FOR_US = str.maketrans("", "", VALUE_BEGINS + VALUE_ENDS)


class LetterRefusedError(Exception):
    """A letter that cannot be used, or filled in: on which line, and what was expected there."""

    def __init__(self, line: int, expected: str) -> None:
        """`line` counts from 1."""
        super().__init__(f"line {line}: {expected}")
        self.line = line
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as its file states it. `hash` is that of the file; `source` the body, its lines numbered as there."""

    kind: DocumentKind
    language: str
    title: str
    owner: str
    reviewed_on: date
    hash: str
    source: str
    code: CodeType

    def fill_in(self, sender: Sender, values: Values) -> tuple[Block, ...]:
        """The letter for one person. Raises a LetterRefusedError where a value is missing."""
        return blocks_of(rendered(self.code, context_of(sender, values)))


def context_of(sender: Sender, values: Values) -> dict[str, object]:
    """What the names in a letter stand for."""
    return {**_fields(sender), **_fields(values)}


def _fields(record: Sender | Values) -> dict[str, object]:
    return {field.name: getattr(record, field.name) for field in fields(record)}  # type: ignore[arg-type]


def rendered(code: CodeType, context: Mapping[str, object]) -> str:
    """The text of a letter that is filled in. Raises a LetterRefusedError where a value is missing."""
    try:
        return Template.from_code(ENVIRONMENT, code, {}).render(context)
    except TemplateError as error:
        lines = [frame.lineno or 1 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == NAME]
        raise LetterRefusedError(lines[-1] if lines else 1, str(error.message)) from error


def named(name: str) -> tuple[DocumentKind, str] | None:
    """The kind and the language that the name of a letter's file says: ("next_steps", "cy") for next_steps.cy.

    The language is empty where the name has none: that of the pack's law. None where there is no such kind.
    """
    kind, _, language = name.partition(".")
    return (DocumentKind(kind), language) if kind in VALUES else None


@lru_cache(maxsize=256)
def read_letter(name: str, text: str) -> Letter:
    """A letter from the text of its file. Raises a LetterRefusedError with the first thing that is wrong."""
    known = named(name)
    if known is None:
        raise LetterRefusedError(1, f"a name such as next_steps.md; the kinds are {', '.join(DocumentKind)}")
    kind, language = known
    head, body_begins = _front_matter(text)
    if not LANGUAGE.fullmatch(head["language"]) or (language and head["language"] != language):
        expected = f"language: {language or 'a code such as en, cy or en-GB'}"
        raise LetterRefusedError(_line_of("language", text), expected)
    lines = text.split("\n")[body_begins:]
    try:
        ensure_known_marks(lines, body_begins + 1)
    except MarkupError as error:
        raise LetterRefusedError(error.line, error.expected) from error
    source = "\n" * body_begins + "\n".join(lines)
    tree = parsed(source)
    ensure_only_fills_in(tree)
    return Letter(
        kind=kind,
        language=head["language"],
        title=head["title"],
        owner=head["owner"],
        reviewed_on=_reviewed_on(head, text),
        hash=sha256(text.encode()).hexdigest(),
        source=source,
        code=compiled(tree),
    )


def _front_matter(text: str) -> tuple[dict[str, str], int]:
    """What stands at the head of a letter, and after how many lines its body begins."""
    lines = text.split("\n")
    if lines[0].strip() != "---" or "---" not in [line.strip() for line in lines[1:]]:
        raise LetterRefusedError(1, f"---, then {', '.join(FRONT_MATTER)}, then --- again")
    ends = [line.strip() for line in lines].index("---", 1)
    head: dict[str, str] = {}
    for number, line in enumerate(lines[1:ends], start=2):
        key, _, value = line.partition(":")
        if key not in FRONT_MATTER or key in head or not value.strip():
            raise LetterRefusedError(number, f"one of {', '.join(FRONT_MATTER)}, once, with what it says")
        head[key] = value.strip().strip('"')
    for key in FRONT_MATTER:
        if key not in head:
            raise LetterRefusedError(ends + 1, f"{key}: before this line")
    return head, ends + 1


def _reviewed_on(head: Mapping[str, str], text: str) -> date:
    try:
        return date.fromisoformat(head["reviewed-on"])
    except ValueError as error:
        expected = "reviewed-on: a day such as 2026-11-28"
        raise LetterRefusedError(_line_of("reviewed-on", text), expected) from error


def _line_of(key: str, text: str) -> int:
    """The line of the head that begins with a key."""
    return [line.partition(":")[0] for line in text.split("\n")].index(key) + 1


def parsed(source: str) -> nodes.Template:
    """The body of a letter as Jinja2 reads it. Raises a LetterRefusedError."""
    try:
        return ENVIRONMENT.parse(source, NAME, NAME)
    except TemplateError as error:
        raise LetterRefusedError(getattr(error, "lineno", 1), f"a letter that can be read: {error.message}") from error


def compiled(tree: nodes.Template) -> CodeType:
    """A body ready to be filled in."""
    compile_: Callable[..., CodeType] = ENVIRONMENT.compile
    return compile_(tree, NAME, NAME)


ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.If,
    nodes.For,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Const,
)
"""All that a letter may use of Jinja2."""


def ensure_only_fills_in(tree: nodes.Template) -> None:
    """Raise a LetterRefusedError for anything but values, `if` and `for`."""
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, ALLOWED):
            raise LetterRefusedError(node.lineno, f"only values, if and for; not {type(node).__name__.lower()}")
        if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            raise LetterRefusedError(node.lineno, f"a value; {node.attr} is none")


def in_words(value: object) -> str:
    """A value as a letter has it: pounds with their sign, days in words, lists with "and"; marked as a value."""
    return f"{VALUE_BEGINS}{_worded(value).translate(_KEPT_FOR_US)}{VALUE_ENDS}"


def _worded(value: object) -> str:
    if isinstance(value, Decimal):
        return pounds_in_words(pounds(value))
    if isinstance(value, date):
        return clock.day_in_words(value)
    if isinstance(value, tuple):
        return listed([_worded(each) for each in value])
    return LINE_BREAK.join(line.strip() for line in str(value).splitlines())


def listed(entries: list[str]) -> str:
    """A list in words: "a, b and c"."""
    return " and ".join(part for part in (", ".join(entries[:-1]), *entries[-1:]) if part)


def _finished(value: object) -> object:
    """What Jinja2 writes for a value. One that is not there it refuses itself."""
    return value if isinstance(value, StrictUndefined) else in_words(value)


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, finalize=_finished, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    for table in (environment.globals, environment.filters, environment.tests):
        table.clear()
    return environment


ENVIRONMENT = _environment()
"""Fills letters in: nothing of Python can be reached from there, and no name stands for anything but a value."""
