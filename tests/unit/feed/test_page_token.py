"""Tokens: opaque; a page token is good for the filter for which it was given."""

from base64 import urlsafe_b64encode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feed.domain import Bookmark, Place, Wanted
from services.feed.wire import NUMBER_TOKEN, _digest, place_of, token_of
from sevensteps.errors import Fault, Kind

TEXTS = st.sampled_from(["", "a", "b", "example"])
WANTED = st.builds(
    Wanted,
    case_id=TEXTS,
    types=st.frozensets(st.sampled_from(["a.b.v1", "c.d.v1"])),
    council=TEXTS,
    scope=st.none() | TEXTS,
)
EVERYTHING = Wanted("", frozenset(), "", None)
POSITIONS = st.integers(0, 2**63 - 1)
BOOKMARKS = st.builds(Bookmark.at, position=POSITIONS, feed_id=st.uuids(), event_id=st.text())


def page_place(token: str, wanted: Wanted) -> Place:
    return place_of("page_token", token, 0, wanted)


@given(bookmark=BOOKMARKS, wanted=WANTED)
def test_a_token_gives_back_its_place(bookmark: Bookmark, wanted: Wanted) -> None:
    """A page token for the same filter and council; a resume token for any."""
    for token in (token_of(bookmark, wanted), token_of(bookmark)):
        assert page_place(token, wanted) == bookmark
        assert place_of("resume_token", token, 0) == bookmark


@given(bookmark=BOOKMARKS, wanted=WANTED, other=WANTED)
def test_a_page_token_is_no_good_for_another_filter(bookmark: Bookmark, wanted: Wanted, other: Wanted) -> None:
    """Nor for a reader confined to another council."""
    if wanted == other:
        return
    with pytest.raises(Fault) as refused:
        page_place(token_of(bookmark, wanted), other)
    assert refused.value.reason == "CURSOR_FILTER_MISMATCH"


@given(position=POSITIONS, wanted=WANTED)
def test_a_page_token_of_version_0_1_0_is_taken_as_its_number(position: int, wanted: Wanted) -> None:
    """A reader of an upgraded suite goes on where it was; but it is no resume token."""
    token = urlsafe_b64encode(NUMBER_TOKEN.pack(position, _digest(wanted))).decode().rstrip("=")
    assert page_place(token, wanted) == Place(position)
    with pytest.raises(Fault) as refused:
        place_of("resume_token", token, 0)
    assert refused.value.reason == "CURSOR_INVALID"


@given(token=st.text(min_size=1))
def test_any_other_text_is_refused(token: str) -> None:
    """INVALID, whatever it is, and the field is named."""
    for field, wanted in (("page_token", EVERYTHING), ("resume_token", None)):
        with pytest.raises(Fault) as refused:
            place_of(field, token, 0, wanted)
        assert refused.value.kind is Kind.INVALID
        assert [violation.field for violation in refused.value.violations] == [field]


def test_a_token_with_a_negative_position_is_refused() -> None:
    """Nobody was given it."""
    with pytest.raises(Fault) as refused:
        page_place(token_of(Bookmark.at(-1, UUID(int=1), "")), EVERYTHING)
    assert refused.value.reason == "CURSOR_INVALID"
