"""Reading the rows for a look, some at a time so that others read between."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from services.operations.domain.effects import Owed
from services.operations.domain.finding import Finding
from services.operations.domain.journeys import Case
from services.operations.looking import detecting
from services.operations.looking.lost_journeys import NewCase
from sevensteps import clock
from sevensteps.service.store import Store

BEGINNING = (0, 0)


class CaseRows:
    """The rows of cases, as the looks read them. Every reading raises a Fault as the store does."""

    def __init__(self, records: Store) -> None:
        """`records` holds the rows."""
        self._records = records

    async def dated(self, now: datetime) -> tuple[Sequence[Finding], Sequence[Owed]]:
        """What is stuck by its date, and what the suite owes because a date has come or passed."""
        found: list[Finding] = []
        owed: list[Owed] = []
        after: tuple[int, int] | None = BEGINNING
        while after:
            page = await self._records.read(partial(detecting.dated, today=clock.uk_day(now), now=now, after=after))
            found += page.found
            owed += page.owed
            after = page.after
        return found, owed

    async def unserved(self, now: datetime) -> Sequence[Owed]:
        """What the suite owes the cases that have waited for it for a while."""
        owed: list[Owed] = []
        after: tuple[int, int] | None = BEGINNING
        while after:
            some, after = await self._records.read(partial(detecting.unserved, now=now, after=after))
            owed += some
        return owed

    async def known(self, case_ids: Sequence[str]) -> Mapping[str, Case]:
        """Those of some cases that are open, as they are now."""
        return await self._records.read(partial(detecting.known, case_ids=case_ids)) if case_ids else {}

    async def how_many_open(self) -> int:
        """How many cases have not ended."""
        return await self._records.read(detecting.how_many_open)

    async def open_cases(self) -> set[str]:
        """The open cases that are old enough to have a journey."""
        found: set[str] = set()
        opened_before = clock.now() - detecting.OLD_ENOUGH
        after = 0
        while True:
            page = await self._records.read(partial(detecting.open_cases, opened_before=opened_before, after=after))
            found.update(case_id for _, case_id in page)
            if len(page) < detecting.AT_ONCE:
                return found
            after = page[-1][0]

    async def new_cases(self) -> Sequence[NewCase]:
        """The open cases that were opened so lately that `open_cases` has not had them for long, the newest first."""
        opened_after = clock.now() - detecting.OLD_ENOUGH - detecting.NEW_STILL
        found: list[NewCase] = []
        while True:
            before = found[-1].number if found else None
            page = await self._records.read(partial(detecting.newest, opened_after=opened_after, before=before))
            found += page
            if len(page) < detecting.AT_ONCE:
                return found
