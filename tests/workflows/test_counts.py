"""What the worker counts and checks: journeys as Temporal knows them, and how far the relay is behind the feed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from prometheus_client import Gauge
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from fakes.council import new_case
from fakes.search_attributes import register
from servers.feed import event, run_feed
from servers.services import PACK
from servers.waiting import until
from sevensteps import clock
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.config import Settings
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.local.suite import on_free_ports
from sevensteps.rpc.client import channel
from sevensteps.steps import DueKind, Stage
from sevensteps.telemetry import series
from sevensteps.temporal import COUNCIL, DUE_AT, DUE_KIND, JOURNEY, STAGE, WAITING_FOR, WaitingFor, workflow_id
from workflows import checks, counts
from workflows.checks import FeedCheck, TemporalCheck
from workflows.delivery.feed import Feed


def values(gauge: Gauge) -> Mapping[tuple[str, ...], float]:
    """What is not 0, by its labels in the order of the table."""
    return {
        tuple(sample.labels.values()): sample.value
        for metric in gauge.collect()
        for sample in metric.samples
        if sample.value
    }


async def begin(
    temporal: Client, council: str, stage: Stage, waiting_for: WaitingFor, *due: tuple[int, DueKind]
) -> None:
    """A journey that stands somewhere, due so many days from now if at all. No worker is needed for it."""
    shown: list[SearchAttributePair[str] | SearchAttributePair[datetime]] = [
        SearchAttributePair(COUNCIL, council),
        SearchAttributePair(STAGE, stage.value),
        SearchAttributePair(WAITING_FOR, waiting_for.value),
    ]
    today = datetime.combine(clock.today(), time.min, UTC)
    for days, kind in due:
        shown += [SearchAttributePair(DUE_AT, today + timedelta(days=days)), SearchAttributePair(DUE_KIND, kind.value)]
    attributes = TypedSearchAttributes(shown)
    started: str = JOURNEY
    await temporal.start_workflow(
        started, id=workflow_id(new_case()), task_queue=str(uuid4()), search_attributes=attributes, args=[]
    )


async def test_journeys_are_counted_by_council_step_and_date(temporal_server: str) -> None:
    """Those of councils with a file by their names, all others together; a date of today has not passed."""
    temporal = await Client.connect(temporal_server)
    await register(temporal)
    here, elsewhere = f"here-{uuid4().hex[:8]}", f"elsewhere-{uuid4().hex[:8]}"
    await counts.count(temporal, [here])
    others = values(series.JOURNEYS_RUNNING).get((counts.OTHERS, "plan_made"), 0)
    await begin(temporal, here, Stage.MONEY_FOUND, WaitingFor.DETERMINATION, (-1, DueKind.SOFT))
    await begin(temporal, here, Stage.MONEY_FOUND, WaitingFor.DETERMINATION, (0, DueKind.SOFT))
    await begin(temporal, here, Stage.LIFE_LIVED, WaitingFor.REVIEW_DATE, (-1, DueKind.HARD))
    await begin(temporal, here, Stage.LIFE_LIVED, WaitingFor.REVIEW_DATE, (7, DueKind.HARD))
    await begin(temporal, here, Stage.LIFE_LIVED, WaitingFor.REVIEW_DATE, (8, DueKind.SOFT))
    await begin(temporal, here, Stage.PLAN_AGREED, WaitingFor.MEND)
    await begin(temporal, elsewhere, Stage.PLAN_MADE, WaitingFor.PLAN)

    async def seen() -> bool:
        await counts.count(temporal, [here])
        running = {key: value for key, value in values(series.JOURNEYS_RUNNING).items() if key[0] == here}
        expected = {(here, "money_found"): 2, (here, "life_lived"): 3, (here, "plan_agreed"): 1}
        return running == expected and values(series.JOURNEYS_RUNNING)[counts.OTHERS, "plan_made"] == others + 1

    await until(seen, "all journeys to be counted")
    of_here = {
        gauge: {key[1:]: value for key, value in values(gauge).items() if key[0] == here} for gauge in counts.GAUGES
    }
    assert of_here[series.JOURNEYS_PARKED] == {(): 1}
    assert of_here[series.JOURNEYS_PAST_DUE] == {("false",): 1, ("true",): 1}
    assert of_here[series.JOURNEYS_DUE_SOON] == {("false",): 1, ("true",): 1}


async def test_the_worker_is_ready_once_temporal_answers(temporal_server: str) -> None:
    """Before it is connected, it says where it waits; afterwards, that nobody is there."""
    check = TemporalCheck(replace(Settings(), temporal=temporal_server))
    waits = await check.check.problem()
    assert waits.startswith(f"The worker waits for Temporal at {temporal_server}.")
    assert "`sevensteps temporal prepare`" in waits
    check.client = await Client.connect(temporal_server)
    assert await check.check.problem() == ""


async def test_the_lag_of_the_relay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the feed's own word: how many events, the age of the oldest fact that a journey must hear, and the clock."""
    monkeypatch.setattr(checks, "LONGEST_WAIT", 3600.0)
    settings = on_free_ports(Settings(data=tmp_path, pack=PACK))
    async with run_feed(settings, settings.feed) as feed:
        token = feed.running.token("journey", Role.JOURNEY, council=EVERY_COUNCIL)
        async with channel(settings.feed, lambda: token) as calls:
            asked = FeedCheck(Feed(calls), settings)
            by_name = {check.name: check for check in asked.checks}
            assert await by_name["feed"].problem() == await by_name["clock"].problem() == ""
            assert values(series.RELAY_LAG_EVENTS) == values(series.RELAY_LAG_SECONDS) == {}
            opened = event("case.opened.v1")
            await feed.append([event("advocacy.considered.v1"), opened])
            says = await by_name["feed"].problem()
            age = (clock.now() - clock.from_text(opened.occurred_at.ToJsonString())).total_seconds()
            assert values(series.RELAY_LAG_EVENTS) == {(): 2}
            assert abs(values(series.RELAY_LAG_SECONDS)[()] - age) < 60
            assert says.startswith("The oldest fact has waited ")
            acknowledged = feed_pb2.AcknowledgeEventsRequest(name="journeys", position=2)
            await feed.journey.AcknowledgeEvents(acknowledged)
            assert await by_name["feed"].problem() == ""
            assert (values(series.RELAY_LAG_EVENTS), values(series.RELAY_POSITION)) == ({}, {(): 2})
            assert abs(values(series.CLOCK_SKEW).get((), 0.0)) < 5
            await feed.stop()
            assert "does not answer" in await by_name["feed"].problem()
            assert await by_name["clock"].problem() == ""
