"""Every series of the suite, by the name under which Prometheus and dashboards know it.

No label holds a case, a person or free words. docs/telemetry.md has this list as a table.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Metric,
    ProcessCollector,
    disable_created_metrics,
)

SECONDS_OF_CALLS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SECONDS_OF_UNITS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
SECONDS_OF_DECISIONS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5)
EVERY, SERVICES, DECIDING = "every process", "services", "deciding services"
SENDING = "services that send events"
KEEPING = "services and the console"
ASSESSMENT, FEED, OPERATIONS, WORKER, CONSOLE = "assessment", "feed", "operations", "worker", "console"
_DECIDES = frozenset({EVERY, SERVICES, KEEPING, SENDING, DECIDING})
OF: Mapping[str, frozenset[str]] = {
    "assessment": _DECIDES | {ASSESSMENT},
    "planning": _DECIDES,
    "approval": _DECIDES,
    "review": _DECIDES,
    "feed": frozenset({EVERY, SERVICES, KEEPING, FEED}),
    "operations": frozenset({EVERY, SERVICES, KEEPING, SENDING, OPERATIONS}),
    "worker": frozenset({EVERY, WORKER}),
    "console": frozenset({EVERY, KEEPING, CONSOLE}),
}
"""Which series each process has."""

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a counter began doubles the page, and a restart shows without it
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)


@dataclass(frozen=True, slots=True)
class Defined:
    """A series as it is looked up, of which processes it is, and what it says."""

    name: str
    of: str
    kind: str
    labels: tuple[str, ...]
    meaning: str


DEFINED: list[Defined] = []


class OwnSeries:
    """What one process answers: the series of others would stand there with zeros."""

    def __init__(self, process: str) -> None:
        """`process` is its name."""
        others = [each for each in DEFINED if each.of not in OF[process]]
        self._left_out = {each.name.removesuffix("_total") for each in others}

    def collect(self) -> Iterator[Metric]:
        """Its series as they are now, with those of the process as such."""
        return (metric for metric in REGISTRY.collect() if metric.name not in self._left_out)


def _counter(of: str, name: str, meaning: str, *labels: str) -> Counter:
    DEFINED.append(Defined(f"sevensteps_{name}_total", of, "counter", labels, meaning))
    return Counter(f"sevensteps_{name}", meaning, labels, registry=REGISTRY)


def _gauge(of: str, name: str, meaning: str, *labels: str) -> Gauge:
    DEFINED.append(Defined(f"sevensteps_{name}", of, "gauge", labels, meaning))
    return Gauge(f"sevensteps_{name}", meaning, labels, registry=REGISTRY)


def _seconds(of: str, name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    DEFINED.append(Defined(f"sevensteps_{name}", of, "histogram", labels, meaning))
    return Histogram(f"sevensteps_{name}", meaning, labels, buckets=buckets, registry=REGISTRY)


PROCESS_INFO = _gauge(EVERY, "process_info", "always 1: which process this is", "role", "version", "commit")
BACKGROUND_TASK_UP = _gauge(EVERY, "background_task_up", "1 while a task that must not end runs", "task")
CERTIFICATE_EXPIRES = _gauge(
    EVERY, "certificate_expires_timestamp_seconds", "when a certificate in use ends", "certificate"
)
SIGNING_KEYS_FETCHED = _gauge(
    KEEPING, "signing_keys_fetched_timestamp_seconds", "when an issuer's keys were last fetched", "issuer"
)
CLOCK_SKEW = _gauge(
    EVERY, "clock_skew_seconds", "how far this machine's clock is ahead of the database's, the worker's of the feed's"
)
READY = _gauge(EVERY, "ready", "1 while the process is ready")
READY_CHECK = _gauge(EVERY, "ready_check", "1 while a part of what makes it ready is well", "check")

RPC_STARTED = _counter(SERVICES, "rpc_started", "calls that came", "service", "method")
RPC_HANDLED = _counter(
    SERVICES,
    "rpc_handled",
    "calls that ended, by status and by the reason for a refusal, which is empty for others",
    "service",
    "method",
    "code",
    "reason",
)
RPC_SECONDS = _seconds(
    SERVICES, "rpc_seconds", "how long calls took, streams too", SECONDS_OF_CALLS, "service", "method"
)
RPC_IN_PROGRESS = _gauge(SERVICES, "rpc_in_progress", "calls under way", "service")
REFUSED = _counter(SERVICES, "refused", "calls refused by a limit, which is named like its setting", "limit")

OUTBOX_EVENTS = _gauge(SENDING, "outbox_events", "events that wait to be sent to the feed")
OUTBOX_OLDEST = _gauge(SENDING, "outbox_oldest_seconds", "how long the oldest of them has waited")
OUTBOX_SENT = _counter(SENDING, "outbox_sent", "events that the feed has taken")
OUTBOX_FAILED = _counter(SENDING, "outbox_failed", "sendings that failed, of one event or several")
DATABASE_CONNECTIONS = _gauge(KEEPING, "database_connections", "open connections, used or idle", "state")
DATABASE_UNITS = _counter(
    KEEPING, "database_units", "transactions: done, refused by what they were for, or failed", "kind", "outcome"
)
DATABASE_UNIT_SECONDS = _seconds(
    KEEPING,
    "database_unit_seconds",
    "how long transactions took, with their wait for a turn",
    SECONDS_OF_UNITS,
    "kind",
)
PACK_IN_FORCE = _gauge(DECIDING, "pack_in_force_info", "always 1: the version of a pack that decides", "pack", "hash")
PACK_REFUSED = _gauge(DECIDING, "pack_refused", "1 while the version of a pack in the folder is refused", "pack")
DECISIONS = _counter(DECIDING, "decisions", "decisions, by verdict", "decision", "verdict")
DECISION_SECONDS = _seconds(
    DECIDING, "decision_seconds", "how long both evaluators took together", SECONDS_OF_DECISIONS, "decision"
)
EVALUATORS_DISAGREED = _counter(
    DECIDING, "evaluators_disagreed", "decisions not made because the two evaluators differed", "decision"
)
RECEIPTS_UNCHAINED = _gauge(DECIDING, "receipts_unchained", "receipts that have no link in the chain yet")

CASES_OPEN = _gauge(
    ASSESSMENT, "cases_open", "open cases: in step 1 (money_found), or in a later one (later)", "council", "step"
)
CASES_OLDEST = _gauge(ASSESSMENT, "cases_oldest_seconds", "the age of the oldest of them", "council", "step")

FEED_POSITION = _gauge(FEED, "feed_position", "the position of the last event")
FEED_APPENDED = _counter(FEED, "feed_appended", "events that were new, by the service that sent them", "service")
FEED_STREAMS = _gauge(FEED, "feed_streams", "readers that watch the feed")
FEED_SEQUENCER = _gauge(
    FEED, "feed_sequencer", "1 where this instance numbered the newest events that it knows of, as one at a time does"
)
JOB_LAST_SUCCESS = _gauge(
    FEED, "job_last_success_timestamp_seconds", "when a job that is done once a day was last done", "job_name"
)
JOB_REMOVED = _counter(FEED, "job_removed", "what such a job has removed here: of `pruning`, events", "job_name")
FEED_SUBSCRIPTION_LAG = _gauge(
    FEED, "feed_subscription_lag", "events that a subscription has not read; the suite's own has no council",
    "council", "subscription",
)  # fmt: skip

CASES_STUCK = _gauge(OPERATIONS, "cases_stuck", "cases that are stuck, by kind of stuck", "council", "kind")
PARTS_STUCK = _gauge(OPERATIONS, "parts_stuck", "parts of the suite that hold cases up, by kind of stuck", "kind")
LAST_LOOK = _gauge(
    OPERATIONS,
    "last_look_timestamp_seconds",
    "when all was last looked through for what is stuck; where it never was, when this process began",
)
LOOK_SECONDS = _gauge(OPERATIONS, "look_seconds", "how long the last such look took that this instance made")
ROWS_BEHIND = _gauge(OPERATIONS, "rows_behind_events", "events of the feed that the rows of cases do not have yet")
ROWS_HEARD = _gauge(
    OPERATIONS,
    "rows_heard_timestamp_seconds",
    "when the feed was last heard; where it never was, when this process began",
)
ROWS_REBUILDING = _gauge(OPERATIONS, "rows_rebuilding", "1 while the rows of cases are made anew")
ALERTS = _counter(
    OPERATIONS,
    "alerts",
    "alerts given to the council's own command, by how that went: sent, failed, hung or not_started",
    "outcome",
)

PAGES_ANSWERED = _counter(
    CONSOLE, "console_pages", "requests that were answered, by the page's address as it is written", "page", "code"
)
PAGE_SECONDS = _seconds(CONSOLE, "console_page_seconds", "how long they took, files too", SECONDS_OF_CALLS, "page")
SIGNED_ON = _gauge(CONSOLE, "console_sessions", "sessions of people who are signed on, by whichever instance")
SIGN_ONS = _counter(
    CONSOLE,
    "console_sign_ons",
    "sign-ons by an issuer, by the reason for a refusal, which is empty where somebody has signed on",
    "reason",
)

RELAY_POSITION = _gauge(WORKER, "relay_position", "the position up to which every journey has its facts")
RELAY_LAG_EVENTS = _gauge(WORKER, "relay_lag_events", "events after that position")
RELAY_LAG_SECONDS = _gauge(WORKER, "relay_lag_seconds", "the age of the oldest fact that its journey does not have")
RELAY_DELIVERED = _counter(WORKER, "relay_delivered", "facts brought to journeys")
RELAY_UNDELIVERABLE = _counter(WORKER, "relay_undeliverable", "facts that never can be: their case is parked")
JOURNEYS_RUNNING = _gauge(WORKER, "journeys_running", "journeys under way, by step", "council", "step")
JOURNEYS_PARKED = _gauge(WORKER, "journeys_parked", "journeys that operations have to mend", "council")
JOURNEYS_PAST_DUE = _gauge(
    WORKER, "journeys_past_due", "journeys past the date of their step; hard: true where it is one of law",
    "council", "hard",
)  # fmt: skip
JOURNEYS_DUE_SOON = _gauge(
    WORKER, "journeys_due_soon", "journeys whose date is today or within the next seven days", "council", "hard"
)
