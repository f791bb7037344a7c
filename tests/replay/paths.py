"""Every path that a journey can take through one step, and the commands that it gives on the way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from replay.beginnings import CLOSING, Beginning, beginnings, facts
from replay.happenings import Happening, Situation, Walk, happenings
from replay.journey_run import Program

DISTURBANCES = 1
"""How many disturbances one path may have: trouble with a service, a hold, several facts at once."""


@dataclass
class Node:
    """One event on a path: the commands that follow, the step that they lead to, and what can happen next."""

    label: str
    commands: Sequence[str]
    leads_to: str = ""
    children: list["Node"] = field(default_factory=list)
    has_effect: bool = True

    def paths(self, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], "Node"]]:
        """Every path from here on, by its labels."""
        path = (*before, self.label)
        yield path, self
        for child in self.children:
            yield from child.paths(path)


@cache
def explore(program: Program, section: str, patches: tuple[str, ...]) -> Sequence[Node]:
    """Every path of a section, for a run that began when these were the patches, and no later ones."""
    straight = Explorer(program, patches, list(facts(1, 1, 1)), allowance=0)
    waited_for = _waited_for([straight.tree(beginning) for beginning in beginnings(section, ())[:1]])
    thorough = Explorer(program, patches, waited_for, allowance=DISTURBANCES)
    return [thorough.tree(beginning) for beginning in beginnings(section, waited_for)]


def _waited_for(trees: Sequence[Node]) -> Sequence[str]:
    """The facts that make a difference somewhere on the straight path."""
    labels = {node.label for tree in trees for _, node in tree.paths() if node.has_effect}
    return [label for label in facts(1, 1, 1) if label in labels]


class Explorer:
    """Walks every path from a beginning. A run cannot be copied, so each path is walked from its start."""

    def __init__(self, program: Program, patches: Sequence[str], waited_for: Sequence[str], *, allowance: int) -> None:
        """`allowance` is how many disturbances one path may have."""
        self._program = program
        self._patches = patches
        self._waited_for = waited_for
        self._allowance = allowance

    def tree(self, beginning: Beginning) -> Node:
        """All that can happen from there on."""
        return self._grow(beginning, [], beginning.cost, None, frozenset())

    def _grow(
        self,
        beginning: Beginning,
        path: list[Happening],
        spent: int,
        before: Situation | None,
        without_effect: frozenset[str],
    ) -> Node:
        """`without_effect` is what has happened since the journey last did anything: it does not happen again."""
        walk = Walk(self._program, beginning, self._patches)
        commands = walk.run.start()
        for happening in path:
            commands = happening.to(walk)
        node = Node(path[-1].label if path else beginning.label, commands)
        if not walk.run.is_over:
            situation = self._situation(walk)
            node.leads_to = _leads_to(beginning.section, situation)
            node.has_effect = before is None or bool(commands) or not _is_same(before, situation)
            may_go_on = node.has_effect or bool(situation.asked)
            idle = frozenset() if node.has_effect else without_effect | {node.label}
            if may_go_on and not node.leads_to and spent <= self._allowance:
                node.children = self._children(beginning, path, spent, situation, idle)
        walk.run.evict()
        return node

    def _children(
        self,
        beginning: Beginning,
        path: list[Happening],
        spent: int,
        situation: Situation,
        without_effect: frozenset[str],
    ) -> list[Node]:
        children: dict[str, Node] = {}
        for happening in happenings(situation):
            base = children.get(happening.builds_on)
            if happening.label in without_effect:
                continue
            if spent + happening.cost <= self._allowance and (base is None or base.has_effect):
                child = self._grow(beginning, [*path, happening], spent + happening.cost, situation, without_effect)
                if not (base and happening.is_variant and child.commands == base.commands):
                    children[child.label] = child
        return list(children.values())

    def _situation(self, walk: Walk) -> Situation:
        return Situation(
            standing=walk.run.standing(),
            activities=dict(walk.run.activities),
            timers=dict(walk.run.timers),
            now=walk.run.now,
            waited_for=self._waited_for,
            has_heard_a_fact=walk.last_fact is not None,
        )


def _leads_to(section: str, situation: Situation) -> str:
    """The step that the journey has gone on to, or the closing of the case."""
    if section == CLOSING:
        return ""
    if any(activity.operation.startswith("Close") for activity in situation.activities.values()):
        return CLOSING
    stage = situation.standing.stage.value
    return "" if stage == section else stage


def _is_same(before: Situation, now: Situation) -> bool:
    """Whether nothing has changed but how far the journey has heard."""
    standing = replace(before.standing, heard=now.standing.heard)
    return (standing, before.activities) == (now.standing, now.activities)
