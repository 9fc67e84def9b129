"""What the screens of the office show: pure."""

from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.presentation.office_accounts import accounts_card, accounts_list
from traitortrack_desktop.presentation.office_acts import TAB_KEYS, OfficeAct, OfficeField, OfficeTab
from traitortrack_desktop.presentation.office_audit import audit_card, audit_list
from traitortrack_desktop.presentation.office_forms import form_view
from traitortrack_desktop.presentation.office_notes import BAD_NOTES, OfficeNote
from traitortrack_desktop.presentation.office_phrases import Said
from traitortrack_desktop.presentation.office_sessions import sessions_card, sessions_list
from traitortrack_desktop.presentation.office_speech import Speech
from traitortrack_desktop.presentation.office_state import (
    OfficeCard,
    OfficeFacts,
    OfficeFieldView,
    OfficePress,
    OfficeSaying,
    OfficeView,
)
from traitortrack_desktop.presentation.office_stations import stations_card, stations_list
from traitortrack_desktop.presentation.panel_views import Fact, ListView
from traitortrack_desktop.presentation.screen_state import Icon, Tone

FILTERS = {
    OfficeTab.ACCOUNTS: (OfficeField.SEARCH,),
    OfficeTab.SESSIONS: (OfficeField.WHO,),
    OfficeTab.AUDIT: (
        OfficeField.WHO,
        OfficeField.ACTION,
        OfficeField.ENTITY,
        OfficeField.SINCE,
        OfficeField.UNTIL,
        OfficeField.REQUEST,
    ),
}
_KEYS = {
    OfficeTab.ACCOUNTS: (
        OfficeAct.ASK_AGAIN,
        OfficeAct.PREVIOUS,
        OfficeAct.NEXT,
        OfficeAct.NEW_ACCOUNT,
        OfficeAct.SEARCH,
    ),
    OfficeTab.SESSIONS: (OfficeAct.ASK_AGAIN, OfficeAct.CLEAR_SEARCH, OfficeAct.SEARCH),
    OfficeTab.STATIONS: (OfficeAct.ASK_AGAIN, OfficeAct.NEW_CODE),
    OfficeTab.AUDIT: (
        OfficeAct.ASK_AGAIN,
        OfficeAct.PREVIOUS,
        OfficeAct.NEXT,
        OfficeAct.CLEAR_SEARCH,
        OfficeAct.SEARCH,
    ),
    OfficeTab.PASSWORD: (),
}


def tabs_for(facts: OfficeFacts) -> tuple[OfficeTab, ...]:
    """Return the screens that whoever is signed in may open."""
    administers = facts.own is not None and facts.own.may(Operation.ADMINISTER)
    return tuple(OfficeTab) if administers and not facts.only_own_password else (OfficeTab.PASSWORD,)


def office_view(facts: OfficeFacts, speech: Speech) -> OfficeView:
    """Return the screen for *facts*."""
    rows, card = _list_and_card(facts, speech)
    return OfficeView(
        tabs=tuple(_tab(tab, facts, speech) for tab in tabs_for(facts)),
        filters=tuple(_filter(name, facts, speech) for name in FILTERS.get(facts.tab, ())),
        filters_wide=facts.tab is OfficeTab.AUDIT,
        page=_page(facts, speech),
        rows=rows,
        card=card,
        form=form_view(facts, facts.form, speech) if facts.form is not None else None,
        saying=_saying(facts, speech),
        keys=(*(_key(act, facts, speech) for act in _KEYS[facts.tab]), speech.press(OfficeAct.LEAVE)),
    )


def has_next_page(facts: OfficeFacts) -> bool:
    """Whether another page follows the one that is shown."""
    if facts.tab is OfficeTab.ACCOUNTS:
        return facts.accounts is not None and facts.accounts.next_after is not None
    return facts.tab is OfficeTab.AUDIT and facts.audit is not None and facts.audit.next_before is not None


def _list_and_card(facts: OfficeFacts, speech: Speech) -> tuple[ListView | None, OfficeCard]:
    match facts.tab:
        case OfficeTab.ACCOUNTS:
            return accounts_list(facts, speech), accounts_card(facts, speech)
        case OfficeTab.SESSIONS:
            return sessions_list(facts, speech), sessions_card(facts, speech)
        case OfficeTab.STATIONS:
            return stations_list(facts, speech), stations_card(facts, speech)
        case OfficeTab.AUDIT:
            return audit_list(facts, speech), audit_card(facts, speech)
        case OfficeTab.PASSWORD:
            return None, _own_card(facts, speech)


def _own_card(facts: OfficeFacts, speech: Speech) -> OfficeCard:
    words = speech.words
    if facts.own is None:
        return OfficeCard(title=words.own_password_title)
    person = facts.own.person
    return OfficeCard(
        title=words.own_password_title,
        facts=(
            Fact(label=words.own_password_name, text=person.username),
            Fact(label=words.own_password_role, text=speech.role(person.role)),
            Fact(label=words.accounts.area, text=speech.area(person.area)),
            Fact(label="", text=words.own_password_hint),
        ),
    )


def _tab(tab: OfficeTab, facts: OfficeFacts, speech: Speech) -> OfficePress:
    return OfficePress(
        act=OfficeAct.TAB,
        label=speech.words.tabs[tab],
        key=TAB_KEYS[tab],
        value=tab,
        chosen=tab is facts.tab,
    )


def _key(act: OfficeAct, facts: OfficeFacts, speech: Speech) -> OfficePress:
    usable = True
    if act is OfficeAct.NEXT:
        usable = has_next_page(facts)
    elif act is OfficeAct.PREVIOUS:
        usable = len(facts.cursors) > 1
    elif act is OfficeAct.CLEAR_SEARCH:
        usable = any(facts.search.values())
    return speech.press(act, usable=usable)


def _filter(name: OfficeField, facts: OfficeFacts, speech: Speech) -> OfficeFieldView:
    words = speech.words
    return OfficeFieldView(
        field=name,
        label=words.fields[name],
        value=facts.search.get(name, ""),
        example=words.examples.get(name, ""),
    )


def _page(facts: OfficeFacts, speech: Speech) -> str:
    pages = len(facts.cursors)
    return speech.words.page.format(number=pages) if pages > 1 or has_next_page(facts) else ""


def _saying(facts: OfficeFacts, speech: Speech) -> OfficeSaying | None:
    words = speech.words
    if facts.armed is not None:
        return _said(words.asks[facts.armed], Tone.ATTENTION, Icon.QUESTION, facts.note_name)
    if facts.note is not None:
        return _noted(facts, facts.note, speech)
    if facts.deed_trouble is not None:
        return _said(words.deed_troubles[facts.deed_trouble], Tone.ATTENTION, Icon.TRIANGLE)
    if facts.asking:
        return OfficeSaying(tone=Tone.READY, icon=Icon.DOT, heading=words.asking)
    if facts.trouble is not None:
        again = speech.press(OfficeAct.ASK_AGAIN, primary=True)
        return _said(words.troubles[facts.trouble], Tone.ATTENTION, Icon.TRIANGLE, presses=(again,))
    return None


def _noted(facts: OfficeFacts, note: OfficeNote, speech: Speech) -> OfficeSaying:
    words = speech.words
    bad = note in BAD_NOTES
    said = words.notes[note]
    problem = facts.note_problem
    if problem is not None:
        said = Said(heading=said.heading, what=speech.problem(problem))
    presses = (speech.press(OfficeAct.DELETE_CARD),) if note is OfficeNote.CARDS_LEFT else ()
    tone, icon = (Tone.ATTENTION, Icon.TRIANGLE) if bad else (Tone.ACCEPTED, Icon.CHECK)
    return _said(said, tone, icon, facts.note_name, presses=presses)


def _said(
    said: Said, tone: Tone, icon: Icon, name: str = "", *, presses: tuple[OfficePress, ...] = ()
) -> OfficeSaying:
    heading, what = said.heading.format(name=name), said.what.format(name=name)
    return OfficeSaying(tone=tone, icon=icon, heading=heading, what=what, presses=presses)
