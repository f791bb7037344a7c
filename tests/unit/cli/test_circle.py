"""Who is around the person, who helps, and what they keep: as `case show` tells it from the events."""

import json

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.cli.case_view.circle import Circle
from sevensteps.events import (
    CirclePermissionChanged,
    CirclePersonAdded,
    CirclePersonRemoved,
    HelpChosen,
    KeptServiceRecorded,
    KeptServiceReleased,
    Payload,
    SelfAssessmentRecorded,
)


def after(*payloads: Payload) -> Circle:
    """What stands after these events."""
    return Circle.of([Event(type=payload.TYPE, payload=payload.as_json()) for payload in payloads])


SISTER = CirclePersonAdded("person-1", "family", ["plan"], "2026-06-01", "")
FRIEND = CirclePersonAdded("person-2", "friend", [], "2026-06-01", "")
KEPT = KeptServiceRecorded("kept-1", ["community"], "40.00")


def test_what_stands_is_told_in_a_line_each() -> None:
    """Whoever is in the circle, help by step, and what is kept."""
    circle = after(
        SelfAssessmentRecorded(1, "alone"), SISTER, FRIEND, HelpChosen("plan_made", "some", "person-1"), KEPT
    )
    assert list(circle.lines()) == [
        ("in the circle", "person-1, family; may be told of: plan"),
        ("in the circle", "person-2, friend; may be told of: nothing"),
        ("wants help", "Step 2: making your plan: some, by person-1"),
        ("keeps", "kept-1, for community: £40.00 a week stay with the council"),
    ]


def test_what_has_changed_counts() -> None:
    """A permission that was changed, somebody who has left, the newest choice of help, a service that was let go."""
    changed = CirclePermissionChanged("person-1", ["reviews", "money"], "2026-07-01", "2026-08-01")
    circle = after(
        SISTER,
        FRIEND,
        changed,
        CirclePersonRemoved("person-2", "2026-07-01"),
        HelpChosen("plan_made", "some", "person-2"),
        HelpChosen("plan_made", "none", ""),
        KEPT,
        KeptServiceReleased("kept-1"),
    )
    assert list(circle.lines()) == [
        ("in the circle", "person-1, family; may be told of: reviews, money, until 2026-08-01"),
        ("wants help", "Step 2: making your plan: none"),
    ]
    told = json.loads(json.dumps(circle.as_json()))
    assert told["people"] == [{"person_id": "person-1", "role": "family", "may_share": ["reviews", "money"]}]
    assert (told["help"][0]["amount"], told["kept_services"]) == ("none", [])
