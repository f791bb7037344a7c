"""Record the commands of every path: `PYTHONPATH=tests .venv/bin/python -m replay.record_commands`.

It adds what is not recorded yet: paths that are new, and what a patch has changed. It changes nothing that is recorded,
because cases may be under way there. `--replace` does, which is right only for paths that no released version has, or
when nothing but the enumeration of paths has changed.
"""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from replay.beginnings import SECTIONS
from replay.commands import RECORDED, as_text, commands_of, recorded
from replay.journey_run import Program
from replay.paths import explore
from workflows.journey import journey, patches


def record(
    program: Program, sections: Sequence[str] = SECTIONS, folder: Path = RECORDED, *, replace: bool = False
) -> Sequence[str]:
    """Record what is new; give the files that would have changed, and were left alone unless `replace`."""
    changed: list[str] = []
    for count in range(len(program.patches) + 1):
        for section in sections:
            changed += _record(program, section, program.patches[:count], folder, replace=replace)
    return changed


def _record(program: Program, section: str, patches: tuple[str, ...], folder: Path, *, replace: bool) -> Sequence[str]:
    trees = explore(program, section, patches)
    now = commands_of(trees)
    if now == recorded(section, patches, folder):
        return []
    file = folder.joinpath(*patches[-1:], f"{section}.txt")
    old = recorded(section, patches, folder) if file.exists() else {}
    is_changed = any(now.get(path) != words for path, words in old.items())
    if replace or not is_changed:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(as_text(trees))
    return [str(file.relative_to(folder))] if is_changed else []


if __name__ == "__main__":
    replace = "--replace" in sys.argv
    logging.disable()  # journeys are parked on many paths
    changed = record(Program.of(journey, patches), replace=replace)
    if changed and not replace:
        sys.exit(f"Left alone, because paths that are recorded have changed: {', '.join(changed)}")
