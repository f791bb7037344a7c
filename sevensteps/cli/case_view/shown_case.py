"""One case for programs: what is on record of it, and where its journey stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.cli.case_view.matters import waiting_as_json
from sevensteps.cli.case_view.status import CaseStatus
from sevensteps.fields import short_name
from sevensteps.policy.model.verdict import Json


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case that is shown. `status` is None for one that has ended, or has no journey.

    `waiting` are the complaints, and the requests for one's own data, that wait.
    """

    case: pb.Case
    status: CaseStatus | None
    waiting: Sequence[pb.WaitingMatter] = ()

    def as_json(self) -> dict[str, Json]:
        """By the names that the list of cases has too."""
        return {**self._case_as_json(), **_status_as_json(self.status), **self._trouble_as_json()}

    def _case_as_json(self) -> dict[str, Json]:
        case = self.case
        return {
            "case_id": case.case_id,
            "council": case.council,
            "kind": short_name(pb.CaseKind, case.kind),
            "person_reference": case.person_reference,
            "another_because": case.another_because,
            "linked_case_id": case.linked_case_id or None,
            "ending": short_name(pb.Ending, case.ending),
            "on_hold": case.on_hold,
        }

    def _trouble_as_json(self) -> dict[str, Json]:
        stuck = bool(self.status.parked) if self.status else not self.case.ending
        return {"waiting": waiting_as_json(self.waiting), "stuck": stuck}


def _status_as_json(status: CaseStatus | None) -> dict[str, Json]:
    """Where a case stands; null where it has ended, has no journey, or there is no date."""
    if status is None:
        return dict.fromkeys(("stage", "waiting_for", "due_on", "due_kind", "overdue", "parked"))
    return {
        "stage": status.stage.value,
        "waiting_for": status.waiting_for.value,
        "due_on": status.due_on or None,
        "due_kind": status.due_kind.value if status.due_kind else None,
        "overdue": status.overdue,
        "parked": status.parked or None,
    }
