"""Traces: how a place in one is read, which are recorded, and that a collector that is away disturbs nobody."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from servers.collector import Collector, run_collector
from servers.waiting import until
from sevensteps import trace_context
from sevensteps.config import SettingsError
from sevensteps.errors import Fault, Kind
from sevensteps.telemetry import exporter as exporting
from sevensteps.telemetry import spans
from sevensteps.telemetry.exporter import Exporter
from sevensteps.telemetry.spans import REASON, Recorder, Side, Span
from sevensteps.telemetry.trace_settings import TraceSettings
from sevensteps.trace_context import TraceContext

GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
EVERYTHING = TraceSettings("127.0.0.1:1", is_encrypted=False, authority=None, share=1.0, follows_parent=True)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Nobody records spans after a test, and nobody is within a trace."""
    yield
    spans.record_to(None)
    trace_context.go(None)


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    async with run_collector() as running:
        yield running


class Kept:
    """Keeps every span."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def wants(self, trace_id: str, parent: TraceContext | None) -> bool:
        return True

    def take(self, span: Span) -> None:
        self.spans.append(span)


of_this_test = ContextVar("of_this_test", default=False)


@dataclass(frozen=True)
class Ours:
    """Hands on the spans of one test: services that other tests share run in this process, too, and have their own."""

    recorder: Recorder

    def wants(self, trace_id: str, parent: TraceContext | None) -> bool:
        return of_this_test.get() and self.recorder.wants(trace_id, parent)

    def take(self, span: Span) -> None:
        self.recorder.take(span)


def record_to(recorder: Recorder) -> None:
    """Have the spans taken that this test makes from now on."""
    of_this_test.set(True)
    spans.record_to(Ours(recorder))


@given(
    trace_id=st.integers(1, 2**128 - 1), span_id=st.integers(1, 2**64 - 1), sampled=st.booleans(), later=st.booleans()
)
def test_what_is_written_is_read_again(trace_id: int, span_id: int, *, sampled: bool, later: bool) -> None:
    """Also as a later version of the standard may write it, with more behind."""
    written = TraceContext(f"{trace_id:032x}", f"{span_id:016x}", is_sampled=sampled).traceparent
    read = trace_context.read(f"01{written[2:]}-more" if later else written)
    assert read is not None
    assert read.traceparent == written


@pytest.mark.parametrize(
    "written",
    [
        "",
        "Ada Lovelace",
        GOOD[:-1],
        GOOD + "-more",
        GOOD.upper(),
        "ff" + GOOD[2:],
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
        "01" + GOOD[2:] + "-" + "x" * 100,
    ],
)
def test_what_is_no_place_in_a_trace_is_passed_over(written: str) -> None:
    """Nobody is refused for it, and it goes no further."""
    assert trace_context.read(written) is None


def test_nothing_is_recorded_unless_somebody_wants_it() -> None:
    """The place that came with a call is passed on as it came."""
    parent = trace_context.read(GOOD)
    with spans.span("a step", parent=parent) as step:
        assert step is parent
        assert trace_context.traceparent() == GOOD
        trace_context.note({REASON: "X"})
    assert trace_context.here() is None
    with spans.span("a step") as step:
        assert step is None


def test_a_step_within_another_is_behind_it() -> None:
    """It ends with the context, and what a Fault was raised for is kept, without its words."""
    record_to(kept := Kept())
    with (
        pytest.raises(Fault),
        spans.span("outer", Side.SERVER, trace_context.read(GOOD)) as outer,
        spans.span("inner"),
    ):
        raise Fault(Kind.INVALID, "FIELD_INVALID", "about Ada")
    inner, last = kept.spans
    assert outer is last
    assert (last.trace_id, last.parent_id, last.side) == (GOOD[3:35], GOOD[36:52], Side.SERVER)
    assert (inner.trace_id, inner.parent_id, inner.side) == (last.trace_id, last.span_id, Side.INTERNAL)
    assert inner.attributes == {REASON: "FIELD_INVALID"}
    assert inner.has_failed
    assert inner.began <= inner.ended <= last.ended


def test_what_follows_from_several_stories_names_all_of_them() -> None:
    """It is behind the first, and has a link to each other one, once."""
    others = [f"00-{number:032x}-{number:016x}-01" for number in (2, 2, 3)]
    first, rest = spans.behind_all(["", GOOD, "nonsense", *others])
    assert first is not None
    assert first.traceparent == GOOD
    assert [place.traceparent for place in rest] == others[1:]
    assert spans.behind_all(["", "nonsense"]) == (None, ())


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_a_share_of_the_traces_is_recorded(share: float) -> None:
    """Whichever: by the id, so that every process chooses the same. What began elsewhere goes by what it says."""
    exporter = Exporter(replace(EVERYTHING, share=share), "planning")
    ids = [f"{number:016x}{number * (2**64 // 1000):016x}" for number in range(1000)]
    wanted = [each for each in ids if exporter.wants(each, None)]
    assert abs(len(wanted) - 1000 * share) <= 1
    for sampled in (True, False):
        assert exporter.wants(ids[999], TraceContext(ids[999], "b" * 16, is_sampled=sampled)) is sampled
    stubborn = Exporter(replace(EVERYTHING, share=share, follows_parent=False), "planning")
    assert stubborn.wants(ids[500], TraceContext(ids[500], "b" * 16, is_sampled=True)) is (share > 0.5)


def test_one_that_is_not_recorded_has_a_trace_all_the_same() -> None:
    """So that its log lines are found together, and the others do not record it either."""
    record_to(Exporter(replace(EVERYTHING, share=0.0), "planning"))
    with spans.span("a step") as step:
        assert step is not None
        assert not isinstance(step, Span)
        assert not step.is_sampled
        with spans.span("within") as within:
            assert within is step


async def test_spans_arrive(collector: Collector) -> None:
    """With all that they say, from a process that ends at once."""
    exporter = Exporter(replace(EVERYTHING, target=collector.address), "planning")
    exporter.start()
    record_to(exporter)
    with spans.span(
        "a step", Side.CLIENT, trace_context.read(GOOD), [TraceContext("c" * 32, "d" * 16, is_sampled=True)]
    ):
        trace_context.note({"text": "words", "number": 7})
    await asyncio.to_thread(exporter.close)
    [seen] = collector.spans
    assert (seen.service, seen.span.name, int(seen.span.kind)) == ("planning", "a step", Side.CLIENT)
    assert (seen.span.trace_id.hex(), seen.span.parent_span_id.hex()) == (GOOD[3:35], GOOD[36:52])
    assert [(link.trace_id.hex(), link.span_id.hex()) for link in seen.span.links] == [("c" * 32, "d" * 16)]
    assert seen.attributes == {"text": "words", "number": 7}
    assert exporter.dropped == 0


async def test_a_collector_that_is_away_gets_what_waits_when_it_is_back(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As much as there is room for; the rest is counted. It is told once, and its end."""
    monkeypatch.setattr(exporting, "MOST_WAITING", 100)
    monkeypatch.setattr(exporting, "EVERY_SECONDS", 0.05)
    collector.refuses = grpc.StatusCode.UNAVAILABLE
    exporter = Exporter(replace(EVERYTHING, target=collector.address), "planning")
    record_to(exporter)
    with capture_logs() as logged:
        for number in range(130):
            with spans.span(f"step {number}"):
                pass
        exporter.start()
        await until(lambda: true(bool(logged)), "the trouble to be told")
        collector.refuses = None
        await until(lambda: true(len(collector.spans) == 100), "the spans")
        await until(lambda: true(len(logged) > 1), "the end of the trouble to be told")
    assert [seen.span.name for seen in collector.spans] == [f"step {number}" for number in range(100)]
    assert [(line["event"], line.get("reason"), line.get("dropped")) for line in logged] == [
        ("traces cannot be sent to the collector; the process works on", "UNAVAILABLE", None),
        ("traces are sent to the collector", None, 30),
    ]
    await asyncio.to_thread(exporter.close)


async def true(what: bool) -> bool:  # noqa: FBT001 - what `until` asks for
    return what


async def test_what_a_collector_refuses_for_good_is_dropped_and_counted(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing behind it waits for ever."""
    monkeypatch.setattr(exporting, "EVERY_SECONDS", 0.05)
    collector.refuses = grpc.StatusCode.INVALID_ARGUMENT
    exporter = Exporter(replace(EVERYTHING, target=collector.address), "planning")
    record_to(exporter)
    exporter.start()
    with spans.span("refused"):
        pass
    await until(lambda: true(exporter.dropped == 1), "the span to be dropped")
    collector.refuses = None
    with spans.span("taken"):
        pass
    await until(lambda: true(len(collector.spans) == 1), "the next one")
    await asyncio.to_thread(exporter.close)


def test_the_settings_are_those_of_opentelemetry(tmp_path: Path) -> None:
    """Nothing is recorded without an endpoint; everything is with one, and what began elsewhere as it was there."""
    assert TraceSettings.read("", {"OTEL_TRACES_SAMPLER": "nonsense"}) is None
    read = TraceSettings.read("", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317"})
    assert read == replace(EVERYTHING, target="127.0.0.1:4317")
    (tmp_path / "authority.pem").write_bytes(b"PEM")
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector.example:4317/",
        "OTEL_EXPORTER_OTLP_CERTIFICATE": str(tmp_path / "authority.pem"),
        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        "OTEL_TRACES_SAMPLER": "traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.25",
    }
    assert TraceSettings.read("", environment) == TraceSettings(
        "collector.example:4317", is_encrypted=True, authority=b"PEM", share=0.25, follows_parent=False
    )
    plain = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example:4317"}
    assert TraceSettings.read("services,telemetry", plain) is not None


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("EXPORTER_OTLP_ENDPOINT", "collector:4317", "expected http:// or https://"),
        ("EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317/v1/traces", "expected http:// or https://"),
        ("EXPORTER_OTLP_ENDPOINT", "http://10.0.0.7:4317", "10.0.0.7 is not on this machine, and nothing encrypts"),
        ("EXPORTER_OTLP_HEADERS", "x=y", "not understood here"),
        ("EXPORTER_OTLP_PROTOCOL", "http/protobuf", "expected grpc"),
        ("EXPORTER_OTLP_CERTIFICATE", "/nowhere/authority.pem", "expected a file that can be read (FileNotFoundError)"),
        ("TRACES_SAMPLER", "sometimes", "expected one of always_on"),
        ("TRACES_SAMPLER_ARG", "10%", "expected a number from 0 to 1"),
        ("TRACES_SAMPLER_ARG", "1.5", "expected a number from 0 to 1"),
    ],
)
def test_a_wrong_setting_is_an_error(name: str, value: str, expected: str) -> None:
    """It is named, with what was expected."""
    good = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4317", "OTEL_TRACES_SAMPLER": "parentbased_traceidratio"}
    with pytest.raises(SettingsError) as refused:
        TraceSettings.read("", good | {f"OTEL_{name}": value})
    assert str(refused.value).startswith(f"OTEL_{name}: ")
    assert expected in str(refused.value)
