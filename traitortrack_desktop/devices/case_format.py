"""One line of a recording of scanner input, as text: what ``docs/corpus-format.md`` describes. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Any, TypeVar, get_type_hints

from traitortrack_desktop.devices.keystrokes import KeyStroke
from traitortrack_desktop.devices.recorded_case import (
    BytesEvent,
    ExpectedFrame,
    InputSource,
    KeyEvent,
    RecordedCase,
    Sender,
)
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import KEYBOARD, KeyLine, ScannerRole, SerialLine

_LONGEST_EVENT_BYTES = 64 * 1024 * 1024
_LATEST_MS = 1 << 42
_KEY = re.compile(r"code:([0-9]{1,5}):([01])(?::([a-z]*):(.*))?", re.DOTALL)
_BYTES = re.compile(r"((?:[0-9a-fA-F]{2})+)(?:\*([0-9]{1,9}))?")
_FLAGS = {"s": "shift", "c": "control", "a": "alt", "r": "repeated"}

_T = TypeVar("_T")
_Member = TypeVar("_Member", bound=StrEnum)
_Line = TypeVar("_Line", bound=SerialLine | KeyLine)


class MalformedCaseError(Exception):
    """A line is not in the format; the message says what is wrong with it."""


def parse_case(text: str) -> RecordedCase:
    """Return the case of one line. Raises :class:`MalformedCaseError`."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedCaseError(f"it is not JSON ({error})") from error
    if not isinstance(values, dict):
        raise MalformedCaseError("it is not a JSON object")
    if unknown := sorted(values.keys() - {field.name for field in fields(RecordedCase)}):
        raise MalformedCaseError(f"unknown field {unknown[0]!r}")
    nothing: list[Any] = []
    source = _member(InputSource, _required(values, "source", str), "source")
    return RecordedCase(
        id=_required(values, "id", str),
        source=source,
        device=_optional(values, "device", KEYBOARD.key if source is InputSource.KEYS else "scanner"),
        events=tuple(_event(event, source) for event in _optional(values, "events", nothing)),
        expect=tuple(_expected(frame) for frame in _optional(values, "expect", nothing)),
        at=_optional(values, "at", ""),
        session=_optional(values, "session", ""),
        line=_line(KeyLine if source is InputSource.KEYS else SerialLine, _optional(values, "line", {})),
        senders=tuple(_sender(sender) for sender in _optional(values, "senders", nothing)),
        role=_role(values),
        after_reconnect=_optional(values, "after_reconnect", False),
        unplugged=_optional(values, "unplugged", False),
        held_up=_optional(values, "held_up", False),
        doubted=_optional(values, "doubted", False),
        as_terminal=_optional(values, "as_terminal", False),
        dropped=_optional(values, "dropped", 0),
        withheld=_optional(values, "withheld", False),
        note=_optional(values, "note", ""),
    )


def case_line(case: RecordedCase) -> str:
    """Return *case* as one line without its end; what is as usual is left out."""
    values = {
        "id": case.id,
        "source": case.source.value,
        "device": case.device,
        "at": case.at,
        "session": case.session,
        "line": _told_line(case.line),
        "senders": [_told_sender(sender) for sender in case.senders],
        "role": _told_role(case.role),
        "after_reconnect": case.after_reconnect,
        "events": [_told_event(event) for event in case.events],
        "expect": [_told_frame(frame) for frame in case.expect],
        "unplugged": case.unplugged,
        "held_up": case.held_up,
        "doubted": case.doubted,
        "as_terminal": case.as_terminal,
        "dropped": case.dropped,
        "withheld": case.withheld,
        "note": case.note,
    }
    return json.dumps({name: value for name, value in values.items() if value}, separators=(",", ":"))


def _event(value: object, source: InputSource) -> BytesEvent | KeyEvent:
    match value:
        case [int(at_ms), str(text)] if not isinstance(at_ms, bool) and 0 <= at_ms <= _LATEST_MS:
            return _key_event(at_ms, text) if source is InputSource.KEYS else _bytes_event(at_ms, text)
    raise MalformedCaseError(f"an event is [milliseconds, text], not {_shown(value)}")


def _bytes_event(at_ms: int, text: str) -> BytesEvent:
    found = _BYTES.fullmatch(text)
    if found is None:
        raise MalformedCaseError(f"bytes are hexadecimal, not {_shown(text)}")
    data, times = bytes.fromhex(found[1]), int(found[2] or 1)
    if len(data) * times > _LONGEST_EVENT_BYTES:
        raise MalformedCaseError(f"{_shown(text)} is too long")
    return BytesEvent(at_ms=at_ms, data=data * times)


def _key_event(at_ms: int, text: str) -> KeyEvent:
    found = _KEY.fullmatch(text)
    if found is None:
        raise MalformedCaseError(f"a key is code:CODE:1 or code:CODE:0, not {_shown(text)}")
    flags = found[3] or ""
    if unknown := set(flags) - _FLAGS.keys():
        raise MalformedCaseError(f"unknown key flag {min(unknown)!r}")
    stroke = KeyStroke(
        code=int(found[1]),
        text=found[4] or "",
        at_ms=at_ms % (1 << 32),
        **{name: flag in flags for flag, name in _FLAGS.items()},
    )
    return KeyEvent(at_ms=at_ms, stroke=stroke, down=found[2] == "1", explicit=found[3] is not None)


def _told_event(event: BytesEvent | KeyEvent) -> tuple[int, str]:
    if isinstance(event, BytesEvent):
        return event.at_ms, event.data.hex()
    stroke = event.stroke
    told = f"code:{stroke.code}:{int(event.down)}"
    if event.explicit:
        flags = "".join(flag for flag, name in _FLAGS.items() if getattr(stroke, name))
        told += f":{flags}:{stroke.text}"
    return event.at_ms, told


def _expected(value: object) -> ExpectedFrame:
    if not isinstance(value, dict) or value.keys() - {"kind", "text", "raw", "length", "source", "means"}:
        raise MalformedCaseError(
            f"a frame is {{kind, text}}, {{kind, raw}} or {{kind, length}}, not {_shown(value)}"
        )
    kind = _member(FrameKind, _required(value, "kind", str), "kind")
    raw: bytes | None = None
    try:
        if "text" in value:
            raw = _required(value, "text", str).encode()
        if "raw" in value:
            raw = bytes.fromhex(_required(value, "raw", str))
    except ValueError as error:
        raise MalformedCaseError(f"a frame cannot be {_shown(value)}") from error
    length = _required(value, "length", int) if "length" in value else None
    source, means = _optional(value, "source", ""), _optional(value, "means", "")
    return ExpectedFrame(kind=kind, raw=raw, length=length, source=source, means=means)


def _told_frame(frame: ExpectedFrame) -> Mapping[str, str | int]:
    told: dict[str, str | int] = {"kind": frame.kind.value}
    if frame.raw is not None:
        try:
            told["text"] = frame.raw.decode("utf-8")
        except UnicodeDecodeError:
            told["raw"] = frame.raw.hex()
    if frame.length is not None:
        told["length"] = frame.length
    if frame.source:
        told["source"] = frame.source
    if frame.means:
        told["means"] = frame.means
    return told


def _sender(value: object) -> Sender:
    if not isinstance(value, dict) or value.keys() - {"line", "role"}:
        raise MalformedCaseError(f"a sender is {{line, role}}, not {_shown(value)}")
    nothing: dict[str, Any] = {}
    return Sender(line=_line(KeyLine, _optional(value, "line", nothing)), role=_role(value))


def _told_sender(sender: Sender) -> Mapping[str, object]:
    told = {"line": _told_line(sender.line), "role": _told_role(sender.role)}
    return {name: value for name, value in told.items() if value}


def _role(values: Mapping[str, Any]) -> ScannerRole:
    return _member(ScannerRole, _optional(values, "role", ScannerRole.ANY.value), "role")


def _told_role(role: ScannerRole) -> str:
    return "" if role is ScannerRole.ANY else role.value


def _line(kind: type[_Line], given: Mapping[str, Any]) -> _Line:
    types = get_type_hints(kind)
    if unknown := sorted(given.keys() - types.keys()):
        raise MalformedCaseError(f"unknown field {unknown[0]!r} in line")
    try:
        return kind(**{name: _as(types[name], value) for name, value in given.items()})
    except (ValueError, TypeError) as error:
        raise MalformedCaseError(f"line: {error}") from error


def _as(wanted: Any, value: object) -> Any:
    """Return a value of JSON as the type of a line's field."""
    if wanted == frozenset[int]:
        if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
            raise TypeError(f"a list of numbers is needed, not {_shown(value)}")
        return frozenset(value)
    if issubclass(wanted, StrEnum):
        return wanted(value)
    if type(value) is not wanted:
        raise TypeError(f"{wanted.__name__} is needed, not {_shown(value)}")
    return value


def _told_line(line: SerialLine | KeyLine) -> Mapping[str, object]:
    told = {}
    for field in fields(line):
        value = getattr(line, field.name)
        if field.default is MISSING or value != field.default:
            told[field.name] = sorted(value) if isinstance(value, frozenset) else value
    return told


def _required(values: Mapping[str, Any], name: str, kind: type[_T]) -> _T:
    value = values.get(name)
    if type(value) is not kind or value == "":
        raise MalformedCaseError(
            f"{name!r} is missing" if value is None else f"{name!r} cannot be {_shown(value)}"
        )
    return value


def _optional(values: Mapping[str, Any], name: str, default: _T) -> _T:
    value = values.get(name, default)
    if type(value) is not type(default):
        raise MalformedCaseError(f"{name!r} cannot be {_shown(value)}")
    return value


def _member(kind: type[_Member], value: str, name: str) -> _Member:
    try:
        return kind(value)
    except ValueError as error:
        raise MalformedCaseError(f"{name!r} cannot be {_shown(value)}") from error


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return repr(text if len(text) <= 60 else text[:60] + "…")
