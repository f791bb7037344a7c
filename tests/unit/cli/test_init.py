"""`sevensteps init`: a file with every setting, explained."""

import subprocess
from dataclasses import fields
from pathlib import Path

from typer.testing import CliRunner

from sevensteps.cli.commands import app
from sevensteps.config import POLICIES, PREFIX, Settings


def test_the_file_has_every_setting_with_its_default(tmp_path: Path) -> None:
    """Taken as it is, without the marks of a comment, it sets what is set anyhow."""
    file = tmp_path / "council.env"
    assert CliRunner().invoke(app, ["init", str(file)]).exit_code == 0
    lines = [line.removeprefix("#") for line in file.read_text().splitlines() if line.startswith(f"#{PREFIX}")]
    given = dict(line.split("=", 1) for line in lines)
    assert given.keys() == {PREFIX + field.name.upper() for field in fields(Settings)}
    given["SEVENSTEPS_POLICIES"] = str(POLICIES)
    assert Settings.from_environment(given) == Settings()
    assert file.stat().st_mode & 0o077 == 0


def test_every_setting_has_an_explanation_before_it(tmp_path: Path) -> None:
    """Whoever reads the file needs no other page."""
    file = tmp_path / "council.env"
    CliRunner().invoke(app, ["init", str(file)])
    _, *blocks = file.read_text().strip().split("\n\n")
    for block in blocks:
        *comment, setting = block.splitlines()
        assert comment, setting
        assert all(line.startswith("# ") and len(line) <= 102 for line in comment)


def test_a_shell_reads_it(tmp_path: Path) -> None:
    """As running.md says."""
    file = tmp_path / "council.env"
    CliRunner().invoke(app, ["init", str(file)])
    file.write_text(file.read_text().replace("#SEVENSTEPS_MODE=development", "SEVENSTEPS_MODE=production"))
    shell = ["sh", "-c", f"set -a; . {file}; echo $SEVENSTEPS_MODE"]
    assert subprocess.run(shell, capture_output=True, text=True, check=True).stdout == "production\n"


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    """Somebody may have changed it."""
    file = tmp_path / "council.env"
    file.write_text("SEVENSTEPS_LOG=json\n")
    refused = CliRunner().invoke(app, ["init", str(file)])
    assert (refused.exit_code, file.read_text()) == (1, "SEVENSTEPS_LOG=json\n")
    assert "is there already" in refused.stderr
