"""Make the store of a released version: `PYTHONPATH=.:tests .venv/bin/python -m stored.fill [--checkout FOLDER]`.

It runs the suite of a checkout, on SQLite and on PostgreSQL, opens a case for every situation, changes the council's
pack in between, and writes what is left to <version>/ beside this file. What an earlier release has stored is never
made again.
"""

import argparse
import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from servers.command_line import COMMAND
from servers.postgres import PostgresServer
from servers.programs import find_postgres
from sevensteps.config import Settings
from stored.case import Case
from stored.fixture import Kind, Made, dump_of, files_of, pack_up
from stored.policies import COUNCILS, PACK, put_in, put_together, settings_on
from stored.situations import AFTER, BEFORE, THROUGH_ALL_STEPS, WENT_ON, Situation
from stored.town import StuckError, Town

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SIDE_BY_SIDE = 6
PACK_IS_CHECKED = 15.0
"""Seconds in which every service has checked a changed pack and decides by it."""
HILLSIDE_EVERY = 3
"""Every third case is of the second council."""


@asynccontextmanager
async def running(checkout: Path, settings: Settings) -> AsyncIterator[None]:
    """The suite of a checkout, from its own command line, until it has stopped by itself."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        "up",
        cwd=checkout,
        env=os.environ | settings.as_environment() | {"PYTHONPATH": str(checkout)},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        told = b""
        while b"Ready." not in told:
            if process.stderr is None or not (line := await process.stderr.readline()):
                raise StuckError(f"The suite did not start:\n{told.decode()}")
            told += line
        yield
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.wait()


class Filling:
    """One store that is being filled."""

    def __init__(self, town: Town) -> None:
        """Nothing is opened before it is asked for."""
        self.cases: dict[str, Case] = {}
        self._town = town
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def open(self, situations: Mapping[str, Situation]) -> None:
        """Open a case for each situation and bring it there, some side by side."""
        for name in situations:
            number = len(self.cases) + 1
            council = COUNCILS[number % HILLSIDE_EVERY == 0]
            kind = "carer" if name.endswith("_carer") else "adult"
            self.cases[name] = await Case.open(self._town, name, council, kind, f"STORED-{number:04}")
        await self.go_on(situations)

    async def go_on(self, situations: Mapping[str, Situation]) -> None:
        """Bring cases that are open to other situations."""
        async with asyncio.TaskGroup() as tasks:
            for name, situation in situations.items():
                tasks.create_task(self._bring(self.cases[name], situation))

    async def _bring(self, case: Case, situation: Situation) -> None:
        async with self._room:
            await situation(case)
            print(f"  {case.name}: {case.case_id}", flush=True)


async def fill(checkout: Path, settings: Settings) -> Made:
    """Run the suite of a checkout and fill its store. What stands there is read back before it is stopped."""
    async with running(checkout, settings), Town(settings) as town:
        filling = Filling(town)
        await filling.open(BEFORE)
        put_in(HERE / "packs/second" / PACK, settings.policies)
        await filling.open({"changed_the_pack": THROUGH_ALL_STEPS})
        await asyncio.sleep(PACK_IS_CHECKED)
        await filling.go_on(WENT_ON)
        await filling.open(AFTER)
        return await Made.read(town, filling.cases.values())


async def make(checkout: Path, kind: Kind, folder: Path) -> None:
    """Make the store of one database."""
    server = None
    with tempfile.TemporaryDirectory() as scratch:
        try:
            policies = put_together(checkout / "policies", HERE / "packs/first" / PACK, Path(scratch) / "policies")
            database = ""
            if kind is Kind.POSTGRESQL:
                server = PostgresServer(_postgres())
                server.start()
                database = server.create_database("stored")
            settings = settings_on(Path(scratch) / "data", database, policies)
            made = await fill(checkout, settings)
            records = dump_of(_postgres(), server.port) if server else files_of(settings.data)
            pack_up(folder / kind.value, made, records)
        finally:
            if server:
                server.stop()


def _postgres() -> Path:
    programs = find_postgres()
    if programs is None:
        sys.exit("PostgreSQL is missing. Run `make setup-dev`.")
    return programs


def commit_of(checkout: Path) -> str:
    """The commit that a folder has checked out, in short."""
    command = ("git", "rev-parse", "--short", "HEAD")
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True).stdout.strip()


async def main() -> None:
    """Make both stores of a checkout's version."""
    arguments = argparse.ArgumentParser(description="Make the store of a released version.")
    arguments.add_argument("--checkout", type=Path, default=ROOT, help="a clean checkout of that version")
    checkout = arguments.parse_args().checkout.resolve()
    version = tomllib.loads((checkout / "pyproject.toml").read_text())["project"]["version"]
    commit = commit_of(checkout)
    folder = HERE / version
    if (folder / "README.md").exists():
        sys.exit(f"The store of version {version} has been made, and what a release has stored is never made again.")
    folder.mkdir(exist_ok=True)
    shutil.copytree(HERE / "packs", folder / "packs", dirs_exist_ok=True)
    for kind in Kind:
        print(f"{version} on {kind.value}", flush=True)
        await make(checkout, kind, folder)
    (folder / "README.md").write_text(
        f"# The store of version {version}\n\n"
        f"Filled by `tests/stored/fill.py` with a suite of commit {commit}. It never changes.\n"
    )


if __name__ == "__main__":
    asyncio.run(main())
