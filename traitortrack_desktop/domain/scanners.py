"""What a scanner is to this station: how it is attached, recognised again, read and answered. Values only."""

from dataclasses import dataclass, field
from enum import StrEnum


class Connection(StrEnum):
    """How a scanner reaches this computer."""

    SERIAL = "serial"
    """RS-232, USB-CDC or Bluetooth SPP: a port."""
    KEYBOARD = "keyboard"
    """A keyboard wedge that only the window sees; all of them are one source."""
    INPUT_DEVICE = "input_device"
    """A keyboard wedge that is read as a device of its own: evdev on Linux, Raw Input on Windows."""
    HID_POS = "hid_pos"
    """USB usage page 0x8C: reports instead of keys."""


class ScannerRole(StrEnum):
    """Which bags a scanner is for."""

    ANY = "any"
    PARENTS = "parents"
    CHILDREN = "children"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceIdentity:
    """What stays of a device when it is plugged in again under another name.

    *serial* is the device's own serial number (evdev's ``uniq``), *location* the USB place
    (``1-1.2``, evdev's ``phys`` without its last part), *name* what is left where a device has
    neither, for instance ``/dev/ttyS0`` or ``COM3``.
    """

    vendor: int | None = None
    product: int | None = None
    serial: str | None = None
    location: str | None = None
    name: str | None = None

    @property
    def key(self) -> str:
        """Return one line that stands for the device in files, logs and journal entries."""
        if self.vendor is None or self.product is None:
            return self.name or "unknown"
        usb = f"usb:{self.vendor:04x}:{self.product:04x}"
        if self.serial:
            return f"{usb}:{self.serial}"
        return f"{usb}@{self.location}" if self.location else usb

    def is_same_device(self, other: "DeviceIdentity") -> bool:
        """Whether *other* is this device: by its serial number, else by its USB place, else by name."""
        if self.vendor is None or other.vendor is None:
            return self.vendor is other.vendor and self.name is not None and self.name == other.name
        if (self.vendor, self.product) != (other.vendor, other.product):
            return False
        if self.serial or other.serial:
            return self.serial == other.serial
        return self.location == other.location


KEYBOARD = DeviceIdentity(name="keyboard")
"""Every keyboard wedge that only the window sees."""


class Terminator(StrEnum):
    """What ends a reading on a serial line."""

    ANY_LINE_END = "any_line_end"
    """CR, LF or CRLF: before the scanner's own was learned."""
    CR = "cr"
    LF = "lf"
    CR_LF = "cr_lf"
    STX_ETX = "stx_etx"
    SSI = "ssi"
    """Zebra's packets."""
    SILENCE = "silence"
    """Nothing but a pause: the last resort."""


class Feedback(StrEnum):
    """The scanner's own good and bad signal, where it has a back-channel."""

    NONE = "none"
    BEL = "bel"
    DATALOGIC = "datalogic"
    HONEYWELL = "honeywell"
    SSI = "ssi"


class ScannerSetting(StrEnum):
    """What has to be switched on in a scanner, with the barcodes of its manual."""

    SERIAL = "serial"
    """A serial port (RS-232, or USB as virtual COM port) instead of a keyboard."""
    SUFFIX = "suffix"
    """CR after each code."""
    SSI_PACKETS = "ssi_packets"
    BEEP_ON_BEL = "beep_on_bel"
    HOST_ACK = "host_ack"


class Parity(StrEnum):
    """Parity of a serial line, as pyserial writes it."""

    NONE = "N"
    EVEN = "E"
    ODD = "O"


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialLine:
    """How a serial scanner sends. USB-CDC ignores *baud*, *data_bits* and *parity*."""

    baud: int = 9600
    data_bits: int = 8
    parity: Parity = Parity.NONE
    stop_bits: int = 1
    terminator: Terminator = Terminator.ANY_LINE_END
    wireless: bool = False
    """Bluetooth: pauses inside a reading are longer."""
    feedback: Feedback = Feedback.NONE

    @property
    def answers_with(self) -> Feedback:
        """Return the scanner's own signal in use: who sends packets waits for its answer to each."""
        return Feedback.SSI if self.terminator is Terminator.SSI else self.feedback


class KeyDecoding(StrEnum):
    """How keys become characters."""

    SCAN_CODE = "scan_code"
    """By the key's place on a US keyboard, whatever the layout is."""
    TEXT = "text"
    """By what the layout makes of it: the scanner is set to this very layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """How a keyboard wedge sends. Times in milliseconds.

    *prefix* is what the scanner was programmed to send first (STX for prefix mode, ``=1`` to tell two
    wedges apart), *terminator_codes* the set-1 scan codes that end a reading, *separator* what it
    sends in the place of GS (one character, or a key as ``key:66`` for F8). Defaults:
    *hold_gap_ms* and *typed_mean_ms* are replaced by what calibration measured.
    """

    decoding: KeyDecoding = KeyDecoding.SCAN_CODE
    prefix: str = ""
    terminator_codes: frozenset[int] = frozenset({28, 96, 0x11C, 15})
    separator: str = ""
    hold_gap_ms: int = 50
    typed_mean_ms: int = 100
    partial_gap_ms: int = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerProfile:
    """One scanner of this station, as its set-up left it."""

    name: str
    """What people call it: ``left``, ``right``."""
    connection: Connection
    identity: DeviceIdentity
    role: ScannerRole = ScannerRole.ANY
    maker: str = ""
    serial: SerialLine = field(default_factory=SerialLine)
    keys: KeyLine = field(default_factory=KeyLine)

    @property
    def source(self) -> str:
        """The source of its frames. Wedges that only the window sees are told apart by prefix alone."""
        if self.connection is Connection.KEYBOARD and self.keys.prefix:
            return f"{self.identity.key}:{self.keys.prefix.encode('unicode_escape').decode()}"
        return self.identity.key


SET_UP_PREFIX = "TT-SETUP"
TEST_PREFIX = "TT-TEST-"
"""Begins the numbered codes that try a scanner out; like the set-up code it is never a bag."""

SET_UP_CODE = "TT-SETUP Aa0-_/:.~#@"
"""Printed as Code 128: a letter of each case, and the signs that differ between layouts."""

SET_UP_CODE_WITH_SEPARATOR = SET_UP_CODE + '"\x1dZ9'
"""Printed as QR code: the same with a quotation mark and a group separator inside."""
