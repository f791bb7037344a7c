"""The console in production: what it refuses to start with, whom it names, and what its own page says."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from console.serving import Serving
from servers.authority import Authority
from servers.command_line import run_command
from servers.console import skip_without_files, text_of
from servers.issuer import identity_yaml, run_issuer
from servers.sign_on import CONSOLE, Production, run_in_production
from servers.waiting import until
from sevensteps.config import Settings
from sevensteps.encryption import watch
from sevensteps.errors import Fault
from sevensteps.local.ports import free_port
from sevensteps.local.suite import on_free_ports
from sevensteps.telemetry import health

PAGE = "127.0.0.1"


@pytest.fixture(scope="module")
async def production(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Production]:
    """One for all tests of this module, which tells of itself."""
    folder = tmp_path_factory.mktemp("production")
    async with run_in_production(folder, metrics=f"{PAGE}:{free_port()}") as production:
        yield production


def settings_in(tmp_path: Path, **changed: object) -> Settings:
    """Those of a console in production in which all is as it should be, but for what is changed."""
    skip_without_files()
    with run_issuer() as issuer:
        policies = tmp_path / "policies"
        (policies / "barset").mkdir(parents=True, exist_ok=True)
        (policies / "barset" / "council.yaml").touch()
        (policies / "barset" / "identity.yaml").write_text(identity_yaml(issuer) + str(changed.pop("asks", CONSOLE)))
    settings = Settings(
        data=tmp_path,
        policies=policies,
        mode="production",
        console=f"127.0.0.1:{free_port()}",
        console_url="https://console.example",
        plaintext="console",
    )
    return replace(settings, **changed)  # type: ignore[arg-type]  # each has the type of its field


@pytest.mark.parametrize(
    ("changed", "reason", "remedy"),
    [
        ({"console_url": ""}, "CONSOLE_NOT_ENCRYPTED", "Set SEVENSTEPS_CONSOLE_URL to the address that people type"),
        ({"console_url": "http://127.0.0.1:7780"}, "CONSOLE_NOT_ENCRYPTED", "which begins with https://"),
        ({"plaintext": ""}, "CONSOLE_NOT_ENCRYPTED", "Set SEVENSTEPS_CONSOLE_CERTIFICATES to a folder"),
        ({"asks": ""}, "CONSOLE_WITHOUT_SIGN_ON", "Write `console` there, beside `people`"),
        ({"console_certificates": "."}, "CERTIFICATES_UNUSABLE", "authority.pem"),
    ],
)
async def test_it_does_not_start_where_others_could_get_in(
    tmp_path: Path, changed: dict[str, object], reason: str, remedy: str
) -> None:
    """It says what to do."""
    with pytest.raises(Fault) as refused:
        await Serving(settings_in(tmp_path, **changed)).__aenter__()
    assert refused.value.reason == reason
    assert remedy in refused.value.detail


async def test_it_starts_behind_a_web_server_that_somebody_has_named(tmp_path: Path) -> None:
    """Its cookies are for encrypted connections alone, although its own is none."""
    settings = settings_in(tmp_path)
    async with Serving(settings) as serving, httpx.AsyncClient(base_url=f"http://{serving.address}") as http:
        page = await http.get("/sign-in")
        assert page.status_code == 200
        assert page.headers["strict-transport-security"]
        assert "barset" in text_of(page)


async def test_in_development_a_certificate_encrypts_as_well(tmp_path: Path) -> None:
    """What is tried on one machine is what is used later."""
    skip_without_files()
    authority = Authority()
    folder = authority.write(tmp_path / "certificates", "console")
    settings = Settings(data=tmp_path, console=f"127.0.0.1:{free_port()}", console_certificates=str(folder))
    async with Serving(settings) as serving:
        (tmp_path / "authority.pem").write_bytes(authority.pem)
        said = await asyncio.to_thread(run_command, settings.as_environment(), "health", "console")
        assert (said.returncode, said.stdout) == (0, "console serves.\n")
        assert serving.address == settings.console


async def test_a_new_certificate_is_shown_without_a_restart(
    production: Production, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever connects from then on is shown it."""
    settings = production.suite.console.settings
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr("sevensteps.encryption.folder.LOOK_SECONDS", 0.0)

    async def shown() -> str:
        _, writer = await asyncio.open_connection(
            settings.console.partition(":")[0],
            int(settings.console.partition(":")[2]),
            ssl=production.trusted,
            server_hostname="localhost",
        )
        certificate = writer.get_extra_info("peercert")
        writer.close()
        return str(certificate["serialNumber"])

    before = await shown()
    production.authority.write(Path(settings.console_certificates), "console")

    async def is_new() -> bool:
        return await shown() != before

    await until(is_new, "the new certificate to be shown")


def for_commands(production: Production) -> dict[str, str]:
    """What a command is told of where everything is: the console is there, and most of the suite is not."""
    settings = production.suite.console.settings
    elsewhere = on_free_ports(replace(settings, mode="development"))
    return replace(elsewhere, console=settings.console, metrics=settings.metrics).as_environment()


async def told(production: Production, path: str) -> httpx.Response:
    """What the console's own page says."""
    async with httpx.AsyncClient() as http:
        return await http.get(f"http://{production.suite.console.settings.metrics}{path}")


async def test_its_page_says_that_it_is_ready_and_what_it_is_made_of(
    production: Production, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sessions, clock, issuers' keys and the console's secrets. Without a secret it is not ready, and says why."""
    monkeypatch.setattr(health, "LOOK_SECONDS", 0.1)

    async def is_ready() -> bool:
        return (await told(production, "/ready")).status_code == 200

    await until(is_ready, "the console to be ready")
    said = (await told(production, "/ready")).json()
    assert said["process"] == "console"
    assert {*said["checks"]} == {"stopping", "database", "clock", "keys", "secrets"}
    assert (await told(production, "/started")).status_code == 200
    assert (await told(production, "/live")).status_code == 200
    secret = Path(production.suite.console.settings.console_secrets) / "the-console"
    secret.rename(secret.with_suffix(".away"))

    async def is_not_ready() -> bool:
        return not await is_ready()

    await until(is_not_ready, "the console to miss its secret")
    assert "SEVENSTEPS_CONSOLE_SECRETS names the folder" in (await told(production, "/ready")).text
    said = await asyncio.to_thread(run_command, for_commands(production), "health", "console", "ready")
    assert said.returncode == 1
    assert "secrets: Nobody can sign in by" in said.stderr
    secret.with_suffix(".away").rename(secret)
    await until(is_ready, "the console to be ready again")


PAGES = "sevensteps_console_pages_total"
OF_A_CASE = 'page="/cases/{case_id}"'


async def counted(production: Production) -> Counter[str]:
    """Every figure of the page, by its name and labels."""
    lines = (await told(production, "/metrics")).text.splitlines()
    parts = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return Counter({name: int(float(value)) for name, _, value in parts if name.startswith("sevensteps_console")})


async def test_its_page_counts_pages_by_their_address_as_it_is_written(production: Production) -> None:
    """With how long they took. No id of a case is a label, and no address that somebody has thought of."""
    before = await counted(production)
    async with production.signed_on() as browser:
        for path in ("/cases/case-one", "/cases/case-two", "/cases/case-nowhere", "/no/amy", "/static/console.css"):
            await browser.open(path)
    after = await counted(production)
    more = after - before
    assert more[f'{PAGES}{{code="200",{OF_A_CASE}}}'] == 2
    assert more[f'{PAGES}{{code="404",{OF_A_CASE}}}'] == 1
    assert more[f'{PAGES}{{code="404",page="none"}}'] == 1
    assert more[f'{PAGES}{{code="200",page="/static"}}'] == 1
    assert more[f"sevensteps_console_page_seconds_count{{{OF_A_CASE}}}"] == 3
    assert more['sevensteps_console_sign_ons_total{reason=""}'] == 1
    page = (await told(production, "/metrics")).text
    assert not [part for part in ("case-one", "amy", "sevensteps_rpc") if part in page]


async def test_status_shows_it_beside_the_other_processes(production: Production) -> None:
    """Whether it serves or not: the rest of the suite works without it, so that it is no reason to fail."""
    environment = for_commands(production)

    async def row(**changed: str) -> tuple[bool, str]:
        said = await asyncio.to_thread(run_command, environment | changed, "status", "--json", seconds=60)
        [console] = [each for each in json.loads(said.stdout)["processes"] if each["name"] == "console"]
        return console["up"], console["says"]

    assert await row() == (True, "serves")
    is_up, says = await row(SEVENSTEPS_CONSOLE=f"127.0.0.1:{free_port()}")
    assert (is_up, says) == (False, "does not serve; the suite works without it")
