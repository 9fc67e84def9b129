"""The keys at the lower edge of the scan screen. Each work key is also a command barcode."""

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.presentation.phrases import Wording
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
}


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


def menu_actions(wording: Wording, *, dark: bool, can_sign_in: bool = True) -> tuple[Action, ...]:
    """Return what the menu offers; its keys are other ones than those of the work.

    Unless *can_sign_in*, signing out says that the centre cannot be asked now.
    """
    labels = wording.labels
    return (
        _menu_action(MenuItem.THEME, labels.light_theme if dark else labels.dark_theme),
        _menu_action(MenuItem.SIGN_OUT, labels.sign_out if can_sign_in else labels.sign_out_for_long),
        _menu_action(MenuItem.SCANNERS, labels.scanners),
        _menu_action(MenuItem.QUIT, labels.quit),
        _menu_action(MenuItem.MENU, labels.back),
    )


def _menu_action(item: MenuItem, label: str) -> Action:
    return Action(act=item, key=KEYS[item], label=label, usable=True)
