"""The wheel and the source distribution, built from the files that git keeps, and a wheel installed on its own."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from console.assets import TARGET as FETCHED
from console.assets import is_there

ROOT = Path(__file__).parents[2]


def tracked() -> list[str]:
    """The files that git keeps, or would keep, of this checkout; a link to a folder is one of them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted(name for name in listed.split("\0") if name and os.path.lexists(ROOT / name))


def copy_of_checkout(target: Path) -> Path:
    """A folder with those files, and those by which the console looks: building leaves nothing in the checkout."""
    for name in tracked():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name, follow_symlinks=False)
    if is_there():
        shutil.copytree(FETCHED, target / FETCHED.relative_to(ROOT))
    return target


def build(kind: Literal["wheel", "sdist"], source: Path, target: Path) -> Path:
    """Build one from a folder of sources, as pip and build do."""
    program = f"from setuptools.build_meta import build_{kind}; build_{kind}({str(target)!r})"
    subprocess.run([sys.executable, "-c", program], cwd=source, check=True, capture_output=True)
    [built] = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


def install(wheel: Path, environment: Path) -> Path:
    """Install a wheel into a fresh virtual environment; returns the environment's folder of programs.

    What it depends on is that of this environment, without its Seven Steps: a path in a .pth file counts,
    but the .pth files there, which lead to the checkout, do not.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    programs = environment / "bin"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", programs / "python", "install", "--no-deps", "--no-index", wheel],
        env=without_checkout(),
        check=True,
        capture_output=True,
    )
    [packages] = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return programs


def without_checkout(**settings: str) -> Mapping[str, str]:
    """The environment of somebody who has no checkout, with some settings."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"TERM": "dumb"} | settings
