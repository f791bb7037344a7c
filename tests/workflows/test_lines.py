"""The lines in which facts wait for their delivery: room for every case, and little of it."""

from servers.feed import event
from sevensteps.api.feed.v1 import feed_pb2
from workflows.delivery.lines import Line, Lines


def fact(position: int, case_id: str) -> feed_pb2.Event:
    """An event of a case at a position."""
    at = event(case_id=case_id)
    at.position = position
    return at


def test_a_case_has_room_of_its_own() -> None:
    """However many facts one case has, few of them are kept here, and another case has as much room as before."""
    lines = Lines(room=3, capacity=100)
    full = lines.add(fact(1, "case-a"))
    assert full is not None
    assert [lines.add(fact(position, "case-a")) for position in range(2, 1000)] == [None] * 998
    other = lines.add(fact(1000, "case-b"))
    assert other is not None
    assert [event.position for event in full.kept] == [1, 2, 3]
    assert [event.position for event in other.kept] == [1000]
    assert (full.has_left_some, other.has_left_some) == (True, False)


def test_all_cases_together_take_little_room() -> None:
    """Where very many cases wait, only the positions of their facts are kept here."""
    lines = Lines(room=3, capacity=10)
    added = [lines.add(fact(position, f"case-{position}")) for position in range(1, 1000)]
    assert sum(len(line.kept) for line in added if line) == 10
    assert all(line and (line.kept or line.has_left_some) for line in added)


def test_position_of_what_is_delivered() -> None:
    """It is the last one before the first fact that is undelivered, whether that is kept here or left in the feed."""
    lines = Lines(room=1, capacity=100)
    assert lines.delivered_up_to(40) == 40
    first, second = add(lines, 41, "case-a"), add(lines, 42, "case-b")
    lines.add(fact(43, "case-a"))
    assert lines.delivered_up_to(43) == 40
    lines.delivered(first, 41)
    assert lines.delivered_up_to(43) == 41
    lines.delivered(second, 42)
    assert lines.delivered_up_to(43) == 41, "43 is in the feed, and 42 was another case's"
    lines.delivered(first, 43)
    assert lines.delivered_up_to(50) == 50
    assert not lines.has(first)


def test_what_was_left_stays_in_order() -> None:
    """A fact that comes while earlier ones of its case are left in the feed is left there too."""
    lines = Lines(room=1, capacity=100)
    line = add(lines, 1, "case-a")
    lines.add(fact(2, "case-a"))
    lines.delivered(line, 1)
    lines.add(fact(3, "case-a"))
    assert not line.kept
    assert (line.done, line.last) == (1, 3)


def add(lines: Lines, position: int, case_id: str) -> Line:
    line = lines.add(fact(position, case_id))
    assert line is not None
    return line
