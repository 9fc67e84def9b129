"""What a code is: parent bag, child bag, bill, command, badge, or nothing we know.

The patterns are the web application's. Digits are ASCII digits only, and case is folded only after
the text is known to be ASCII (``"ß".upper()`` would otherwise become a bag).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from traitortrack_desktop.domain.badge_traces import may_hold_badge
from traitortrack_desktop.domain.bills import LEAST_CAPACITY, MOST_CAPACITY_AT_CREATION
from traitortrack_desktop.domain.entries import WhyClosed
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.operators import BADGE_PREFIX, badge_code
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returns import ticket_code
from traitortrack_desktop.domain.roles import DISPATCH_AREAS
from traitortrack_desktop.domain.scanners import SET_UP_PREFIX, TEST_PREFIX
from traitortrack_desktop.domain.symbologies import bag_of_gs1_label, split_identifier

MAX_SHOWN_CHARACTERS = 255
"""Longest code kept as text; the journal keeps the raw bytes beside it."""

_BLANKS = " \t\r\n\u00a0"
_COMMAND_PREFIX = "TT-CMD-"
NUMBER_PREFIX = "TT-NUM-"
AREA_PREFIX = "TT-AREA-"
PRACTICE_PREFIX = "TT-TRAIN-"
"""Before the codes of training sheets: only a practice station takes what stands behind it for a code."""
_TYPED_NUMBER = re.compile(r"[0-9]{1,3}", re.ASCII)
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
    TICKET = "ticket"
    """A return, by its code."""
    AREA = "area"
    """A depot, out of the command sheet; ``text`` keeps the whole code, ``area`` the depot."""
    NUMBER = "number"
    """How many parents a bill takes: out of the command sheet, or one to three digits typed."""
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
    MOVE = "TT-CMD-MOVE"
    """Move the child bags that are scanned next into the open parent."""
    WRONG_PARENT = "TT-CMD-WRONG-PARENT"
    """What was put into the open parent here belongs to another one, which is scanned next."""
    RELABEL = "TT-CMD-RELABEL"
    REOPEN = "TT-CMD-REOPEN"
    """Open the parent again that was closed last; at a bill's desk, reopen the bill."""
    DELETE = "TT-CMD-DELETE"
    """Delete a bag; at a bill's desk, the bill."""
    COMPLETE = "TT-CMD-COMPLETE"
    """Complete the bill, or finalise the return, that is worked at."""
    LEAVE = "TT-CMD-LEAVE"
    """End finding, or the work at a bill or a return."""
    FIND = "TT-CMD-FIND"
    NEW_RETURN = "TT-CMD-NEW-RETURN"
    CANCEL_RETURN = "TT-CMD-CANCEL-RETURN"
    LOT_ENDED = "TT-CMD-WHY-LOT-ENDED"
    SHIFT_ENDED = "TT-CMD-WHY-SHIFT-ENDED"
    MATERIAL_SHORT = "TT-CMD-WHY-MATERIAL-SHORT"
    BAG_DAMAGED = "TT-CMD-WHY-BAG-DAMAGED"
    AS_ORDERED = "TT-CMD-WHY-AS-ORDERED"


WHY_COMMANDS: Mapping[Command, WhyClosed] = {
    Command.LOT_ENDED: WhyClosed.LOT_ENDED,
    Command.SHIFT_ENDED: WhyClosed.SHIFT_ENDED,
    Command.MATERIAL_SHORT: WhyClosed.MATERIAL_SHORT,
    Command.BAG_DAMAGED: WhyClosed.BAG_DAMAGED,
    Command.AS_ORDERED: WhyClosed.AS_ORDERED,
}
"""What answers why a parent is closed with so few bags."""


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
    capacity_by_prefix: Mapping[str, int] = field(default_factory=dict)
    """Prefixes of parents, upper case, that take another number of child bags; the longest one counts."""
    close_reason_below: int = 0
    """With fewer bags than this a parent is closed only with a reason; 0 means never."""
    bill_capacity: int = 20
    """How many parents a new bill takes where nobody says another number."""
    practice: bool = False
    """A station for practice, at a centre of its own: it takes the codes of training sheets."""

    def capacity_of(self, parent: str) -> int:
        """Return how many child bags the parent of that code takes."""
        fitting = [prefix for prefix in self.capacity_by_prefix if parent.startswith(prefix)]
        return self.capacity_by_prefix[max(fitting, key=len)] if fitting else self.capacity


def code_rules(
    *,
    parent: str = r"SB[0-9]{5}|M444-[0-9]{5}",
    child: str = r"[A-Z0-9]{4,20}",
    bill: str = r"BILL[-/][A-Z0-9][A-Z0-9/-]{0,43}",
    label: str = r"LABEL\s*NO\.?\s*:?\s*([0-9]+)\b",
    capacity: int = 30,
    capacity_by_prefix: Mapping[str, int] | None = None,
    close_reason_below: int = 0,
    bill_capacity: int = 20,
    practice: bool = False,
) -> CodeRules:
    """Return compiled rules.

    Raises ``ValueError`` for a pattern that does not compile, a label pattern without a
    group, or a capacity outside 1 to 500 (of a new bill: 1 to 50).
    """
    by_prefix = {prefix.upper(): number for prefix, number in (capacity_by_prefix or {}).items()}
    for number in (capacity, *by_prefix.values()):
        if not 1 <= number <= 500:
            raise ValueError(f"capacity must be between 1 and 500, not {number}")
    if not LEAST_CAPACITY <= bill_capacity <= MOST_CAPACITY_AT_CREATION:
        raise ValueError(f"bill_capacity must be between 1 and 50, not {bill_capacity}")
    compiled = {}
    for name, pattern in {"parent": parent, "child": child, "bill": bill, "label": label}.items():
        try:
            compiled[name] = re.compile(pattern, re.ASCII)
        except re.error as error:
            raise ValueError(f"the {name} pattern {pattern!r} is not valid: {error}") from error
    if compiled["label"].groups < 1:
        raise ValueError("the label pattern needs a group around the bag number")
    return CodeRules(
        **compiled,
        capacity=capacity,
        capacity_by_prefix=by_prefix,
        close_reason_below=close_reason_below,
        bill_capacity=bill_capacity,
        practice=practice,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedCode:
    """A reading with its meaning. *text* is safe to show, store and send (ASCII, at most 255)."""

    kind: CodeKind
    text: str
    command: Command | None = None
    problem: Reason | None = None
    area: str | None = None
    number: int | None = None
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
    if text.startswith(PRACTICE_PREFIX):
        if not rules.practice:
            return _refused(text, Reason.PRACTICE_CODE)
        text = text.removeprefix(PRACTICE_PREFIX)
    if text.startswith(_COMMAND_PREFIX):
        return _command(text)
    if text.startswith((NUMBER_PREFIX, AREA_PREFIX)):
        return _answer(text)
    if ticket_code(text) is not None:
        return ParsedCode(kind=CodeKind.TICKET, text=text)
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
    if label is None and _TYPED_NUMBER.fullmatch(text):
        return _answer(text)
    return _refused(text, Reason.UNKNOWN_CODE)


def _command(text: str) -> ParsedCode:
    try:
        return ParsedCode(kind=CodeKind.COMMAND, text=text, command=Command(text))
    except ValueError:
        return _refused(text, Reason.UNKNOWN_COMMAND)


def _answer(text: str) -> ParsedCode:
    """Return the number or the area that *text* says."""
    area = text.removeprefix(AREA_PREFIX).replace("-", "_").lower()
    if text.startswith(AREA_PREFIX) and area in DISPATCH_AREAS:
        return ParsedCode(kind=CodeKind.AREA, text=text, area=area)
    digits = text.removeprefix(NUMBER_PREFIX)
    if _TYPED_NUMBER.fullmatch(digits):
        return ParsedCode(kind=CodeKind.NUMBER, text=text, number=int(digits))
    return _refused(text, Reason.UNKNOWN_COMMAND)


def is_typed_number(text: str) -> bool:
    """Whether *text* is a number as a person types it, which is too short for the code of a bag."""
    return _TYPED_NUMBER.fullmatch(text) is not None


def area_code(area: str) -> str:
    """Return the code that says *area* on a command sheet."""
    return AREA_PREFIX + area.upper().replace("_", "-")


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
