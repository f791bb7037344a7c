"""The date until which a complaint has to be answered is held to the decision that set it."""

from datetime import date

from integration.assessment.practice import Practice, in_a_year
from integration.receipts.checked import until_chained, verified
from servers.services import SuiteOf
from services.assessment.tables import matter_clocks
from sevensteps.api.assessment.v1 import assessment_pb2 as pb


async def test_a_date_that_was_changed_contradicts_its_receipt(suite_of: SuiteOf, database: str) -> None:
    """Also after more time was agreed: then it is the newer decision."""
    async with suite_of("assessment", database=database) as running:
        work = Practice(running)
        await work.open()
        await work.complain()
        agreed = pb.ExtendComplaintRequest(agreed_until=in_a_year(), because="Two agencies are asked.")
        work.case = (await work.amy.ExtendComplaint(work.on_case(agreed))).case
        await work.ask_for_data()
        await until_chained(running)
        assert (await verified(running))[1] == []
        answer = matter_clocks.c.kind == "complaint_answered"
        later = matter_clocks.update().where(answer).values(due_on=date(2199, 1, 1))
        await running.store.write(lambda connection: connection.execute(later))
        (found,) = (await verified(running))[1]
    assert f"says due on: 2199-01-01. Its receipt says {in_a_year()}." in found.wrong
