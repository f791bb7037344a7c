"""Tokens of an issuer at a real service: who comes in, who does not, and what production asks for."""

import asyncio
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from integration.assessment.practice import new_id
from servers.feed import run_feed
from servers.issuer import SECRET, Issuer, identity_yaml, run_issuer
from servers.processes import is_serving, start_process
from servers.services import NOBODY, Running, reason_of, refusal_of, run_service
from servers.waiting import until
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.feed.v1.feed_pb2_grpc import FeedServiceStub
from sevensteps.api.identity.v1.identity_pb2 import ListIssuersRequest, RevokeTokensRequest
from sevensteps.api.identity.v1.identity_pb2_grpc import IdentityServiceStub
from sevensteps.config import POLICIES, Settings
from sevensteps.errors import Fault, Kind
from sevensteps.identity import issuer as keys_of
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.own_tokens import tokens_of_command_line
from sevensteps.rpc.identity import Identity

MACHINES = "{worker: journey, services: service, desk: [operations, auditor]}"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with run_issuer() as running:
        yield running


@pytest.fixture
def production(tmp_path: Path, issuer: Issuer) -> Settings:
    """The settings of a council in production: its issuer, and the suite's own programs there."""
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    (policies / "example-council/identity.yaml").write_text(identity_yaml(issuer))
    suites = identity_yaml(issuer, machines=MACHINES).replace("claim: roles", "claim: suite_roles")
    (policies / "identity.yaml").write_text(suites)
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    return Settings(
        data=tmp_path / "data",
        policies=policies,
        feed=NOBODY,
        mode="production",
        issuer=issuer.url,
        client_id="services",
        client_secret_file=str(secret),
    )


def opening() -> pb.OpenCaseRequest:
    return pb.OpenCaseRequest(request_id=new_id(), kind=pb.CASE_KIND_ADULT, person_reference=f"P-{new_id()}")


async def reason(running: Running, token: str) -> str:
    """Why a case cannot be opened; empty where it can."""
    return await reason_of(running.stub(AssessmentServiceStub, token).OpenCase(opening()))


async def test_people_of_the_councils_issuer_come_in(production: Settings, issuer: Issuer) -> None:
    """With the roles that its file gives them, and whoever signs with a new key at once, too."""
    async with run_service("assessment", production) as running:
        assert await reason(running, issuer.token()) == ""
        assert await reason(running, issuer.token(roles=["auditor"])) == "ROLE_LACKS_RIGHT"
        assert await reason(running, issuer.token(roles=["chief"])) == "NO_ROLE"
        assert await reason(running, issuer.token(aud="payroll")) == "UNAUTHENTICATED"


async def test_in_production_a_development_token_is_nobodys(production: Settings, issuer: Issuer) -> None:
    """Whoever can read the key of a data folder could act as anybody."""
    async with run_service("assessment", production) as running:
        forged = running.token("amy", Role.PRACTITIONER, council="example-council")
        assert await reason(running, forged) == "UNAUTHENTICATED"
    async with run_service("assessment", replace(production, mode="development")) as running:
        assert await reason(running, running.token("amy", Role.PRACTITIONER, council="example-council")) == ""
        assert await reason(running, issuer.token()) == ""


async def test_a_rotation_in_the_middle_keeps_nobody_out(
    production: Settings, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The former key is good while the issuer tells it; then its tokens are refused."""
    monkeypatch.setattr(keys_of, "PAUSE_SECONDS", 0.0)
    async with run_service("assessment", production) as running:
        former = issuer.token()
        assert await reason(running, former) == ""
        issuer.rotate("ES256", keep=True)
        assert (await reason(running, issuer.token()), await reason(running, former)) == ("", "")
        issuer.rotate("EdDSA")
        assert (await reason(running, issuer.token()), await reason(running, former)) == ("", "UNAUTHENTICATED")


async def test_a_service_starts_while_the_issuer_is_down(
    production: Settings, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It serves, as other councils may have other issuers; who comes is told to come again, and comes in later."""
    monkeypatch.setattr(keys_of, "PAUSE_SECONDS", 0.0)
    token = issuer.token()
    issuer.stop()
    async with run_service("assessment", production) as running:
        assert await is_serving(running.address)
        fault = await refusal_of(running.stub(AssessmentServiceStub, token).OpenCase(opening()))
        assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "ISSUER_UNAVAILABLE")
        issuer.start()

        async def comes_in() -> bool:
            return await reason(running, token) == ""

        await until(comes_in, "the keys to be known")


async def test_the_issuers_are_listed_with_their_keys(production: Settings, issuer: Issuer) -> None:
    """For whoever looks after the suite: since when, for whom, and what is wrong; a council is told of its own."""
    async with run_service("assessment", production) as running:
        desk = running.stub(IdentityServiceStub, issuer.of_client("desk"))
        (known,) = (await desk.ListIssuers(ListIssuersRequest())).issuers
        assert (known.issuer, list(known.councils)) == (issuer.url, [EVERY_COUNCIL, "example-council"])
        assert abs(known.keys_fetched_at.ToSeconds() - time.time()) < 60
        assert known.problem == ""
        ours = running.stub(IdentityServiceStub, issuer.token(roles=["auditor"]))
        (known,) = (await ours.ListIssuers(ListIssuersRequest())).issuers
        assert list(known.councils) == ["example-council"]


async def test_an_issuers_tokens_are_revoked(production: Settings, issuer: Issuer) -> None:
    """All of a subject, or one by the id that the issuer gave it."""
    async with run_service("assessment", production) as running:
        amy, stolen = issuer.token(), issuer.token(sub="bob", jti="stolen")
        assert [await reason(running, token) for token in (amy, stolen)] == ["", ""]
        desk = running.stub(IdentityServiceStub, issuer.of_client("desk"))
        await desk.RevokeTokens(RevokeTokensRequest(request_id=new_id(), subject="amy", because="She has left."))
        await desk.RevokeTokens(RevokeTokensRequest(request_id=new_id(), token_id="stolen", because="In a mail."))  # noqa: S106
        assert [await reason(running, token) for token in (amy, stolen)] == ["TOKEN_REVOKED"] * 2
        assert await reason(running, issuer.token(sub="bob")) == ""


async def test_events_go_out_with_the_services_own_token(production: Settings, issuer: Issuer) -> None:
    """The service gets it from the issuer, and a person's token for the same program cannot do what it can."""
    async with (
        run_feed(production) as feed,
        run_service("assessment", replace(production, feed=feed.running.address)) as running,
    ):
        assert await reason(running, issuer.token()) == ""
        worker = feed.running.stub(FeedServiceStub, issuer.of_client("worker"))

        async def arrived() -> bool:
            return len((await worker.ListEvents(feed_pb2.ListEventsRequest())).events) == 1

        await until(arrived, "the event")
        assert issuer.asked["/council/token"] == 1
        person = feed.running.stub(FeedServiceStub, issuer.token(azp="services"))
        assert await reason_of(person.AppendEvents(feed_pb2.AppendEventsRequest())) == "ROLE_LACKS_RIGHT"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"issuer": "", "client_id": "", "client_secret_file": ""}, "no token is signed with a development key"),
        ({"policies": POLICIES}, "there is no issuer whose tokens are accepted"),
    ],
)
async def test_production_demands_an_issuer_at_the_start(
    production: Settings, changed: dict[str, str], words: str
) -> None:
    """A plain sentence, exit code 1, and no key is made."""
    process = start_process("assessment", replace(production, **changed))  # type: ignore[arg-type]
    _, said = await asyncio.to_thread(process.communicate, timeout=60)
    assert process.returncode == 1
    last = said.decode().splitlines()[-1]
    assert last.startswith("assessment ended. SEVENSTEPS_MODE is production")
    assert words in last
    assert not (production.data / "keys").exists()


async def test_production_makes_no_key(production: Settings) -> None:
    """Nothing lies about that somebody could sign with."""
    Identity.open(production).own_tokens("assessment", Role.SERVICE)
    assert not (production.data / "keys").exists()


def test_the_command_line_has_a_token_of_whoever_uses_it(production: Settings, tmp_path: Path) -> None:
    """From a file, read each time; a file that is not there is said by the name of the setting."""
    file = tmp_path / "token"
    tokens = tokens_of_command_line(replace(production, token_file=str(file)), "olu", Role.OPERATIONS)
    with pytest.raises(Fault, match="SEVENSTEPS_TOKEN_FILE"):
        tokens()
    for text in ("first", "second"):
        file.write_text(f"{text}\n")
        assert tokens() == text
