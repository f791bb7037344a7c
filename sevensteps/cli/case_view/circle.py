"""Who is around the person of a case, who helps in which step, and which services they keep: by the case's events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.case_history.history import payload_of
from sevensteps.events import (
    CirclePermissionChanged,
    CirclePersonAdded,
    CirclePersonRemoved,
    HelpChosen,
    KeptServiceRecorded,
    KeptServiceReleased,
    Payload,
)
from sevensteps.policy.model.values_in_words import plain
from sevensteps.policy.model.verdict import Json
from sevensteps.steps import STEP_NAMES, Stage


@dataclass(slots=True)
class Circle:
    """What stands now: people by their id, help by step, kept services by their id."""

    people: dict[str, CirclePersonAdded] = field(default_factory=dict)
    help: dict[str, HelpChosen] = field(default_factory=dict)
    kept: dict[str, KeptServiceRecorded] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Sequence[Event]) -> "Circle":
        """What the events of a case have made."""
        circle = cls()
        for event in events:
            circle.hear(payload_of(event))
        return circle

    def hear(self, payload: Payload | None) -> None:
        """Take in what an event says, where it is about this."""
        match payload:
            case CirclePersonAdded():
                self.people[payload.person_id] = payload
            case CirclePermissionChanged() if payload.person_id in self.people:
                changed = {name: getattr(payload, name) for name in ("may_share", "shared_from", "shared_until")}
                self.people[payload.person_id] = replace(self.people[payload.person_id], **changed)
            case CirclePersonRemoved():
                self.people.pop(payload.person_id, None)
            case HelpChosen():
                self.help[payload.step] = payload
            case KeptServiceRecorded():
                self.kept[payload.kept_service_id] = payload
            case KeptServiceReleased():
                self.kept.pop(payload.kept_service_id, None)

    def lines(self) -> Iterator[tuple[str, str]]:
        """What stands, in a line each, with what it is about."""
        for person in self.people.values():
            told = ", ".join(map(plain, person.may_share)) or "nothing"
            until = f", until {person.shared_until}" if person.shared_until else ""
            yield "in the circle", f"{person.person_id}, {plain(person.role)}; may be told of: {told}{until}"
        for help_ in self.help.values():
            who = f", by {help_.person_id}" if help_.person_id else ""
            yield "wants help", f"{_step(help_.step)}: {plain(help_.amount)}{who}"
        for kept in self.kept.values():
            needs = ", ".join(map(plain, kept.needs))
            yield "keeps", f"{kept.kept_service_id}, for {needs}: £{kept.weekly} a week stay with the council"

    def as_json(self) -> dict[str, Json]:
        """What stands, for programs."""
        return {
            "people": [
                {"person_id": each.person_id, "role": each.role, "may_share": list(each.may_share)}
                for each in self.people.values()
            ],
            "help": [
                {"step": each.step, "amount": each.amount, "person_id": each.person_id} for each in self.help.values()
            ],
            "kept_services": [
                {"kept_service_id": each.kept_service_id, "needs": list(each.needs), "weekly": each.weekly}
                for each in self.kept.values()
            ],
        }


def _step(name: str) -> str:
    return STEP_NAMES[Stage(name)] if name in list(Stage) else plain(name)
