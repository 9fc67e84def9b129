"""Passwords, PINs and badges where they are made or kept: only hashes of them travel and stay.

Hashing takes a tenth of a second and 32 MiB: never on the GUI's thread.
"""

import hashlib
import secrets

from werkzeug.security import generate_password_hash

from traitortrack_desktop.domain.operators import BADGE_DIGITS, BADGE_PREFIX

_SCRYPT_BYTES_OF_MEMORY = 64 * 2**20


def hashed_secret(secret: str) -> str:
    """Return the hash of a password or PIN as the web application makes it."""
    return generate_password_hash(secret)


def new_badge_code() -> str:
    """Return the whole code of a new badge: random, nobody's yet."""
    return f"{BADGE_PREFIX}{secrets.randbelow(10**BADGE_DIGITS):0{BADGE_DIGITS}d}"


def badge_code_hash(code: str) -> str:
    """Return what the centre keeps of a badge's whole *code*: its SHA-256 in hexadecimal digits.

    Quick, since the code has 79 random bits.
    """
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def slow_digest(secret: str, salt: bytes) -> bytes:
    """Return what a station itself keeps of a password or PIN: scrypt, which is as slow for guesses."""
    return hashlib.scrypt(
        secret.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=2**15,
        r=8,
        p=1,
        maxmem=_SCRYPT_BYTES_OF_MEMORY,
    )
