"""What a session holds is sealed with a key that its browser alone has: whoever has the records can read nothing of it.

The key is made of the same secret that the browser keeps as a cookie, of which the records have but a digest. So there
is no file with a key, and every instance of the console opens what another one has sealed.
"""

import os
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
PURPOSE = b"seven steps console: what a session holds"


class BrokenSealError(Exception):
    """What was sealed has been changed, or belongs to another session."""


def seal(text: str, kept: str, session: str) -> str:
    """A text that only this browser's secret opens, and only as that of this session."""
    nonce = os.urandom(NONCE_BYTES)
    return b64encode(nonce + AESGCM(_key(kept)).encrypt(nonce, text.encode(), session.encode())).decode()


def unseal(sealed: str, kept: str, session: str) -> str:
    """The text. Raises BrokenSealError."""
    try:
        packed = b64decode(sealed, validate=True)
        return AESGCM(_key(kept)).decrypt(packed[:NONCE_BYTES], packed[NONCE_BYTES:], session.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise BrokenSealError from error


def _key(kept: str) -> bytes:
    """`kept` is as long a secret as the key, so that no password's slowness is needed."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=PURPOSE).derive(kept.encode())
