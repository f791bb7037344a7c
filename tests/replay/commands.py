"""The recorded order of commands, and where a changed journey differs from it.

`commands/<section>.txt` has every path as journeys without any patch take it. `commands/<patch>/<section>.txt` has the
same for runs that began with a patch, where the patch makes a difference.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from replay.beginnings import SECTIONS
from replay.journey_run import Program
from replay.paths import Node, explore

RECORDED = Path(__file__).parent / "commands"
HEADER = "# Written by replay/record_commands.py, and compared by test_commands.py. What follows from each happening:\n"
NOTHING = "-"
WITHOUT_EFFECT = "nothing follows from: "
SHOWN = 5
"""How many changed paths of a section a message shows."""

Labels = tuple[str, ...]
Commands = Mapping[Labels, str]
"""What follows at the end of each path, in words."""


@dataclass(frozen=True)
class Change:
    """A path on which the journey gives other commands than it is recorded to.

    `patch` is the last one that the run began with, empty for a run that began before all of them. `recorded` or `now`
    is empty where there is no such path.
    """

    section: str
    patch: str
    path: Labels
    recorded: str
    now: str


def commands_of(trees: Sequence[Node]) -> Commands:
    """What follows on every path of these trees."""
    return {path: _in_words(node) for tree in trees for path, node in tree.paths()}


def as_text(trees: Sequence[Node]) -> str:
    """The trees as they are recorded: one happening a line, what can happen next below it."""
    return HEADER + "".join(f"{line}\n" for tree in trees for line in _lines(tree, 0))


def read(text: str) -> Commands:
    """What `as_text` has written."""
    commands: dict[Labels, str] = {}
    path: Labels = ()
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        content = line.lstrip()
        path = path[: (len(line) - len(content)) // 2]
        if content.startswith(WITHOUT_EFFECT):
            commands |= {(*path, label): NOTHING for label in content.removeprefix(WITHOUT_EFFECT).split("; ")}
        else:
            label, _, words = content.partition(" | ")
            path = (*path, label)
            commands[path] = words
    return commands


def recorded(section: str, patches: tuple[str, ...], folder: Path = RECORDED) -> Commands:
    """What is recorded for a section, for a run that began with these patches."""
    for patch in reversed(patches):
        file = folder / patch / f"{section}.txt"
        if file.exists():
            return read(file.read_text())
    file = folder / f"{section}.txt"
    return read(file.read_text()) if file.exists() else {}


def changes(program: Program, sections: Sequence[str] = SECTIONS, folder: Path = RECORDED) -> Sequence[Change]:
    """Where the program differs from what is recorded: without any of its patches, and with each that it has."""
    changed: list[Change] = []
    for count in range(len(program.patches) + 1):
        patches = program.patches[:count]
        for section in sections:
            now = commands_of(explore(program, section, patches))
            before = recorded(section, patches, folder)
            changed += _differences(section, patches[-1] if patches else "", before, now)
    return changed


def _differences(section: str, patch: str, before: Commands, now: Commands) -> Iterator[Change]:
    """Where a path first differs; what comes after it differs because of it."""
    differing = {path for path in {**before, **now} if before.get(path) != now.get(path)}
    for path in sorted(differing):
        if not any(path[:length] in differing for length in range(1, len(path))):
            yield Change(section, patch, path, before.get(path, ""), now.get(path, ""))


def explain(changes: Sequence[Change], histories: Mapping[tuple[str, Labels], Sequence[str]]) -> str:
    """What has changed, for whoever has changed it. `histories` names those that go a path of a section."""
    parts = ['Journeys do not do what is recorded. See "Changing a journey" in CONTRIBUTING.md.']
    for patch in dict.fromkeys(change.patch for change in changes):
        parts.append(f"Runs that began with the patch {patch}:" if patch else "Runs that began before any patch:")
        for section in SECTIONS:
            in_section = sorted(
                (change for change in changes if (change.patch, change.section) == (patch, section)),
                key=lambda change: ((section, change.path) not in histories, not change.recorded, len(change.path)),
            )
            parts += [_explain(change, histories.get((section, change.path), ())) for change in in_section[:SHOWN]]
            if len(in_section) > SHOWN:
                parts.append(f"  {section}: {len(in_section) - SHOWN} more paths")
    return "\n".join(parts)


def _explain(change: Change, histories: Sequence[str]) -> str:
    lines = [
        f"  {change.section}: {' > '.join(change.path)}",
        f"    recorded: {change.recorded or 'no such path'}",
        f"    now:      {change.now or 'no such path'}",
    ]
    if not change.patch:
        lines.append(f"    recorded histories that go this way: {', '.join(histories) or 'none, but cases may'}")
    return "\n".join(lines)


def _lines(node: Node, depth: int) -> Iterator[str]:
    indent = "  " * depth
    yield f"{indent}{node.label} | {_in_words(node)}"
    without_effect = [child.label for child in node.children if _is_without_effect(child)]
    for child in node.children:
        if not _is_without_effect(child):
            yield from _lines(child, depth + 1)
    if without_effect:
        yield f"{indent}  {WITHOUT_EFFECT}{'; '.join(without_effect)}"


def _is_without_effect(node: Node) -> bool:
    return not node.children and _in_words(node) == NOTHING


def _in_words(node: Node) -> str:
    return ("; ".join(node.commands) or NOTHING) + (f" -> {node.leads_to}" if node.leads_to else "")
