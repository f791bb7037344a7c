"""One content in every format."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sevensteps.letters.blocks import Block, BlockKind, blocks_of
from sevensteps.letters.formats import (
    COLOURS,
    HIGH_CONTRAST,
    HTML,
    POINTS,
    ColourScheme,
    Format,
    Look,
    Said,
    TextSize,
    in_format,
    spoken,
)

BODY = """Dear [[name]],

We decided. You can plan
with £82.91 a week (s.26).

## Why
![A person thinks](reasons)

- One <b>reason</b>. And another.
- A second one
"""
SAID = Said("What we decided", "en", blocks_of(BODY))
ENOUGH = 7.0
"""The contrast of WCAG 2.2, success criterion 1.4.6 (AAA)."""


class Text(HTMLParser):
    """What a page says, without its marks and its style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] != "style":
            self.texts.append(data)


def page(format_: Format = Format.HTML, look: Look = Look()) -> Text:  # noqa: B008 - it is frozen
    content, media_type = in_format(SAID, format_, look)
    assert media_type == HTML
    return Text(content)


def words_of(text: str) -> list[str]:
    return re.findall(r"[\w£.\[\]<>/]+", text)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_every_page_says_the_same() -> None:
    """In the same order, whatever it looks like."""
    said = [words_of(" ".join(page(each).texts)) for each in (Format.HTML, Format.LARGE_PRINT, Format.EASY_READ)]
    assert said[0] == said[1] == said[2]
    assert "<b>reason</b>." in said[0], "what somebody wrote is text, not a mark"


@pytest.mark.item(12)
def test_a_page_says_its_language_and_has_one_heading_above_all() -> None:
    """So that a screen reader speaks it as it is meant, and can be steered by it."""
    tags = page().tags
    assert ("html", {"lang": "en"}) in tags
    assert [tag for tag, _ in tags if tag in {"h1", "h2", "ul", "li"}] == ["h1", "h2", "ul", "li", "li"]


def test_text_has_three_sizes_and_large_print_is_larger_than_print() -> None:
    """12, 16 and 20 points; large print has 18."""
    for size, points in POINTS.items():
        content, _ = in_format(SAID, Format.HTML, Look(size))
        assert f"font: {points}pt" in content
    assert [POINTS[size] for size in TextSize] == [12, 16, 20]
    assert "font: 18pt" in in_format(SAID, Format.LARGE_PRINT, Look())[0]


@pytest.mark.parametrize("scheme", ColourScheme)
def test_every_colour_scheme_can_be_read(scheme: ColourScheme) -> None:
    """By those who see badly (WCAG 2.2, 1.4.6); in high contrast even better."""
    usual, strong = COLOURS[scheme], HIGH_CONTRAST[scheme]
    assert contrast(usual.ink, usual.paper) >= ENOUGH
    assert contrast(strong.ink, strong.paper) > contrast(usual.ink, usual.paper)
    content, _ = in_format(SAID, Format.HTML, Look(colours=scheme, high_contrast=True))
    assert f"background: {strong.paper}; color: {strong.ink}" in content


def test_easy_read_has_a_sentence_on_each_line_and_places_for_pictures() -> None:
    """Other pages have none."""
    easy = page(Format.EASY_READ)
    assert [attributes for tag, attributes in easy.tags if tag == "div"] == [
        {"class": "picture", "role": "img", "aria-label": "A person thinks", "data-picture": "reasons"}
    ]
    assert [text for text in easy.texts if text.startswith(("We", "You"))] == [
        "We decided.",
        "You can plan with £82.91 a week (s.26).",
    ]
    assert all(tag != "div" for tag, _ in page().tags)


def test_plain_text_can_be_read_out() -> None:
    """No marks, every part a sentence, and money and law as they are said."""
    text, media_type = in_format(SAID, Format.PLAIN, Look())
    assert media_type == "text/plain"
    assert text == (
        "What we decided.\n\nDear [[name]],\n\nWe decided. You can plan with 82 pounds and 91 pence a week "
        "(section 26).\n\nWhy.\n\nOne <b>reason</b>. And another.\nA second one.\n"
    )
    assert (
        spoken("£1.01 and £1,082 by reg 2, ss.18") == "1 pound and 1 penny and 1082 pounds by regulation 2, section 18"
    )


@given(st.lists(st.tuples(st.sampled_from(BlockKind), st.text(min_size=1))))
def test_any_content_is_a_page(parts: list[tuple[BlockKind, str]]) -> None:
    """Whatever somebody wrote, no mark of it comes through."""
    said = Said("Title", "en", tuple(Block(kind, text, "reasons") for kind, text in parts))
    for format_ in Format:
        content, media_type = in_format(said, format_, Look())
        if media_type == HTML:
            assert {tag for tag, _ in Text(content).tags} <= {
                "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "div", "ul", "li", "p", "br"
            }  # fmt: skip
