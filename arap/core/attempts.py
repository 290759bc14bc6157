"""Wrong passwords: after five for one name from one address, a pause of fifteen minutes.

The count lives in the cache. It slows guessing down; it is no fact that anything else relies on.
"""

import hashlib

from django.core.cache import cache

TRIES_MAX = 5
PAUSE_SECONDS = 15 * 60


def tries_left(username: str, address: str) -> int:
    """How many more wrong passwords are borne for `username` from `address`; 0 is a pause."""
    return max(TRIES_MAX - int(cache.get(_key(username, address), 0)), 0)


def note_failure(username: str, address: str) -> int:
    """Count one wrong password; the tries that are left."""
    key = _key(username, address)
    cache.add(key, 0, PAUSE_SECONDS)
    try:
        cache.incr(key)
    except ValueError:  # the pause ran out between the two calls
        cache.set(key, 1, PAUSE_SECONDS)
    return tries_left(username, address)


def forget(username: str, address: str) -> None:
    """The right password was given: start counting afresh."""
    cache.delete(_key(username, address))


def _key(username: str, address: str) -> str:
    # Hashed, because a cache key may not hold every character and names should not stand there.
    digest = hashlib.sha256(f"{username.lower()}\n{address}".encode()).hexdigest()
    return f"sign-in:{digest}"
