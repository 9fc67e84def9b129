"""Passwords, PINs and badges where they are made: only hashes of them travel and are kept.

Hashing takes a tenth of a second and 32 MiB: never on the GUI's thread.
"""

import hashlib
import secrets

from werkzeug.security import generate_password_hash

from traitortrack_desktop.domain.operators import BADGE_DIGITS, BADGE_PREFIX


def hashed_secret(secret: str) -> str:
    """Return the hash of a password or PIN as the web application makes it."""
    return generate_password_hash(secret)


def new_badge_code() -> str:
    """Return the whole code of a new badge: random, nobody's yet."""
    return f"{BADGE_PREFIX}{secrets.randbelow(10**BADGE_DIGITS):0{BADGE_DIGITS}d}"


def badge_code_hash(code: str) -> str:
    """Return what the centre keeps of a badge's whole *code*: its SHA-256 in hexadecimal digits."""
    return hashlib.sha256(code.encode("ascii")).hexdigest()
