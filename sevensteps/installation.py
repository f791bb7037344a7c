"""Where this suite runs from: a checkout of its repository, which has a Makefile, or an installed wheel."""

import shutil
import subprocess
import tomllib
from importlib.metadata import version as installed_version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent
DISTRIBUTION = "seven-steps"
_TARGETS = {"fetch": "setup"}
"""The targets of the Makefile that are not called as the command that they stand for."""


def is_checkout() -> bool:
    """Whether this is a checkout of the repository."""
    return (CHECKOUT / "Makefile").is_file() and (CHECKOUT / "pyproject.toml").is_file()


def files(name: str) -> Path:
    """A folder of files that come with the suite: examples, policies or protos.

    In a checkout sevensteps/ has links to them; a wheel has copies.
    """
    return (PACKAGE / name).resolve()


def command(name: str) -> str:
    """What to type for `sevensteps up` or `sevensteps fetch`: `make …` where there is a Makefile."""
    return f"make {_TARGETS.get(name, name)}" if is_checkout() else f"sevensteps {name}"


def version() -> str:
    """The version of the suite with its commit, where that is known: in a checkout, and in a release."""
    number, commit = version_and_commit()
    return f"{number} (commit {commit})" if commit else number


def version_and_commit() -> tuple[str, str]:
    """The same as two words; the second is empty where the commit is not known."""
    if not is_checkout():
        return installed_version(DISTRIBUTION), _released_commit()
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"]), _commit()


def _released_commit() -> str:
    """The commit that a release was made from, as deploy/release.sh writes it down; empty for any other wheel."""
    try:
        return (PACKAGE / "commit.txt").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def _commit() -> str:
    """The commit that is checked out; empty where git cannot tell."""
    git = shutil.which("git")
    if git is None or not (CHECKOUT / ".git").exists():
        return ""
    told = subprocess.run(  # noqa: S603  a fixed command
        [git, "-C", str(CHECKOUT), "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=False
    )
    return told.stdout.strip() if told.returncode == 0 else ""
