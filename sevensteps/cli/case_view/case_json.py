"""One case as JSON, for programs that read the output of the command line."""

import json
from collections.abc import Mapping, Sequence

from google.protobuf.json_format import MessageToDict

from sevensteps.api.assessment.v1.assessment_pb2 import Case
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.policy.v1.decision_pb2 import Decision
from sevensteps.case_history.history import verdict_of
from sevensteps.cli.case_view.acting import representation_as_json
from sevensteps.cli.case_view.case_records import CaseRecords
from sevensteps.cli.case_view.circle import Circle
from sevensteps.cli.case_view.event_json import event_json
from sevensteps.cli.case_view.explanation import DecidedCase
from sevensteps.cli.case_view.shown_case import ShownCase
from sevensteps.cli.case_view.ways_in import ways_in_as_json
from sevensteps.cli.receipts import line_of
from sevensteps.policy.model.verdict import Json


def case_json(
    shown: ShownCase,
    events: Sequence[Event],
    decisions: Mapping[int, Decision],
    *,
    linked: Sequence[Case],
    reasons: Mapping[int, Sequence[str]],
    records: CaseRecords,
) -> dict[str, Json]:
    """What is on record of a case, where it stands, which contacts and spending are open, and its events.

    Decisions and reasons are by the position of their events.
    """
    return {
        **shown.as_json(),
        "cases_with_it": [case.case_id for case in linked],
        **ways_in_as_json(events),
        "contacts_to_decide": [contact.contact_id for contact in records.contacts_to_decide],
        "refusal": records.refusal.refusal_id if records.refusal else None,
        "spends_to_judge": [spent.spend_id for spent in records.spending_to_judge],
        "spends_not_agreed": [spent.spend_id for spent in records.spending_not_agreed],
        "circle": Circle.of(events).as_json(),
        "representation": [representation_as_json(each) for each in records.representation],
        "events": [json.loads(event_json(event)) for event in events],
        "decisions": {str(position): _decision(decision) for position, decision in decisions.items()},
        "reasons": {str(position): list(lines) for position, lines in reasons.items()},
    }


def explanation_json(case: DecidedCase, records: CaseRecords) -> dict[str, Json]:
    """All that `case explain` is made of: events, receipts, what is on record, reasons and workings."""
    return {
        "case_id": case.case_id,
        "events": [json.loads(event_json(event)) for event in case.events],
        "receipts": [json.loads(line_of(service, receipt)) for service, receipt in case.receipts],
        "records": records.as_json(),
        "reasons": {str(position): list(lines) for position, lines in case.reasons.items()},
        "workings": {receipt_id: list(steps) for receipt_id, steps in case.workings.items()},
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
