"""Alerting the council: its own command is told what is newly stuck and what is mended, not too often."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import NoReturn

from services.operations.alerts import told
from services.operations.alerts.alert_command import AlertCommand, Outcome, Run
from services.operations.domain import words
from services.operations.domain.finding import Finding
from services.operations.finding_pages import Cause
from sevensteps import clock, log
from sevensteps.errors import waiting_out
from sevensteps.service.store import Store
from sevensteps.telemetry import series

ALERTS = "alerts"
"""What an instance has its turn for: one of them alerts."""
LOOK_SECONDS = 15.0
"""How often it is looked whether something waits to be told, where nobody says so."""


class Alerting:
    """Runs the council's command, at most once in so many minutes. What comes meanwhile is told by the next run."""

    def __init__(self, records: Store, command: AlertCommand | None, pause: timedelta) -> None:
        """`pause` lies between two runs. Without a command nobody is alerted."""
        self._records = records
        self._command = command
        self._pause = pause
        self._wake = asyncio.Event()
        self._before = Run(Outcome.SENT)

    def wake(self) -> None:
        """There may be something new: look at once, not only when it is time."""
        self._wake.set()

    async def keep(self) -> NoReturn:
        """Alert for as long as the process runs, until cancelled. Waits out trouble of the database."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            with waiting_out():
                async with self._records.in_turn(ALERTS) as is_ours:
                    if is_ours:
                        await self.alert(clock.now())

    async def alert(self, now: datetime) -> None:
        """Run the command if it is time and there is something to tell. Raises a Fault as the store does.

        What was told is on record before it could be told again. Where the command fails, the next run tells the same.
        """
        if self._command is None:
            return
        alert = await self._records.write(partial(told.begin_alert, now=now, pause=self._pause))
        if alert is None:
            return
        run = await self._command.run(_document(now, *alert))
        series.ALERTS.labels(run.outcome.value).inc()
        self._log_once(run)
        await self._records.write(partial(told.end_alert, is_told=run.outcome is Outcome.SENT))

    def _log_once(self, run: Run) -> None:
        """Log that the command fails, unless the last line said the same; and that it works again."""
        if run.outcome is Outcome.SENT and self._before.outcome is not Outcome.SENT:
            log.get().info("the command for alerts works again")
        elif run.outcome is not Outcome.SENT and run != self._before:
            log.get().error(
                "the command for alerts fails; what it was to tell waits", reason=run.outcome, exit_code=run.exit_code
            )
        self._before = run


def _document(now: datetime, stuck: Sequence[Cause], mended: Sequence[Cause]) -> str:
    """What the command reads: no names, and nothing that anybody has written."""
    newly_stuck = [{**_of_cause(cause), **_to_do(cause.first)} for cause in stuck]
    document = {"at": clock.as_text(now), "newly_stuck": newly_stuck, "mended": [_of_cause(each) for each in mended]}
    return json.dumps(document, indent=2)


def _of_cause(cause: Cause) -> Mapping[str, str | int]:
    return {
        "kind": cause.first.kind,
        "cause": cause.first.cause,
        "cases": cause.cases,
        "since": clock.as_text(cause.first.since),
        "what": words.what_all_have(cause.first),
    }


def _to_do(first: Finding) -> Mapping[str, str]:
    return {"whom": first.whom, "case_id": first.case_id, "to_do": words.what_to_do(first)}
