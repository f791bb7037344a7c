"""By which policy pack a store is filled and carried on: a council's own, beside those that come with the suite."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import yaml

from sevensteps.config import Settings
from sevensteps.local.suite import on_free_ports

PACK = "riverside"
"""The pack that decides."""
COUNCILS = ("riverside", "hillside")
"""The councils whose cases are stored. The second has no pack of its own."""
WITH_CHOICES = COUNCILS[1]
"""The one that has its file when the store is upgraded. For the other one PACK decides by the settings, as before."""
LAST_DAY = date(2099, 12, 31)


def settings_on(data: Path, database: str, policies: Path) -> Settings:
    """The settings of a suite over these records, deciding by PACK. The only place that says so."""
    return on_free_ports(replace(Settings(), data=data, database=database, policies=policies, pack=PACK))


def put_together(policies: Path, pack: Path, folder: Path) -> Path:
    """A folder of packs: those of a version of the suite, and the council's own."""
    shutil.copytree(policies, folder)
    put_in(pack, folder)
    return folder


def put_in(pack: Path, folder: Path) -> None:
    """Write the council's pack into a folder of packs, over the one that may be there."""
    shutil.copytree(pack, folder / pack.name, dirs_exist_ok=True)


def write_choices(council: str, folder: Path) -> None:
    """Give a council a file of its own choices, as whoever upgrades from 0.1.0 does: they are the example council's."""
    choices = (folder / "example-council/council.yaml").read_text()
    (folder / council).mkdir(exist_ok=True)
    of_its_own = choices.replace("council: example-council", f"council: {council}", 1)
    (folder / council / "council.yaml").write_text(of_its_own.replace("pack: example-council", f"pack: {PACK}", 1))


def lengthen_bank_holidays(folder: Path) -> None:
    """Give each year after the last of England's table a bank holiday, so that working days are counted in any year.

    Whoever runs the suite adds the real ones in time; a test that runs late is not about them. The worked cases that
    say where the table ends go, or the national pack would be refused.
    """
    file = folder / "england/parameters/deadlines.yaml"
    content = yaml.safe_load(file.read_text())
    newest = content["parameters"]["deadlines.bank_holidays"]["values"][-1]
    newest["value"] += [date(year, 1, 1) for year in range(newest["until"].year + 1, LAST_DAY.year + 1)]
    newest["until"] = LAST_DAY
    file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))
    cases = folder / "england/cases/deadlines.yaml"
    kept = [line for line in cases.read_text().splitlines() if "refused: PARAMETER_MISSING" not in line]
    cases.write_text("\n".join(kept) + "\n")
