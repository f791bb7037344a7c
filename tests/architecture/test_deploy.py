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
