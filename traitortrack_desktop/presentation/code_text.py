"""How a code is shown: the tail, which the eye compares, apart from the head."""

import re
from dataclasses import dataclass

_LONGEST_SHOWN = 24
_HEAD_KEPT = 10
_NUMBER_AT_END = re.compile(r"[0-9]{4,6}$", re.ASCII)
_PART_AT_END = re.compile(r"(?<=-)(?=[A-Z]*[0-9])[0-9A-Z]{1,6}$", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeText:
    """A code cut in two; *tail* is emphasised. An over-long code has its middle left out."""

    head: str
    tail: str

    @property
    def text(self) -> str:
        """The code as one text, as it stands in a sentence."""
        return self.head + self.tail


def code_text(code: str) -> CodeText:
    """Return *code* cut before its last number of four to six digits, or its last four characters.

    A shorter last part behind a hyphen is the tail as it is: BILL-5 is no ``BI`` and ``LL-5``.
    Long codes without such a number or part have a tail of six, so that it is unlikely to be shared.
    """
    number = _NUMBER_AT_END.search(code) or _PART_AT_END.search(code)
    tail_length = len(number.group()) if number else 4 if len(code) <= 12 else 6
    head, tail = code[:-tail_length], code[-tail_length:]
    if len(code) > _LONGEST_SHOWN:
        head = head[:_HEAD_KEPT] + "…"
    return CodeText(head=head, tail=tail)
