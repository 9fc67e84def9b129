"""What a row of the audit says was so before and is so after, in lines that people read: pure.

Whoever wrote the row: a web application's text that is not JSON comes under the key ``text``.
"""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from traitortrack_desktop.presentation.office_speech import Speech
from traitortrack_desktop.presentation.panel_views import Fact, FactStyle

LONGEST = 400
"""Characters that are shown of one value."""
_PLAIN = "text"
_SHORTEST_TIME = len("2026-01-31T10:40")


def difference(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, speech: Speech
) -> tuple[Fact, ...]:
    """Return what changed, line by line; what stayed the same is only said to be so."""
    if before is None and after is None:
        return ()
    if before is None or after is None:
        title, state, style = (
            (speech.words.audit.after, after, FactStyle.NEW)
            if before is None
            else (speech.words.audit.before, before, FactStyle.GONE)
        )
        return (_heading(title), *_values(state or {}, speech, style))
    changed = tuple(_changes(before, after, speech))
    same = any(key in after and after[key] == value for key, value in before.items())
    rest = (Fact(label="", text=speech.words.audit.unchanged),) if same or not changed else ()
    return (_heading(speech.words.audit.changes), *changed, *rest)


def detail_lines(details: Mapping[str, Any], speech: Speech) -> tuple[Fact, ...]:
    """Return the details of a row."""
    if not details:
        return ()
    return (_heading(speech.words.audit.details), *_values(details, speech, FactStyle.PLAIN))


def value_text(value: object, speech: Speech) -> str:
    """Return *value* as people read it, shortened when it is very long. Times with a zone become local."""
    text = " ".join(_spelled(value, speech).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _spelled(value: object, speech: Speech) -> str:
    words = speech.words.audit
    if value is None or value in ("", [], {}):
        return words.nothing
    if isinstance(value, bool):
        return words.yes if value else words.no
    if isinstance(value, Mapping):
        return ", ".join(
            f"{_label(str(key), speech)}: {_spelled(part, speech)}" for key, part in value.items()
        )
    if isinstance(value, list):
        return "; ".join(_spelled(part, speech) for part in value)
    return _local_time(value, speech) if isinstance(value, str) else str(value)


def _local_time(text: str, speech: Speech) -> str:
    if len(text) >= _SHORTEST_TIME and text[10:11] in {"T", " "}:
        with contextlib.suppress(ValueError, OverflowError):
            moment = datetime.fromisoformat(text)
            return speech.exact(moment) if moment.tzinfo is not None else text
    return text


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], speech: Speech) -> Iterator[Fact]:
    for key in dict.fromkeys((*before, *after)):
        if key in before and key in after and before[key] == after[key]:
            continue
        pattern = speech.words.audit.change if key in before and key in after else speech.words.audit.gone
        if key not in before:
            pattern = speech.words.audit.appeared
        text = pattern.format(
            code=value_text(before.get(key), speech), other=value_text(after.get(key), speech)
        )
        yield Fact(label=_label(key, speech), text=text, style=FactStyle.NEW)


def _values(state: Mapping[str, Any], speech: Speech, style: FactStyle) -> tuple[Fact, ...]:
    return tuple(
        Fact(label=_label(key, speech), text=value_text(value, speech), style=style)
        for key, value in state.items()
    )


def _heading(title: str) -> Fact:
    return Fact(label=title, style=FactStyle.HEADING)


def _label(key: str, speech: Speech) -> str:
    return speech.words.audit.plain_text if key == _PLAIN else key.replace("_", " ")
