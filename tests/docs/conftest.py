"""A running suite with one case in step 6, for the examples in the pages."""

import os
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from docs.pages import ROOT
from sevensteps import clock
from sevensteps.cli.story.examples import FOLDER, load
from sevensteps.cli.story.runner import play_all
from sevensteps.config import Settings
from sevensteps.local.suite import Suite, on_free_ports


@pytest.fixture(scope="session")
async def environment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mapping[str, str]]:
    """The environment of a reader's terminal: the settings of the suite, `sevensteps` on PATH, and a case as $CASE."""
    settings = on_free_ports(replace(Settings(), data=tmp_path_factory.mktemp("docs") / "data"))
    suite = Suite(settings, print)
    await suite.start()
    try:
        played = await play_all(load([FOLDER / "carer.yaml"], clock.today()), settings, lambda _: None, lambda *_: None)
        yield {
            "CASE": played[0].history.case_id,
            "HOME": os.environ.get("HOME", str(ROOT)),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **settings.as_environment(),
        }
    finally:
        await suite.stop()
