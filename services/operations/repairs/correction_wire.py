"""What a repair is to correct, read from a request and checked."""

from collections.abc import Mapping
from datetime import date

from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.fields import Fields
from sevensteps.money import pounds

EARLIEST_SPEND = date(2015, 4, 1)
"""As the review service has it: no plan under the Care Act 2014 paid for anything before it came into force."""
LONGEST_EVIDENCE = 200


def correction_of(fields: Fields, request: pb.PlanRepairRequest) -> Mapping[str, str]:
    """What is right of which record, by field. Notes what is wrong with it: it is about one case, named by its id."""
    right = request.correction
    if len(request.filter.case_ids) != 1:
        fields.wrong("filter.case_ids", "must be the one case of what is corrected")
    amount = fields.money_either_way("correction.amount", right.amount, may_be_zero=True)
    spent_on = fields.day("correction.spent_on", right.spent_on, earliest=EARLIEST_SPEND, latest=clock.today())
    given = {
        "spend_id": fields.id("correction.spend_id", right.spend_id),
        "line_id": fields.id("correction.line_id", right.line_id),
        "amount": pounds(amount),
        "spent_on": spent_on.isoformat(),
    }
    if right.evidence:
        given["evidence"] = fields.reference("correction.evidence", right.evidence, limit=LONGEST_EVIDENCE)
    return given
