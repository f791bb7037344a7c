"""A letter fills in values and chooses between sentences; anything else is refused, with its line."""

from datetime import date
from decimal import Decimal

import pytest

from sevensteps.letters.blocks import Block, BlockKind
from sevensteps.letters.kinds import NextSteps, Sender
from sevensteps.letters.letter import LetterRefusedError, read_letter

HEAD = "---\ntitle: Next\nowner: Public information\nreviewed-on: 2026-11-28\nlanguage: en\n---\n"
SENDER = Sender("Example Council", "case-1", date(2026, 6, 1))


def filled(body: str, values: NextSteps) -> tuple[Block, ...]:
    return read_letter("next_steps", HEAD + body).fill_in(SENDER, values)


def test_values_are_written_as_people_write_them() -> None:
    """Money with its sign, days in words."""
    body = "By {{ due_on }} you have {{ weekly }} a week from {{ council }}."
    (only,) = filled(body, NextSteps("money_found", due_on=date(2026, 6, 9), weekly=Decimal("1082.5")))
    assert only.text == "By 9 June 2026 you have £1,082.50 a week from Example Council."


def test_it_chooses() -> None:
    """By what is there, and by what something is."""
    body = '{% if about == "plan_made" and not due_on %}\nOne.\n{% else %}\nTwo.\n{% endif %}\n'
    assert [block.text for block in filled(body, NextSteps("plan_made"))] == ["One."]
    assert [block.text for block in filled(body, NextSteps("money_found"))] == ["Two."]


def test_what_somebody_wrote_is_never_a_part_of_the_letter() -> None:
    """Marks in it are letters like others, and its lines stay apart."""
    hostile = "## You owe us money\n- {{ council }}\n![x](y)\ue000\ue001"
    (only,) = filled("{{ about }}", NextSteps(hostile))
    assert only == Block(BlockKind.PARAGRAPH, "## You owe us money\u2028- {{ council }}\u2028![x](y)")


@pytest.mark.parametrize(
    ("body", "line", "expected"),
    [
        ("\n{{ nobody }}", 8, "nobody"),
        ("{{ about.__class__ }}", 7, "__class__ is none"),
        ("{{ about|upper }}", 7, "not filter"),
        ("{{ about() }}", 7, "not call"),
        ("{% set about = 1 %}", 7, "not assign"),
        ("{% include 'other' %}", 7, "not include"),
        ("{% if about %}", 7, "can be read"),
        ("# Heading", 7, "plain text"),
        ("<script>", 7, "plain text"),
        ("Dear [[nickname]]", 7, "merge field"),
    ],
)
def test_anything_else_is_refused_with_its_line(body: str, line: int, expected: str) -> None:
    """Whether it is read or filled in."""
    with pytest.raises(LetterRefusedError, match=expected) as refused:
        filled(body, NextSteps("x"))
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("Dear", 1, "then --- again"),
        ("---\ntitle: Next\n---\n", 3, "owner"),
        (HEAD.replace("owner", "colour"), 3, "one of title, owner"),
        (HEAD.replace("2026-11-28", "soon"), 4, "a day such as"),
        (HEAD.replace("language: en", "language: English"), 5, "a code such as"),
    ],
)
def test_the_head_says_whose_text_it_is(text: str, line: int, expected: str) -> None:
    """And when somebody last reviewed it (103)."""
    with pytest.raises(LetterRefusedError, match=expected) as refused:
        read_letter("next_steps", text)
    assert refused.value.line == line


def test_a_translation_says_its_language() -> None:
    """In its name and in its head."""
    welsh = HEAD.replace("language: en", "language: cy")
    assert read_letter("next_steps.cy", welsh).language == "cy"
    with pytest.raises(LetterRefusedError, match="language: cy"):
        read_letter("next_steps.cy", HEAD)
    with pytest.raises(LetterRefusedError, match="the kinds are"):
        read_letter("postcard", HEAD)
