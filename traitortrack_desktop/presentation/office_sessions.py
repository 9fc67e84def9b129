"""The list of sign-ins at stations, and the card of one: pure."""

from uuid import UUID

from traitortrack_desktop.domain.accounts import SessionRecord
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.roles import Rights
from traitortrack_desktop.presentation.office_acts import OfficeAct, OfficeField
from traitortrack_desktop.presentation.office_speech import Speech
from traitortrack_desktop.presentation.office_state import OfficeCard, OfficeFacts
from traitortrack_desktop.presentation.panel_views import Cell, Column, Fact, ListRow, ListView
from traitortrack_desktop.presentation.screen_state import Mark

_SHARES = (32, 30, 15, 23)


def sessions_list(facts: OfficeFacts, speech: Speech) -> ListView:
    """Return the sessions, open ones first."""
    words = speech.words.sessions
    rows = tuple(_row(session, facts, speech) for session in facts.sessions or ())
    nothing = words.nothing_found if facts.search.get(OfficeField.WHO) else words.empty
    return ListView(
        columns=tuple(
            Column(title=title, share=share) for title, share in zip(words.columns, _SHARES, strict=True)
        ),
        rows=rows,
        chosen=facts.chosen,
        empty="" if facts.sessions is None else nothing,
    )


def _row(session: SessionRecord, facts: OfficeFacts, speech: Speech) -> ListRow:
    words, ended = speech.words.sessions, session.ended_at
    state, mark = _state(session, facts, speech)
    return ListRow(
        key=str(session.id),
        cells=(
            Cell(text=session.username, under=session.station, strong=True),
            Cell(text=_way(session, speech), under=_rights(session, speech)),
            Cell(text=speech.short(session.started_at), under=speech.short(session.last_seen_at)),
            Cell(
                text=state if ended is None else words.ended_short,
                under=speech.moment(ended) if ended is not None else "",
                mark=mark,
            ),
        ),
        faded=session.ended_at is not None,
    )


def sessions_card(facts: OfficeFacts, speech: Speech) -> OfficeCard:
    """Return the card of the session that is chosen."""
    session = next((each for each in facts.sessions or () if str(each.id) == facts.chosen), None)
    if session is None:
        return OfficeCard()
    words = speech.words.sessions
    state, mark = _state(session, facts, speech)
    ended_by = _ended_by(session, speech)
    return OfficeCard(
        title=session.username,
        facts=(
            Fact(label=words.state, text=f"{state} · {ended_by}" if ended_by else state, mark=mark),
            Fact(label=words.station, text=session.station),
            Fact(label=words.way, text=_way(session, speech)),
            Fact(label=words.rights, text=_rights(session, speech)),
            Fact(label=words.since, text=speech.exact(session.started_at)),
            Fact(label=words.last_seen, text=speech.exact(session.last_seen_at)),
        ),
        presses=(
            speech.press(
                OfficeAct.END_SESSION,
                value=str(session.id),
                usable=session.ended_at is None,
                armed=facts.armed is OfficeAct.END_SESSION,
            ),
            speech.press(OfficeAct.SAME_PERSON, value=session.username),
        ),
    )


def _state(session: SessionRecord, facts: OfficeFacts, speech: Speech) -> tuple[str, Mark]:
    words = speech.words.sessions
    if session.ended_at is not None:
        return words.ended.format(time=speech.moment(session.ended_at)), Mark.RECORDED
    return words.this_one if session.id == _own(facts) else words.open, Mark.POSTED


def _ended_by(session: SessionRecord, speech: Speech) -> str:
    return speech.words.sessions.ended_by.format(by=session.ended_by) if session.ended_by else ""


def _own(facts: OfficeFacts) -> UUID | None:
    return facts.own.id if facts.own is not None else None


def _way(session: SessionRecord, speech: Speech) -> str:
    ways = speech.words.sessions.ways
    return ways[SignInWay(session.way)] if session.way in set(SignInWay) else session.way


def _rights(session: SessionRecord, speech: Speech) -> str:
    names = speech.words.sessions.rights_names
    return names[Rights(session.rights)] if session.rights in set(Rights) else session.rights
