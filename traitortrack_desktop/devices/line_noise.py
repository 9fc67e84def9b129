"""What comes over a serial line and is no code: garbage of wrong line settings, and talk to a modem. Pure.

ModemManager takes a new USB port for a modem and writes to it for up to a minute; what a scanner echoes
or answers comes back as readings. Known here are only the commands it really sends (its ``mm-port-probe``
and the probes of its plug-ins), and of these only such as no code of ``A-Z0-9`` from four characters on
can be. ``ATE0`` and ``ERROR`` could be codes and count as noise only shortly after what is noise for sure.
"""

import re

NOISE_GOES_ON_MS = 4000
"""ModemManager waits 3 s for each answer."""

_COMMAND = re.compile(
    rb"AT(?:E0?\+CPMS\?|E1 E0|\+GCAP|\+CGMI|\+GMI|\+CGMM|\+GMM|\+XACT=\?|%IPSYS\?|\$NWDMAT=1)"
    rb"|\+(?:GCAP|CGMI|GMI|CGMM|GMM|XACT|CPMS|CME ERROR|CMS ERROR):.*"
)
_SHORT_COMMANDS = frozenset({b"AT", b"ATI"})
_ANSWERS = frozenset({b"OK", b"ERROR", b"ATE", b"ATE0", b"ATE1", b"COMMAND NOT SUPPORT"})
_PROBE_OF_QUALCOMM = re.compile(rb"(?:~+\x00x[\xf0p]~+)+")
"""The version request between its frame marks; ``p`` where the line has seven bits."""

_TAB, _LINE_ENDS = "\t", "\r\n"
_SEPARATORS = "\x04\x1c\x1d\x1e"
"""EOT, FS, GS and RS stand in GS1 and ISO 15434 codes."""


def is_modem_talk(raw: bytes, *, whole: bool) -> bool:
    """Whether *raw* is a modem command or its answer; of a part only what cannot begin a code."""
    if whole and raw in _SHORT_COMMANDS:
        return True
    return bool(_COMMAND.fullmatch(raw) or _PROBE_OF_QUALCOMM.fullmatch(raw))


def may_answer_modem_talk(raw: bytes) -> bool:
    """Whether *raw* is noise when it comes within ``NOISE_GOES_ON_MS`` after noise."""
    return raw in _ANSWERS


def is_garbage(raw: bytes, *, of_lines: bool) -> bool:
    """Whether *raw* has bytes that no code has: no UTF-8, or control characters other than separators.

    In what was cut into lines a line end inside is the mark of two readings that came together.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return True
    allowed = _TAB + _SEPARATORS + ("" if of_lines else _LINE_ENDS)
    return any(_is_control(char) and char not in allowed for char in text)


def _is_control(char: str) -> bool:
    return char < " " or "\x7f" <= char <= "\x9f"
