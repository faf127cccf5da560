"""What is derived from the secret keys: links, codes and marks. Nothing secret is stored.

The first key signs; those after it are still accepted, so that keys can be changed without
breaking the links in people's mail.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

_keys: tuple[bytes, ...] = ()

LINK_BYTES = 16
"""128 bits: OWASP ASVS 5.0, V11.5.1."""


def use(*secrets: str) -> None:
    """Sign with the first of these from now on, and accept all of them."""
    global _keys
    _keys = tuple(secret.encode() for secret in secrets)


def link(purpose: str, number: int, generation: int = 0) -> str:
    """Answer the secret address part of a thing; a new generation voids the old one at once."""
    return f"{number}-{_text(_mac(_keys[0], purpose, number, generation)[:LINK_BYTES])}"


def number_of(token: str) -> int | None:
    """Answer which thing a link speaks of, unproven; None where it is no link at all."""
    digits, dash, _ = token.partition("-")
    is_number = dash and digits.isascii() and digits.isdigit() and len(digits) < 16
    return int(digits) if is_number else None


def fits(token: str, purpose: str, number: int, generation: int = 0) -> bool:
    """Say whether the link is this thing's, under any accepted key, in constant time."""
    given = token.encode("utf-8", "replace")
    return any(
        hmac.compare_digest(f"{number}-{_text(_mac(key, purpose, number, generation)[:LINK_BYTES])}".encode(), given)
        for key in _keys
    )


def digest(*facts: object) -> str:
    """Answer a keyed HMAC-SHA-256 in hex, for what must be compared later but not be read."""
    return _mac(_keys[0], *facts).hex()


def is_digest(stored: str, *facts: object) -> bool:
    """Say whether a stored digest is of these facts, under any accepted key, in constant time."""
    return any(hmac.compare_digest(_mac(key, *facts).hex(), stored) for key in _keys)


def _mac(key: bytes, *facts: object) -> bytes:
    text = "\x1f".join(str(fact) for fact in facts)
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _text(mac: bytes) -> str:
    return base64.b32encode(mac).decode().rstrip("=").lower()
