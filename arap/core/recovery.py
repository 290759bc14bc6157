"""Recovery codes: ten, each good once, for who has lost the telephone with the second factor. Only digests are kept.

A code is ten signs out of 31, about 49 bits, digested with scrypt: whoever steals the table cannot try them out.
"""

import hashlib
import secrets

CODES = 10
# Without letters and digits that look alike.
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
HALF = 5
SALT_BYTES = 16


def new_codes() -> list[str]:
    """Ten codes as they are shown: two halves of five."""
    return ["-".join(_half() for _side in range(2)) for _code in range(CODES)]


def new_salt() -> bytes:
    """For one set of codes."""
    return secrets.token_bytes(SALT_BYTES)


def plain(typed: str) -> str:
    """What was typed, as codes are digested: small letters and digits alone."""
    return "".join(sign for sign in typed.lower() if sign.isalnum())


def digest(code: str, salt: bytes) -> bytes:
    """What is kept of a code; 16 MB and some hundredths of a second each time."""
    return hashlib.scrypt(plain(code).encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)


def _half() -> str:
    return "".join(secrets.choice(LETTERS) for _sign in range(HALF))
