"""How far the rows have come."""

from services.operations.store import Progress


def test_nothing_is_missed_while_the_rows_are_not_whole() -> None:
    """While they are made anew, while they are behind, and while nobody knows how far the feed is."""
    assert Progress(1, position=7).has_all(7)
    assert Progress(1, position=8).has_all(7)
    assert not Progress(1, position=6).has_all(7)
    assert not Progress(1, position=7, until=9).has_all(7)
    assert not Progress(1, position=7).has_all(None)
