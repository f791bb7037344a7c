"""What council IT is given beside the wheel: units for systemd, and what catalogues of public software read."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from sevensteps.config import SERVICES, Settings

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
INSTALLED = "/opt/sevensteps/bin/sevensteps"
VERIFY = shutil.which("systemd-analyze")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.mark.skipif(VERIFY is None, reason="systemd-analyze is not here")
def test_systemd_takes_the_units_without_a_word(tmp_path: Path) -> None:
    """A misspelt directive, or a unit that names one that is not there, would be told."""
    for unit in UNITS:
        text = unit.read_text().replace(INSTALLED, sys.executable)
        (tmp_path / unit.name).write_text(text)
    names = [str(tmp_path / unit.name) for unit in UNITS]
    said = subprocess.run([str(VERIFY), "verify", "--man=no", *names], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")


def test_the_target_starts_every_process() -> None:
    """No service is forgotten, and none that does not exist is waited for."""
    wanted = set(re.findall(r"[\w@-]+\.service", (ROOT / "deploy" / "systemd" / "sevensteps.target").read_text()))
    assert wanted == {*(f"sevensteps@{name}.service" for name in SERVICES), "sevensteps-worker.service"}


def test_the_units_set_what_is_a_setting() -> None:
    """An unknown setting would keep every process from starting."""
    for unit in UNITS:
        Settings.from_environment(dict(re.findall(r"\b(SEVENSTEPS_\w+)=(\S+)", unit.read_text())))


def test_publiccode_tells_the_version_and_licence_of_the_package() -> None:
    """Catalogues of public software and the package's index say the same."""
    told = yaml.safe_load((ROOT / "publiccode.yml").read_text())
    assert (told["softwareVersion"], told["legal"]["license"]) == (PROJECT["version"], PROJECT["license"])


def test_the_changelog_has_the_version() -> None:
    """Whoever installs a version reads what changed in it."""
    assert f"\n## {PROJECT['version']}\n" in (ROOT / "CHANGELOG.md").read_text()


def test_what_it_needs_may_be_published_with_it() -> None:
    """No package that a running suite imports has a licence that the suite's own rules out."""
    said = subprocess.run([sys.executable, ROOT / "deploy/licences.py"], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    assert "durable-rules 2.0.28: MIT License" in said.stdout


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("touch something", "changes that are not committed"),
        ("true", "does not have the tag v"),
        ("git tag v9.9.9", "does not have the tag v"),
    ],
)
def test_a_release_is_of_a_commit_with_its_tag(tmp_path: Path, change: str, why: str) -> None:
    """Nothing is built of anything else, and it says why."""
    subprocess.run(["git", "clone", "--quiet", "--no-tags", ROOT, tmp_path / "clone"], check=True)
    programs = tmp_path / "clone" / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    subprocess.run(["sh", "-c", change], cwd=tmp_path / "clone", check=True)
    said = subprocess.run([tmp_path / "clone/deploy/release.sh"], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "No release: " in said.stderr
    assert why in said.stderr
    assert not (tmp_path / "clone/dist").exists()
