"""``secrets.toml`` in the data folder: for computers without key ring, where IT allows such a file.

It belongs to whoever runs the station, and nobody else may read it; a file that others can read is not
used, and neither is somebody else's. On Windows the folder says who may read, and each password is
protected so that only the same person on the same computer can have it back. Any thread.
"""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from traitortrack_desktop.environment.durable_files import write_durably
from traitortrack_desktop.environment.paths import private_folder
from traitortrack_desktop.environment.private_files import PrivateFileError, read_private
from traitortrack_desktop.environment.protected_text import protected, revealed

FILE_NAME = "secrets.toml"

_TABLE = "database"
_HEAD = "# Passwords of this station, by database account. Nobody else may read this file.\n"
_MOST_BYTES = 65_536


class SecretsFileError(Exception):
    """The file cannot be used; the text says why, for IT, and holds no secret."""


class SecretsFile:
    """The database passwords kept in the data folder *directory*, by account."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE_NAME

    def read(self, account: str) -> str | None:
        """Return the password of *account*, ``None`` when there is none. Raises :class:`SecretsFileError`."""
        kept = self._kept().get(account)
        return None if kept is None else _revealed(self.path, kept)

    def store(self, account: str, password: str) -> None:
        """Keep *password*; other accounts stay. Raises :class:`SecretsFileError`."""
        kept = self._kept()
        try:
            kept[account] = protected(password)
        except OSError as problem:
            raise SecretsFileError(f"{self.path}: Windows did not protect it: {problem.strerror}") from None
        self._write(kept)

    def forget(self, account: str) -> None:
        """Keep nothing for *account*; with nothing left the file goes. Raises :class:`SecretsFileError`."""
        kept = self._kept()
        if kept.pop(account, None) is not None:
            self._write(kept)

    def _kept(self) -> dict[str, str]:
        try:
            content = read_private(self.path, most_bytes=_MOST_BYTES)
        except FileNotFoundError:
            return {}
        except PrivateFileError as problem:
            raise SecretsFileError(str(problem)) from None
        return _passwords_in(self.path, content)

    def _write(self, kept: Mapping[str, str]) -> None:
        try:
            if not kept:
                self.path.unlink(missing_ok=True)
                return
            lines = [f"{_quoted(account)} = {_quoted(password)}\n" for account, password in kept.items()]
            private_folder(self.path.parent)
            write_durably(self.path, "".join([_HEAD, f"[{_TABLE}]\n", *lines]).encode())
        except UnicodeEncodeError:
            raise SecretsFileError(f"{self.path} cannot hold a password that is no text") from None
        except OSError as problem:
            raise SecretsFileError(f"{self.path} cannot be written: {problem.strerror}") from None


def _passwords_in(path: Path, content: bytes) -> dict[str, str]:
    try:
        table = tomllib.loads(content.decode()).get(_TABLE, {})
    except ValueError:  # a decoding error is one too; neither is quoted, since it may hold a password
        raise SecretsFileError(f"{path} is not a TOML file in UTF-8") from None
    if not (isinstance(table, dict) and all(isinstance(value, str) for value in table.values())):
        raise SecretsFileError(f"{path} must hold a table [{_TABLE}] of texts")
    return table


def _quoted(text: str) -> str:
    """Return *text* as TOML writes it: as JSON does, but for one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _revealed(path: Path, kept: str) -> str:
    try:
        return revealed(kept)
    except (OSError, ValueError):
        raise SecretsFileError(
            f"{path} was written by another person or on another computer: store the password again"
        ) from None
