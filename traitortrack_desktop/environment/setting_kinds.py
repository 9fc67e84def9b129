"""What kinds of values a setting takes, and how each is read from a settings file or from plain text.

Every ``read`` raises ``ValueError`` with the rest of a sentence that begins with the setting's name.
*from_text* tells that the value may be text that stands for another type (environment, command line).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

POSTGRES_SCHEMES = ("postgresql+psycopg2", "postgresql", "postgres")


class Kind(Protocol):
    """The type and range of a setting."""

    def read(self, value: object, *, from_text: bool) -> object:
        """Return the usable value of *value*, or raise ``ValueError``."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text, trimmed."""

    longest: int

    def read(self, value: object, *, from_text: bool) -> str:  # noqa: ARG002 - one shape for all kinds
        """Return the trimmed text."""
        if not isinstance(value, str):
            raise ValueError(f"must be text in quotes, not {_kind_of(value)}")
        text = value.strip()
        if not 1 <= len(text) <= self.longest:
            raise ValueError(f"must be 1 to {self.longest} characters long")
        if not text.isprintable():
            raise ValueError("must not contain control characters")
        return text


@dataclass(frozen=True, slots=True)
class Number:
    """A number from *least* to *most*, both allowed."""

    whole: bool
    least: float
    most: float

    def read(self, value: object, *, from_text: bool) -> int | float:
        """Return the number: ``int`` when it has to be whole, ``float`` otherwise."""
        number = self._number(value, from_text)
        if not self.least <= number <= self.most:
            raise ValueError(f"must be between {self.least:g} and {self.most:g}, not {number:g}")
        return number

    def _number(self, value: object, from_text: bool) -> int | float:
        wanted = "a whole number" if self.whole else "a number"
        if isinstance(value, str) and from_text:
            try:
                return int(value) if self.whole else float(value)
            except ValueError:
                raise ValueError(f"must be {wanted}") from None
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            raise ValueError(f"must be {wanted}, not {_kind_of(value)}")
        return int(value) if self.whole else float(value)


@dataclass(frozen=True, slots=True)
class Switch:
    """``true`` or ``false``."""

    def read(self, value: object, *, from_text: bool) -> bool:  # noqa: ARG002
        """Return the truth value."""
        if not isinstance(value, bool):
            raise ValueError(f"must be true or false, not {_kind_of(value)}")
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, value: object, *, from_text: bool) -> str:  # noqa: ARG002
        """Return the word."""
        if value not in self.words:
            raise ValueError(f"must be one of {', '.join(self.words)}")
        return str(value)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder. In a file it must be absolute, since nobody knows where such a program is started."""

    def read(self, value: object, *, from_text: bool) -> Path:
        """Return the absolute folder, which need not exist."""
        if not isinstance(value, str | Path) or not str(value).strip():
            raise ValueError("must be the name of a folder")
        folder = Path(value).expanduser()
        if not from_text and not folder.is_absolute():
            raise ValueError("must be an absolute folder")
        return folder.absolute()


@dataclass(frozen=True, slots=True)
class TextList:
    """Several texts; as plain text they are separated by commas."""

    def read(self, value: object, *, from_text: bool) -> tuple[str, ...]:
        """Return the trimmed texts in their order."""
        if isinstance(value, str) and from_text:
            value = value.split(",")
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            raise ValueError("must be a list of texts")
        return tuple(text for text in (each.strip() for each in value) if text)


@dataclass(frozen=True, slots=True)
class NumberByPrefix:
    """Texts such as ``M444-=15``: with what a code begins, and a whole number for it."""

    least: int
    most: int

    def read(self, value: object, *, from_text: bool) -> Mapping[str, int]:
        """Return the numbers by their prefixes, which are upper case."""
        number = Number(whole=True, least=self.least, most=self.most)
        numbers: dict[str, int] = {}
        for text in TextList().read(value, from_text=from_text):
            prefix, equals, digits = text.rpartition("=")
            if not equals or not prefix.strip():
                raise ValueError("must be texts such as M444-=15")
            numbers[prefix.strip().upper()] = int(number.read(digits.strip(), from_text=True))
        return numbers


@dataclass(frozen=True, slots=True)
class PostgresUrl:
    """The address of the centre. No message ever quotes it."""

    def read(self, value: object, *, from_text: bool) -> str:  # noqa: ARG002
        """Return the URL as it was given, trimmed."""
        if not isinstance(value, str):
            raise ValueError(f"must be text in quotes, not {_kind_of(value)}")
        url = value.strip()
        try:
            scheme = urlsplit(url).scheme
        except ValueError:
            scheme = ""
        if scheme not in POSTGRES_SCHEMES:
            raise ValueError("must be a URL that begins with postgresql://")
        return url


def carries_password(url: object) -> bool:
    """Return whether *url* contains a password, before the host or among its options."""
    parts = urlsplit(str(url))
    options = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    return parts.password is not None or bool(options & {"password", "sslpassword"})


def _kind_of(value: object) -> str:
    names = {bool: "a truth value", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return names.get(type(value), "text" if isinstance(value, str) else "another kind of value")
