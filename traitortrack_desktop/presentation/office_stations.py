"""The list of stations, the card of one, and a one-time code of enrolment: pure."""

from traitortrack_desktop.domain.accounts import StationRecord
from traitortrack_desktop.presentation.office_acts import OfficeAct
from traitortrack_desktop.presentation.office_speech import Speech
from traitortrack_desktop.presentation.office_state import EnrolmentCode, OfficeCard, OfficeFacts
from traitortrack_desktop.presentation.panel_views import Cell, Column, Fact, FactStyle, ListRow, ListView
from traitortrack_desktop.presentation.screen_state import Mark

_SHARES = (34, 28, 21, 17)


def stations_list(facts: OfficeFacts, speech: Speech) -> ListView:
    """Return all stations by name."""
    words = speech.words.stations
    return ListView(
        columns=tuple(
            Column(title=title, share=share) for title, share in zip(words.columns, _SHARES, strict=True)
        ),
        rows=tuple(_row(station, speech) for station in facts.stations or ()),
        chosen=facts.chosen,
        empty="" if facts.stations is None else words.empty,
    )


def _row(station: StationRecord, speech: Speech) -> ListRow:
    words = speech.words.stations
    revoked = station.revoked_at is not None
    return ListRow(
        key=str(station.id),
        cells=(
            Cell(
                text=_name(station, speech),
                under=speech.area(station.area) if station.area else "",
                strong=True,
            ),
            Cell(text=station.operator or words.nobody),
            Cell(text=speech.moment(station.last_seen_at), under=station.version),
            Cell(
                text=words.revoked_short if revoked else words.in_use,
                mark=Mark.REFUSED if revoked else Mark.POSTED,
            ),
        ),
        faded=revoked,
    )


def stations_card(facts: OfficeFacts, speech: Speech) -> OfficeCard:
    """Return the code that was just made, else the card of the station that is chosen."""
    if facts.code is not None:
        return _code_card(facts.code, speech)
    station = chosen_station(facts)
    if station is None:
        return OfficeCard()
    words = speech.words.stations
    revoked = station.revoked_at is not None
    change = OfficeAct.RESTORE if revoked else OfficeAct.REVOKE
    return OfficeCard(
        title=_name(station, speech),
        facts=(
            Fact(
                label=words.state,
                text=_state(station, speech),
                mark=Mark.REFUSED if revoked else Mark.POSTED,
            ),
            Fact(label=words.area, text=speech.area(station.area)),
            Fact(label=words.operator, text=station.operator or words.nobody),
            Fact(label=words.last_seen, text=speech.exact(station.last_seen_at)),
            Fact(label=words.version, text=station.version),
            Fact(label=words.account, text=station.account, style=FactStyle.CODE),
            Fact(label=words.enrolled, text=speech.exact(station.enrolled_at)),
        ),
        presses=(
            speech.press(OfficeAct.RENAME, value=str(station.id)),
            speech.press(OfficeAct.MOVE, value=str(station.id)),
            speech.press(change, value=str(station.id), armed=facts.armed is change),
        ),
    )


def chosen_station(facts: OfficeFacts) -> StationRecord | None:
    """Return the station whose row is chosen."""
    return next((each for each in facts.stations or () if str(each.id) == facts.chosen), None)


def _code_card(code: EnrolmentCode, speech: Speech) -> OfficeCard:
    words = speech.words.stations
    return OfficeCard(
        title=words.code_title.format(name=code.name) if code.name else words.code_title_unnamed,
        big=code.code,
        facts=(
            Fact(label=words.code_until, text=speech.date(code.until)),
            Fact(label="", text=words.code_hint),
        ),
        presses=(speech.press(OfficeAct.HIDE_CODE, primary=True),),
    )


def _name(station: StationRecord, speech: Speech) -> str:
    return station.name or speech.words.stations.unnamed


def _state(station: StationRecord, speech: Speech) -> str:
    words = speech.words.stations
    if station.revoked_at is None:
        return words.in_use
    at = speech.moment(station.revoked_at)
    if station.revoked_by:
        return words.revoked_by.format(time=at, by=station.revoked_by)
    return words.revoked.format(time=at)
