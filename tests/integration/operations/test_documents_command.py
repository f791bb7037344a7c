"""`sevensteps documents`, as somebody types it."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from integration.operations.told_case import Town, town
from servers.command_line import run_command
from servers.feed import Feed
from servers.services import NOBODY
from sevensteps import clock
from sevensteps.config import Settings

DAY = clock.day_in_words(clock.today())
pytestmark = [pytest.mark.parametrize("database", [""]), pytest.mark.usefixtures("no_looks")]


@pytest.fixture
async def there(settings: Settings, feed: Feed) -> AsyncIterator[Town]:
    """A case that has come to step 6 and was reviewed once."""
    async with town(settings, feed, temporal=NOBODY) as there:
        await there.come_to_life()
        yield there


async def command(there: Town, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command as it ends."""
    settings = replace(there.operations.running.settings, operations=there.operations.running.address)
    environment = settings.as_environment() | {"COLUMNS": "400"}
    return await asyncio.to_thread(run_command, environment, "documents", *arguments)


@pytest.mark.item(13)
async def test_what_the_person_was_told_is_listed_and_printed(there: Town) -> None:
    """Of every step, from the service that told it, with whose text it was; in each format."""
    listed = await command(there, "list", there.case_id, "--json")
    assert listed.returncode == 0, listed.stderr
    documents = [json.loads(line) for line in listed.stdout.splitlines()]
    assert [each["about"] for each in documents if each["kind"] == "DOCUMENT_KIND_NEXT_STEPS"] == [
        "money_found",
        "plan_made",
        "money_organised",
        "support_organised",
        "life_lived",
        "seen_how_it_worked",
    ], "the plan of step 3 is not signed yet"
    lines = (await command(there, "list", there.case_id)).stdout.splitlines()
    last = documents[-1]["document_id"]
    assert lines[-1].startswith(f"{last}  next steps, seen_how_it_worked: {DAY}; en, text of Adult social care")

    plain = (await command(there, "show", there.case_id, last)).stdout
    assert plain.startswith("What happens next.\n\nDear [[name]],\n")
    easy = (await command(there, "show", there.case_id, last, "--format", "easy-read")).stdout
    assert easy.startswith("<!DOCTYPE html>")
    assert 'class="picture"' in easy
    program = json.loads((await command(there, "show", there.case_id, last, "--json")).stdout)
    assert (program["content"], program["merge_fields"]) == (plain, ["name"])


async def test_what_is_not_there_is_said(there: Town) -> None:
    """A case of which nothing was told, and a document that no service has."""
    nothing = await command(there, "list", "case-000000000000")
    assert (nothing.returncode, nothing.stdout) == (0, "The person was told nothing in writing in this case yet.\n")
    refused = await command(there, "show", there.case_id, "document-1")
    assert refused.returncode == 1
    assert refused.stderr.startswith("DOCUMENT_NOT_FOUND: ")
