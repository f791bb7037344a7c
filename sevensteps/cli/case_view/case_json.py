"""One case as JSON, for programs that read the output of the command line."""

import json
from collections.abc import Mapping, Sequence

from google.protobuf.json_format import MessageToDict

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.policy.v1.decision_pb2 import Decision
from sevensteps.cli.case_view.case_list import Row
from sevensteps.cli.case_view.event_json import event_json
from sevensteps.cli.case_view.history import verdict_of
from sevensteps.policy.model.verdict import Json


def case_json(row: Row, events: Sequence[Event], decisions: Mapping[int, Decision]) -> dict[str, Json]:
    """What `case list` says of a case, with its events, and the decisions by the position of their events."""
    return {
        **row.as_json(),
        "events": [json.loads(event_json(event)) for event in events],
        "decisions": {str(position): _decision(decision) for position, decision in decisions.items()},
    }


def _decision(decision: Decision) -> Json:
    """A decision as on the wire, with verdicts by their short names."""
    told: dict[str, Json] = MessageToDict(decision, preserving_proto_field_name=True)
    told["verdict"] = verdict_of(decision.verdict)
    findings = [MessageToDict(finding, preserving_proto_field_name=True) for finding in decision.findings]
    told["findings"] = [
        {**written, "verdict": verdict_of(finding.verdict)}
        for written, finding in zip(findings, decision.findings, strict=True)
    ]
    return told
