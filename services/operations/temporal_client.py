"""The connection to Temporal: made when it is first needed, and made anew with new certificates."""

from temporalio.client import Client

from sevensteps.config import Settings
from sevensteps.encryption.folder import certificates_in
from sevensteps.journeys import connect

PROCESS = "operations"


class TemporalClient:
    """Gives a client of the Temporal server that the settings name."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is connected yet."""
        self._settings = settings
        self._certificates = certificates_in(settings.temporal_certificates, PROCESS)
        self._client: Client | None = None
        self._connected_with: object = None

    async def now(self) -> Client:
        """A client with the certificates that this process has now. Raises a Fault where Temporal does not answer."""
        files = self._certificates.files() if self._certificates else None
        if self._client is None or files is not self._connected_with:
            self._client = await connect(self._settings, PROCESS)
            self._connected_with = files
        return self._client
