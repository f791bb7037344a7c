"""A council in production: its people and the suite's own programs sign in with an issuer, and nobody without one."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from servers.command_line import run_command
from servers.issuer import SECRET, Issuer, identity_yaml, run_issuer
from servers.services import NOBODY, reason_of
from servers.waiting import until
from sevensteps import clock
from sevensteps.api.assessment.v1.assessment_pb2 import ListCasesRequest
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.cli.story.examples import load
from sevensteps.cli.story.feed_follower import FeedFollower
from sevensteps.cli.story.player import PlayedExample, Player
from sevensteps.config import POLICIES, SERVICES, Settings
from sevensteps.encryption.certificates import COMMAND_LINE
from sevensteps.encryption.development import with_development_certificates
from sevensteps.encryption.folder import certificates_for_calls
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.rpc.caller import Caller
from sevensteps.rpc.client import channel

COUNCIL = "example-council"
MACHINES = "{suite: [journey, service], desk: [operations, auditor], reader: integrator}"
EXAMPLE = Path(__file__).parents[2] / "examples/direct-payment.yaml"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with run_issuer() as running:
        yield running


@pytest.fixture(scope="module")
async def suite(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Suite]:
    """A suite in production, whose calls are encrypted."""
    folder = tmp_path_factory.mktemp("production")
    shutil.copytree(POLICIES, folder / "policies")
    (folder / "policies" / COUNCIL / "identity.yaml").write_text(identity_yaml(issuer))
    suites = identity_yaml(issuer, machines=MACHINES).replace("claim: roles", "claim: suite_roles")
    (folder / "policies/identity.yaml").write_text(suites)
    (folder / "secret").write_text(SECRET)
    settings = replace(
        Settings(),
        data=folder / "data",
        policies=folder / "policies",
        mode="production",
        issuer=issuer.url,
        client_id="suite",
        client_secret_file=str(folder / "secret"),
    )
    certified = with_development_certificates(replace(on_free_ports(settings), mode="development"))
    running = Suite(replace(certified, mode="production"), print)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


async def run(suite: Suite, *arguments: str, feed: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command as the program of whoever looks after the suite; `feed` is another address of the feed."""
    settings = replace(suite.settings, client_id="desk", feed=feed or suite.settings.feed)
    environment = settings.as_environment()
    return await asyncio.to_thread(run_command, environment, *arguments, seconds=120)


async def play(suite: Suite, issuer: Issuer) -> PlayedExample:
    """Play an example whose people have tokens of the issuer, which signs with another key in the middle."""
    follower = FeedFollower(lambda _: None)
    (example,) = load([EXAMPLE], clock.today())
    async with Caller(suite.settings, lambda: issuer.of_client("reader")) as reader:
        following = asyncio.create_task(follower.follow(reader, COUNCIL))
        playing = asyncio.create_task(Player(example, COUNCIL, suite.settings, issuer, follower).play())
        await asyncio.sleep(1)
        issuer.rotate(keep=True)
        await asyncio.wait((following, playing), return_when=asyncio.FIRST_COMPLETED)
        following.cancel()
        return await playing


async def test_a_case_goes_all_the_way_with_tokens_of_an_issuer(suite: Suite, issuer: Issuer) -> None:
    """People sign in, the services and the worker have client credentials, and no development key is made."""
    played = await play(suite, issuer)

    async def is_shown() -> bool:  # the key may be newer than what every service has fetched a moment ago
        return (await run(suite, "case", "show", played.history.case_id, "--json")).returncode == 0

    await until(is_shown, "the case to be shown")
    verified = await run(suite, "verify", played.history.case_id)
    assert (verified.returncode, "none differing" in verified.stdout) == (0, True), verified.stdout + verified.stderr
    assert not (suite.settings.data / "keys" / "development.pem").exists()


async def test_the_status_says_who_issues_tokens(suite: Suite, issuer: Issuer) -> None:
    """For whom, and since when every service has its keys."""
    shown = await run(suite, "status")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    (line,) = (line for line in shown.stdout.splitlines() if line.startswith("issuer"))
    assert issuer.url in line
    assert "for every council, example-council" in line
    assert "keys fetched" in line
    (told,) = json.loads((await run(suite, "status", "--json")).stdout)["issuers"]
    assert [each["service"] for each in told["services"]] == list(SERVICES)


async def test_a_development_token_is_not_to_be_had(suite: Suite) -> None:
    """A sentence says what to do instead."""
    refused = await run(suite, "token", "--subject", "amy", "--role", "practitioner")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "SEVENSTEPS_TOKEN_FILE" in refused.stderr


async def test_a_token_is_revoked_where_a_service_answers_although_the_feed_does_not(
    suite: Suite, issuer: Issuer
) -> None:
    """The command says which service it could not tell, and is done when all of them are told."""
    token = issuer.token(sub="gone", roles=["practitioner"])
    revoke = ("token", "revoke", "--subject", "gone", "--because", "He has left.")
    certificates = certificates_for_calls(suite.settings, COMMAND_LINE)
    async with channel(suite.settings.assessment, lambda: token, certificates) as calls:
        assessment = AssessmentServiceStub(calls)
        assert await reason_of(assessment.ListCases(ListCasesRequest())) == ""
        half = await run(suite, *revoke, feed=NOBODY)
        assert half.returncode == 1
        assert f"revoked in {len(SERVICES) - 1} of {len(SERVICES)} services" in half.stdout
        assert "feed could not be told" in half.stderr
        assert await reason_of(assessment.ListCases(ListCasesRequest())) == "TOKEN_REVOKED"
    whole = await run(suite, *revoke)
    assert (whole.returncode, "revoked in every service" in whole.stdout) == (0, True), whole.stderr
    rows = json.loads((await run(suite, "token", "revocations", "--json")).stdout)
    assert [(row["subject"], row["services"]) for row in rows] == [("gone", [*SERVICES[1:]]), ("gone", [*SERVICES])]
    listed = await run(suite, "token", "revocations")
    assert (listed.returncode, listed.stdout.count("He has left.")) == (0, 2)
