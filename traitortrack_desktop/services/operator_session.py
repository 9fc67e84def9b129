"""Signing in: the centre's answer, or that it could not be asked. Runs on a background thread."""

from traitortrack_desktop.services.ports import (
    Accounts,
    CentreMismatchError,
    CentreUnreachableError,
    EntriesNotAcceptableError,
)
from traitortrack_desktop.services.station import SignInAnswer, SignInUnavailable


def ask_to_sign_in(accounts: Accounts, username: str, password: str) -> SignInAnswer:
    """Return the centre's answer, or that it could not be asked."""
    try:
        return accounts.sign_in(username, password)
    except CentreUnreachableError:
        return SignInUnavailable()
    except (CentreMismatchError, EntriesNotAcceptableError):
        return SignInUnavailable(mismatch=True)
