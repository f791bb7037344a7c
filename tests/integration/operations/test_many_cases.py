"""Among many cases each kind of stuck is found by one pass, on either database, and nothing is told of the others."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from servers.many_cases import OF_CASES, OF_PARTS, STOPS_ALL, Pass, calm, fill
from servers.services import NOBODY
from services.operations.domain.finding import StuckKind
from services.operations.service import NAME
from sevensteps import clock
from sevensteps.config import DECIDING_SERVICES, Settings
from sevensteps.events import LifeOpened
from sevensteps.service.opening import open_to_serve

LATE = {StuckKind.PERSON_PAST_DUE, StuckKind.OUTSIDE_PARTY_PAST_DUE}
CASES = 2000
"""`make bench` does the same with 100,000."""


@pytest.fixture
async def looked(settings: Settings) -> AsyncIterator[Pass]:
    """A pass over the rows of these cases. Nobody else is there to be asked."""
    nobody = dict.fromkeys((*DECIDING_SERVICES, "feed", "temporal"), NOBODY)
    alone = replace(settings, **nobody)  # type: ignore[arg-type]  # each is an address
    records = await open_to_serve(NAME, alone)
    with Pass.over(records, alone, await fill(records, CASES)) as looked:
        yield looked
        await looked.looking.close()
    await records.close()


async def test_each_kind_is_found_by_one_pass_and_nothing_else(looked: Pass) -> None:
    """Then nothing is stuck any more, and by the next pass nothing is told."""
    await looked.look()
    expected = {about: {kind} for about, kind in (OF_CASES | OF_PARTS).items()}
    assert await looked.found() == expected
    kinds = {kind for told in (OF_CASES, OF_PARTS, STOPS_ALL) for kind in told.values()}
    assert kinds == {*StuckKind}
    for part, kind in STOPS_ALL.items():
        looked.stops_all = part
        await looked.look()
        assert (await looked.found())[part] == {kind}
    looked.stops_all = ""
    await looked.look()
    assert await looked.found() == expected


async def test_every_date_passes_in_a_hundred_days(looked: Pass) -> None:
    """Each case whose step is due until then is late, whoever it waits for; no other is, and the suite is well."""
    looked.is_well = True
    await looked.look(clock.now() + timedelta(days=100))
    found = await looked.found()
    late = {about for about, kinds in found.items() if kinds & LATE}
    due = {case_id for case_id, payloads in calm(CASES) if not isinstance(payloads[-1], LifeOpened)}
    assert late - OF_CASES.keys() == due
