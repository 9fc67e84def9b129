"""Where the password of the station's database account comes from: the first place that has one.

The system's key ring; ``secrets.toml`` where IT allows it; the environment of this program. What none of
them has, libpq may find by its own means (a pass file, ``PGPASSWORD``), or a person is asked. Any thread;
the key ring may take its five seconds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from traitortrack_desktop.environment.private_files import PrivateFileError, read_private
from traitortrack_desktop.environment.secrets import DatabasePasswords, NoKeyRing, Secret
from traitortrack_desktop.environment.secrets_file import SecretsFile, SecretsFileError

PASSWORD_VARIABLE = "TRAITORTRACK_DATABASE_PASSWORD"  # noqa: S105 - names, not passwords
PASSWORD_FILE_VARIABLE = "TRAITORTRACK_DATABASE_PASSWORD_FILE"  # noqa: S105

_MOST_BYTES = 8_192


class PasswordPlace(StrEnum):
    """Who may keep the password, in the order in which they are asked."""

    KEY_RING = "key ring"
    SECRETS_FILE = "secrets.toml"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one place answered: a *password*, ``None`` where it has none; *problem* says what kept it."""

    place: PasswordPlace
    password: str | None = field(default=None, repr=False)
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where a password is kept from now on; *place* is ``None`` when nobody could, *problem* says why."""

    place: PasswordPlace | None
    problem: str | None = None


class DatabasePasswordPlaces:
    """The places in their order. Without a *secrets_file* IT does not allow one."""

    def __init__(
        self,
        *,
        key_ring: DatabasePasswords,
        secrets_file: SecretsFile | None,
        environ: Mapping[str, str],
    ) -> None:
        self._key_ring = key_ring
        self._file = secrets_file
        self._environ = environ

    def looks(self, account: str) -> Iterator[Look]:
        """Give what each place answers for *account*; a place is asked when its answer is wanted."""
        yield self._in_key_ring(account)
        if self._file is not None:
            yield self._in_file(self._file, account)
        yield given_password(self._environ)

    def find(self, account: str) -> tuple[Look, ...]:
        """Return the looks up to the first that has a password, which is the last then."""
        looks: list[Look] = []
        for look in self.looks(account):
            looks.append(look)
            if look.password is not None:
                break
        return tuple(looks)

    def read(self, username: str) -> Secret | NoKeyRing:
        """Return the password of *username*; see ``KeptPasswords``."""
        looks = self.find(username)
        problems = [f"{look.place}: {look.problem}" for look in looks if look.problem]
        password = looks[-1].password
        return Secret(value=password) if password or not problems else NoKeyRing(problem="; ".join(problems))

    def store(self, username: str, secret: str) -> Secret | NoKeyRing:
        """Keep *secret*; see ``KeptPasswords``."""
        kept = self.keep(username, secret)
        return NoKeyRing(problem=kept.problem or "") if kept.place is None else Secret(value=secret)

    def keep(self, account: str, password: str) -> Kept:
        """Keep *password* in the first place that can. Raises ``SecretTooLongError``."""
        stored = self._key_ring.store(account, password)
        if isinstance(stored, Secret):
            self._forget_in_file(account)
            return Kept(place=PasswordPlace.KEY_RING)
        if self._file is None:
            return Kept(place=None, problem=stored.problem)
        try:
            self._file.store(account, password)
        except SecretsFileError as problem:
            return Kept(place=None, problem=f"{stored.problem}; {problem}")
        return Kept(place=PasswordPlace.SECRETS_FILE, problem=stored.problem)

    def forget(self, account: str) -> tuple[str, ...]:
        """Keep it nowhere any more; return what could not be done, nothing when all could."""
        answer = self._key_ring.forget(account)
        problems = [answer.problem] if isinstance(answer, NoKeyRing) and not answer.absent else []
        problem = self._forget_in_file(account)
        return (*problems, problem) if problem else tuple(problems)

    def _in_key_ring(self, account: str) -> Look:
        kept = self._key_ring.read(account)
        if isinstance(kept, NoKeyRing):
            return Look(place=PasswordPlace.KEY_RING, problem=kept.problem)
        return Look(place=PasswordPlace.KEY_RING, password=kept.value or None)

    def _in_file(self, file: SecretsFile, account: str) -> Look:
        try:
            return Look(place=PasswordPlace.SECRETS_FILE, password=file.read(account) or None)
        except SecretsFileError as problem:
            return Look(place=PasswordPlace.SECRETS_FILE, problem=str(problem))

    def _forget_in_file(self, account: str) -> str | None:
        if self._file is None:
            return None
        try:
            self._file.forget(account)
        except SecretsFileError as problem:
            return str(problem)
        return None


def given_password(environ: Mapping[str, str]) -> Look:
    """Return what the environment says: the password, or the file that holds it with one line feed behind."""
    place = PasswordPlace.ENVIRONMENT
    password, file = environ.get(PASSWORD_VARIABLE), environ.get(PASSWORD_FILE_VARIABLE)
    if password and file:
        return Look(place=place, problem=f"{PASSWORD_VARIABLE} and {PASSWORD_FILE_VARIABLE} are both set")
    if not file:
        return Look(place=place, password=password or None)
    try:
        text = read_private(Path(file), most_bytes=_MOST_BYTES).decode().removesuffix("\n").removesuffix("\r")
    except FileNotFoundError:
        return Look(place=place, problem=f"{PASSWORD_FILE_VARIABLE}: {file} is not there")
    except PrivateFileError as problem:
        return Look(place=place, problem=f"{PASSWORD_FILE_VARIABLE}: {problem}")
    except UnicodeDecodeError:
        return Look(place=place, problem=f"{PASSWORD_FILE_VARIABLE}: {file} is not a text in UTF-8")
    if not text:
        return Look(place=place, problem=f"{PASSWORD_FILE_VARIABLE}: {file} is empty")
    return Look(place=place, password=text)
