"""What a station sends instead of a password: that it can make the digest of the stored hash. Pure, but slow.

The digest is made exactly as ``werkzeug.security`` makes its hashes, with the method and salt that the
centre names. Takes a tenth of a second and 32 MiB with the usual parameters: never on the GUI's thread.
"""

import hashlib
import hmac
from uuid import UUID

from werkzeug.security import DEFAULT_PBKDF2_ITERATIONS

USUAL_METHOD = "scrypt:32768:8:1"
MOST_MEMORY_BYTES = 256 * 1024**2
MOST_SCRYPT_WORK = 2**22
"""As n·r·p: sixteen times the usual, about two seconds."""
MOST_ITERATIONS = 10_000_000


def proof_of(method: str, salt: str, password: str, *, device: UUID | str, session: UUID) -> str:
    """Return what shows the centre that *password* was typed at this station, for this session.

    The digest itself would be as good as the password for whoever sees it on its way, or in a server's log.
    """
    told = f"{device} {session}".encode()
    return hmac.digest(password_digest(method, salt, password).encode(), told, "sha256").hex()


def password_digest(method: str, salt: str, password: str) -> str:
    """Return the digest of *password* in hexadecimal digits, as it stands in a stored hash.

    For a method that cannot be used, or whose parameters would keep this computer busy for long, that of the
    usual method: it fits no hash, and takes as long as any.
    """
    # No stored hash is of half a character: such a password fits none, and need not raise.
    secret, salted = password.encode("utf-8", "surrogatepass"), salt.encode("utf-8", "surrogatepass")
    try:
        return _digest(method, salted, secret).hex()
    except (ValueError, MemoryError, OverflowError):
        return _digest(USUAL_METHOD, salted, secret).hex()


def _digest(method: str, salt: bytes, secret: bytes) -> bytes:
    name, *parameters = method.split(":")
    if name == "scrypt":
        return _scrypt(salt, secret, *(map(int, parameters) if parameters else (2**15, 8, 1)))
    if name == "pbkdf2" and len(parameters) <= 2:
        digest = parameters[0] if parameters else "sha256"
        return _pbkdf2(
            digest, salt, secret, int(parameters[1]) if parameters[1:] else DEFAULT_PBKDF2_ITERATIONS
        )
    raise ValueError("an unknown method")


def _scrypt(salt: bytes, secret: bytes, *parameters: int) -> bytes:
    n, r, p = parameters
    needed = 132 * n * r * p
    if min(n, r, p) < 1 or needed > MOST_MEMORY_BYTES or n * r * p > MOST_SCRYPT_WORK:
        raise ValueError("these parameters would keep the station busy")
    return hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, maxmem=needed)


def _pbkdf2(digest: str, salt: bytes, secret: bytes, iterations: int) -> bytes:
    if not 1 <= iterations <= MOST_ITERATIONS:
        raise ValueError("these parameters would keep the station busy")
    return hashlib.pbkdf2_hmac(digest, secret, salt, iterations)
