"""The list of accounts, and the card of one: pure."""

from traitortrack_desktop.domain.accounts import Account
from traitortrack_desktop.domain.roles import Role
from traitortrack_desktop.presentation.office_acts import OfficeAct
from traitortrack_desktop.presentation.office_speech import Speech
from traitortrack_desktop.presentation.office_state import BadgeFile, OfficeCard, OfficeFacts, OfficePress
from traitortrack_desktop.presentation.panel_views import Cell, Column, Fact, FactStyle, ListRow, ListView
from traitortrack_desktop.presentation.screen_state import Mark

_SHARES = (33, 20, 20, 27)


def accounts_list(facts: OfficeFacts, speech: Speech) -> ListView:
    """Return the page of accounts."""
    words = speech.words.accounts
    rows = tuple(_row(account, speech) for account in facts.accounts.accounts) if facts.accounts else ()
    return ListView(
        columns=tuple(
            Column(title=title, share=share) for title, share in zip(words.columns, _SHARES, strict=True)
        ),
        rows=rows,
        chosen=facts.chosen,
        empty="" if facts.accounts is None else words.nothing_found if facts.search else words.empty,
    )


def _row(account: Account, speech: Speech) -> ListRow:
    words = speech.words.accounts
    text, mark = _state(account, speech)
    under = words.with_two_factor if account.two_factor else ""
    if account.verified and account.locked_until is not None:
        text, under = words.locked_short, words.until.format(time=speech.moment(account.locked_until))
    return ListRow(
        key=account.username,
        cells=(
            Cell(text=account.username, under=account.email, strong=True),
            Cell(text=speech.role(account.role), under=speech.area(account.area) if account.area else ""),
            Cell(text=text, under=under, mark=mark),
            Cell(text=_last_sign_in(account, speech), under=_badge_and_pin(account, speech)),
        ),
        faded=not account.verified,
    )


def accounts_card(facts: OfficeFacts, speech: Speech) -> OfficeCard:
    """Return the card of the account that is chosen."""
    account = chosen_account(facts)
    if account is None:
        return OfficeCard()
    if facts.card is not None and facts.card.username == account.username:
        return _printing(facts.card, account, speech)
    return OfficeCard(
        title=account.username, facts=_facts(account, speech), presses=_presses(facts, account, speech)
    )


def chosen_account(facts: OfficeFacts) -> Account | None:
    """Return the account whose row is chosen."""
    page = facts.accounts.accounts if facts.accounts else ()
    return next((account for account in page if account.username == facts.chosen), None)


def _facts(account: Account, speech: Speech) -> tuple[Fact, ...]:
    words = speech.words.accounts
    text, mark = _state(account, speech)
    return (
        Fact(label=words.state, text=text, mark=mark),
        Fact(label=words.email, text=account.email),
        Fact(label=words.role, text=speech.role(account.role)),
        Fact(label=words.area, text=speech.area(account.area)),
        Fact(label=words.badge, text=_badge(account, speech)),
        Fact(label=words.pin, text=words.has_pin if account.has_pin else words.no_pin),
        Fact(
            label=words.two_factor,
            text=words.with_two_factor if account.two_factor else words.without_two_factor,
        ),
        Fact(label=words.last_sign_in, text=_last_sign_in(account, speech)),
        Fact(label=words.open_sessions, text=str(account.open_sessions)),
    )


def _printing(card: BadgeFile, account: Account, speech: Speech) -> OfficeCard:
    """Return the card while the file of its new badge is there: first that has to go."""
    words = speech.words.accounts
    return OfficeCard(
        title=words.card_title.format(name=account.username),
        facts=(
            Fact(label=words.card_kept, text=str(card.path), style=FactStyle.CODE),
            Fact(label=words.badge, text=_badge(account, speech)),
            *(Fact(label="", text=text) for text in words.card_steps),
        ),
        presses=(speech.press(OfficeAct.DELETE_CARD, primary=True), speech.press(OfficeAct.OPEN_CARD)),
    )


def _presses(facts: OfficeFacts, account: Account, speech: Speech) -> tuple[OfficePress, ...]:
    own = facts.own is not None and facts.own.person.username == account.username
    biller = account.role == Role.BILLER
    shown = [
        (OfficeAct.EDIT, True),
        (OfficeAct.DISABLE if account.verified else OfficeAct.ENABLE, not own),
        (OfficeAct.NEW_PASSWORD, True),
        (OfficeAct.UNLOCK, account.locked_until is not None),
        (OfficeAct.MAKE_BADGE, True),
        (OfficeAct.END_BADGE, account.badge_made_at is not None),
        (OfficeAct.SET_PIN, biller),
        (OfficeAct.REMOVE_PIN, account.has_pin),
        (OfficeAct.END_SESSIONS, account.open_sessions > 0),
    ]
    return tuple(
        speech.press(act, value=account.username, usable=usable, armed=facts.armed is act)
        for act, usable in shown
    )


def _state(account: Account, speech: Speech) -> tuple[str, Mark]:
    words = speech.words.accounts
    if not account.verified:
        return words.disabled, Mark.REFUSED
    if account.locked_until is not None:
        return words.locked.format(time=speech.moment(account.locked_until)), Mark.RECORDED
    return words.usable, Mark.POSTED


def _badge(account: Account, speech: Speech) -> str:
    words = speech.words.accounts
    if account.badge_made_at is None:
        return words.no_badge
    if account.badge_expires_at is None:
        return words.badge_for_ever
    return words.badge_until.format(time=speech.last_day(account.badge_expires_at))


def _badge_and_pin(account: Account, speech: Speech) -> str:
    words = speech.words.accounts
    if account.badge_made_at is None:
        return words.with_pin if account.has_pin else ""
    until = account.badge_expires_at
    if until is not None:
        pattern = words.short_badge_and_pin_until if account.has_pin else words.short_badge_until
        return pattern.format(time=speech.last_day(until))
    return words.short_badge_and_pin if account.has_pin else words.short_badge


def _last_sign_in(account: Account, speech: Speech) -> str:
    at = account.last_sign_in_at
    return speech.words.accounts.never if at is None else speech.moment(at)
