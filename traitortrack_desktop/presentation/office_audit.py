"""The list of the audit, and the pane of one row: pure."""

import contextlib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from uuid import UUID

from traitortrack_desktop.domain.accounts import AuditFilter, AuditRow
from traitortrack_desktop.presentation.audit_difference import detail_lines, difference
from traitortrack_desktop.presentation.office_acts import OfficeAct, OfficeField
from traitortrack_desktop.presentation.office_notes import FormProblem
from traitortrack_desktop.presentation.office_speech import Speech
from traitortrack_desktop.presentation.office_state import OfficeCard, OfficeFacts
from traitortrack_desktop.presentation.panel_views import Cell, Column, Fact, FactStyle, ListRow, ListView

_SHARES = (20, 34, 46)
_YEARS = range(1970, 3000)


def audit_list(facts: OfficeFacts, speech: Speech) -> ListView:
    """Return the page of the audit, newest first."""
    words = speech.words.audit
    return ListView(
        columns=tuple(
            Column(title=title, share=share) for title, share in zip(words.columns, _SHARES, strict=True)
        ),
        rows=tuple(_row(row, speech) for row in facts.audit.rows) if facts.audit else (),
        chosen=facts.chosen,
        empty=""
        if facts.audit is None
        else words.empty
        if facts.audit_filter == AuditFilter()
        else words.nothing_found,
    )


def _row(row: AuditRow, speech: Speech) -> ListRow:
    when = speech.exact(row.at)
    day, _, clock = when.rpartition(" ")
    return ListRow(
        key=str(row.id),
        cells=(
            Cell(text=clock, under=day),
            Cell(text=_who(row, speech), under=row.address or ""),
            Cell(text=_spelled(row.action), under=_thing(row), strong=True),
        ),
    )


def audit_card(facts: OfficeFacts, speech: Speech) -> OfficeCard:
    """Return everything that the chosen row says."""
    row = next(
        (each for each in (facts.audit.rows if facts.audit else ()) if str(each.id) == facts.chosen), None
    )
    if row is None:
        return OfficeCard()
    words = speech.words.audit
    entry = (Fact(label=words.entry, text=row.request, style=FactStyle.CODE),) if row.request else ()
    address = (Fact(label=words.address, text=row.address, style=FactStyle.CODE),) if row.address else ()
    presses = [
        speech.press(OfficeAct.SAME_REQUEST, value=row.request or "", usable=_is_uuid(row.request)),
        speech.press(OfficeAct.SAME_PERSON, value=row.username or "", usable=bool(row.username)),
    ]
    return OfficeCard(
        title=_spelled(row.action),
        facts=(
            Fact(label=words.at, text=speech.exact(row.at)),
            Fact(label=words.who, text=_who(row, speech)),
            Fact(label=words.act, text=row.action, style=FactStyle.CODE),
            Fact(label=words.thing, text=_thing(row)),
            *address,
            *entry,
            Fact(label=words.number, text=str(row.id)),
            *difference(row.before, row.after, speech),
            *detail_lines(row.details, speech),
        ),
        presses=tuple(presses),
    )


def _who(row: AuditRow, speech: Speech) -> str:
    words = speech.words.audit
    if row.username:
        return row.username
    named = row.details.get("username")
    return words.as_written.format(name=named) if isinstance(named, str) and named else words.nobody


def _thing(row: AuditRow) -> str:
    return row.entity_type if row.entity_id is None else f"{row.entity_type} {row.entity_id}"


def _spelled(action: str) -> str:
    text = action.replace("_", " ")
    return text[:1].upper() + text[1:]


def _is_uuid(text: str | None) -> bool:
    if text is None:
        return False
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def audit_filter(typed: Mapping[OfficeField, str], zone: tzinfo | None) -> AuditFilter | FormProblem:
    """Return the filter that was typed, or what is wrong with it. Days are local ones, the last included."""

    def text(name: OfficeField) -> str | None:
        return typed.get(name, "").strip() or None

    days: dict[OfficeField, date | None] = {}
    for name in (OfficeField.SINCE, OfficeField.UNTIL):
        days[name] = None
        written = text(name)
        if written is not None:
            day = _day(written)
            if day is None:
                return FormProblem.BAD_DATE
            days[name] = day
    request = text(OfficeField.REQUEST)
    if request is not None and not _is_uuid(request):
        return FormProblem.BAD_REQUEST
    since, until = days[OfficeField.SINCE], days[OfficeField.UNTIL]
    return AuditFilter(
        username=text(OfficeField.WHO),
        action=text(OfficeField.ACTION),
        entity_type=text(OfficeField.ENTITY),
        since=None if since is None else _begin(since, zone),
        until=None if until is None else _begin(until + timedelta(days=1), zone) - timedelta(microseconds=1),
        request=None if request is None else UUID(request),
    )


def _day(text: str) -> date | None:
    for pattern in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"):
        with contextlib.suppress(ValueError):
            day = datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day, made local in _begin
            return day if day.year in _YEARS else None
    return None


def _begin(day: date, zone: tzinfo | None) -> datetime:
    """Return the local midnight with which *day* begins."""
    midnight = datetime.combine(day, time())
    return midnight.replace(tzinfo=zone) if zone is not None else midnight.astimezone()
