"""The menu of the scan screen: its pages, and what its keys and buttons do. GUI thread."""

from collections.abc import Callable, Mapping

from traitortrack_desktop.presentation.actions import PAGES, menu_actions
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.presentation.screen_state import MenuItem
from traitortrack_desktop.ui.scan_controller import ScanController


class Menu:
    """Turns its pages, and does what was chosen, unless it stands there greyed; then it is closed."""

    def __init__(
        self, controller: ScanController, wording: Wording, acts: Mapping[MenuItem, Callable[[], object]]
    ) -> None:
        self._controller, self._wording, self._acts = controller, wording, acts

    def choose(self, item: MenuItem) -> None:
        """A key or a button of the menu was pressed."""
        around = self._controller.around
        if item is MenuItem.MENU:
            page = around.menu_page + 1 if around.menu_open else 0
            self._controller.set_around(menu_open=page < len(PAGES), menu_page=page % len(PAGES))
        elif item is MenuItem.CARD or (around.menu_open and self._is_usable(item)):
            self._controller.set_around(menu_open=False)
            self._acts[item]()

    def _is_usable(self, item: MenuItem) -> bool:
        actions = menu_actions(self._controller.facts, self._controller.around, self._wording)
        return any(action.act is item and action.usable for action in actions)
