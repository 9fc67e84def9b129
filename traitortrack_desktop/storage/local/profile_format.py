"""A scanner as it stands in the stations' own file, and back. Nothing in the file is believed. Pure."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from traitortrack_desktop.domain.scanners import (
    Connection,
    DeviceIdentity,
    Feedback,
    KeyDecoding,
    KeyLine,
    Parity,
    ScannerProfile,
    ScannerRole,
    SerialLine,
    Terminator,
)

_Word = TypeVar("_Word", bound=StrEnum)

_LONGEST_TEXT = 1000
_LONGEST_PREFIX = 100
_USB_IDS = range(0x10000)
_BAUD = range(50, 8_000_001)
_DATA_BITS = range(5, 9)
_STOP_BITS = range(1, 3)
_SCAN_CODES = range(0x400)
_MOST_TERMINATORS = 64
_MILLISECONDS = range(1, 60_001)
_LONGEST_SEPARATOR = 20
_SEPARATOR = re.compile(r"key:\d{1,3}|(?!key:).*", re.DOTALL)


class BadProfileError(ValueError):
    """What was said is no scanner that could be read."""


def said_of(profile: ScannerProfile) -> dict[str, Any]:
    """Return *profile* as JSON can hold it."""
    identity, serial, keys = profile.identity, profile.serial, profile.keys
    return {
        "name": profile.name,
        "connection": profile.connection,
        "role": profile.role,
        "maker": profile.maker,
        "identity": {name: getattr(identity, name) for name in DeviceIdentity.__slots__},
        "serial": {name: getattr(serial, name) for name in SerialLine.__slots__},
        "keys": {name: getattr(keys, name) for name in KeyLine.__slots__}
        | {"terminator_codes": sorted(keys.terminator_codes)},
    }


def profile_of(said: object) -> ScannerProfile:
    """Return the scanner. Raises :class:`BadProfileError` for whatever is none."""
    fields = _Fields(said, "scanner", ScannerProfile.__slots__)
    return ScannerProfile(
        name=fields.text("name"),
        connection=fields.word("connection", Connection),
        role=fields.word("role", ScannerRole),
        maker=fields.text("maker"),
        identity=_identity(fields["identity"]),
        serial=_serial_line(fields["serial"]),
        keys=_key_line(fields["keys"]),
    )


def _identity(said: object) -> DeviceIdentity:
    fields = _Fields(said, "identity", DeviceIdentity.__slots__)
    identity = DeviceIdentity(
        vendor=fields.optional_number("vendor", _USB_IDS),
        product=fields.optional_number("product", _USB_IDS),
        serial=fields.optional_text("serial"),
        location=fields.optional_text("location"),
        name=fields.optional_text("name"),
    )
    if (identity.vendor is None) != (identity.product is None) or not (
        identity.name or identity.vendor is not None
    ):
        raise BadProfileError("identity: stands for no device")
    return identity


def _serial_line(said: object) -> SerialLine:
    fields = _Fields(said, "serial", SerialLine.__slots__)
    return SerialLine(
        baud=fields.number("baud", _BAUD),
        data_bits=fields.number("data_bits", _DATA_BITS),
        parity=fields.word("parity", Parity),
        stop_bits=fields.number("stop_bits", _STOP_BITS),
        terminator=fields.word("terminator", Terminator),
        wireless=fields.flag("wireless"),
        feedback=fields.word("feedback", Feedback),
    )


def _key_line(said: object) -> KeyLine:
    fields = _Fields(said, "keys", KeyLine.__slots__)
    codes = fields["terminator_codes"]
    if not isinstance(codes, list) or not 0 < len(codes) <= _MOST_TERMINATORS:
        raise BadProfileError("keys: terminator_codes are no list of keys")
    separator = fields.text("separator", longest=_LONGEST_SEPARATOR)
    if not _SEPARATOR.fullmatch(separator):
        raise BadProfileError("keys: separator names no key")
    return KeyLine(
        decoding=fields.word("decoding", KeyDecoding),
        prefix=fields.text("prefix", longest=_LONGEST_PREFIX),
        terminator_codes=frozenset(_number(code, "keys: a terminator", _SCAN_CODES) for code in codes),
        separator=separator,
        hold_gap_ms=fields.number("hold_gap_ms", _MILLISECONDS),
        typed_mean_ms=fields.number("typed_mean_ms", _MILLISECONDS),
        partial_gap_ms=fields.number("partial_gap_ms", _MILLISECONDS),
    )


class _Fields:
    """The fields of one object in the file; each is there and nothing else is."""

    def __init__(self, said: object, where: str, names: tuple[str, ...] | str) -> None:
        if not isinstance(said, Mapping) or set(said) != set(names):
            raise BadProfileError(f"{where}: other fields than expected")
        self._said = said
        self._where = where

    def __getitem__(self, name: str) -> object:
        value: object = self._said[name]
        return value

    def text(self, name: str, *, longest: int = _LONGEST_TEXT) -> str:
        value = self[name]
        if not isinstance(value, str) or len(value) > longest or not _can_be_stored(value):
            raise self._bad(name)
        return value

    def optional_text(self, name: str) -> str | None:
        return None if self[name] is None else self.text(name)

    def number(self, name: str, allowed: range) -> int:
        return _number(self[name], f"{self._where}: {name}", allowed)

    def optional_number(self, name: str, allowed: range) -> int | None:
        return None if self[name] is None else self.number(name, allowed)

    def flag(self, name: str) -> bool:
        value = self[name]
        if not isinstance(value, bool):
            raise self._bad(name)
        return value

    def word(self, name: str, words: type[_Word]) -> _Word:
        value = self[name]
        if not isinstance(value, str) or value not in list(words):
            raise self._bad(name)
        return words(value)

    def _bad(self, name: str) -> BadProfileError:
        return BadProfileError(f"{self._where}: {name} is not what it could be")


def _number(value: object, what: str, allowed: range) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value not in allowed:
        raise BadProfileError(f"{what} is not what it could be")
    return value


def _can_be_stored(text: str) -> bool:
    """Whether the journal can hold it: no half of a surrogate pair."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
