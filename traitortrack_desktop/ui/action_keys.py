"""What a key, a button or a finger on the scan screen does. GUI thread."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.presentation.actions import HOLD_SECONDS, acts_by_key
from traitortrack_desktop.presentation.screen_state import MenuItem

KEYS = "keys"
"""The source of what is not scanned, but pressed or touched."""
_PROGRESS_EVERY_MS = 40


class ActionKeys(QObject):
    """Submits commands as if their barcode had been scanned, and passes menu choices on.

    ``UNDERSTOOD`` counts only after its key was held for a second: :attr:`hold_progressed` tells
    the share of it that has passed (0 when given up).
    """

    menu_chosen = Signal(object)
    hold_progressed = Signal(float)

    def __init__(
        self,
        submit: Callable[[ScanFrame], None],
        parent: QObject,
        *,
        acts: Callable[[], Mapping[str, Command | MenuItem]] = lambda: acts_by_key(WorkState()),
    ) -> None:
        super().__init__(parent)
        self._submit, self._acts = submit, acts
        self._down: dict[str, Command | MenuItem] = {}
        """What each key that is down began: meanwhile it may have come to mean something else."""
        self._held_for = QElapsedTimer()
        self._progress = QTimer(self)
        self._progress.setInterval(_PROGRESS_EVERY_MS)
        self._progress.timeout.connect(self._hold_on)

    def key_down(self, key: str) -> None:
        """A key of the keyboard went down."""
        act = self._acts().get(key)
        if act is not None:
            self._down[key] = act
            self.act_down(act)

    def key_up(self, key: str) -> None:
        """A key of the keyboard came up."""
        act = self._down.pop(key, None)
        if act is not None:
            self.act_up(act)

    def act_down(self, act: Command | MenuItem | str) -> None:
        """An action began, by key, mouse or finger."""
        if isinstance(act, MenuItem):
            self.menu_chosen.emit(act)
        elif act is Command.UNDERSTOOD:
            self._held_for.start()
            self._progress.start()
        else:
            self._command(act)

    def act_up(self, act: Command | MenuItem | str) -> None:
        """An action's key or button was let go."""
        if act is Command.UNDERSTOOD:
            self.let_go()

    @property
    def is_held(self) -> bool:
        """Whether a key is held down that has to be held for a while."""
        return self._progress.isActive()

    def let_go(self) -> None:
        """Whatever is held is held no longer."""
        if self.is_held:
            self._progress.stop()
            self.hold_progressed.emit(0.0)

    def _hold_on(self) -> None:
        share = self._held_for.elapsed() / 1000 / HOLD_SECONDS
        if share < 1:
            self.hold_progressed.emit(share)
            return
        self.let_go()
        self._command(Command.UNDERSTOOD)

    def _command(self, code: str) -> None:
        self._submit(ScanFrame(source=KEYS, raw=code.encode("ascii")))
