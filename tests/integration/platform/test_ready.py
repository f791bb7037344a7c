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

from integration.assessment.practice import Practice, opening
from servers.authority import Authority
from servers.command_line import run_command
from servers.feed import run_feed
from servers.pages import asked, scrape, with_page
from servers.services import NOBODY, PACK, Running, run_service
from servers.waiting import until
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.background import Background
from sevensteps.config import POLICIES, Settings
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Role
from sevensteps.local.ports import free_port
from sevensteps.rpc.client import channel_without_token
from sevensteps.service import checks
from sevensteps.telemetry import clocks, health
from sevensteps.telemetry.health import Check, Health
from sevensteps.telemetry.words import ASKED, LIVE, READY, STARTED

WELL = {"stopping": "ok", "database": "ok", "clock": "ok", "feed": "ok", "packs": "ok", "keys": "ok"}
SAYS = Mapping[str, str]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is looked at more often than in life."""
    monkeypatch.setattr(health, "LOOK_SECONDS", 0.1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return with_page(Settings(data=tmp_path / "data", pack=PACK, feed=NOBODY))


async def is_ready(settings: Settings) -> None:
    """Wait until it is ready, in every way in which it can be asked."""

    async def ready() -> bool:
        return await asked(settings.metrics, READY) == (200, WELL)

    await until(ready, f"{await asked(settings.metrics, READY)} to be ready")
    assert (await scrape(settings.metrics)).value("sevensteps_ready") == 1


async def is_not_ready(settings: Settings, name: str) -> str:
    """Wait until one check, and no other, fails. Answers what it says."""
    found: list[tuple[int, SAYS]] = []

    async def fails() -> bool:
        found[:] = [await asked(settings.metrics, READY)]
        return found[0][0] == 503 and found[0][1][name] != "ok"

    await until(fails, f"{name} to fail")
    status, says = found[0]
    assert (status, {each: said for each, said in says.items() if each != name}) == (
        503,
        {each: said for each, said in WELL.items() if each != name},
    )
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
    """An older backup, under a process that runs: which revision, and the command that mends it. A newer one is well."""
    async with run_service("planning", settings):
        await is_ready(settings)
        with closing(sqlite3.connect(settings.data / "planning.db", isolation_level=None)) as records:
            (stored,) = records.execute("SELECT version_num FROM alembic_version").fetchone()
            records.execute("UPDATE alembic_version SET version_num = '0001'")
            says = await is_not_ready(settings, "database")
            assert f"in {settings.data / 'planning.db'} are at revision 0001" in says
            assert "`sevensteps db upgrade planning`" in says
            for revision in ("9999", stored):
                records.execute("UPDATE alembic_version SET version_num = ?", (revision,))
                await is_ready(settings)


async def test_a_feed_that_is_away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing waits for it, it is not missed. Once an event has waited too long, the address and the reason."""
    monkeypatch.setattr(checks, "LONGEST_WAIT", 0.5)
    settings = replace(settings, feed=f"127.0.0.1:{free_port()}")
    async with run_service("assessment", settings) as running:
        await is_ready(settings)
        await Practice(running).open()
        says = await is_not_ready(settings, "feed")
        assert says.startswith("The oldest event has waited ")
        assert f"to be sent to the feed at {settings.feed} (UNAVAILABLE)." in says
        async with run_feed(replace(settings, metrics=""), settings.feed):
            await is_ready(settings)
            sent = (await scrape(settings.metrics)).value("sevensteps_outbox_sent_total")
            assert sent >= 1


async def test_a_pack_that_is_refused(settings: Settings, tmp_path: Path) -> None:
    """A council's new pack cannot be read: nothing can be decided for it, and who chooses it is told what to run."""
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    (policies / "broken").mkdir()
    (policies / "broken" / "pack.yaml").write_text("this: is no pack\n")
    council = policies / "example-council" / "council.yaml"
    another = policies / "another" / "council.yaml"
    another.parent.mkdir()
    another.write_text(council.read_text().replace("pack: example-council", "pack: broken"))
    settings = replace(settings, policies=policies, pack="")
    async with run_service("review", settings):
        says = await is_not_ready(settings, "packs")
        assert says.startswith(
            "Pack broken is refused, so nothing can be decided by it: `sevensteps policy check broken`"
        )
        assert (await scrape(settings.metrics)).value("sevensteps_pack_refused", pack="broken") == 1
        another.write_text(council.read_text())
        await is_ready(settings)


async def test_keys_that_nobody_has_told(settings: Settings, tmp_path: Path) -> None:
    """An issuer that does not answer: no token of it can be checked."""
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    issuer = f"http://127.0.0.1:{free_port()}"
    (policies / "identity.yaml").write_text(
        f"issuers:\n  - issuer: {issuer}\n    audience: sevensteps\n    subject: sub\n    roles: {{claim: roles}}\n"
    )
    settings = replace(settings, policies=policies)
    async with run_service("review", settings):
        says = await is_not_ready(settings, "keys")
        assert says.startswith(f"The issuer {issuer} has not told its keys")


async def test_the_ends_of_certificates_are_told(settings: Settings, tmp_path: Path) -> None:
    """Each by its file."""
    folder = Authority().write(tmp_path / "certificates", "feed")
    settings = replace(settings, certificates=str(folder))
    async with run_feed(settings):

        async def told() -> bool:
            found = await scrape(settings.metrics)
            files = {str(folder / "feed.pem"), str(folder / "authority.pem")}
            return found.labels("sevensteps_certificate_expires_timestamp_seconds", "certificate") == files

        await until(told, "both certificates")


async def test_who_stops_is_not_ready_first(settings: Settings) -> None:
    """While a call is under way that will be answered, traffic already goes elsewhere; the page says why."""
    lock = None
    async with run_service("assessment", settings) as running:
        await is_ready(settings)
        lock = sqlite3.connect(settings.data / "assessment.db", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        amy = running.stub(AssessmentServiceStub, running.token("amy", Role.PRACTITIONER))
        call = asyncio.ensure_future(amy.OpenCase(opening()))
        await asyncio.sleep(0.3)
        stopping = asyncio.create_task(_stop(running))
        says = await is_not_ready(settings, "stopping")
        assert says == "It is stopping, and takes no new work. Nothing is to be done."
        assert not stopping.done()
        lock.execute("ROLLBACK")
        assert (await call).case.case_id
        await stopping
    lock.close()


async def _stop(running: Running) -> None:
    assert running.server
    await running.server.stop()


async def test_a_command_says_why_a_process_is_not_ready(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the words of the page where there is one; gRPC's health check alone says yes or no; the worker has no other."""
    monkeypatch.setattr(checks, "LONGEST_WAIT", 0.5)
    settings = replace(settings, assessment=f"127.0.0.1:{free_port()}")

    async def says(settings: Settings, *asked: str) -> tuple[int, str]:
        ended = await asyncio.to_thread(run_command, settings.as_environment(), "health", *asked)
        return ended.returncode, ended.stdout + ended.stderr

    async with run_service("assessment", settings, address=settings.assessment) as running:
        await is_ready(settings)
        assert await says(settings, "assessment", "ready") == (0, "assessment is ready.\n")
        assert await says(replace(settings, metrics=""), "assessment", "started") == (0, "assessment has started.\n")
        await Practice(running).open()
        await is_not_ready(settings, "feed")
        code, told = await says(settings, "assessment", "ready")
        assert (code, told.startswith("assessment is not ready.\nfeed: The oldest event has waited")) == (1, True)
        code, told = await says(replace(settings, metrics=""), "assessment", "ready")
        assert (code, told.startswith("assessment is not ready. Its page says why")) == (1, True)
        assert await says(settings, "assessment", "live") == (0, "assessment is live.\n")
        assert await says(settings, "assessment") == (0, "assessment serves.\n")
        code, told = await says(settings, "worker", "ready")  # that page is another process's
        assert (code, told) == (
            1,
            f"worker cannot be asked: it does not answer at SEVENSTEPS_METRICS ({settings.metrics}).\n",
        )
    code, told = await says(replace(settings, metrics=""), "worker", "ready")
    assert (code, told) == (1, "worker cannot be asked: it does not answer at SEVENSTEPS_METRICS (which is empty).\n")
    assert (await says(settings, "worker", "redy"))[0] == 2


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
