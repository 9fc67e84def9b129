"""The scanner's own good and bad signal, sent after the reading was stored or refused. Pure.

Each protocol is its maker's own, off from the factory everywhere but in SSI, and so off here until
somebody chose it.
"""

from traitortrack_desktop.devices import ssi
from traitortrack_desktop.domain.scanners import Feedback

_BEL = b"\x07"
_FORCED_TONE = b"\x01"
_THREE_LOW_SHORT_BEEPS = b"\x07"

_SIGNALS = {
    Feedback.NONE: (b"", b""),
    # Zebra's plain RS-232 with "Beep on <BEL>" switched on; other makers beep on it as well. There is
    # one tone only, so that bad is told by its number.
    Feedback.BEL: (_BEL, _BEL * 3),
    # Datalogic's RS-232 host commands: B beeps, F is "not on file". On some models F puts the light out
    # until E comes, and an E that is lost would leave the gun blind. Code 01 is the tone that no setting
    # silences: three of it differ from one B and disable nothing.
    Feedback.DATALOGIC: (b"B", _FORCED_TONE * 3),
    # Honeywell's Host ACK for work group 0: the gun is silent and waits (10 s) for ESC 7 "decoded and
    # communicated" or ESC 8, the razz. Either one lets it read on.
    Feedback.HONEYWELL: (b"0\x1b7,", b"0\x1b8,"),
    # Zebra's SSI: the ACK ends the gun's waiting, also for what was refused, since a NAK would have it
    # sent again. Four low beeps are its own transmission error, so bad is three.
    Feedback.SSI: (ssi.ACK, ssi.ACK + ssi.encode(ssi.Opcode.BEEP, _THREE_LOW_SHORT_BEEPS)),
}


ANSWERS_WITHIN_SECONDS = dict.fromkeys(Feedback, 0.3) | {
    Feedback.HONEYWELL: 10.0,
    Feedback.SSI: 10.0,
}
"""One that comes later would be taken for the next bag's; who waits for it gets it all the same."""

READ_ON = dict.fromkeys(Feedback, b"") | {
    Feedback.SSI: ssi.ACK,
    Feedback.HONEYWELL: _SIGNALS[Feedback.HONEYWELL][1],
}
"""What lets a scanner that waits for its answer read on before it is known what becomes of its reading.
Never its good signal, which means that it is stored: an ACK makes no sound, the razz is taken back by it.
"""


def signal(feedback: Feedback, *, good: bool) -> bytes:
    """Return what makes the scanner tell good or bad; empty where it has no back-channel."""
    good_signal, bad_signal = _SIGNALS[feedback]
    return good_signal if good else bad_signal
