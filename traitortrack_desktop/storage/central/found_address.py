"""The centre's address with the password that was found for its account. Any thread."""

import logging
from dataclasses import dataclass, field

from traitortrack_desktop.environment.database_password import DatabasePasswordPlaces, Look, PasswordPlace
from traitortrack_desktop.storage.central.addresses import account_without_password, with_password

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAddress:
    """*url* is for connecting and nothing else. *account* is ``None`` where the address needs no password
    from elsewhere; *looks* tell where one was looked for, the last of them where it was found.
    """

    url: str = field(repr=False)
    account: str | None
    looks: tuple[Look, ...] = ()

    @property
    def lacks_password(self) -> bool:
        """Whether a password is wanted that no place had. The server may do without, or libpq know one."""
        return self.account is not None and not (self.looks and self.looks[-1].password)

    def log(self) -> None:
        """Tell the log where the password came from, and warn of one in a file."""
        for look in self.looks:
            if look.problem:
                _log.warning("No database password from the %s: %s", look.place, look.problem)
        if self.lacks_password:
            _log.warning("No database password is kept for the account %s", self.account)
        elif self.looks and self.looks[-1].place is PasswordPlace.SECRETS_FILE:
            _log.warning("The database password is kept in a file of the data folder, secrets.toml")


def found_address(url: str, places: DatabasePasswordPlaces) -> FoundAddress:
    """Return *url* with the password that *places* have, as it stands when they have none, or it names no
    account or has its own. May wait for the key ring. Raises ``UnusableAddressError``.
    """
    account = account_without_password(url)
    if account is None:
        return FoundAddress(url=url, account=None)
    looks = places.find(account)
    password = looks[-1].password
    return FoundAddress(url=with_password(url, password) if password else url, account=account, looks=looks)
