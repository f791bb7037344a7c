"""The console beside a whole suite, as `sevensteps up` runs both."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from servers.command_line import COMMAND, run_command
from servers.console import Browser, skip_without_files, text_of
from sevensteps.config import Settings
from sevensteps.local.suite import on_free_ports

LIMIT_SECONDS = 120


@dataclass(frozen=True)
class Up:
    """A suite that runs, and the console's address as it was printed."""

    settings: Settings
    console: str


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A suite, stopped by Ctrl-C after the tests."""
    skip_without_files()
    settings = on_free_ports(replace(Settings(), data=tmp_path_factory.mktemp("up")))
    environment = os.environ | settings.as_environment() | {"TERM": "dumb"}
    with subprocess.Popen([*COMMAND, "up"], env=environment, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr
            said = []
            while "Ready" not in (line := running.stderr.readline()):
                said.append(line)
                assert line, said
            [console] = re.findall(r"console +(http://\S+)", "".join(said))
            yield Up(settings, console)
        finally:
            running.send_signal(signal.SIGINT)
            running.communicate(timeout=LIMIT_SECONDS)
    assert running.returncode == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(console)


async def test_a_case_that_was_played_is_on_the_pages_of_the_console(up: Up) -> None:
    """Its address is printed; there a case of an example is counted, listed and told, with the words of its events."""
    played = run_command(up.settings.as_environment(), "play", "carer", seconds=LIMIT_SECONDS)
    [case_id] = re.findall(r"case-\w+", played.stdout)[:1]
    async with httpx.AsyncClient(base_url=up.console) as http:
        browser = Browser(http)
        assert "Open cases 1 open" in text_of(await browser.sign_in())
        assert case_id in text_of(await browser.open("/cases?open=yes&steps=life_lived&case_kinds=carer"))
        story = text_of(await browser.open(f"/cases/{case_id}"))
        assert "Case opened: carer" in story
        assert "Step 6: living your life" in story
