"""`sevensteps spend` and `repair plan correct`, as somebody types them."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from integration.operations.told_case import Town, town
from integration.review.home import Home, today
from servers.command_line import run_command
from servers.feed import Feed
from servers.services import NOBODY
from sevensteps import clock
from sevensteps.config import Settings

DAY = clock.day_in_words(clock.today())
pytestmark = [pytest.mark.parametrize("database", [""]), pytest.mark.usefixtures("no_looks")]


@pytest.fixture
async def there(settings: Settings, feed: Feed) -> AsyncIterator[Town]:
    """A case in step 6, of which £12.50 and £600.00 were spent; the second is for somebody to judge."""
    async with town(settings, feed, temporal=NOBODY) as there:
        await there.come_to_life()
        await there.has_heard()
        yield there


async def command(there: Town, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command as it ends."""
    settings = replace(there.operations.running.settings, operations=there.operations.running.address)
    environment = settings.as_environment() | {"COLUMNS": "400"}
    return await asyncio.to_thread(run_command, environment, *arguments)


async def records(there: Town) -> list[dict[str, str]]:
    """What `spend list` prints for programs."""
    listed = await command(there, "spend", "list", there.case_id, "--json")
    return [json.loads(line) for line in listed.stdout.splitlines()]


def right(spend_id: str, amount: str) -> tuple[str, ...]:
    """What is right, as it is typed."""
    return (spend_id, "--line", "l1", "--amount", amount, "--on", today(), "--because", "A slip.", "--by", "oz")


async def test_a_record_is_listed_and_corrected(there: Town) -> None:
    """What holds, what counts no more and why; what is for somebody to judge; and what the service refuses."""
    little, large = await records(there)
    done = await command(there, "spend", "correct", there.case_id, *right(little["spend_id"], "21.50"))
    assert done.returncode == 0, done.stderr
    assert f"counts in place of {little['spend_id']}. In this round £621.50 is spent." in done.stdout
    _, _, correction = await records(there)
    assert (correction["corrects"], correction["recorded_by"]) == (little["spend_id"], "oz")
    listed = (await command(there, "spend", "list", there.case_id)).stdout
    assert f"counts no more, {correction['spend_id']} corrects it" in listed
    assert f"corrects {little['spend_id']}, because: A slip." in listed
    assert f"{large['spend_id']}: £600.00 on line l1, on {DAY}; recorded by rae on " in listed
    assert "; for somebody to judge" in listed
    again = await command(there, "spend", "correct", there.case_id, *right(little["spend_id"], "22.00"))
    assert again.returncode == 1
    assert again.stderr.startswith("SPEND_CORRECTED: ")


async def test_a_repair_of_one_record_is_planned(there: Town) -> None:
    """It says what would follow, and does nothing; what is not said of what is right is asked for."""
    _, large = await records(there)
    spend_id, *said = right(large["spend_id"], "60.00")
    planning = ("repair", "plan", "correct", "--case", there.case_id)
    planned = await command(there, *planning, "--spend", spend_id, *said)
    assert planned.returncode == 0, planned.stderr
    assert f"£600.00 on line l1, on {DAY} becomes £60.00 on line l1, on {DAY}." in planned.stdout
    assert len(await records(there)) == 2
    missing = await command(there, *planning, "--spend", spend_id, "--because", "A slip.")
    assert missing.returncode == 2
    assert "--line, --amount, --on" in " ".join(missing.stderr.split())


async def test_a_case_without_spending_says_so(there: Town) -> None:
    """One that has not come to step 6 yet hears the service's own sentence."""
    await there.practice.open()
    listed = await command(there, "spend", "list", there.practice.case.case_id)
    assert listed.returncode == 1
    assert "STAGE_ORDER" in listed.stderr


async def test_a_life_in_which_nothing_was_spent_lists_nothing(there: Town) -> None:
    """In words for people, and nothing at all for programs."""
    home = Home(there.services.running["review"])
    await home.live()
    assert (await command(there, "spend", "list", home.case_id)).stdout == "Nothing was spent in this case yet.\n"
    assert (await command(there, "spend", "list", home.case_id, "--json")).stdout == ""
