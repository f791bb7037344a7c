"""What has to be in order before the console is served: pages that can be seen, and sign-on that keeps others out."""

from pathlib import Path

from console.signing_on.places import Places
from sevensteps.config import PRODUCTION, Settings
from sevensteps.console_address import is_secure
from sevensteps.errors import Fault, Kind
from sevensteps.exposure import excused

STATIC = Path(__file__).with_name("static")
FRONTEND = STATIC / "govuk"


def ensure_servable(settings: Settings) -> None:
    """Raise a Fault (PRECONDITION) without the files that pages look by, and in production without encryption."""
    if not (FRONTEND / "govuk-frontend.min.css").is_file():
        raise _refused(
            "CONSOLE_FILES_MISSING",
            "The files of GOV.UK Frontend by which pages look are not here. In a checkout, `make setup` fetches them.",
        )
    if settings.mode != PRODUCTION:
        return
    if not is_secure(settings):
        raise _refused(
            "CONSOLE_NOT_ENCRYPTED",
            "SEVENSTEPS_MODE is production, and browsers would come to the console without encryption. Set "
            "SEVENSTEPS_CONSOLE_URL to the address that people type, which begins with https://.",
        )
    if not settings.console_certificates and "console" not in excused(settings.plaintext):
        raise _refused(
            "CONSOLE_NOT_ENCRYPTED",
            "SEVENSTEPS_MODE is production, and nothing encrypts the console's pages. Set "
            "SEVENSTEPS_CONSOLE_CERTIFICATES to a folder with console.pem, console.key and authority.pem; or, if a web "
            "server in front encrypts them and nobody else gets past it, put console into SEVENSTEPS_PLAINTEXT.",
        )


def ensure_sign_on(settings: Settings, places: Places) -> None:
    """Raise a Fault (PRECONDITION) in production where nobody could sign on, because no council says by whom."""
    if settings.mode == PRODUCTION and not places.all():
        raise _refused(
            "CONSOLE_WITHOUT_SIGN_ON",
            "SEVENSTEPS_MODE is production, and nobody could sign in to the console: no identity.yaml in "
            f"{settings.policies} says what the console is to an issuer. Write `console` there, beside `people`.",
        )


def problem_of_secrets(places: Places) -> str:
    """Why people of some council cannot sign on: a secret that cannot be read. Empty where all can be."""
    found = []
    for place in places.all().values():
        try:
            place.secret()
        except Fault as fault:
            found.append(fault.detail)
    return " ".join(found)


def _refused(reason: str, detail: str) -> Fault:
    return Fault(Kind.PRECONDITION, reason, detail)
