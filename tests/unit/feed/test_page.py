"""A page of the feed: what goes into one message, and what of it is left for the next."""

from hypothesis import given
from hypothesis import strategies as st

from services.feed.domain import PAGE_BYTES, Numbered, Page

WEIGHTS = st.lists(st.sampled_from([0, 300, PAGE_BYTES // 3, PAGE_BYTES // 2, PAGE_BYTES, PAGE_BYTES + 1]), max_size=8)


@given(weights=WEIGHTS, size=st.integers(1, 9))
def test_a_page_is_cut_where_the_message_is_full_and_nothing_is_lost(weights: list[int], size: int) -> None:
    """Each message holds at least one event, at most `size`, and PAGE_BYTES unless one event alone is larger."""
    events = [(position * 3, bytes(weight)) for position, weight in enumerate(weights, start=1)]
    left = Page(events, reached=100, last=100)
    seen: list[Numbered] = []
    while left.events:
        cut = left.at_most(size)
        assert 1 <= len(cut.events) <= size
        assert len(cut.events) == 1 or sum(len(event) for _, event in cut.events) <= PAGE_BYTES
        seen += cut.events
        rest = left.events[len(cut.events) :]
        assert cut.reached == (cut.events[-1][0] if rest else 100)
        assert cut.more == bool(rest)
        left = Page(rest, reached=100, last=100)
    assert seen == events
