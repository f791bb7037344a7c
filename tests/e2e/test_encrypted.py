"""The whole suite with all calls encrypted, as `sevensteps up --tls` runs it."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from servers.authority import DAY, Authority
from servers.command_line import run_command
from sevensteps import clock
from sevensteps.cli.story.examples import FOLDER, load
from sevensteps.cli.story.runner import play_all
from sevensteps.config import SERVICES, Settings
from sevensteps.encryption.development import with_development_certificates
from sevensteps.local.suite import Suite, SuiteError, on_free_ports


@pytest.fixture(scope="module")
async def suite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Suite]:
    settings = on_free_ports(replace(Settings(), data=tmp_path_factory.mktemp("suite") / "data"))
    running = Suite(with_development_certificates(settings), print)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


async def test_every_example_ends_as_its_file_says_over_encrypted_calls(suite: Suite) -> None:
    """Callers, services and the worker show their certificates, and nobody else gets in the way."""
    failures: list[str] = []
    examples = load(sorted(FOLDER.glob("*.yaml")), clock.today())
    played = await play_all(
        examples,
        suite.settings,
        lambda _: None,
        lambda example, played, failure: None if played else failures.append(f"{example.name}: {failure}"),
    )
    assert not failures
    assert len(played) == len(examples)


def test_the_command_line_calls_it_with_the_certificates_alone(suite: Suite) -> None:
    """Without them it says which setting is missing, for each service that it asks."""
    environment = suite.settings.as_environment()
    done = run_command(environment, "journeys", "rebuild")
    assert done.returncode == 0, done.stderr
    assert run_command(environment, "status").returncode == 0
    refused = run_command(environment | {"SEVENSTEPS_CERTIFICATES": ""}, "status")
    assert refused.returncode == 1
    for name in SERVICES:
        wants = f"{suite.settings.address(name)} wants encrypted calls: set SEVENSTEPS_CERTIFICATES to a folder with"
        assert wants in " ".join(refused.stdout.split())


def test_status_tells_which_certificates_end(suite: Suite, tmp_path: Path) -> None:
    """Also those of the services, which are on other machines."""
    theirs = Path(suite.settings.certificates)
    folder = Authority("council", ends=20.5 * DAY).write(tmp_path / "c")
    pem = (folder / "authority.pem").read_bytes() + (theirs / "authority.pem").read_bytes()
    (folder / "authority.pem").write_bytes(pem)
    environment = suite.settings.as_environment() | {"SEVENSTEPS_CERTIFICATES": str(folder)}
    told = json.loads(run_command(environment, "status", "--json").stdout)["certificates"]
    ends = clock.day_in_words((clock.now() + 20.5 * DAY).date())
    warning = (
        f"The certificate in {folder}/authority.pem (CN=council) ends on {ends}, 20 days from now. Put a new one in"
    )
    assert told == [f"{warning} its place before; nothing has to be started again."]


def test_certificates_are_shown(suite: Suite) -> None:
    """Each with its file, its names and its end, those of the authority too."""
    shown = run_command(suite.settings.as_environment(), "certificates", "show", "--json").stdout
    rows = {Path(row["file"]).stem: row for row in map(json.loads, shown.splitlines())}
    assert rows.keys() == {*SERVICES, "worker", "command-line", "temporal", "postgres", "authority"}
    assert rows["worker"]["subject"] == "CN=worker"
    assert "spiffe://sevensteps/worker" in rows["worker"]["names"]
    assert rows["worker"]["issuer"] == rows["authority"]["subject"]
    assert "ends" in run_command(suite.settings.as_environment(), "certificates", "show").stdout


async def test_a_temporal_that_encrypts_is_not_started_here(tmp_path: Path) -> None:
    """The development server cannot."""
    settings = on_free_ports(replace(Settings(), data=tmp_path, temporal_certificates="c"))
    with pytest.raises(SuiteError, match="SEVENSTEPS_TEMPORAL_CERTIFICATES: expected nothing"):
        await Suite(settings, print).start()


@pytest.mark.parametrize("process", ["review", "worker"])
async def test_a_process_with_wrong_certificates_does_not_start(tmp_path: Path, process: str) -> None:
    """The suite says which file, and why."""
    folder = Authority().write(tmp_path / "c", *SERVICES, "worker", "command-line")
    (folder / f"{process}.key").write_bytes((folder / "command-line.key").read_bytes())
    settings = on_free_ports(replace(Settings(), data=tmp_path / "data", certificates=str(folder)))
    with pytest.raises(SuiteError, match=rf"{process} ended\. .*{process}\.pem does not belong to the key in"):
        await Suite(settings, print).start()
