"""Who works at the station. Signing in asks the centre; signing out never touches the queue."""

from traitortrack_desktop.services.ports import Accounts, CentreMismatchError, CentreUnreachableError
from traitortrack_desktop.services.station import SignInAnswer, SignInUnavailable


def ask_to_sign_in(accounts: Accounts, username: str, password: str) -> SignInAnswer:
    """Return the centre's answer, or that it could not be asked."""
    try:
        return accounts.sign_in(username, password)
    except CentreUnreachableError:
        return SignInUnavailable()
    except CentreMismatchError:
        return SignInUnavailable(mismatch=True)
