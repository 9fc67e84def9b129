"""A reading of the keyboard as the set-up wants to hear it: everything that came, nothing decided."""

from itertools import pairwise

from traitortrack_desktop.devices.key_characters import character_of
from traitortrack_desktop.devices.key_readings import Reading, milliseconds_between
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import KEYBOARD, Connection
from traitortrack_desktop.services.scanner_desk import AttachedDevice, HeardReading

WEDGE = AttachedDevice(connection=Connection.KEYBOARD, identity=KEYBOARD, place="keyboard", label="")


def heard_reading(reading: Reading, kind: FrameKind) -> HeardReading:
    """Return *reading* with prefix and end, its *kind* as the frame of it has it."""
    strokes = reading.strokes if reading.end is None else (*reading.strokes, reading.end)
    gaps = (milliseconds_between(earlier.at_ms, later.at_ms) for earlier, later in pairwise(strokes))
    return HeardReading(
        device=WEDGE,
        raw="".join(map(character_of, strokes)).encode("utf-8", errors="surrogatepass"),
        kind=kind,
        terminated=reading.end is not None,
        codes=tuple(stroke.code for stroke in strokes),
        text="".join(stroke.text for stroke in strokes),
        gaps_ms=tuple(gap for gap in gaps if gap is not None),
    )
