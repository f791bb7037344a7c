"""With whom the person shares documents, as the circle of support here says."""

from datetime import date

from services.assessment import people_store
from services.assessment.domain.people import ShareScope
from sevensteps.service.use_cases import UseCases


class OwnCircle:
    """Reads the circle, anew each time: what was shared until yesterday is not shared today."""

    def __init__(self, use_cases: UseCases) -> None:
        """`use_cases` reads from the records of the service."""
        self._use_cases = use_cases

    async def may_read_documents(self, case_id: str, person_id: str, on: date) -> bool:
        """See documents_server.Sharing."""
        return await self._use_cases.look(
            lambda work: people_store.may_share(work, case_id, person_id, ShareScope.DOCUMENTS, on)
        )
