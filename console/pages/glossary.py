"""The glossary: the words of the field and of the suite."""

from starlette.responses import Response

from console.visit import Visit
from sevensteps import glossary


async def show(visit: Visit) -> Response:
    """Every word, in the order of the page that everybody shares."""
    return visit.show("glossary.html", entries=glossary.entries())
