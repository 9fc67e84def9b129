"""What a symbol says of itself: AIM identifiers, ECI escapes, and which part of a GS1 label is the bag.

A scanner that was told to sends ``]cm`` before the data: *c* the symbology, *m* what is special about it.
Identifiers after ISO/IEC 15424, GS1 elements after the GS1 General Specifications.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MODIFIERS = {
    "A": "01234567",
    "C": "0124",
    "E": "01234",
    "F": "01246",
    "G": "0",
    "I": "013",
    "J": "01",
    "L": "012345",
    "Q": "0123456",
    "U": "0123",
    "X": "0",
    "d": "0123456",
    "e": "0123",
    "h": "0123",
    "z": "0123456789ABC",
}
_GS1 = frozenset({"C1", "e0", "e1", "e2", "d2", "d5", "Q3", "Q4", "J1", "z1", "z4"})
_ECI = frozenset({"Q2", "Q4", "Q6", "d4", "d5", "d6", "z3", "z4", "z5", "L1", "U2", "U3"})
_ESCAPE = re.compile(rb"\\(?:\\|[0-9]{6})")

_DEFECTS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError)
"""What a defect of the GS1 library would raise: not even that may stop a scan."""

_PRODUCT, _SERIAL = "01", "21"
_BAG_ELEMENTS = ("00", "8004", "8003", "21")
"""What may name one bag, best first: SSCC, GIAI, GRAI, serial number (decision 9)."""


@dataclass(frozen=True, slots=True)
class SymbologyIdentifier:
    """Which symbology was read: *code* without the bracket, for instance ``C1``."""

    code: str

    @property
    def is_gs1(self) -> bool:
        """Whether the data are GS1 elements."""
        return self.code in _GS1

    @property
    def announces_eci(self) -> bool:
        """Whether a backslash in the data is doubled or begins the number of a character set."""
        return self.code in _ECI


def split_identifier(raw: bytes) -> tuple[SymbologyIdentifier | None, bytes]:
    """Return the identifier before *raw*, and the data without it and without ECI escapes.

    What is not a known identifier is left where it is: then it is a part of the code. Never raises.
    """
    head = raw[:3].decode("ascii", errors="replace")
    if len(head) < 3 or head[0] != "]" or head[2] not in _MODIFIERS.get(head[1], ""):
        return None, raw
    identifier = SymbologyIdentifier(head[1:])
    rest = raw[3:]
    return identifier, _without_escapes(rest) if identifier.announces_eci else rest


def _without_escapes(data: bytes) -> bytes:
    """Undouble backslashes and leave out ECI numbers; no character set is followed, since codes are ASCII."""
    return _ESCAPE.sub(lambda found: b"\\" if found.group() == b"\\\\" else b"", data)


def bag_of_gs1_label(text: str) -> str | None:
    """Return the element of a GS1 label that names one bag, with its application identifier.

    A serial number comes with the product it is of, where the label names one: alone it is unique only
    among the pieces of one product. It is the text that a plain keyboard scanner types for a label with
    nothing else, and so what the web application stores. ``None`` when no element does, when two
    different ones claim to, or when a check digit is wrong. Raises ``ValueError`` for a text that is not
    made of GS1 elements.
    """
    elements = _gs1_elements(text)

    def only(identifier: str) -> str | None:
        values = {value for found, value in elements if found == identifier}
        return _checked(identifier, values.pop(), text) if len(values) == 1 else None

    present = {identifier for identifier, _ in elements}
    wanted = next((identifier for identifier in _BAG_ELEMENTS if identifier in present), None)
    if wanted == _SERIAL and _PRODUCT in present:
        product, serial = only(_PRODUCT), only(_SERIAL)
        return product + serial if product and serial else None
    return only(wanted) if wanted else None


def _checked(identifier: str, value: str, text: str) -> str | None:
    element = identifier + value
    if element not in text:
        return None
    if identifier in {"00", _PRODUCT} and not _check_digit_fits(value):
        return None
    if identifier == "8003" and not _check_digit_fits(value[:14]):
        return None
    return element


def _gs1_elements(text: str) -> Sequence[tuple[str, str]]:
    # Imported here: only a station with GS1 labels pays for it, and only at its first one.
    from biip import BiipException, ParseConfig  # noqa: PLC0415
    from biip.gs1_messages import GS1Message  # noqa: PLC0415

    config = ParseConfig(gs1_element_strings_verify_date=False)
    try:
        message = GS1Message.parse(text, config=config)
    except (BiipException, *_DEFECTS) as error:
        raise ValueError("not a GS1 label") from error
    return [(element.ai.ai, element.value) for element in message.element_strings]


def _check_digit_fits(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (GS1: weights 3 and 1 from the right)."""
    return sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(digits[-2::-1])) % 10 == (
        -int(digits[-1]) % 10
    )
