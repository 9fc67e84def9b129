"""Reports of a HID-POS scanner (USB usage page 0x8C) into readings: pure.

Makers order and size the fields of a report differently, so they are found by their usages in the
report descriptor; two layouts that are widely used serve where it cannot be read. A long code comes in
several reports; what is not continued in time is a part and never whole.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.scanners import ScannerRole

USAGE_PAGE = 0x8C
CONTINUED_WITHIN_MS = 500
LONGEST_READING_BYTES = 8192

_DATA, _CONTINUED = 0x8C00FE, 0x8C00FF
_SYMBOLOGY = (0x8C00FB, 0x8C00FC, 0x8C00FD)
_BYTE_COUNT = 0x01003B
_AIM_IDENTIFIER = re.compile(rb"\][A-Za-z][0-9A-Za-z]")

_MAIN, _GLOBAL, _LOCAL = 0, 1, 2
_LONG_ITEM = 0xFE


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPart:
    """What one report holds. It is not *whole* when it contradicts the layout it was read with."""

    data: bytes
    aim: bytes = b""
    continued: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLayout:
    """Where the fields of a report stand, in bytes from its start (report number included).

    *count_at* is where the number of data bytes stands (``None``: data end at the trailing NULs),
    *symbology_at* has the three bytes of the AIM identifier, or nothing. *report_id* 0: not numbered.
    """

    report_id: int
    data_at: int
    data_length: int
    count_at: int | None = None
    symbology_at: tuple[int, ...] = ()
    continued_at: int | None = None
    continued_mask: int = 1

    def read(self, report: bytes) -> ReportPart | None:
        """Return what *report* holds, ``None`` for another kind of report."""
        if not report or (self.report_id and report[0] != self.report_id):
            return None
        if len(report) < self._length:
            return ReportPart(data=report[self.data_at : self.data_at + self.data_length], whole=False)
        data = report[self.data_at : self.data_at + self.data_length]
        count = len(data.rstrip(b"\0")) if self.count_at is None else report[self.count_at]
        continued = self.continued_at is not None and bool(report[self.continued_at] & self.continued_mask)
        aim = bytes(report[at] for at in self.symbology_at)
        return ReportPart(
            data=data[:count],
            aim=aim if _AIM_IDENTIFIER.fullmatch(aim) else b"",
            continued=continued,
            whole=count <= self.data_length,
        )

    @property
    def _length(self) -> int:
        single = (self.count_at, self.continued_at, *self.symbology_at)
        return max(self.data_at + self.data_length, *(at + 1 for at in single if at is not None), 0)


PLAIN_LAYOUT = ReportLayout(report_id=2, count_at=1, data_at=2, data_length=56, continued_at=63)
"""Newland and the many engines like it: number, length, 56 data, 4 reserved, maker's symbology, continued."""

AIM_LAYOUT = ReportLayout(
    report_id=2, count_at=1, symbology_at=(2, 3, 4), data_at=5, data_length=56, continued_at=63
)
"""Honeywell and others: number, length, AIM identifier, 56 data, 2 of the maker's, continued."""


def known_layout_of(report: bytes) -> ReportLayout:
    """Return which of the two known layouts *report* is in.

    A plain one may begin with an AIM identifier too, as part of its data; read as the other it would
    end in the three NULs behind them.
    """
    part = AIM_LAYOUT.read(report)
    if part is not None and part.whole and part.aim and not part.data.endswith(b"\0\0\0"):
        return AIM_LAYOUT
    return PLAIN_LAYOUT


# -- the report descriptor


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    usage: int
    report_id: int
    bit: int
    bits: int


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What the items of a descriptor read so far have set."""

    page: int = 0
    size: int = 0
    count: int = 0
    report_id: int = 0
    stack: list[tuple[int, int, int, int]] = field(default_factory=list)
    usages: list[int] = field(default_factory=list)
    lowest: int = 0
    next_bit: dict[int, int] = field(default_factory=dict)


def layout_of(descriptor: bytes) -> ReportLayout | None:
    """Return where a scanner's report has its fields, ``None`` when *descriptor* does not say so."""
    fields = list(_input_fields(descriptor))
    data = next((each for each in fields if each.usage == _DATA), None)
    if data is None:
        return None
    same_report = [each for each in fields if each.report_id == data.report_id]
    bits = sum(each.bits for each in same_report if each.usage == _DATA)
    if data.bit % 8 or bits % 8 or not bits:
        return None
    at = {each.usage: each for each in reversed(same_report)}
    count, continued = at.get(_BYTE_COUNT), at.get(_CONTINUED)
    symbology = [at[usage].bit // 8 for usage in _SYMBOLOGY if usage in at and at[usage].bits == 8]
    return ReportLayout(
        report_id=data.report_id,
        data_at=data.bit // 8,
        data_length=bits // 8,
        count_at=count.bit // 8 if count is not None and count.bits == 8 else None,
        symbology_at=tuple(symbology) if len(symbology) == len(_SYMBOLOGY) else (),
        continued_at=continued.bit // 8 if continued is not None else None,
        continued_mask=_mask(continued) if continued is not None else 0,
    )


def _mask(flag: _Field) -> int:
    return 1 << flag.bit % 8 if flag.bits == 1 else 0xFF


def _input_fields(descriptor: bytes) -> Iterator[_Field]:
    state = _Reading()
    for kind, tag, value, size in _items(descriptor):
        if kind == _GLOBAL:
            _set_global(state, tag, value)
        elif kind == _LOCAL:
            _set_local(state, tag, value if size == 4 else state.page << 16 | value)
        elif kind == _MAIN:
            if tag == 8:
                yield from _fields_of(state)
            state.usages, state.lowest = [], 0


def _items(descriptor: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield kind, tag, value and size of each item (HID 1.11, 6.2.2)."""
    at = 0
    while at < len(descriptor):
        prefix = descriptor[at]
        if prefix == _LONG_ITEM:
            at += 3 + (descriptor[at + 1] if at + 1 < len(descriptor) else 0)
            continue
        size = (0, 1, 2, 4)[prefix & 3]
        value = int.from_bytes(descriptor[at + 1 : at + 1 + size], "little")
        yield prefix >> 2 & 3, prefix >> 4, value, size
        at += 1 + size


def _set_global(state: _Reading, tag: int, value: int) -> None:
    match tag:
        case 0:
            state.page = value
        case 7:
            state.size = value
        case 8:
            state.report_id = value
        case 9:
            state.count = value
        case 10:
            state.stack.append((state.page, state.size, state.count, state.report_id))
        case 11 if state.stack:
            state.page, state.size, state.count, state.report_id = state.stack.pop()


def _set_local(state: _Reading, tag: int, usage: int) -> None:
    match tag:
        case 0:
            state.usages.append(usage)
        case 1:
            state.lowest = usage
        case 2:
            state.usages.extend(range(state.lowest, min(usage, state.lowest + 0xFFFF) + 1))


def _fields_of(state: _Reading) -> Iterator[_Field]:
    """Yield the fields of one input item; the last usage has all that are left."""
    bit = state.next_bit.get(state.report_id, 8 if state.report_id else 0)
    state.next_bit[state.report_id] = bit + state.size * state.count
    usages = state.usages[: state.count]
    for number, usage in enumerate(usages):
        elements = state.count - number if number == len(usages) - 1 else 1
        yield _Field(usage=usage, report_id=state.report_id, bit=bit, bits=elements * state.size)
        bit += elements * state.size


# -- reports into frames


class ReportFramer:
    """Joins the reports of one scanner to readings. *layout* ``None``: one of the known ones.

    A known AIM identifier is put in front of the data, as a serial scanner would send it.
    """

    def __init__(
        self, source: str, layout: ReportLayout | None, *, role: ScannerRole = ScannerRole.ANY
    ) -> None:
        self._source = source
        self._role = role
        self._layout = layout
        self._data = bytearray()
        self._aim = b""
        self._started_ms: int | None = None
        self._ended_ms: int | None = None
        self._whole = True
        self._too_long = False

    @property
    def is_collecting(self) -> bool:
        """Whether a report said that it is continued."""
        return self._started_ms is not None

    def feed(self, report: bytes, at_ms: int) -> Sequence[ScanFrame]:
        """Return the readings that *report* ends: none, one, or a part and one."""
        ended = self.silence(at_ms)
        part = (self._layout or known_layout_of(report)).read(report)
        if part is None or not (part.data or self.is_collecting):
            return ended
        self._keep(part, at_ms)
        return ended if part.continued and part.whole else (*ended, *self._take())

    def silence(self, now_ms: int) -> Sequence[ScanFrame]:
        """Give up what has not been continued in time."""
        if self._ended_ms is None or now_ms - self._ended_ms <= CONTINUED_WITHIN_MS:
            return ()
        return self.cut_off()

    def cut_off(self) -> Sequence[ScanFrame]:
        """Nothing more comes: what is held is reported as a part, and forgotten."""
        self._whole = False
        return self._take()

    def _keep(self, part: ReportPart, at_ms: int) -> None:
        if self._started_ms is None:
            self._started_ms, self._aim = at_ms, part.aim
        self._ended_ms = at_ms
        self._whole = self._whole and part.whole
        room = LONGEST_READING_BYTES - len(self._data)
        self._too_long = self._too_long or len(part.data) > room
        self._data += part.data[:room]

    def _take(self) -> Sequence[ScanFrame]:
        raw, kind = bytes(self._data).rstrip(b"\r\n"), self._kind()
        aim, started_ms, ended_ms = self._aim, self._started_ms, self._ended_ms
        self._data.clear()
        self._aim, self._whole, self._too_long = b"", True, False
        self._started_ms = self._ended_ms = None
        if not raw:
            return ()
        if aim and not raw.startswith(aim):
            raw = aim + raw
        return (
            ScanFrame(
                source=self._source,
                raw=raw,
                kind=kind,
                started_ms=started_ms,
                ended_ms=ended_ms,
                role=self._role,
            ),
        )

    def _kind(self) -> FrameKind:
        if self._too_long:
            return FrameKind.OVERSIZE
        return FrameKind.COMPLETE if self._whole else FrameKind.PARTIAL
