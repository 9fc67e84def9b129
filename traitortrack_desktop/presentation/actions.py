"""The keys at the lower edge of the scan screen. Each work key is also a command barcode."""

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.domain.roles import Operation, Role, role_of
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.presentation.own_rights import has_less_rights, override_state, own_step
from traitortrack_desktop.presentation.own_steps import OverrideState, OwnStep
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.presentation.screen_facts import ScreenFacts, Surroundings
from traitortrack_desktop.presentation.screen_state import Action, MenuItem
from traitortrack_desktop.presentation.sound_roles import is_stopped

HOLD_SECONDS = 1.0
"""How long a key has to be held that no scanner may press by accident."""

KEYS: dict[Command | MenuItem, str] = {
    Command.UNDO: "F2",
    Command.CLOSE: "F4",
    Command.REMOVE: "F6",
    Command.CANCEL: "F9",
    MenuItem.MENU: "F10",
    Command.UNDERSTOOD: "F12",
    Command.PLACE: "F3",
    Command.ASIDE: "F1",
    MenuItem.THEME: "F5",
    MenuItem.SIGN_OUT: "F7",
    MenuItem.SCANNERS: "F8",
    MenuItem.QUIT: "F11",
    MenuItem.LOCK: "F5",
    MenuItem.OWN_RIGHTS: "F7",
    MenuItem.OVERRIDE: "F8",
    MenuItem.OFFICE: "F11",
}
"""The menu has two pages with the same keys, none of which is a key of the work: a scan closes the menu,
and whoever presses a key of it a moment later must not undo a bag."""

PAGES = (
    (MenuItem.THEME, MenuItem.SIGN_OUT, MenuItem.SCANNERS, MenuItem.QUIT),
    (MenuItem.LOCK, MenuItem.OWN_RIGHTS, MenuItem.OVERRIDE, MenuItem.OFFICE),
)


def acts_by_key(page: int) -> dict[str, Command | MenuItem]:
    """Return what the keys do while that page of the menu is shown, or would be."""
    other = set(PAGES[1 - page])
    return {key: act for act, key in KEYS.items() if act not in other}


def work_actions(work: WorkState, wording: Wording) -> tuple[Action, ...]:
    """Return the actions of the work, always all of them and in the same places.

    Only what is to be done with readings that are held comes and goes with them.
    """
    bag = work.parent or work.finished
    usable = {
        Command.UNDO: bag is not None and bool(bag.children),
        Command.CLOSE: work.parent is not None,
        Command.REMOVE: work.parent is not None,
        Command.CANCEL: work.question is not None,
        Command.UNDERSTOOD: is_stopped(work),
        Command.PLACE: work.stop is None,
        Command.ASIDE: work.stop is None,
    }
    shown = [Command.UNDO, Command.CLOSE, Command.REMOVE, Command.CANCEL, Command.UNDERSTOOD]
    shown += [Command.PLACE, Command.ASIDE] if work.held else []
    acts = [
        Action(
            act=command,
            key=KEYS[command],
            label=wording.commands[command],
            usable=usable[command],
            hold_label=wording.labels.hold if command is Command.UNDERSTOOD else "",
        )
        for command in shown
    ]
    return (*acts, _menu_action(MenuItem.MENU, wording.labels.menu))


def menu_actions(facts: ScreenFacts, around: Surroundings, wording: Wording) -> tuple[Action, ...]:
    """Return what the page of the menu offers that is shown: always all of it, and in the same places."""
    page = (_station_page, _people_page)[around.menu_page]
    back = wording.labels.more if around.menu_page + 1 < len(PAGES) else wording.labels.back
    return (*page(facts, around, wording), _menu_action(MenuItem.MENU, back))


def _station_page(facts: ScreenFacts, around: Surroundings, wording: Wording) -> tuple[Action, ...]:
    """Return the first page. Signing out says when the centre cannot be asked to sign in again."""
    labels = wording.labels
    return (
        _menu_action(MenuItem.THEME, labels.light_theme if around.dark else labels.dark_theme),
        _menu_action(
            MenuItem.SIGN_OUT, labels.sign_out if facts.online is not False else labels.sign_out_for_long
        ),
        _menu_action(MenuItem.SCANNERS, labels.scanners),
        _menu_action(MenuItem.QUIT, labels.quit),
    )


def _people_page(facts: ScreenFacts, around: Surroundings, wording: Wording) -> tuple[Action, ...]:
    """Return the second page: what cannot be done now says why."""
    words, step, override = wording.people, own_step(facts), override_state(facts)
    has_step = step is not OwnStep.NONE and (around.has_own_password or step is not OwnStep.CHANGE_PASSWORD)
    return (
        _menu_action(MenuItem.LOCK, words.lock_now, usable=facts.session is not None),
        _menu_action(MenuItem.OWN_RIGHTS, words.own_steps[step], usable=has_step),
        _menu_action(MenuItem.OVERRIDE, words.overrides[override], usable=override is OverrideState.READY),
        _office(facts.session, around, wording),
    )


def _office(session: OperatorSession | None, around: Surroundings, wording: Wording) -> Action:
    words = wording.people
    if session is not None and session.may(Operation.ADMINISTER):
        return _menu_action(MenuItem.OFFICE, words.office, usable=around.has_office)
    later = has_less_rights(session) and session is not None and role_of(session.person.role) is Role.ADMIN
    label = words.office_rights_first if later else words.office_no_right
    return _menu_action(MenuItem.OFFICE, label, usable=False)


def _menu_action(item: MenuItem, label: str, *, usable: bool = True) -> Action:
    return Action(act=item, key=KEYS[item], label=label, usable=usable)
