"""Says to people what rows hold. What is in a code cannot play tricks on a terminal."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from traitortrack_desktop.storage.central.rows_to_decide import NAMED_FOR_PEOPLE, Answer

_LONGEST = 40
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/+-]*")


def shown(value: object) -> str:
    r"""Return a value of a column as text of one line.

    Whatever is not a plain code is quoted, with ``\x1b`` and the like for what is not printable; after 40
    characters ``…`` stands for the rest.
    """
    if value is None:
        return "(none)"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if not isinstance(value, str):
        return str(value)
    text, rest = value[:_LONGEST], "…" if len(value) > _LONGEST else ""
    if _PLAIN.fullmatch(text):
        return text + rest
    return '"' + "".join(_escaped(character) for character in text) + f'{rest}"'


def item_text(item: Mapping[str, Any]) -> str:
    """Return one row on one line: what it is first, then what is known of it."""
    return ", ".join(_part(name, value) for name, value in item.items() if value is not None)


def answer_lines(answer: Answer) -> Iterator[str]:
    """Yield what *answer* says: a line about all of it, then one for each of the first rows."""
    yield f"{answer.question.found}: {answer.count:,}. {answer.question.advice}"
    yield from indented([item_text(item) for item in answer.items], answer.count)


def lines_to_decide(answers: Sequence[Answer]) -> Iterator[str]:
    """Yield what *answers* leave to a person."""
    if answers:
        yield "For a person to decide; nothing of this was changed:"
    for answer in answers:
        yield from answer_lines(answer)


def indented(texts: Sequence[str], total: int) -> Iterator[str]:
    """Yield the first of *texts*, and how many of *total* there are beyond them."""
    named = texts[:NAMED_FOR_PEOPLE]
    yield from (f"  {text}" for text in named)
    if total > len(named):
        where = " (in --json)" if len(texts) > len(named) else ""
        yield f"  … and {total - len(named):,} more{where}"


def _part(name: str, value: object) -> str:
    if isinstance(value, list):
        return f"{name}: " + "; ".join(item_text(one) for one in value)
    return f"{name.replace('_', ' ')} {shown(value)}"


def _escaped(character: str) -> str:
    if character in {'"', "\\"}:
        return f"\\{character}"
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
