"""Zebra's Simple Serial Interface: packets with a checksum instead of lines. Pure.

After Zebra's Simple Serial Interface programmer's guide (72E-40451) and the integration guides of its
scan engines. A packet is its length without the checksum, the opcode, who sends it (0 the scanner, 4 the
host), a status, the data, and the two's complement of the sum of all these, high byte first. In the
status bit 0 marks a packet that is sent again, bit 1 a packet that others of the same message follow.
A scanner that is not acknowledged within its response time (2 s from the factory) sends twice again,
then gives its own transmission error.
"""

from dataclasses import dataclass
from enum import IntEnum

from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.scanners import ScannerRole

LONGEST_MESSAGE_BYTES = 8192
"""Longer than any symbology carries (a QR code holds 7,089 digits)."""

_FROM_SCANNER, _FROM_HOST = 0x00, 0x04
_SENT_AGAIN, _MORE_FOLLOW = 0x01, 0x02
_HEADER_BYTES, _CHECKSUM_BYTES = 4, 2
_IDLE_LINE = b"\x00\xff"
_RESEND = b"\x01"
"""Cause of a NAK: the checksum was wrong, send it again."""


class Opcode(IntEnum):
    """What a packet is for; those a scanner may send, and the few that are sent to it."""

    MANAGEMENT = 0x80
    REPLY_REVISION = 0xA4
    IMAGE_DATA = 0xB1
    VIDEO_DATA = 0xB4
    PARAM_SEND = 0xC6
    ACK = 0xD0
    NAK = 0xD1
    CAPABILITIES = 0xD4
    BEEP = 0xE6
    DECODE_DATA = 0xF3
    EVENT = 0xF6


_UNANSWERED = frozenset({Opcode.ACK, Opcode.NAK, Opcode.CAPABILITIES, Opcode.REPLY_REVISION})
_FROM_SCANNERS = frozenset(Opcode) - {Opcode.BEEP}

_IDENTIFIERS = {0x0F: b"]C1", 0x25: b"]e0"}
"""The code types whose data are GS1 for sure: GS1-128 and GS1 DataBar Expanded."""


def checksum(body: bytes) -> bytes:
    """Return the two bytes that end a packet of which *body* is the rest."""
    return (-sum(body) & 0xFFFF).to_bytes(2)


def encode(opcode: int, data: bytes = b"", *, source: int = _FROM_HOST, status: int = 0) -> bytes:
    """Return a whole packet. Raises ``ValueError`` when *data* is longer than 251 bytes."""
    body = bytes([len(data) + _HEADER_BYTES, opcode, source, status]) + data
    return body + checksum(body)


ACK = encode(Opcode.ACK)
NAK = encode(Opcode.NAK, _RESEND)


@dataclass(frozen=True, slots=True)
class _Packet:
    opcode: int
    status: int
    data: bytes

    @property
    def sent_again(self) -> bool:
        return bool(self.status & _SENT_AGAIN)

    @property
    def more_follow(self) -> bool:
        return bool(self.status & _MORE_FOLLOW)

    @property
    def content(self) -> tuple[int, int, bytes]:
        """What stays the same when it is sent again."""
        return self.opcode, self.status & ~_SENT_AGAIN, self.data


class SsiFramer:
    """Cuts the packets of one scanner into readings.

    A packet that comes damaged is asked for again; only when it does not come is it a garbled reading.
    A message that lacks one of its packets is garbled, never shortened. A reading is not acknowledged
    here: its ACK means that it is stored, and goes out with the station's own signal
    (:func:`traitortrack_desktop.devices.feedback.signal`). What the protocol itself wants written
    meanwhile is in :meth:`take_replies`.
    """

    def __init__(self, source: str, role: ScannerRole = ScannerRole.ANY) -> None:
        self._source = source
        self._role = role
        self._buffer = bytearray()
        self._message = bytearray()
        self._identifier = b""
        self._too_long = False
        self._incomplete = False
        self._lost = bytearray()
        self._lost_more = False
        self._in_doubt = False
        self._last: tuple[int, int, bytes] | None = None
        self._last_was_answered = False
        self._replies = bytearray()
        self._started_ms: int | None = None

    @property
    def holds_part(self) -> bool:
        """Whether something waits for its rest, or to be sent again."""
        return bool(self._buffer or self._message or self._lost.strip(_IDLE_LINE))

    def feed(self, data: bytes, *, ended_ms: int | None = None) -> list[ScanFrame]:
        """Return the readings that *data* completes, in order."""
        if data and not self.holds_part:
            self._started_ms = ended_ms
        self._buffer += data
        frames: list[ScanFrame] = []
        while (packet := self._next_packet()) is not None:
            frames.extend(self._take(packet, ended_ms))
        if len(self._lost) >= LONGEST_MESSAGE_BYTES:
            frames.extend(self._report_lost(ended_ms))
        return frames

    def cut_off(self, *, ended_ms: int | None = None) -> list[ScanFrame]:
        """The source fell silent or vanished: what is held is reported, as a part or garbled, and forgotten.

        Noise may have looked like the beginning of a packet and held back a whole one behind it;
        that one is a reading still.
        """
        part = _data_so_far(self._buffer)
        self._lost_more = self._lost_more or _says_more(self._buffer)
        frames, found = self._search_behind_noise(ended_ms)
        part = bytes(self._message) + (b"" if found else part)
        self._incomplete = self._incomplete or self._lost_more or bool(self._message)
        self._message.clear()
        self._lost_more = False
        self._replies[:] = self._replies.replace(NAK, b"")
        if found or not part:
            return frames + self._report_lost(ended_ms)
        self._lost.clear()
        self._in_doubt = True
        return [*frames, self._frame(part, FrameKind.PARTIAL, ended_ms)]

    def answered(self) -> None:
        """The last reading was acknowledged: should it come again, its ACK was lost and is owed once more."""
        self._last_was_answered = True

    def take_replies(self) -> bytes:
        """Return, once, what is to be written to the scanner now; empty mostly."""
        replies = bytes(self._replies)
        self._replies.clear()
        return replies

    def _next_packet(self) -> _Packet | None:
        """Take the next whole packet off the buffer; what cannot begin or be one is lost on the way."""
        while self._buffer:
            if not _may_begin_packet(self._buffer):
                self._lose_byte()
                continue
            length = self._buffer[0]
            if len(self._buffer) < length + _CHECKSUM_BYTES:
                return None
            body = bytes(self._buffer[:length])
            if self._buffer[length : length + _CHECKSUM_BYTES] == checksum(body):
                del self._buffer[: length + _CHECKSUM_BYTES]
                return _Packet(body[1], body[3], body[_HEADER_BYTES:])
            self._lost_more = self._lost_more or _says_more(self._buffer)
            self._in_doubt = True
            self._replies[:] = self._replies.removesuffix(NAK) + NAK
            self._lose_byte()
        return None

    def _lose_byte(self) -> None:
        if len(self._lost) < LONGEST_MESSAGE_BYTES:
            self._lost.append(self._buffer[0])
        del self._buffer[0]

    def _search_behind_noise(self, ended_ms: int | None) -> tuple[list[ScanFrame], bool]:
        frames: list[ScanFrame] = []
        found = False
        while self._buffer:
            packet = self._next_packet()
            if packet is not None:
                found = True
                frames.extend(self._take(packet, ended_ms))
            elif self._buffer:
                self._lose_byte()
        return frames, found

    def _take(self, packet: _Packet, ended_ms: int | None) -> list[ScanFrame]:
        if packet.opcode != Opcode.DECODE_DATA:
            if packet.opcode not in _UNANSWERED:
                self._replies += ACK
            return []
        if self._came_before(packet):
            if packet.more_follow or self._last_was_answered:
                self._replies += ACK
            return []
        frames: list[ScanFrame] = []
        if packet.sent_again:
            self._lost.clear()
        else:
            frames.extend(self._report_lost(ended_ms))
        self._in_doubt = self._lost_more = False
        self._last, self._last_was_answered = packet.content, False
        self._add(packet)
        if packet.more_follow:
            self._replies += ACK
            return frames
        return frames + self._whole(ended_ms)

    def _came_before(self, packet: _Packet) -> bool:
        """Whether *packet* was taken already, and only its ACK was late or lost.

        When something was lost since, it may as well be a new reading of the same label.
        """
        same = packet.sent_again and packet.content == self._last
        return same and (bool(self._message) or not self._in_doubt)

    def _add(self, packet: _Packet) -> None:
        if not self._message:
            self._identifier = _IDENTIFIERS.get(packet.data[0], b"") if packet.data else b""
        room = LONGEST_MESSAGE_BYTES - len(self._message)
        self._too_long = self._too_long or len(packet.data) - 1 > room
        self._message += packet.data[1 : 1 + room]

    def _whole(self, ended_ms: int | None) -> list[ScanFrame]:
        raw = bytes(self._message).rstrip(b"\r\n")
        if self._identifier and not raw.startswith(b"]"):
            raw = self._identifier + raw
        kind = FrameKind.OVERSIZE if self._too_long else FrameKind.COMPLETE
        kind = FrameKind.GARBLED if self._incomplete else kind
        self._message.clear()
        self._too_long = self._incomplete = False
        if not raw:
            self._replies += ACK
            return []
        return [self._frame(raw, kind, ended_ms)]

    def _report_lost(self, ended_ms: int | None) -> list[ScanFrame]:
        lost = bytes(self._lost)
        self._lost.clear()
        if not lost.strip(_IDLE_LINE):
            return []
        self._incomplete = self._incomplete or self._lost_more or bool(self._message)
        self._in_doubt = True
        return [self._frame(lost, FrameKind.GARBLED, ended_ms)]

    def _frame(self, raw: bytes, kind: FrameKind, ended_ms: int | None) -> ScanFrame:
        return ScanFrame(
            source=self._source,
            raw=raw,
            kind=kind,
            started_ms=self._started_ms,
            ended_ms=ended_ms,
            role=self._role,
        )


def _may_begin_packet(start: bytearray) -> bool:
    """Whether *start* is the beginning of a scanner's packet, as far as it has come."""
    return (
        start[0] >= _HEADER_BYTES
        and (len(start) < 2 or start[1] in _FROM_SCANNERS)
        and (len(start) < 3 or start[2] == _FROM_SCANNER)
        and (len(start) < 4 or not start[3] & ~(_SENT_AGAIN | _MORE_FOLLOW))
    )


def _data_so_far(start: bytearray) -> bytes:
    """Return the data in the beginning of a reading's packet, without its code type."""
    return bytes(start[_HEADER_BYTES + 1 :]) if _begins_reading(start) else b""


def _says_more(start: bytearray) -> bool:
    return _begins_reading(start) and bool(start[3] & _MORE_FOLLOW)


def _begins_reading(start: bytearray) -> bool:
    return len(start) >= _HEADER_BYTES and start[1] == Opcode.DECODE_DATA
