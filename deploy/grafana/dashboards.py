"""The dashboards, as rows of what each panel asks Prometheus. Run, this writes them as Grafana reads them.

`python deploy/grafana/dashboards.py` writes deploy/grafana/dashboards/*.json anew.
Each worker, and each instance of a service, counts what all of them share: there the largest count is taken, not the sum.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PROMETHEUS = {"type": "prometheus", "uid": "prometheus"}
ACROSS = 24
HIGH = 7


@dataclass(frozen=True)
class Panel:
    """A picture of one thing."""

    title: str
    queries: Sequence[tuple[str, str]]
    """What is asked, and what each line is called."""
    unit: str = "short"
    kind: str = "timeseries"
    about: str = ""
    across: int = 8


@dataclass(frozen=True)
class Choice:
    """What can be chosen at the top: the values of a label of a series."""

    name: str
    series: str
    label: str
    several: bool = False


@dataclass(frozen=True)
class Dashboard:
    """A page of panels."""

    uid: str
    title: str
    about: str
    panels: Sequence[Panel]
    choices: Sequence[Choice] = ()


ROLES = "assessment|planning|approval|review|feed|worker"
FAILED = 'code=~"UNKNOWN|INTERNAL|UNAVAILABLE|DATA_LOSS|DEADLINE_EXCEEDED"'
STREAMS = 'method!~"WatchEvents|ReadReceipts|ReadDecidedRecords"'

SUITE = Dashboard(
    "sevensteps-suite",
    "Suite",
    "Whether everything works, and whether people's cases move.",
    [
        Panel(
            "Ready",
            [(f'min by (job) (sevensteps_ready{{job=~"{ROLES}"}})', "{{job}}")],
            kind="stat",
            about="1 where every instance is ready for work.",
            across=12,
        ),
        Panel(
            "Alerts",
            [('sum by (alertname, severity, team) (ALERTS{alertstate="firing"})', "{{alertname}}")],
            kind="table",
            about="Each has a page in docs/runbooks.",
            across=12,
        ),
        Panel(
            "Versions",
            [("count by (role, version, commit) (sevensteps_process_info)", "{{role}} {{version}} {{commit}}")],
            kind="table",
        ),
        Panel(
            "Parked cases",
            [("max by (council) (sevensteps_journeys_parked)", "{{council}}")],
            kind="stat",
            about="Cases that wait for IT.",
        ),
        Panel(
            "Past a date of law",
            [('max by (council) (sevensteps_journeys_past_due{hard="true"})', "{{council}}")],
            kind="stat",
        ),
        Panel("Calls a second", [("sum by (job) (rate(sevensteps_rpc_handled_total[$__rate_interval]))", "{{job}}")]),
        Panel(
            "Share of calls that failed",
            [
                (
                    f"sum by (job) (rate(sevensteps_rpc_handled_total{{{FAILED}}}[$__rate_interval])) "
                    "/ sum by (job) (rate(sevensteps_rpc_handled_total[$__rate_interval]))",
                    "{{job}}",
                )
            ],
            "percentunit",
            about="Through no fault of the caller.",
        ),
        Panel(
            "Time that nineteen in twenty calls take less than",
            [
                (
                    f"histogram_quantile(0.95, sum by (job, le) (rate(sevensteps_rpc_seconds_bucket{{{STREAMS}}}[$__rate_interval])))",
                    "{{job}}",
                )
            ],
            "s",
        ),
        Panel(
            "Age of the oldest event not sent", [("max by (job) (sevensteps_outbox_oldest_seconds)", "{{job}}")], "s"
        ),
        Panel("Age of the oldest fact not delivered", [("max(sevensteps_relay_lag_seconds)", "relay")], "s"),
        Panel(
            "Events a second",
            [("sum by (service) (rate(sevensteps_feed_appended_total[$__rate_interval]))", "{{service}}")],
        ),
        Panel(
            "Which instance numbers events", [("sevensteps_feed_sequencer", "{{instance}}")], about="Exactly one has 1."
        ),
        Panel("Memory", [(f'process_resident_memory_bytes{{job=~"{ROLES}"}}', "{{job}} {{instance}}")], "bytes"),
        Panel(
            "CPU",
            [(f'rate(process_cpu_seconds_total{{job=~"{ROLES}"}}[$__rate_interval])', "{{job}} {{instance}}")],
            "percentunit",
            about="1 is one core.",
        ),
    ],
)

SERVICE = Dashboard(
    "sevensteps-service",
    "One service",
    "One process: its calls, its database, and what it needs to work.",
    [
        Panel(
            "Calls a second",
            [('sum by (method) (rate(sevensteps_rpc_handled_total{job="$job"}[$__rate_interval]))', "{{method}}")],
        ),
        Panel(
            "Calls that ended otherwise than well, a second",
            [
                (
                    'sum by (code, reason) (rate(sevensteps_rpc_handled_total{job="$job",code!="OK"}[$__rate_interval]))',
                    "{{code}} {{reason}}",
                )
            ],
            about="docs/errors.md explains the reasons.",
        ),
        Panel(
            "Time of calls",
            [
                (
                    f'histogram_quantile({q}, sum by (le) (rate(sevensteps_rpc_seconds_bucket{{job="$job",{STREAMS}}}[$__rate_interval])))',
                    name,
                )
                for q, name in (("0.5", "half"), ("0.95", "19 in 20"), ("0.99", "99 in 100"))
            ],
            "s",
            about="Streams, which stay open, are left out.",
        ),
        Panel(
            "Time of each call, 19 in 20",
            [
                (
                    f'histogram_quantile(0.95, sum by (method, le) (rate(sevensteps_rpc_seconds_bucket{{job="$job",{STREAMS}}}[$__rate_interval])))',
                    "{{method}}",
                )
            ],
            "s",
        ),
        Panel("Calls under way", [('sevensteps_rpc_in_progress{job="$job"}', "{{instance}}")]),
        Panel(
            "Calls that came, but have not ended",
            [
                (
                    'sum by (method) (sevensteps_rpc_started_total{job="$job"}) - sum by (method) (sevensteps_rpc_handled_total{job="$job"})',
                    "{{method}}",
                )
            ],
        ),
        Panel(
            "Calls refused by a limit, a second",
            [('sum by (limit) (rate(sevensteps_refused_total{job="$job"}[$__rate_interval]))', "{{limit}}")],
        ),
        Panel(
            "What it needs",
            [('min by (check) (sevensteps_ready_check{job="$job"})', "{{check}}")],
            kind="stat",
            about="0: it is not ready for want of this.",
        ),
        Panel("Its parts", [('min by (task) (sevensteps_background_task_up{job="$job"})', "{{task}}")], kind="stat"),
        Panel(
            "Connections to the database",
            [('sum by (instance, state) (sevensteps_database_connections{job="$job"})', "{{instance}} {{state}}")],
            about="Each instance has up to 20.",
        ),
        Panel(
            "Transactions a second",
            [
                (
                    'sum by (kind, outcome) (rate(sevensteps_database_units_total{job="$job"}[$__rate_interval]))',
                    "{{kind}} {{outcome}}",
                )
            ],
        ),
        Panel(
            "Time of transactions, 19 in 20",
            [
                (
                    'histogram_quantile(0.95, sum by (kind, le) (rate(sevensteps_database_unit_seconds_bucket{job="$job"}[$__rate_interval])))',
                    "{{kind}}",
                )
            ],
            "s",
        ),
        Panel("Events that wait to be sent", [('max(sevensteps_outbox_events{job="$job"})', "events")]),
        Panel(
            "Events sent, and sendings that failed, a second",
            [
                ('sum(rate(sevensteps_outbox_sent_total{job="$job"}[$__rate_interval]))', "sent"),
                ('sum(rate(sevensteps_outbox_failed_total{job="$job"}[$__rate_interval]))', "failed"),
            ],
        ),
        Panel(
            "Clean-up, since",
            [
                (
                    'time() - max by (job_name) (sevensteps_job_last_success_timestamp_seconds{job="$job"})',
                    "{{job_name}}",
                )
            ],
            "s",
            "stat",
        ),
        Panel(
            "Removed by clean-up, a day",
            [('sum by (job_name) (increase(sevensteps_job_removed_total{job="$job"}[1d]))', "{{job_name}}")],
        ),
        Panel(
            "Certificates end in",
            [
                (
                    'min by (certificate) (sevensteps_certificate_expires_timestamp_seconds{job="$job"}) - time()',
                    "{{certificate}}",
                )
            ],
            "s",
            "stat",
        ),
        Panel(
            "Age of the keys of issuers",
            [
                (
                    'time() - max by (issuer) (sevensteps_signing_keys_fetched_timestamp_seconds{job="$job"})',
                    "{{issuer}}",
                )
            ],
            "s",
        ),
        Panel("Clock ahead of others by", [('sevensteps_clock_skew_seconds{job="$job"}', "{{instance}}")], "s"),
        Panel(
            "CPU", [('rate(process_cpu_seconds_total{job="$job"}[$__rate_interval])', "{{instance}}")], "percentunit"
        ),
        Panel("Memory", [('process_resident_memory_bytes{job="$job"}', "{{instance}}")], "bytes"),
        Panel(
            "Open files",
            [('process_open_fds{job="$job"} / process_max_fds{job="$job"}', "{{instance}}")],
            "percentunit",
        ),
        Panel("Running since", [('time() - process_start_time_seconds{job="$job"}', "{{instance}}")], "s", "stat"),
    ],
    [Choice("job", "sevensteps_ready", "job")],
)

JOURNEYS = Dashboard(
    "sevensteps-journeys",
    "Journeys",
    "Where cases are, which are late, and what keeps them.",
    [
        Panel("Journeys by step", [('max by (step) (sevensteps_journeys_running{council=~"$council"})', "{{step}}")]),
        Panel(
            "Open cases",
            [('max by (council, step) (sevensteps_cases_open{council=~"$council"})', "{{council}} {{step}}")],
            about="As assessment has them on record.",
        ),
        Panel(
            "Age of the oldest case",
            [('max by (council, step) (sevensteps_cases_oldest_seconds{council=~"$council"})', "{{council}} {{step}}")],
            "s",
        ),
        Panel(
            "Parked",
            [('max by (council) (sevensteps_journeys_parked{council=~"$council"})', "{{council}}")],
            kind="stat",
            about="`sevensteps case list --stuck` lists them.",
        ),
        Panel(
            "Past their date",
            [
                (
                    'max by (council, hard) (sevensteps_journeys_past_due{council=~"$council"})',
                    "{{council}}, of law: {{hard}}",
                )
            ],
            about="`sevensteps case list --overdue` lists them.",
        ),
        Panel(
            "Due within seven days",
            [
                (
                    'max by (council, hard) (sevensteps_journeys_due_soon{council=~"$council"})',
                    "{{council}}, of law: {{hard}}",
                )
            ],
        ),
        Panel("Events that the relay has before it", [("max(sevensteps_relay_lag_events)", "events")]),
        Panel("Age of the oldest fact not delivered", [("max(sevensteps_relay_lag_seconds)", "age")], "s"),
        Panel(
            "Facts a second",
            [
                ("sum(rate(sevensteps_relay_delivered_total[$__rate_interval]))", "delivered"),
                ("sum(rate(sevensteps_relay_undeliverable_total[$__rate_interval]))", "undeliverable"),
            ],
        ),
        Panel("Position", [("max(sevensteps_feed_position)", "feed"), ("max(sevensteps_relay_position)", "relay")]),
        Panel(
            "Events that readers have not read",
            [("max by (council, subscription) (sevensteps_feed_subscription_lag)", "{{council}} {{subscription}}")],
        ),
        Panel("Readers that watch the feed", [("sum(sevensteps_feed_streams)", "streams")]),
        Panel(
            "Tasks that wait in Temporal",
            [('sum by (task_type) (approximate_backlog_count{job="temporal",taskqueue="journeys"})', "{{task_type}}")],
        ),
        Panel(
            "Age of the oldest of them",
            [
                (
                    'max by (task_type) (approximate_backlog_age_seconds{job="temporal",taskqueue="journeys"})',
                    "{{task_type}}",
                )
            ],
            "s",
        ),
        Panel(
            "The worker asks Temporal, a second",
            [
                (
                    'sum by (operation) (rate(temporal_long_request{job="worker-temporal"}[$__rate_interval]))',
                    "{{operation}}",
                )
            ],
        ),
        Panel(
            "Failed in the worker, a second",
            [
                (
                    'sum by (failure_reason) (rate(temporal_workflow_task_execution_failed{job="worker-temporal"}[$__rate_interval]))',
                    "journey: {{failure_reason}}",
                ),
                (
                    'sum by (activity_type) (rate(temporal_activity_execution_failed{job="worker-temporal"}[$__rate_interval]))',
                    "request: {{activity_type}}",
                ),
            ],
            about="A request to a service that does not answer is made again.",
        ),
        Panel(
            "Room in the worker",
            [('sum by (worker_type) (temporal_worker_task_slots_available{job="worker-temporal"})', "{{worker_type}}")],
        ),
        Panel(
            "Wait of journeys for the worker, 19 in 20",
            [
                (
                    'histogram_quantile(0.95, sum by (le) (rate(temporal_workflow_task_schedule_to_start_latency_bucket{job="worker-temporal"}[$__rate_interval])))',
                    "wait",
                )
            ],
            "ms",
        ),
    ],
    [Choice("council", "sevensteps_journeys_running", "council", several=True)],
)

PACKS = Dashboard(
    "sevensteps-packs",
    "Packs",
    "By which rules is decided, how often and how.",
    [
        Panel(
            "In force",
            [("count by (pack, hash, job) (sevensteps_pack_in_force_info)", "{{pack}} {{hash}} {{job}}")],
            kind="table",
            across=16,
        ),
        Panel(
            "Versions in force at once",
            [("count by (pack) (count by (pack, hash) (sevensteps_pack_in_force_info))", "{{pack}}")],
            kind="stat",
            about="More than 1: services decide differently.",
        ),
        Panel(
            "Refused",
            [("max by (pack, job) (sevensteps_pack_refused)", "{{pack}} {{job}}")],
            about="`sevensteps policy check` says why.",
        ),
        Panel(
            "Decisions a second",
            [("sum by (decision) (rate(sevensteps_decisions_total[$__rate_interval]))", "{{decision}}")],
        ),
        Panel(
            "Decisions by verdict, in a day",
            [("sum by (decision, verdict) (increase(sevensteps_decisions_total[1d]))", "{{decision}}: {{verdict}}")],
        ),
        Panel(
            "Time of decisions, 19 in 20",
            [
                (
                    "histogram_quantile(0.95, sum by (decision, le) (rate(sevensteps_decision_seconds_bucket[$__rate_interval])))",
                    "{{decision}}",
                )
            ],
            "s",
        ),
        Panel(
            "The evaluators did not agree",
            [("sum by (job, decision) (sevensteps_evaluators_disagreed_total)", "{{job}} {{decision}}")],
            about="Since the process started. Always 0.",
        ),
        Panel("Receipts without a link", [("max by (job) (sevensteps_receipts_unchained)", "{{job}}")]),
    ],
)

DASHBOARDS = (SUITE, SERVICE, JOURNEYS, PACKS)


def written(dashboard: Dashboard) -> dict[str, object]:
    """A dashboard as Grafana reads it."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.about,
        "tags": ["seven-steps"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "links": [{"type": "dashboards", "title": "Seven Steps", "tags": ["seven-steps"], "asDropdown": True}],
        "templating": {"list": [_choice(each) for each in dashboard.choices]},
        "panels": list(_panels(dashboard.panels)),
    }


def _choice(choice: Choice) -> dict[str, object]:
    every = {"includeAll": True, "multi": True, "allValue": ".*", "current": {"text": "All", "value": "$__all"}}
    return {
        "type": "query",
        "name": choice.name,
        "label": choice.name,
        "datasource": PROMETHEUS,
        "query": f"label_values({choice.series}, {choice.label})",
        "refresh": 2,
        "sort": 1,
        **(every if choice.several else {}),
    }


def _panels(panels: Sequence[Panel]) -> Iterator[dict[str, object]]:
    """Each where there is room: from left to right, row by row."""
    x = y = 0
    for number, panel in enumerate(panels, start=1):
        if x + panel.across > ACROSS:
            x, y = 0, y + HIGH
        yield {
            "id": number,
            "type": panel.kind,
            "title": panel.title,
            "description": panel.about,
            "datasource": PROMETHEUS,
            "gridPos": {"x": x, "y": y, "w": panel.across, "h": HIGH},
            "fieldConfig": {
                "defaults": {"unit": panel.unit, "min": 0} if panel.kind == "timeseries" else {"unit": panel.unit},
                "overrides": [],
            },
            "targets": [_target(panel, *query, number) for number, query in enumerate(panel.queries)],
        }
        x += panel.across


def _target(panel: Panel, expression: str, called: str, number: int) -> dict[str, object]:
    as_table = {"format": "table", "instant": True} if panel.kind == "table" else {}
    return {
        "refId": "ABCDEFGH"[number],
        "datasource": PROMETHEUS,
        "expr": expression,
        "legendFormat": called,
        **as_table,
    }


def write(folder: Path) -> None:
    """Write every dashboard into a folder."""
    for dashboard in DASHBOARDS:
        text = json.dumps(written(dashboard), indent=2, ensure_ascii=False)
        (folder / f"{dashboard.uid.removeprefix('sevensteps-')}.json").write_text(text + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("dashboards"))
