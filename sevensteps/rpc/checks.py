"""Whether the keys of a process are good: those of issuers, by which it checks tokens, and its own certificates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sevensteps import clock
from sevensteps.encryption.folder import Certificates
from sevensteps.identity.issuers import Issuers
from sevensteps.telemetry import series
from sevensteps.telemetry.health import Check

KEYS = "keys"


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """The keys of one process."""

    certificates: Sequence[Certificates]
    issuers: Issuers | None = None
    """None where the process checks no tokens."""

    @property
    def check(self) -> Check:
        """What makes the process ready, as far as keys do."""
        return Check(KEYS, self._problem)

    async def observe(self) -> None:
        """Tell when certificates end, and when issuers' keys were fetched."""
        for certificates in self.certificates:
            for each in certificates.files().all():
                series.CERTIFICATE_EXPIRES.labels(each.found).set(each.ends.timestamp())
        for issuer in self.issuers.all() if self.issuers else ():
            if issuer.fetched_at:
                fetched = datetime.fromisoformat(issuer.fetched_at).timestamp()
                series.SIGNING_KEYS_FETCHED.labels(issuer.url).set(fetched)

    async def _problem(self) -> str:
        """Raises the Fault of an issuer whose keys are not known."""
        for certificates in self.certificates:
            if certificates.has_ended:
                return " ".join(certificates.files().warnings(clock.now()))
        for issuer in self.issuers.all() if self.issuers else ():
            issuer.ensure_usable()
        return ""
