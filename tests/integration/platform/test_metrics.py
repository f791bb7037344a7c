"""What a service counts: every series is on its page, and has the values that follow from what was called."""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from integration.assessment.practice import Practice, new_id, opening
from servers.feed import event, run_feed
from servers.pages import Scraped, families_of, get, scrape, silence_others, with_page
from servers.postgres import PostgresServer
from servers.services import FREE_PORT, NOBODY, PACK, Running, councils_of, reason_of, run_service
from servers.waiting import until
from services.assessment import case_counts
from services.feed.service import FeedService
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role
from sevensteps.policy import Decision
from sevensteps.rpc.identity import Identity
from sevensteps.rpc.server import Server
from sevensteps.service import checks
from sevensteps.service.decisions import counted
from sevensteps.telemetry import health, series

ASSESSMENT = "sevensteps.api.assessment.v1.AssessmentService"
FEED = "sevensteps.api.feed.v1.FeedService"
HANDLED = "sevensteps_rpc_handled_total"


@pytest.fixture(scope="module", autouse=True)
def often() -> Iterator[None]:
    """Everything is looked at and counted more often than in life, and that no event is sent is no matter."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in (
            (health, "LOOK_SECONDS"),
            (health, "COUNT_SECONDS"),
            (case_counts, "LOOK_SECONDS"),
        ):
            patch.setattr(module, name, 0.2)
        patch.setattr(checks, "LONGEST_WAIT", 3600)
        silence_others(patch)
        yield


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
async def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Assessment with a page, on both databases. There is no feed, so its events wait."""
    database = ""
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        database = server.create_database(f"metrics_{uuid4().hex}")
    data = tmp_path_factory.mktemp("metrics")
    async with run_service(
        "assessment", with_page(Settings(data=data, database=database, pack=PACK, feed=NOBODY))
    ) as service:
        yield service


def page_of(running: Running) -> str:
    return running.settings.metrics


async def test_every_series_of_a_service_is_there(running: Running) -> None:
    """Those of the table, in a form that Prometheus's own parser takes, and no other process's."""
    found = await scrape(page_of(running))
    assert {name for name in found.families if name.startswith("sevensteps_")} == families_of("assessment")
    assert {"process_cpu_seconds", "python_gc_collections"} <= found.families


async def test_calls_are_counted_with_how_they_end(running: Running) -> None:
    """An answer, a refusal on the merits, and one at the door: each with its reason."""
    before = await scrape(page_of(running))
    work = Practice(running)
    await work.open()
    denied = await reason_of(work.caller(Role.INTEGRATOR).OpenCase(opening()))
    missing = await reason_of(work.amy.GetCase(pb.GetCaseRequest(case_id="case-0")))
    after = await scrape(page_of(running))

    def more(method: str, code: str, reason: str) -> float:
        labels = {"service": ASSESSMENT, "method": method, "code": code, "reason": reason}
        return after.value(HANDLED, **labels) - before.value(HANDLED, **labels)

    assert (denied, missing) == ("ROLE_LACKS_RIGHT", "CASE_NOT_FOUND")
    assert more("OpenCase", "OK", "") == 1
    assert more("GetCase", "NOT_FOUND", "CASE_NOT_FOUND") == 1
    assert more("OpenCase", "PERMISSION_DENIED", denied) == 1
    timed = {"service": ASSESSMENT, "method": "OpenCase"}
    for name in ("sevensteps_rpc_seconds_count", "sevensteps_rpc_started_total"):
        assert after.value(name, **timed) - before.value(name, **timed) == 2
    assert after.value("sevensteps_rpc_seconds_sum", **timed) > before.value("sevensteps_rpc_seconds_sum", **timed)
    assert after.value("sevensteps_rpc_in_progress", service=ASSESSMENT) == 0


async def test_no_call_that_does_not_exist_has_a_series(running: Running) -> None:
    """Whoever makes names up would fill the memory of whatever keeps the series."""
    async with running.stub(lambda calls: calls, running.token("amy", Role.PRACTITIONER)) as calls:
        made_up: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = calls.unary_unary(f"/{ASSESSMENT}/MadeUp")
        assert await reason_of(made_up(b"")) == "UNIMPLEMENTED"
        check: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = calls.unary_unary("/grpc.health.v1.Health/Check")
        await check(health_pb2.HealthCheckRequest().SerializeToString())
    found = await scrape(page_of(running))
    assert found.labels(HANDLED, "method") & {"MadeUp", "Check"} == set()


async def test_what_a_case_brings_is_counted(running: Running) -> None:
    """A decision by its verdict, transactions, the event that waits, the case, its receipt's link, the pack."""
    before = await scrape(page_of(running))
    work = Practice(running)
    case = await work.open()
    considered = await work.amy.ConsiderAdvocacy(
        pb.ConsiderAdvocacyRequest(
            request_id=new_id(), case_id=case.case_id, etag=case.etag, understanding=True, appropriate_person=False
        )
    )
    assert considered.decision.receipt_id
    found: list[Scraped] = []

    async def told() -> bool:
        found[:] = [await scrape(page_of(running))]
        waits = (
            found[0].value("sevensteps_outbox_events") >= 2 and found[0].value("sevensteps_outbox_oldest_seconds") > 0
        )
        return waits and found[0].value("sevensteps_cases_open", council="example", step="money_found") >= 1

    await until(told, "what is counted now and then")
    now = found[0]
    assert more_decided(now, before, considered.decision.decision) == 1
    writes = {"kind": "write", "outcome": "done"}
    assert now.value("sevensteps_database_units_total", **writes) > before.value(
        "sevensteps_database_units_total", **writes
    )
    assert now.value("sevensteps_database_unit_seconds_count", kind="read") > 0
    assert now.value("sevensteps_database_connections") > 0
    assert now.value("sevensteps_cases_oldest_seconds", council="example", step="money_found") >= 0

    async def chained() -> bool:
        return (await scrape(page_of(running))).value("sevensteps_receipts_unchained") == 0

    await until(chained, "every receipt to have its link")


def more_decided(now: Scraped, before: Scraped, decision: str) -> float:
    assert now.value("sevensteps_decision_seconds_count", decision=decision) >= 1
    total = "sevensteps_decisions_total"
    return now.value(total, decision=decision) - before.value(total, decision=decision)


async def test_how_the_process_is_is_told_with_it(running: Running) -> None:
    """Whether it is ready and by which checks, its clock, its tasks, and the packs by which it decides."""

    async def ready() -> bool:
        return (await scrape(page_of(running))).value("sevensteps_ready") == 1

    await until(ready, "the service to be ready")
    now = await scrape(page_of(running))
    assert now.labels("sevensteps_ready_check", "check") >= {"database", "clock", "feed", "packs", "keys"}
    assert abs(now.value("sevensteps_clock_skew_seconds")) < 5
    assert now.value("sevensteps_background_task_up", task="publisher") == 1
    assert now.labels("sevensteps_pack_in_force_info", "pack") == {PACK}
    assert len(*now.labels("sevensteps_pack_in_force_info", "hash")) == 64
    assert now.value("sevensteps_pack_refused", pack=PACK) == 0


async def test_an_event_that_cannot_be_sent_is_counted(running: Running) -> None:
    """Nobody listens where the feed should be."""
    await Practice(running).open()

    async def failed() -> bool:
        return (await scrape(page_of(running))).value("sevensteps_outbox_failed_total") > 0

    await until(failed, "a sending to fail")


def test_evaluators_that_differ_are_counted() -> None:
    """No decision is made then; another refusal of the engine is not counted as that."""

    def raising(reason: str) -> Callable[[], Decision]:
        def decide() -> Decision:
            raise Fault(Kind.INTERNAL, reason, "Not decided.")

        return decide

    for reason in ("ENGINES_DISAGREE", "PACK_REFUSED"):
        with pytest.raises(Fault, match=reason):
            counted("a decision of this test", raising(reason))
    found = {sample.labels["decision"]: sample.value for sample in samples_of(series.EVALUATORS_DISAGREED)}
    assert found == {"a decision of this test": 1}
    assert "a decision of this test" not in {sample.labels.get("decision") for sample in samples_of(series.DECISIONS)}


def samples_of(each: Collector) -> list[Sample]:
    return [sample for metric in each.collect() for sample in metric.samples]


async def test_a_limit_is_counted_by_its_setting(tmp_path: Path) -> None:
    """The second stream of one subject, where one is allowed."""
    settings = with_page(Settings(data=tmp_path, pack=PACK, most_streams_each=1))
    async with run_feed(settings) as feed:
        before = await scrape(settings.metrics)
        first = feed.integrator.WatchEvents(feed_pb2.WatchEventsRequest())
        await anext(aiter(first))
        second = feed.integrator.WatchEvents(feed_pb2.WatchEventsRequest())
        assert await reason_of(anext(aiter(second))) == "TOO_MANY_STREAMS"
        after = await scrape(settings.metrics)
        first.cancel()
    limit = {"limit": "most_streams_each"}
    assert after.value("sevensteps_refused_total", **limit) - before.value("sevensteps_refused_total", **limit) == 1


async def test_a_call_that_is_given_up_is_cancelled_and_one_that_is_cut_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the one; whoever waits for the other, because the feed stops, is told why."""
    monkeypatch.setattr("sevensteps.rpc.server.DRAIN_SECONDS", 0.3)
    settings = with_page(Settings(data=tmp_path, pack=PACK))
    append = {"service": FEED, "method": "AppendEvents"}
    given_up, cut = append | {"code": "CANCELLED"}, append | {"code": "UNAVAILABLE", "reason": "STOPPING"}
    async with run_feed(settings) as feed:
        before = await scrape(settings.metrics)
        lock = sqlite3.connect(tmp_path / "feed.db", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        waiting = asyncio.create_task(feed.append([event()]))

        async def under_way() -> bool:
            return (await scrape(settings.metrics)).value("sevensteps_rpc_in_progress", service=FEED) == 1

        async def counted_as_given_up() -> bool:
            return (await scrape(settings.metrics)).value(HANDLED, **given_up) == before.value(HANDLED, **given_up) + 1

        await until(under_way, "the call to be under way")
        waiting.cancel()
        await until(counted_as_given_up, "the call to be over")
        waiting = asyncio.create_task(feed.append([event()]))
        await until(under_way, "the next one to be under way")
        stopping = asyncio.create_task(feed.stop())
        assert await reason_of(waiting) == "STOPPING"
        lock.close()
        await stopping
    series_now = {tuple(sample.labels.values()): sample.value for sample in samples_of(series.RPC_HANDLED)}
    assert series_now[FEED, "AppendEvents", *list(cut.values())[2:]] == before.value(HANDLED, **cut) + 1


@pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)
async def test_the_feed_counts_events_readers_and_how_far_each_is(tmp_path: Path, database: str) -> None:
    """A watcher who hangs up is CANCELLED, not OK; a subscription is as far behind as there are events after it."""
    settings = with_page(Settings(data=tmp_path, database=database, pack=PACK))
    async with run_feed(settings) as feed:
        before = await scrape(settings.metrics)
        assert {name for name in before.families if name.startswith("sevensteps_")} == families_of("feed")
        await feed.append([event(), event(case_id="case-b")])
        await feed.integrator.AcknowledgeEvents(feed_pb2.AcknowledgeEventsRequest(name="ledger", position=1))
        watching = feed.integrator.WatchEvents(feed_pb2.WatchEventsRequest())
        await anext(aiter(watching))
        during = await scrape(settings.metrics)
        watching.cancel()
        cancelled = {"service": FEED, "method": "WatchEvents", "code": "CANCELLED"}
        found: list[Scraped] = []

        async def told() -> bool:
            found[:] = [await scrape(settings.metrics)]
            lag = found[0].value("sevensteps_feed_subscription_lag", council="example", subscription="ledger")
            return lag == 1 and found[0].value(HANDLED, **cancelled) > before.value(HANDLED, **cancelled)

        await until(told, "the lag, and the watcher to be gone")
    after = found[0]
    assert during.value("sevensteps_feed_streams") == 1
    assert after.value("sevensteps_feed_streams") == 0
    appended = {"service": "planning"}
    name = "sevensteps_feed_appended_total"
    assert after.value(name, **appended) - before.value(name, **appended) == 2
    assert after.value("sevensteps_feed_position") == 2


async def test_the_page_speaks_http(running: Running) -> None:
    """What is not there, is not asked well, or is no HTTP, is said so, and does not disturb the next who asks."""
    page = page_of(running)
    plain = await get(page, "/metrics")
    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "# EOF" not in plain.text
    assert (await get(page, "/metrics?name=x")).status_code == 200
    missing = await get(page, "/")
    assert (missing.status_code, missing.text) == (404, "Here are /metrics, /live, /ready and /started.\n")
    assert b" 405 " in await _raw(page, b"POST /metrics HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\n\r\nx")
    assert b" 400 " in await _raw(page, b"\x16\x03\x01 no HTTP at all\r\n\r\n")
    assert b" 431 " in await _raw(page, b"GET / HTTP/1.1\r\nHost: here\r\nX: " + b"x" * 20_000)
    assert await _raw(page, b"") == b""
    assert (await get(page, "/live")).status_code == 200


async def test_whoever_says_nothing_keeps_nobody_out(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """More connections than are served at once: those that are silent are closed, and the next one is answered."""
    monkeypatch.setattr("sevensteps.telemetry.page.SECONDS", 0.3)
    host, _, port = page_of(running).rpartition(":")
    silent = [await asyncio.open_connection(host, int(port)) for _ in range(40)]

    async def answers() -> bool:
        try:
            return (await get(page_of(running), "/live")).status_code == 200
        except httpx.TransportError:
            return False

    await until(answers, "an answer")
    for _, writer in silent:
        writer.close()
        await writer.wait_closed()


async def test_a_page_that_has_no_room_says_which_setting(tmp_path: Path) -> None:
    """Somebody else listens at the address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        settings = Settings(data=tmp_path, pack=PACK, metrics=address)
        server = Server(
            await FeedService.open(settings, Identity.open(settings)),
            Identity.open(settings),
            councils_of(settings),
            FREE_PORT,
            page=address,
        )
        with pytest.raises(Fault, match="SEVENSTEPS_METRICS names"):
            await server.start()
        await server.stop()


async def _raw(address: str, sent: bytes) -> bytes:
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    writer.write_eof()
    try:
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


def test_series_have_the_names_that_their_kind_asks_for() -> None:
    """A unit at the end, _total for what only grows; and nothing is named twice."""
    names = [each.name for each in series.DEFINED]
    assert len(set(names)) == len(names)
    assert all(each.name.endswith("_total") == (each.kind == "counter") for each in series.DEFINED)
    assert {label for each in series.DEFINED for label in each.labels} & {"case", "case_id", "person", "actor"} == set()
