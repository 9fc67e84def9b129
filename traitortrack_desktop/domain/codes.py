"""What a code is: parent bag, child bag, bill, command, badge, or nothing we know.

The patterns are the web application's. Digits are ASCII digits only, and case is folded only after
the text is known to be ASCII (``"ß".upper()`` would otherwise become a bag).
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from traitortrack_desktop.domain.badge_traces import may_hold_badge
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.operators import BADGE_PREFIX, badge_code
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.scanners import SET_UP_PREFIX, TEST_PREFIX
from traitortrack_desktop.domain.symbologies import bag_of_gs1_label, split_identifier

MAX_SHOWN_CHARACTERS = 255
"""Longest code kept as text; the journal keeps the raw bytes beside it."""

_BLANKS = " \t\r\n\u00a0"
_COMMAND_PREFIX = "TT-CMD-"
SHOWN_OF_A_BADGE = f"{BADGE_PREFIX}***"
"""All that is ever told or kept of a badge's code."""
_SEPARATORS = str.maketrans("", "", "\x04\x1c\x1d\x1e")
"""EOT, FS, GS and RS: a code may carry them, so that what it is can be said; no bag code does."""

_NEVER_A_CODE = {
    FrameKind.PARTIAL: Reason.INCOMPLETE,
    FrameKind.OVERSIZE: Reason.TOO_LONG,
    FrameKind.GARBLED: Reason.UNREADABLE,
    FrameKind.NOISE: Reason.NOT_A_SCAN,
}


class CodeKind(StrEnum):
    """What a cleaned code turned out to be."""

    PARENT = "parent"
    CHILD = "child"
    BILL = "bill"
    COMMAND = "command"
    BADGE = "badge"
    UNUSABLE = "unusable"


class Command(StrEnum):
    """Command barcodes; each is also a key on the scan screen."""

    UNDO = "TT-CMD-UNDO"
    CLOSE = "TT-CMD-CLOSE"
    REMOVE = "TT-CMD-REMOVE"
    CANCEL = "TT-CMD-CANCEL"
    UNDERSTOOD = "TT-CMD-UNDERSTOOD"
    PLACE = "TT-CMD-PLACE"
    """Place what is held of a scanner's memory, as if it were scanned now."""
    ASIDE = "TT-CMD-ASIDE"
    """Set everything held aside: it is never placed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRules:
    """The site's code patterns, matched whole against the trimmed, upper-cased text.

    *label* finds the bag number inside a long printed label; its first group is the code.
    *capacity* is the number of child bags a parent takes.
    """

    parent: re.Pattern[str]
    child: re.Pattern[str]
    bill: re.Pattern[str]
    label: re.Pattern[str]
    capacity: int


def code_rules(
    *,
    parent: str = r"SB[0-9]{5}|M444-[0-9]{5}",
    child: str = r"[A-Z0-9]{4,20}",
    bill: str = r"BILL[-/][A-Z0-9][A-Z0-9/-]{0,43}",
    label: str = r"LABEL\s*NO\.?\s*:?\s*([0-9]+)\b",
    capacity: int = 30,
) -> CodeRules:
    """Return compiled rules.

    Raises ``ValueError`` for a pattern that does not compile, a label pattern without a
    group, or a capacity outside 1 to 500.
    """
    if not 1 <= capacity <= 500:
        raise ValueError(f"capacity must be between 1 and 500, not {capacity}")
    compiled = {}
    for name, pattern in {"parent": parent, "child": child, "bill": bill, "label": label}.items():
        try:
            compiled[name] = re.compile(pattern, re.ASCII)
        except re.error as error:
            raise ValueError(f"the {name} pattern {pattern!r} is not valid: {error}") from error
    if compiled["label"].groups < 1:
        raise ValueError("the label pattern needs a group around the bag number")
    return CodeRules(**compiled, capacity=capacity)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedCode:
    """A reading with its meaning. *text* is safe to show, store and send (ASCII, at most 255)."""

    kind: CodeKind
    text: str
    command: Command | None = None
    problem: Reason | None = None
    badge: str | None = field(default=None, repr=False)
    """A badge's whole code: a secret, for whoever looks up whose it is and for nobody else."""


def parse_frame(frame: ScanFrame, rules: CodeRules) -> ParsedCode:
    """Return what *frame* means. Never raises: what cannot be used is named in ``problem``.

    Of what may hold a badge nothing is told but that, also where it came in pieces or distorted. The code
    of a whole one that is nothing else beside stands in ``badge``.
    """
    if may_hold_badge(frame.raw, mixed=frame.kind is FrameKind.GARBLED):
        return _badge(frame)
    if frame.kind in _NEVER_A_CODE:
        return _unusable(frame.raw, _NEVER_A_CODE[frame.kind])
    identifier, data = split_identifier(frame.raw)
    try:
        text = data.decode("utf-8").strip(_BLANKS)
    except UnicodeDecodeError:
        return _unusable(frame.raw, Reason.UNREADABLE)
    if not text:
        return ParsedCode(kind=CodeKind.UNUSABLE, text="", problem=Reason.EMPTY_CODE)
    if not (text.isascii() and text.translate(_SEPARATORS).isprintable()):
        return _unusable(frame.raw, Reason.UNREADABLE)
    if identifier is not None and identifier.is_gs1:
        return _classify_gs1(text, rules)
    return _classify(text.upper(), rules)


def _badge(frame: ScanFrame) -> ParsedCode:
    problem = _NEVER_A_CODE.get(frame.kind)
    code = _whole_badge(frame.raw) if problem is None else None
    if code is None:
        problem = problem or Reason.UNKNOWN_BADGE
    return ParsedCode(kind=CodeKind.BADGE, text=SHOWN_OF_A_BADGE, problem=problem, badge=code)


def _whole_badge(raw: bytes) -> str | None:
    """Return the badge that *raw* is, whatever the scanner says of the kind of barcode."""
    _, data = split_identifier(raw)
    try:
        return badge_code(data.decode("ascii").strip(_BLANKS))
    except UnicodeDecodeError:
        return None


def _classify_gs1(text: str, rules: CodeRules) -> ParsedCode:
    """Return what a GS1 label means.

    Some printers mark every label as GS1; one that has no GS1 elements may still be a parent or a
    bill, whose patterns are narrow, but not a child.
    """
    try:
        element = bag_of_gs1_label(text)
    except ValueError:
        plain = _classify(text.upper(), rules)
        return _refused(text, Reason.UNKNOWN_CODE) if plain.kind is CodeKind.CHILD else plain
    if element is None:
        return _refused(text, Reason.UNKNOWN_CODE)
    return _classify(element.upper(), rules)


def _classify(text: str, rules: CodeRules) -> ParsedCode:
    if text.startswith((SET_UP_PREFIX, TEST_PREFIX)):
        return _refused(text, Reason.SET_UP_CODE)
    if text.startswith(_COMMAND_PREFIX):
        return _command(text)
    label = rules.label.search(text)
    if label is not None and label.group(1) is not None:
        text = label.group(1)
    if len(text) > MAX_SHOWN_CHARACTERS:
        return _refused(text, Reason.TOO_LONG)
    for kind, pattern in (
        (CodeKind.PARENT, rules.parent),
        (CodeKind.BILL, rules.bill),
        (CodeKind.CHILD, rules.child),
    ):
        if pattern.fullmatch(text):
            return ParsedCode(kind=kind, text=text)
    return _refused(text, Reason.UNKNOWN_CODE)


def _command(text: str) -> ParsedCode:
    try:
        return ParsedCode(kind=CodeKind.COMMAND, text=text, command=Command(text))
    except ValueError:
        return _refused(text, Reason.UNKNOWN_COMMAND)


def _refused(text: str, problem: Reason) -> ParsedCode:
    shown = text[:MAX_SHOWN_CHARACTERS] if text.isprintable() else printable(text.encode())
    return ParsedCode(kind=CodeKind.UNUSABLE, text=shown, problem=problem)


def _unusable(raw: bytes, problem: Reason) -> ParsedCode:
    return ParsedCode(kind=CodeKind.UNUSABLE, text=printable(raw), problem=problem)


def printable(raw: bytes) -> str:
    """Return *raw* as printable ASCII with everything else escaped, cut to 255 characters."""
    text = raw[:MAX_SHOWN_CHARACTERS].decode("utf-8", errors="surrogateescape")
    escaped = "".join(char if " " <= char <= "~" else _escaped(char) for char in text)
    return escaped[:MAX_SHOWN_CHARACTERS]


def _escaped(char: str) -> str:
    r"""Return *char* as ``\n`` or ``\u2212``, and a byte that is no UTF-8 as ``\xff``."""
    byte = ord(char) - 0xDC00
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else char.encode("unicode_escape").decode("ascii")
