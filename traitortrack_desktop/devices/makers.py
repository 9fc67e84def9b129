"""How scanners leave their makers' factories, from the manuals: data only.

Models of one maker differ; what a scanner really sends is learned from the set-up code
(``line_detection``). This says where to begin, what has to be switched on, and which signal of its own
a maker's scanners have.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from traitortrack_desktop.domain.scanners import (
    Feedback,
    Parity,
    ScannerSetting,
    SerialLine,
    Terminator,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """One maker's serial scanners, or one protocol of them. *settings* are to be switched on in order."""

    name: str
    line: SerialLine
    settings: tuple[ScannerSetting, ...]


MAKERS = (
    # No suffix and no beep on BEL from the factory.
    Maker(
        name="Zebra",
        line=SerialLine(baud=9600, feedback=Feedback.BEL),
        settings=(ScannerSetting.SERIAL, ScannerSetting.SUFFIX, ScannerSetting.BEEP_ON_BEL),
    ),
    # Acknowledging is on from the factory: a scanner nobody answers repeats each code and then complains.
    Maker(
        name="Zebra SSI",
        line=SerialLine(baud=9600, terminator=Terminator.SSI, feedback=Feedback.SSI),
        settings=(ScannerSetting.SERIAL, ScannerSetting.SSI_PACKETS),
    ),
    Maker(
        name="Honeywell",
        line=SerialLine(baud=115200, terminator=Terminator.CR_LF, feedback=Feedback.HONEYWELL),
        settings=(ScannerSetting.SERIAL, ScannerSetting.HOST_ACK),
    ),
    Maker(
        name="Datalogic",
        line=SerialLine(baud=9600, terminator=Terminator.CR_LF, feedback=Feedback.DATALOGIC),
        settings=(ScannerSetting.SERIAL,),
    ),
    Maker(
        name="Unitech",
        line=SerialLine(baud=9600, terminator=Terminator.CR),
        settings=(ScannerSetting.SERIAL,),
    ),
    Maker(
        name="Newland",
        line=SerialLine(baud=9600, terminator=Terminator.CR),
        settings=(ScannerSetting.SERIAL, ScannerSetting.SUFFIX),
    ),
    # 38400 7-S-2: the parity bit that is always 0 and the second stop bit look the same as 8-N-1.
    Maker(
        name="Metrologic",
        line=SerialLine(baud=38400),
        settings=(ScannerSetting.SERIAL, ScannerSetting.SUFFIX),
    ),
    Maker(
        name="NCR",
        line=SerialLine(baud=9600, data_bits=7, parity=Parity.ODD),
        settings=(ScannerSetting.SERIAL, ScannerSetting.SUFFIX),
    ),
)


def signals() -> Mapping[str, Feedback]:
    """Return the signal that each maker's scanners have, for those that have one."""
    return {maker.name: maker.line.feedback for maker in MAKERS if maker.line.feedback is not Feedback.NONE}
