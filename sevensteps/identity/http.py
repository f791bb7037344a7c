"""Asking an issuer over HTTPS: short waits, small answers, and no one else who listens in."""

import asyncio
import json
import logging
from collections.abc import Mapping

import httpx

from sevensteps.web_address import problem_of_web_address

SECONDS = 5.0
"""How long an answer may take."""
MOST_BYTES = 1024 * 1024
LONGEST_CODE = 64

logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log every request


class NoAnswerError(Exception):
    """An issuer that cannot be used now. The text says why."""


class RefusedError(NoAnswerError):
    """An issuer that answers, and refuses. `code` is that of OAuth, such as invalid_grant."""

    def __init__(self, text: str, code: str) -> None:
        """`text` says who refuses what."""
        super().__init__(text)
        self.code = code


async def get(url: str) -> Mapping[str, object]:
    """The JSON object at an address. Raises NoAnswerError."""
    return await _ask("GET", url, {})


async def post(url: str, form: Mapping[str, str]) -> Mapping[str, object]:
    """The JSON object that answers a form. Raises NoAnswerError."""
    return await _ask("POST", url, form)


async def _ask(method: str, url: str, form: Mapping[str, str]) -> Mapping[str, object]:
    if problem := problem_of_web_address(url):
        raise NoAnswerError(f"{url[:200]}: expected {problem}")
    try:
        # A client of its own for each question: they are minutes apart. Certificates are read beside the event loop.
        client = await asyncio.to_thread(httpx.AsyncClient, timeout=SECONDS)
        async with (
            asyncio.timeout(SECONDS),
            client,
            client.stream(method, url, data=form or None) as response,
        ):
            body = await _body(response)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        raise NoAnswerError(f"{url} does not answer ({type(error).__name__})") from error
    if response.status_code != httpx.codes.OK:
        refused, code = f"{url} answers with status {response.status_code}", _code(body)
        raise RefusedError(f"{refused}, {code}", code) if code else NoAnswerError(refused)
    answer = _object(body)
    if answer is None:
        raise NoAnswerError(f"{url} does not answer with a JSON object")
    return answer


async def _body(response: httpx.Response) -> bytes:
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > MOST_BYTES:
            raise httpx.ReadError(f"more than {MOST_BYTES} bytes")
    return body


def _code(body: bytes) -> str:
    """The code of an OAuth error. Its description may be about anything, and stays out."""
    code = (_object(body) or {}).get("error")
    return code if isinstance(code, str) and is_code(code) else ""


def is_code(text: str) -> bool:
    """Whether a text can be the code of an OAuth error: what is anything else is not repeated."""
    return len(text) <= LONGEST_CODE and text.isascii() and text.replace("_", "").isalnum()


def _object(body: bytes) -> Mapping[str, object] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
