"""Whether a service is ready: what is wrong is told in words, and is over when it is mended. It lives all the same."""

import asyncio
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
import sqlalchemy as sa
from grpc_health.v1 import health_pb2
from sqlalchemy.ext.asyncio import create_async_engine

from integration.assessment.practice import Practice
from servers.authority import Authority
from servers.command_line import run_command
from servers.feed import event, run_feed
from servers.issuer import Issuer, identity_yaml
from servers.pages import asked, scrape, silence_others, with_page
from servers.services import NOBODY, PACK, Running, run_service
from servers.waiting import until
from sevensteps.background import Background
from sevensteps.config import POLICIES, Settings
from sevensteps.errors import Fault, Kind
from sevensteps.identity import issuer as issuer_keys
from sevensteps.identity import issuers
from sevensteps.local.ports import free_port
from sevensteps.local.suite import on_free_ports
from sevensteps.rpc.client import channel_without_token
from sevensteps.service import checks
from sevensteps.telemetry import clocks, health
from sevensteps.telemetry.health import Check, Health
from sevensteps.telemetry.words import ASKED, LIVE, READY, STARTED

FETCHED = "sevensteps_signing_keys_fetched_timestamp_seconds"
SAYS = Mapping[str, str]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is looked at more often than in life."""
    silence_others(monkeypatch)
    monkeypatch.setattr(health, "LOOK_SECONDS", 0.1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return with_page(Settings(data=tmp_path / "data", pack=PACK, feed=NOBODY))


async def is_ready(settings: Settings) -> None:
    """Wait until it is ready, in every way in which it can be asked."""

    async def ready() -> bool:
        status, says = await asked(settings.metrics, READY)
        return status == 200 and {*says.values()} == {"ok"}

    await until(ready, f"{await asked(settings.metrics, READY)} to be ready")
    assert (await scrape(settings.metrics)).value("sevensteps_ready") == 1


async def is_not_ready(settings: Settings, name: str) -> str:
    """Wait until one check, and no other, fails. Answers what it says."""
    found: list[tuple[int, SAYS]] = []

    async def fails() -> bool:
        found[:] = [await asked(settings.metrics, READY)]
        return found[0][0] == 503 and found[0][1][name] != "ok"

    await until(fails, f"{name} to fail")
    [(_, says)] = found
    assert {said for each, said in says.items() if each != name} == {"ok"}
    assert (await asked(settings.metrics, LIVE))[0] == (await asked(settings.metrics, STARTED))[0] == 200
    scraped = await scrape(settings.metrics)
    assert scraped.value("sevensteps_ready") == scraped.value("sevensteps_ready_check", check=name) == 0
    return says[name]


async def test_a_database_that_is_gone(settings: Settings, postgres_url: str) -> None:
    """PostgreSQL takes no connection any more, and takes some again."""
    settings = replace(settings, database=postgres_url)
    server, _, name = postgres_url.rpartition("/")
    engine = create_async_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    cut = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    async with run_service("assessment", settings) as running, engine.connect() as admin:
        await is_ready(settings)
        await admin.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        await admin.execute(cut, {"name": name})

        async def told() -> bool:
            status, says = await asked(settings.metrics, READY)
            return status == 503 and "The database at SEVENSTEPS_DATABASE does not answer" in says["database"]

        await until(told, "the database to be missed")
        assert (await asked(settings.metrics, LIVE))[0] == 200
        assert await _grpc(running) == {LIVE: True, READY: False, STARTED: True}
        await admin.execute(sa.text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
        await is_ready(settings)
        assert await _grpc(running) == {LIVE: True, READY: True, STARTED: True}
    await engine.dispose()


async def _grpc(running: Running) -> dict[str, bool]:
    """What gRPC's health check says."""
    found: dict[str, bool] = {}
    async with channel_without_token(running.address, None) as calls:
        check: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = calls.unary_unary("/grpc.health.v1.Health/Check")
        for what in ASKED:
            answer = await check(health_pb2.HealthCheckRequest(service=what).SerializeToString())
            status = health_pb2.HealthCheckResponse.FromString(answer).status
            found[what] = status == health_pb2.HealthCheckResponse.SERVING
    return found


async def test_records_that_went_back(settings: Settings) -> None:
    """An older backup, under a process that runs: which revision, and what mends it. A newer one is no trouble."""
    async with run_feed(settings):
        await is_ready(settings)
        with closing(sqlite3.connect(settings.data / "feed.db", isolation_level=None)) as records:
            (stored,) = records.execute("SELECT version_num FROM alembic_version").fetchone()
            records.execute("UPDATE alembic_version SET version_num = '0001'")
            says = await is_not_ready(settings, "database")
            assert f"in {settings.data / 'feed.db'} are at revision 0001" in says
            assert "`sevensteps db upgrade feed`" in says
            for revision in ("9999", stored):
                records.execute("UPDATE alembic_version SET version_num = ?", (revision,))
                await is_ready(settings)


async def test_a_feed_that_is_away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing waits for it, it is not missed. Once an event has waited too long, the address and the reason."""
    monkeypatch.setattr(checks, "LONGEST_WAIT", 0.5)
    settings = replace(settings, feed=f"127.0.0.1:{free_port()}", assessment=f"127.0.0.1:{free_port()}")
    async with run_service("assessment", settings, address=settings.assessment) as running:
        await is_ready(settings)
        assert await _health(settings, "assessment", "ready") == (0, "assessment is ready.\n")
        await Practice(running).open()
        says = await is_not_ready(settings, "feed")
        assert says.startswith("The oldest event has waited ")
        assert f"to be sent to the feed at {settings.feed} (UNAVAILABLE)." in says
        await _commands_say_so(settings)
        async with run_feed(replace(settings, metrics=""), settings.feed):
            await is_ready(settings)
            sent = (await scrape(settings.metrics)).value("sevensteps_outbox_sent_total")
            assert sent >= 1


async def _health(settings: Settings, *asked: str) -> tuple[int, str]:
    """What `sevensteps health` says, and its exit code."""
    ended = await asyncio.to_thread(run_command, settings.as_environment(), "health", *asked)
    return ended.returncode, ended.stdout + ended.stderr


async def _commands_say_so(settings: Settings) -> None:
    """With the words of the page; gRPC's health check alone says yes or no."""
    without = replace(settings, metrics="")
    code, told = await _health(settings, "assessment", "ready")
    assert (code, told.startswith("assessment is not ready.\nfeed: The oldest event has waited")) == (1, True)
    code, told = await _health(without, "assessment", "ready")
    assert (code, told.startswith("assessment is not ready. Its page says why")) == (1, True)
    assert await _health(without, "assessment", "started") == (0, "assessment has started.\n")
    assert await _health(settings, "assessment", "live") == (0, "assessment is live.\n")
    assert await _health(settings, "assessment") == (0, "assessment serves.\n")
    code, told = await _health(settings, "worker", "ready")  # that page is another process's
    unasked = "worker cannot be asked: it does not answer at SEVENSTEPS_METRICS"
    assert (code, told) == (1, f"{unasked} ({settings.metrics}).\n")


async def test_the_worker_can_be_asked_on_its_page_alone(settings: Settings) -> None:
    """Without one, the command says so; and there is nothing else to ask for."""
    code, told = await _health(replace(settings, metrics=""), "worker", "ready")
    unasked = "worker cannot be asked: it does not answer at SEVENSTEPS_METRICS"
    assert (code, told) == (1, f"{unasked} (which is empty).\n")
    code, told = await _health(settings, "worker", "redy")
    assert (code, "expected one of live, ready, started, not redy" in told) == (2, True)


async def test_a_pack_that_is_refused(settings: Settings, tmp_path: Path) -> None:
    """A council's new pack cannot be read: nothing can be decided for it, and who chooses it is told what to run."""
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    shutil.copytree(policies / "example-council", policies / "broken")
    (policies / "broken" / "council.yaml").unlink()
    pack = policies / "broken" / "pack.yaml"
    pack.write_text(pack.read_text().replace("pack: example-council", "pack: broken"))
    (policies / "broken" / "parameters" / "choices.yaml").write_text("this: is no parameter\n")
    council = policies / "example-council" / "council.yaml"
    another = policies / "another" / "council.yaml"
    another.parent.mkdir()
    named = council.read_text().replace("council: example-council", "council: another")
    another.write_text(named.replace("pack: example-council", "pack: broken"))
    settings = replace(settings, policies=policies, pack="")
    async with run_service("review", settings):
        says = await is_not_ready(settings, "packs")
        assert says.startswith(
            "Pack broken is refused, so nothing can be decided by it: `sevensteps policy check broken`"
        )
        assert (await scrape(settings.metrics)).value("sevensteps_pack_refused", pack="broken") == 1
        another.write_text(named)
        await is_ready(settings)


async def test_keys_that_nobody_has_told(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An issuer that does not answer: no token of it can be checked until it does."""
    monkeypatch.setattr(issuer_keys, "PAUSE_SECONDS", 0.2)
    monkeypatch.setattr(issuers, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(health, "COUNT_SECONDS", 0.2)
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    issuer = Issuer()
    issuer.start()
    issuer.stop()
    (policies / "identity.yaml").write_text(identity_yaml(issuer))
    settings = replace(settings, policies=policies)
    async with run_feed(settings):
        says = await is_not_ready(settings, "keys")
        assert says.startswith(f"The issuer {issuer.url} has not told its keys")
        issuer.start()
        try:
            await is_ready(settings)

            async def told() -> bool:
                return (await scrape(settings.metrics)).labels(FETCHED, "issuer") == {issuer.url}

            await until(told, "when the keys were fetched")
        finally:
            issuer.stop()


async def test_the_ends_of_certificates_are_told(settings: Settings, tmp_path: Path) -> None:
    """Each by its file: its own, and that of its authority."""
    folder = Authority().write(tmp_path / "certificates", "feed")
    settings = on_free_ports(replace(settings, certificates=str(folder)))
    async with run_feed(settings):

        async def told() -> bool:
            found = await scrape(settings.metrics)
            files = {str(folder / "feed.pem"), str(folder / "authority.pem")}
            told = found.labels("sevensteps_certificate_expires_timestamp_seconds", "certificate")
            return {each for each in told if each.startswith(str(folder))} == files

        await until(told, "both certificates")


async def test_who_stops_is_not_ready_first(settings: Settings) -> None:
    """While a call is under way that will be answered, traffic already goes elsewhere; the page says why."""
    async with run_feed(settings) as feed:
        await is_ready(settings)
        lock = sqlite3.connect(settings.data / "feed.db", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        call = asyncio.create_task(feed.append([event()]))
        await asyncio.sleep(0.3)
        stopping = asyncio.create_task(feed.stop())
        says = await is_not_ready(settings, "stopping")
        assert says == "It is stopping, and takes no new work. Nothing is to be done."
        assert not stopping.done()
        lock.execute("ROLLBACK")
        lock.close()
        assert await call == 1
        await stopping


async def test_a_check_that_hangs_or_fails_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are made all the same; what it says is a sentence, never a stack trace."""
    monkeypatch.setattr(health, "ANSWER_SECONDS", 0.1)

    async def hangs() -> str:
        await asyncio.sleep(60)
        return ""

    async def breaks() -> str:
        raise LookupError("amy")

    async def refuses() -> str:
        raise Fault(Kind.UNAVAILABLE, "AWAY", "It is away.")

    async def passes() -> str:
        return ""

    looked = Health(Background(), [Check(each.__name__, each) for each in (hangs, breaks, refuses, passes)])
    assert not looked.ask(READY).is_yes
    assert not looked.ask(STARTED).is_yes
    await looked.look()
    said = looked.ask(READY).parts
    assert said["hangs"].startswith("The check took longer than")
    assert said["breaks"] == "The check could not be made (LookupError); the log has more."
    assert (said["refuses"], said["passes"]) == ("It is away.", "ok")


async def test_a_process_of_which_a_part_has_ended_does_not_live() -> None:
    """It is about to end, to be started again."""

    async def ends() -> None:
        """At once."""

    background = Background()
    looked = Health(background, ())
    await background.start("publisher", ends())
    await background.one_ended()
    answer = looked.ask(LIVE)
    assert (answer.is_yes, dict(answer.parts)) == (False, {"publisher": "It has ended: the log says why."})


@pytest.mark.parametrize(
    ("ahead", "says"), [(61, "61 seconds ahead of the feed's"), (-61, "61 seconds behind the feed's")]
)
def test_a_clock_that_is_wrong(ahead: float, says: str) -> None:
    """By how much, in which direction, what is allowed and what to do."""
    problem = clocks.skew_problem(ahead, "the feed's", 60)
    assert says in problem
    assert "SEVENSTEPS_CLOCK_SKEW_SECONDS allows 60" in problem
    assert clocks.skew_problem(ahead, "the feed's", 62) == ""
