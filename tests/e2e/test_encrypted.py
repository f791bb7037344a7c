"""The whole suite with all calls encrypted, as `sevensteps up --tls` runs it, and with its traces recorded."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from servers.authority import DAY, Authority
from servers.collector import Collector, Seen, run_collector
from servers.command_line import run_command
from servers.waiting import until
from sevensteps import clock, trace_context
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.cli.story.examples import FOLDER, load
from sevensteps.cli.story.runner import play_all
from sevensteps.config import SERVICES, Settings
from sevensteps.encryption.development import with_development_certificates
from sevensteps.errors import Fault
from sevensteps.local.suite import Suite, SuiteError, on_free_ports
from sevensteps.rpc.caller import operations
from sevensteps.trace_context import TraceContext


@pytest.fixture(scope="module")
async def collector() -> AsyncIterator[Collector]:
    async with run_collector() as running:
        yield running


@pytest.fixture(scope="module")
async def suite(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> AsyncIterator[Suite]:
    settings = on_free_ports(replace(Settings(), data=tmp_path_factory.mktemp("suite") / "data"))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{collector.address}")
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


STORY = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
KNOWN = {
    *("rpc.system", "rpc.service", "rpc.method", "rpc.grpc.status_code", "messaging.batch.message_count"),
    *("sevensteps.council", "sevensteps.roles", "sevensteps.case_id", "sevensteps.reason", "sevensteps.attempt"),
    *("sevensteps.decision", "sevensteps.pack", "sevensteps.verdict"),
}
"""What a span may say. Nothing of it is about a person."""


async def test_one_trace_goes_from_the_caller_to_the_service_that_opens_the_next_step(
    suite: Suite, collector: Collector
) -> None:
    """By the event, the relay, the journey and its activity; what each process did for it stands beside."""
    trace_context.go(TraceContext(STORY, CALLER, is_sampled=True))
    examples = load([FOLDER / "carer.yaml"], clock.today())
    assert await play_all(examples, suite.settings, lambda _: None, lambda *_: None)
    trace_context.go(None)

    def paths() -> list[list[str]]:
        story = collector.of(STORY)
        return [[*up_from(seen, story)] for seen in story.values() if str(seen) == "planning: OpenPlan"]

    whole = ["planning: OpenPlan", "worker: OpenPlan", "worker: journey OpenPlan", "worker: relay"]
    whole += ["assessment: GiveIndicativeBudget", "the caller"]
    await until(lambda: done(paths() == [whole]), f"the spans of {whole}")
    beside = {"assessment: decision", "assessment: transaction", "assessment: outbox", "feed: AppendEvents"}
    await until(lambda: done(beside <= {*map(str, collector.of(STORY).values())}), f"the spans of {beside}")
    cases = {seen.attributes.get("sevensteps.case_id") for seen in collector.of(STORY).values()} - {None}
    assert len(cases) == 1
    assert {seen.attributes.get("sevensteps.council") for seen in collector.of(STORY).values()} >= {"example-council"}


def up_from(seen: Seen, story: dict[bytes, Seen]) -> Iterator[str]:
    """A span, what it was done for, and so on, to the caller, which is not of the suite."""
    last: Seen | None = seen
    while last is not None:
        yield str(last)
        if last.span.parent_span_id.hex() == CALLER:
            yield "the caller"
        last = story.get(last.span.parent_span_id)


async def done(what: bool) -> bool:  # noqa: FBT001 - what `until` asks for
    return what


async def test_a_refused_call_is_recorded_with_its_code_and_reason(suite: Suite, collector: Collector) -> None:
    """On both sides, and without a word of what the caller sent."""
    trace_context.go(TraceContext(STORY[::-1], CALLER, is_sampled=True))
    with pytest.raises(Fault, match="CASE_NOT_FOUND"):
        await operations(suite.settings).ask(pb.GetCaseRequest(case_id="Mrs Ada Lovelace"), pb.GetCaseResponse)
    trace_context.go(None)
    await until(lambda: done(bool(collector.of(STORY[::-1]))), "the span of the refused call")
    [refused] = collector.of(STORY[::-1]).values()
    assert refused.span.name == "sevensteps.api.assessment.v1.AssessmentService/GetCase"
    assert refused.attributes == {
        "rpc.system": "grpc",
        "rpc.service": "sevensteps.api.assessment.v1.AssessmentService",
        "rpc.method": "GetCase",
        "rpc.grpc.status_code": 5,
        "sevensteps.reason": "CASE_NOT_FOUND",
        "sevensteps.council": "*",
        "sevensteps.roles": "operations",
    }
    assert refused.span.status.code == 0  # the server is not to blame


async def test_spans_say_nothing_about_people(suite: Suite, collector: Collector) -> None:
    """Of every example that was played: ids, enums and numbers, under the names that are known."""
    assert len(collector.spans) > 500
    assert {name for seen in collector.spans for name in seen.attributes} <= KNOWN


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
    assert rows.keys() == {*SERVICES, "worker", "console", "command-line", "temporal", "postgres", "authority"}
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
