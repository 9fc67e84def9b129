"""Which serial line a scanner has, found out with the set-up code.

:class:`LineDetection` is pure; :class:`SetUpListener` has a thread for each port. A line is accepted only
when the whole set-up code came over it. Nothing is ever written to the device: it may be no scanner.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from traitortrack_desktop.devices.framing import LONGEST_FRAME_BYTES
from traitortrack_desktop.devices.line_noise import is_garbage, is_modem_talk
from traitortrack_desktop.devices.serial_port import PortOpener, open_port
from traitortrack_desktop.devices.sources import STOP_SECONDS
from traitortrack_desktop.devices.ssi import SsiFramer
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import SET_UP_CODE, Parity, SerialLine, Terminator
from traitortrack_desktop.services.scanner_desk import AttachedDevice, HeardReading

CANDIDATES = (
    SerialLine(baud=9600),
    SerialLine(baud=115200),
    SerialLine(baud=38400),
    SerialLine(baud=19200),
    SerialLine(baud=9600, data_bits=7, parity=Parity.EVEN),
    SerialLine(baud=9600, data_bits=7, parity=Parity.ODD),
)
"""What scanners have, commonest first. USB-CDC takes the first: it has no line settings."""

_CODE = SET_UP_CODE.encode()
_READING = re.compile(rb"\x02[^\x03]*\x03(?:\r\n?|\n)?|[^\r\n\x02]*(?:\r\n?|\n)|[^\r\n\x02]+|\x02[^\x03]*$")
_TERMINATORS = {b"\r\n": Terminator.CR_LF, b"\r": Terminator.CR, b"\n": Terminator.LF}
_SHORTEST_WITHOUT_END = 8
"""Fewer characters without an end are what a wrong speed leaves of a code."""

_READ_SECONDS = 0.05
_QUIET_AFTER_END_SECONDS = 0.12
"""So that the LF of a CR LF is seen before the reading is judged."""
_QUIET_SECONDS = 0.5
_RETRY_SECONDS = 1.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReading:
    """One reading with all its bytes (of a packet its data), and the line it was understood with."""

    raw: bytes
    kind: FrameKind
    terminated: bool
    line: SerialLine


class LineDetection:
    """Judges what comes over one port, and says which line to set there next."""

    def __init__(self, candidates: Sequence[SerialLine] = CANDIDATES) -> None:
        self._candidates = tuple(candidates)
        self._next = 1
        self._is_accepted = False
        self._packet_framer = SsiFramer("")
        self._line = self._candidates[0]

    @property
    def line(self) -> SerialLine:
        """The line to set at the port."""
        return self._line

    def take(self, data: bytes) -> list[LineReading]:
        """Return the readings in *data*, which came between two pauses over :attr:`line`."""
        readings = self._packets(data)
        if readings is None:
            readings = self._lines(data)
        if any(_CODE in reading.raw for reading in readings if reading.kind is not FrameKind.GARBLED):
            self._is_accepted = True
        elif not self._is_accepted and any(reading.kind is FrameKind.GARBLED for reading in readings):
            self._line = _line_of_seven_bits(data, self._line) or self._following()
        return readings

    def _following(self) -> SerialLine:
        line = self._candidates[self._next % len(self._candidates)]
        self._next += 1
        return line

    def _packets(self, data: bytes) -> list[LineReading] | None:
        """Return the readings in Zebra's packets, ``None`` when *data* are none.

        Nobody acknowledges here, so that each packet comes two more times: these are no readings.
        """
        frames = self._packet_framer.feed(data) + self._packet_framer.cut_off()
        whole = [frame.raw for frame in frames if frame.kind is FrameKind.COMPLETE]
        if not whole and (frames or not data.strip(b"\x00\xff")):
            return None
        line = replace(self._line, terminator=Terminator.SSI)
        return [LineReading(raw=raw, kind=FrameKind.COMPLETE, terminated=True, line=line) for raw in whole]

    def _lines(self, data: bytes) -> list[LineReading]:
        pieces = (found.group() for found in _READING.finditer(data))
        return [self._judged(piece) for piece in pieces if piece.strip(b"\r\n")]

    def _judged(self, piece: bytes) -> LineReading:
        body, terminator = _parts(piece)
        terminated = terminator is not Terminator.SILENCE
        if is_modem_talk(body, whole=terminated):
            kind = FrameKind.NOISE
        elif is_garbage(body, of_lines=True) or (not terminated and len(body) < _SHORTEST_WITHOUT_END):
            kind = FrameKind.GARBLED
        else:
            kind = FrameKind.COMPLETE if terminated else FrameKind.PARTIAL
        learned = _CODE in body and kind is not FrameKind.GARBLED
        line = replace(self._line, terminator=terminator) if learned else self._line
        return LineReading(raw=piece, kind=kind, terminated=terminated, line=line)


def _parts(piece: bytes) -> tuple[bytes, Terminator]:
    """Return *piece* without what is around it, and what ended it."""
    body = piece.rstrip(b"\r\n")
    if body.startswith(b"\x02") and body.endswith(b"\x03") and len(body) > 1:
        return body[1:-1], Terminator.STX_ETX
    return body, _TERMINATORS.get(piece[len(body) :], Terminator.SILENCE)


def _line_of_seven_bits(data: bytes, line: SerialLine) -> SerialLine | None:
    """Return the line with seven data bits over which *data*, read with eight, would be the set-up code."""
    start = bytes(byte & 0x7F for byte in data).find(_CODE)
    if line.data_bits != 8 or start < 0:
        return None
    odd = [byte.bit_count() % 2 for byte in data[start : start + len(_CODE)]]
    if all(odd):
        return replace(line, data_bits=7, parity=Parity.ODD)
    if not any(odd):
        return replace(line, data_bits=7, parity=Parity.EVEN)
    # A parity bit that is always 1 is another stop bit.
    return replace(line, data_bits=7, stop_bits=2)


class SetUpListener:
    """Listens to the port of *device* during set-up and hands on every reading, on a thread of its own.

    After a reading that is garbage the next line is tried, until the set-up code comes whole.
    """

    def __init__(
        self,
        device: AttachedDevice,
        heard: Callable[[HeardReading], None],
        *,
        candidates: Sequence[SerialLine] = CANDIDATES,
        open_port: PortOpener = open_port,
    ) -> None:
        self._device = device
        self._heard = heard
        self._detection = LineDetection(candidates)
        self._open_port = open_port
        self._collected = bytearray()
        self._too_long = False
        self._told = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"set-up {device.place}", daemon=True)

    def start(self) -> None:
        """Begin to listen; returns at once."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Have it let go of the port and end; returns at once."""
        self._stopping.set()

    def stop(self, *, within_seconds: float = STOP_SECONDS) -> None:
        """Let go of the port and end the thread; one that hangs in opening a port ends when that does."""
        self.ask_to_stop()
        if self._thread.ident is not None:
            self._thread.join(within_seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except Exception as error:  # noqa: BLE001 - pyserial raises OSError, termios.error, TypeError and others
                level = logging.DEBUG if str(error) == self._told else logging.INFO
                _log.log(level, "Set-up of scanners: %s: %s", self._device.place, error)
                self._told = str(error)
                self._hand_on()
                self._stopping.wait(_RETRY_SECONDS)

    def _listen(self) -> None:
        """Open the port with the line to try and read until another is to be tried."""
        line = self._detection.line
        port = self._open_port(self._device.place, line, read_timeout_seconds=_READ_SECONDS)
        try:
            last_byte = time.monotonic()
            while not self._stopping.is_set() and self._detection.line == line:
                data = port.read_what_comes()
                if data:
                    last_byte = time.monotonic()
                    self._collect(data)
                elif time.monotonic() - last_byte >= self._quiet_seconds and not port.in_waiting:
                    self._hand_on()
        finally:
            port.close()

    @property
    def _quiet_seconds(self) -> float:
        ended = self._collected.endswith((b"\r", b"\n", b"\x03"))
        return _QUIET_AFTER_END_SECONDS if ended else _QUIET_SECONDS

    def _collect(self, data: bytes) -> None:
        room = LONGEST_FRAME_BYTES - len(self._collected)
        self._collected += data[:room]
        if len(data) > room and not self._too_long:
            self._too_long = True
            self._tell(
                bytes(self._collected), FrameKind.OVERSIZE, terminated=False, line=self._detection.line
            )

    def _hand_on(self) -> None:
        collected, too_long = bytes(self._collected), self._too_long
        self._collected.clear()
        self._too_long = False
        if not collected or too_long:
            return
        for reading in self._detection.take(collected):
            self._tell(reading.raw, reading.kind, terminated=reading.terminated, line=reading.line)

    def _tell(self, raw: bytes, kind: FrameKind, *, terminated: bool, line: SerialLine) -> None:
        reading = HeardReading(device=self._device, raw=raw, kind=kind, terminated=terminated, line=line)
        try:
            self._heard(reading)
        except Exception:  # noqa: BLE001 - whatever a listener does, the port is listened to
            _log.exception("A listener of the set-up failed")
