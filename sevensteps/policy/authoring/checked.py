"""What the check of a pack has found, so that it is made once, however many processes use a pack."""

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from pathlib import Path

from sevensteps.installation import files
from sevensteps.policy.packs.folder import content_hash
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.problems import Problem

RELEASED = files("policies") / "checked.json"
TRIED = ("cases", "letters")
"""The folders of a pack whose files are not all part of its version: what it is tried with."""
ENGINE = Path(__file__).resolve().parents[1]
LETTERS = ENGINE.parent / "letters"


class Checked:
    """The problems of each version of a pack with its worked cases; what it extends has problems of its own."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` is where the processes of one machine tell each other what they have found; None for nowhere."""
        self._folder = folder
        self._found: dict[str, list[Problem]] = {subject: [] for subject in released()}

    def subject(self, root: Path, pack: Pack) -> str:
        """What is checked: a version of a pack with the cases and examples that now are in the folder of packs."""
        tried = [content_hash(root / pack.name / folder) for folder in TRIED if (root / pack.name / folder).is_dir()]
        return sha256(" ".join([pack.hash, *tried]).encode()).hexdigest()

    def trust(self, subject: str) -> None:
        """Take it that there are no problems."""
        self._found.setdefault(subject, [])

    def problems(self, root: Path, pack: Pack, check: Callable[[Path, Pack], list[Problem]]) -> list[Problem]:
        """The problems of a version of a pack: checked by one process at a time, and only where none has before."""
        subject = self.subject(root, pack)
        if subject not in self._found:
            with self._in_turn():
                problems = self._told(subject)
                if problems is None:
                    problems = check(root, pack)
                    if self.subject(root, pack) != subject:
                        return problems  # cases have changed meanwhile: nobody knows which of them were tried
                    self._tell(subject, problems)
            self._found[subject] = problems
        return self._found[subject]

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if self._folder is None:
            yield
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _told(self, subject: str) -> list[Problem] | None:
        try:
            return [Problem(**each) for each in json.loads(self._file(subject).read_text())] if self._folder else None
        except (OSError, ValueError, TypeError):  # not checked yet, or written by half
            return None

    def _tell(self, subject: str, problems: list[Problem]) -> None:
        if self._folder:
            self._file(subject).write_text(json.dumps([asdict(problem) for problem in problems]))

    def _file(self, subject: str) -> Path:
        """Another version of the engine checks again."""
        return Path(self._folder or "") / sha256(f"{engine()} {subject}".encode()).hexdigest()


@cache
def released() -> frozenset[str]:
    """What was checked when this version of the suite was released: the packs that come with it, as they came."""
    try:
        return frozenset(json.loads(RELEASED.read_text(encoding="utf-8")).values())
    except FileNotFoundError:
        return frozenset()


@cache
def engine() -> str:
    """The hash of the code that checks and decides."""
    parts = (ENGINE, LETTERS)
    folders = sorted({path.parent for part in parts for kind in ("*.py", "*.json") for path in part.rglob(kind)})
    return sha256("".join(map(content_hash, folders)).encode()).hexdigest()
