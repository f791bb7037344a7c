"""How long somebody stays signed on by an issuer: tokens are renewed, run out, are revoked; and signing out."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from servers.console import THEIRS, text_of
from servers.postgres import PostgresServer
from servers.sign_on import Production, address, run_another, run_in_production
from servers.waiting import until
from sevensteps.api.identity.v1 import identity_pb2 as pb
from sevensteps.identity import issuer as issuer_keys
from sevensteps.rpc.caller import operations

SESSION = "__Host-seven_steps"
SOON = 20.0
"""A token that lives so long is renewed at every visit: it is within the half minute before its end."""
OVER = -1.0
"""A token that has ended when it comes, and that only the services' patience with clocks keeps good."""


@pytest.fixture(scope="module")
async def production(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer
) -> AsyncIterator[Production]:
    """One for all tests of this module, whose console has its records in PostgreSQL."""
    database = postgres_server.create_database("staying_signed_on")
    async with run_in_production(tmp_path_factory.mktemp("production"), database=database) as production:
        yield production


@pytest.fixture(autouse=True)
def as_ever(production: Production, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test finds the issuers as they should be."""
    monkeypatch.setattr(issuer_keys, "PAUSE_SECONDS", 0.0)
    yield
    for issuer in (production.ours, production.theirs):
        issuer.seconds = 3600.0
        issuer.sign_ins.gives_refresh, issuer.sign_ins.has_revoked = True, False


def tokens_given(production: Production) -> int:
    """How often our issuer was asked for tokens."""
    return production.ours.asked["/council/token"]


async def test_a_token_is_renewed_before_it_ends(production: Production) -> None:
    """Without a word to who is signed on. One that lasts is not renewed."""
    async with production.signed_on() as browser:
        asked = tokens_given(production)
        await browser.open("/cases")
        assert tokens_given(production) == asked
    production.ours.seconds = SOON
    async with production.signed_on() as browser:
        asked = tokens_given(production)
        for more in (1, 2, 3):
            assert "2 cases" in text_of(await browser.open("/cases"))
            assert tokens_given(production) == asked + more


@pytest.mark.parametrize("seconds", [SOON, OVER])
async def test_of_many_visits_at_once_one_renews_the_token(production: Production, seconds: float) -> None:
    """The issuer takes a refresh token once, and revokes all if it is shown one again: nobody is signed off by it."""
    async with production.signed_on() as browser, run_another(production) as elsewhere:
        production.ours.seconds = seconds
        await browser.open(address())
        production.ours.seconds = 3600.0
        asked = tokens_given(production)
        cookie = {"cookie": f"{SESSION}={browser.http.cookies[SESSION]}"}
        async with production.browser() as one, production.browser(elsewhere) as other:
            visits = [each.http.get("/cases", headers=cookie) for each in (one, other) * 5]
            assert [page.status_code for page in await asyncio.gather(*visits)] == [200] * 10
        assert tokens_given(production) == asked + 1


async def test_a_refused_renewal_signs_off(production: Production) -> None:
    """The issuer wants to know no more of the sign-in: whoever had it signs in again, and comes back."""
    production.ours.seconds = SOON
    async with production.signed_on() as browser:
        production.ours.sign_ins.has_revoked = True
        page = await browser.http.get("/cases")
        assert page.headers["location"] == "/sign-in?next=%2Fcases"
        assert (await browser.http.get("/")).headers["location"] == "/sign-in"


async def test_while_the_issuer_is_away_a_token_lasts_until_its_end(production: Production) -> None:
    """Then the page says so, and nobody is signed off: when the issuer is back, they go on."""
    production.ours.seconds = SOON
    async with production.signed_on() as browser:
        production.ours.stop()
        assert "2 cases" in text_of(await browser.open("/cases"))
        production.ours.start()
        production.ours.seconds = OVER
        assert "2 cases" in text_of(await browser.open("/cases"))
        production.ours.stop()
        page = await browser.open("/cases")
        production.ours.start()
        assert page.status_code == 503
        assert f"The issuer {production.ours.url}, by which you sign in, cannot be asked now" in text_of(page)
        assert "2 cases" in text_of(await browser.open("/cases"))


async def test_without_a_refresh_token_a_session_ends_with_its_token(production: Production) -> None:
    """However short that is: whoever was signed on signs in again."""
    production.ours.sign_ins.gives_refresh = False
    production.ours.seconds = SOON
    async with production.signed_on() as browser:
        assert "2 cases" in text_of(await browser.open("/cases"))
    production.ours.seconds = OVER
    async with production.browser() as browser:
        page = await browser.open(address(wanted="/cases"))
        assert page.url.path == "/sign-in"


async def test_a_renewed_token_says_what_is_so_now(production: Production) -> None:
    """Other roles are shown; without any the session is over, and the page says why; nobody becomes somebody else."""
    production.ours.seconds = SOON
    async with production.signed_on() as browser:
        production.ours.sign_ins.person = {"sub": "olu", "roles": ["operations", "auditor"]}
        assert "olu, auditor, operations, example-council" in text_of(await browser.open("/"))
        production.ours.sign_ins.person = {"sub": "olu", "roles": []}
        page = await browser.open("/cases")
        assert page.status_code == 403
        assert "gives no role here" in text_of(page)
        assert (await browser.http.get("/")).headers["location"] == "/sign-in"
    async with production.signed_on() as browser:
        production.ours.sign_ins.person = {"sub": "eve", "roles": ["operations"]}
        assert (await browser.http.get("/")).headers["location"] == "/sign-in"


async def test_a_revoked_token_signs_off(production: Production) -> None:
    """Within two seconds, as every service refuses it; and the same browser can sign in again a while later."""
    async with production.signed_on(THEIRS, sub="zoe") as browser, operations(production.suite.settings) as desk:
        request = pb.RevokeTokensRequest(request_id=str(uuid4()), subject="zoe", because="She has left.")
        for service in ("feed", "operations"):
            await desk.ask(request, pb.RevokeTokensResponse, at=service)

        async def is_signed_off() -> bool:
            return (await browser.http.get("/cases")).status_code == 303

        await until(is_signed_off, "the token to be refused")
        assert (await browser.open("/cases")).url.path == "/sign-in"
        assert "Choose your council" in text_of(await browser.open("/sign-in"))


async def test_signing_out_ends_the_session_here_and_leads_to_the_issuer(production: Production) -> None:
    """By itself and without scripts, to come back to a page that says so. No token is in the address."""
    async with production.signed_on() as browser:
        kept = browser.http.cookies[SESSION]
        page = await browser.send("/sign-out", {}, form="/")
        assert "You have signed out" in text_of(page)
        seconds, _, there = page.headers["refresh"].partition("; url=")
        assert seconds == "0"
        assert there.startswith(f"{production.ours.url}/end?")
        asked = parse_qs(urlsplit(there).query)
        assert asked == {
            "client_id": ["seven-steps-console"],
            "post_logout_redirect_uri": [f"{production.origin}/signed-out"],
        }
        back = await browser.open("/signed-out")
        assert "refresh" not in back.headers
        assert SESSION not in browser.http.cookies
        gone = await browser.http.get("/", headers={"cookie": f"{SESSION}={kept}"})
        assert gone.headers["location"] == "/sign-in"


@pytest.mark.parametrize("place", ["nowhere", "https://evil.example/", ""])
async def test_signing_out_leads_nowhere_else(production: Production, place: str) -> None:
    """Only to an issuer of the councils' files."""
    async with production.browser() as browser:
        page = await browser.http.get("/signed-out", params={"from": place})
        assert page.status_code == 200
        assert "refresh" not in page.headers


async def test_instances_share_who_is_signed_on(production: Production) -> None:
    """Whoever signs in by one is signed on in another, may even come back to another, and signs out of all."""
    async with (
        run_another(production) as elsewhere,
        production.browser() as one,
        production.browser(elsewhere) as other,
    ):
        there = await one.http.get(address())
        back = (await one.http.get(there.headers["location"])).headers["location"]
        begun = {"cookie": "; ".join(f"{name}={value}" for name, value in one.http.cookies.items())}
        answer = await other.http.get(back.replace(production.origin, elsewhere), headers=begun)
        assert answer.headers["location"] == "/"
        cookie = {"cookie": f"{SESSION}={other.http.cookies[SESSION]}"}
        page = await one.http.get("/cases", headers=cookie)
        assert "2 cases" in text_of(page)
        assert "olu, operations" in text_of(page)
