"""The keys at the lower edge of the scan screen. Each work key is also a command barcode."""

from collections.abc import Mapping

from traitortrack_desktop.domain.codes import WHY_COMMANDS, Command
from traitortrack_desktop.domain.entries import QuestionKind
from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.domain.roles import Operation, Role, role_of
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.presentation.own_rights import has_less_rights, override_state, own_step
from traitortrack_desktop.presentation.own_steps import OverrideState, OwnStep
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.presentation.screen_facts import ScreenFacts, Surroundings
from traitortrack_desktop.presentation.screen_state import Action, MenuItem
from traitortrack_desktop.presentation.sound_roles import is_stopped
from traitortrack_desktop.presentation.usable_commands import is_usable, may

HOLD_SECONDS = 1.0
"""How long a key has to be held that no scanner may press by accident."""

MENU_KEYS_SLEEP_SECONDS = 2.0
"""So long after a scan closed the menu its keys do nothing at all: whoever reaches for the menu must not
move a bag, or say why one is closed."""

KEYS: dict[Command | MenuItem, str] = {
    Command.UNDO: "F2",
    Command.CLOSE: "F4",
    Command.COMPLETE: "F4",
    Command.REMOVE: "F6",
    Command.MOVE: "F7",
    Command.FIND: "F8",
    Command.CANCEL: "F9",
    Command.REOPEN: "Shift+F4",
    Command.DELETE: "Shift+F6",
    Command.WRONG_PARENT: "Shift+F7",
    Command.RELABEL: "Shift+F8",
    Command.LEAVE: "Shift+F9",
    Command.NEW_RETURN: "Shift+F2",
    Command.CANCEL_RETURN: "Shift+F3",
    MenuItem.MENU: "F10",
    Command.UNDERSTOOD: "F12",
    Command.PLACE: "F3",
    Command.ASIDE: "F1",
    Command.LOT_ENDED: "F1",
    Command.SHIFT_ENDED: "F3",
    Command.MATERIAL_SHORT: "F5",
    Command.BAG_DAMAGED: "F7",
    Command.AS_ORDERED: "F8",
    MenuItem.THEME: "F5",
    MenuItem.SIGN_OUT: "F7",
    MenuItem.SCANNERS: "F8",
    MenuItem.QUIT: "F11",
    MenuItem.LOCK: "F5",
    MenuItem.OWN_RIGHTS: "F7",
    MenuItem.OVERRIDE: "F8",
    MenuItem.OFFICE: "F11",
    MenuItem.BILLS: "F5",
    MenuItem.RETURNS: "F7",
    MenuItem.BAGS: "F8",
    MenuItem.REFUSALS: "F11",
    MenuItem.CARD: "F11",
    MenuItem.SHEET: "Shift+F10",
    MenuItem.SHEET_HINDI: "Shift+F11",
}
"""The pages of the menu have the same keys; what the work does with them is nothing that cannot be undone,
but for the reasons why a parent is closed, and those sleep like all of them when a scan closed the menu."""

_CARD_IN_THE_MENU = "F1"

SHEETS: Mapping[MenuItem, str] = {MenuItem.SHEET: "en", MenuItem.SHEET_HINDI: "hi"}
"""What prints the own commands from the card, and in which language."""

PAGES = (
    (MenuItem.THEME, MenuItem.SIGN_OUT, MenuItem.SCANNERS, MenuItem.QUIT),
    (MenuItem.LOCK, MenuItem.OWN_RIGHTS, MenuItem.OVERRIDE, MenuItem.OFFICE),
    (MenuItem.BILLS, MenuItem.RETURNS, MenuItem.BAGS, MenuItem.REFUSALS, MenuItem.CARD),
)
MENU_KEYS = frozenset(KEYS[item] for page in PAGES for item in page) | {_CARD_IN_THE_MENU}

_WHILE_ASKED_WHY = frozenset(WHY_COMMANDS)
_EVERYWHERE: tuple[Command, ...] = (
    Command.UNDO,
    Command.REMOVE,
    Command.FIND,
    Command.CANCEL,
    Command.UNDERSTOOD,
    Command.PLACE,
    Command.ASIDE,
    Command.REOPEN,
    Command.DELETE,
    Command.LEAVE,
    Command.NEW_RETURN,
    Command.CANCEL_RETURN,
    Command.RELABEL,
    Command.WRONG_PARENT,
    Command.MOVE,
)


def acts_by_key(
    work: WorkState, *, menu_page: int | None = None, asleep: bool = False, card_open: bool = False
) -> dict[str, Command | MenuItem]:
    """Return what the keys do now. *menu_page* is that of the open menu, *asleep* that a scan closed it."""
    acts: dict[str, Command | MenuItem] = {KEYS[command]: command for command in _EVERYWHERE}
    acts |= {"F4": Command.CLOSE if work.desk is None else Command.COMPLETE, "F11": MenuItem.CARD}
    acts["Esc"] = Command.LEAVE if _leaves_by_escape(work) else Command.CANCEL
    if work.finding:
        acts[KEYS[Command.FIND]] = Command.LEAVE
    if is_asked_why(work):
        acts |= {KEYS[command]: command for command in _WHILE_ASKED_WHY}
    if asleep:
        acts = {key: act for key, act in acts.items() if key not in MENU_KEYS}
    if menu_page is not None:
        acts |= {_key_in_the_menu(item): item for item in PAGES[menu_page]}
    if card_open:
        acts |= {"Esc": MenuItem.CARD, "F11": MenuItem.CARD}
        acts |= {KEYS[item]: item for item in SHEETS}
    return acts | {KEYS[MenuItem.MENU]: MenuItem.MENU}


def _leaves_by_escape(work: WorkState) -> bool:
    return work.question is None and (work.finding or work.desk is not None)


def is_asked_why(work: WorkState) -> bool:
    """Whether the reasons why a parent is closed are asked for, and have keys."""
    return work.question is not None and work.question.kind is QuestionKind.WHY


def command_words(work: WorkState, wording: Wording) -> Mapping[Command, str]:
    """Return what the commands are called where the station works now."""
    if work.bill is not None:
        return {**wording.commands, **wording.desk.bill_commands}
    if work.ticket is not None:
        return {**wording.commands, **wording.desk.return_commands}
    return wording.commands


def work_actions(facts: ScreenFacts, wording: Wording) -> tuple[Action, ...]:
    """Return the actions of the work, always all of them and in the same places at one desk.

    Only what is to be done with readings that are held, and the reasons that are asked for, come and go.
    """
    acts = [command_action(command, facts, wording) for command in _shown(facts.work)]
    card = [] if is_asked_why(facts.work) else [_menu_action(MenuItem.CARD, wording.desk.help)]
    return (*acts, *card, _menu_action(MenuItem.MENU, wording.labels.menu))


def _shown(work: WorkState) -> list[Command]:
    if is_asked_why(work):
        return [*WHY_COMMANDS, Command.UNDERSTOOD if is_stopped(work) else Command.CANCEL]
    held = [Command.PLACE, Command.ASIDE] if work.held else []
    if work.finding:
        return [Command.CANCEL, Command.LEAVE, Command.UNDERSTOOD, *held]
    if work.desk is None:
        own = [Command.UNDO, Command.CLOSE, Command.REMOVE]
        own += [] if held else [Command.MOVE, Command.FIND]
        return [*own, Command.CANCEL, Command.UNDERSTOOD, *held]
    ends = Command.REOPEN if work.bill is not None and work.bill.is_completed else Command.COMPLETE
    own = [Command.UNDO, ends, Command.REMOVE]
    own += [] if held else [Command.FIND]
    return [*own, Command.CANCEL, Command.LEAVE, Command.UNDERSTOOD, *held]


def command_action(
    command: Command, facts: ScreenFacts, wording: Wording, *, on_the_card: bool = False
) -> Action:
    """Return the key of *command*; on the card Esc only closes the card."""
    by_escape = command is Command.LEAVE and _leaves_by_escape(facts.work)
    return Action(
        act=command,
        key="Esc" if by_escape and not on_the_card else KEYS[command],
        label=command_words(facts.work, wording)[command],
        usable=is_usable(command, facts),
        hold_label=wording.labels.hold if command is Command.UNDERSTOOD else "",
    )


def menu_actions(facts: ScreenFacts, around: Surroundings, wording: Wording) -> tuple[Action, ...]:
    """Return what the page of the menu offers that is shown: always all of it, and in the same places."""
    page = (_station_page, _people_page, _lists_page)[around.menu_page]
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


def _lists_page(facts: ScreenFacts, around: Surroundings, wording: Wording) -> tuple[Action, ...]:
    """Return the third page: what can be looked at, and what can be scanned now."""
    words = wording.desk
    return (
        _menu_action(MenuItem.BILLS, words.lists_bills, usable=may_look(MenuItem.BILLS, facts, around)),
        _menu_action(MenuItem.RETURNS, words.lists_returns, usable=may_look(MenuItem.RETURNS, facts, around)),
        _menu_action(MenuItem.BAGS, words.lists_bags, usable=may_look(MenuItem.BAGS, facts, around)),
        _menu_action(
            MenuItem.REFUSALS, words.lists_refusals, usable=may_look(MenuItem.REFUSALS, facts, around)
        ),
        Action(act=MenuItem.CARD, key=_CARD_IN_THE_MENU, label=words.card, usable=True),
    )


def may_look(item: MenuItem, facts: ScreenFacts, around: Surroundings) -> bool:
    """Return whether a list can be looked at, by whoever is signed in, at this moment."""
    needed = {MenuItem.BILLS: Operation.MANAGE_BILLS, MenuItem.RETURNS: Operation.RETURNS}.get(item)
    return around.has_find and (needed is None or may(facts, needed))


def _key_in_the_menu(item: MenuItem) -> str:
    return _CARD_IN_THE_MENU if item is MenuItem.CARD else KEYS[item]


def _menu_action(item: MenuItem, label: str, *, usable: bool = True) -> Action:
    return Action(act=item, key=KEYS[item], label=label, usable=usable)
