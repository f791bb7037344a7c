"""docs/coverage.md says what the marks of the tests say, and leaves out nothing."""

from docs.coverage import PAGE, items, marks, page


def test_the_page_is_what_the_marks_make_it() -> None:
    """`PYTHONPATH=tests python -m docs.coverage` writes it again."""
    assert PAGE.read_text() == page()


def test_every_item_is_there_once() -> None:
    """The two lists together have 105."""
    assert [item.number for item in items()] == [*range(1, 106)]


def test_an_item_is_shown_or_waits_for_a_reason() -> None:
    """Never both, so that a reason falls with the first test; and never neither."""
    assert {item.number: item.tests for item in items() if bool(item.tests) == bool(item.waits)} == {}


def test_marks_name_items() -> None:
    """A number that no list has is a slip."""
    assert marks().keys() <= {item.number for item in items()}
