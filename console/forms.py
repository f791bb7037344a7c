"""Reading a form that somebody sends: only one that this console has shown them counts."""

import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from sevensteps.errors import Fault, Kind

MOST_BYTES = 32_768
FORM_KEY = "form_key"
URL_ENCODED = "application/x-www-form-urlencoded"


async def read_form(request: Request, form_key: str) -> Mapping[str, str]:
    """The fields of a form, without the key that must come with it.

    Raises a Fault (DENIED, FORM_NOT_OURS) where the key is missing or another one: then another site may have made the
    browser send it; and (INVALID, FORM_UNREADABLE) where it is no form, or too long.
    """
    fields = await _fields(request)
    given = fields.pop(FORM_KEY, "")
    if not form_key or not secrets.compare_digest(given.encode(), form_key.encode()):
        raise Fault(
            Kind.DENIED,
            "FORM_NOT_OURS",
            "This form was opened too long ago, or is not of this console. Open the page again and send it anew.",
        )
    return fields


async def _fields(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip() != URL_ENCODED:
        raise _unreadable()
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise _unreadable()
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))
    except ValueError as error:
        raise _unreadable() from error


def _unreadable() -> Fault:
    return Fault(Kind.INVALID, "FORM_UNREADABLE", "This is not a form of this console. Open the page again.")
