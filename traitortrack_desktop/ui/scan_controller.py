"""Between the station and the scan screen: folds events, keeps the time, makes the sounds. GUI thread."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, QTimer

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.entries import JournalEntry
from traitortrack_desktop.presentation.actions import MENU_KEYS_SLEEP_SECONDS, acts_by_key
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.scan_screen import (
    ACCEPTED_SHOWS_SECONDS,
    scan_screen_state,
)
from traitortrack_desktop.presentation.screen_facts import (
    ScreenFacts,
    Surroundings,
    after_event,
    leaves_the_last_result,
)
from traitortrack_desktop.presentation.screen_state import MenuItem, ScanScreenState
from traitortrack_desktop.presentation.sound_roles import (
    STOP_REPEATS_EVERY_SECONDS,
    SoundPicker,
    SoundRole,
)
from traitortrack_desktop.services.events import ScanDecided, StationEvent
from traitortrack_desktop.ui.action_keys import KEYS
from traitortrack_desktop.ui.scan_screen import ScanScreen
from traitortrack_desktop.ui.sounds import Sound

_TICK_MS = 1000


class ScanController(QObject):
    """Holds what the screen knows and shows it anew once per turn of the event loop."""

    def __init__(
        self,
        screen: ScanScreen,
        around: Surroundings,
        *,
        tongue: Tongue,
        now: Callable[[], datetime],
        sound: Sound,
    ) -> None:
        super().__init__(screen)
        self.facts = ScreenFacts()
        self.around = around
        self._screen = screen
        self._tongue = tongue
        self._now = now
        self._sound = sound
        self._picker = SoundPicker()
        self._awake = False
        self._menu_closed_at: datetime | None = None
        """When a scan closed the menu last."""
        self._card_closed_at: datetime | None = None
        self._soon = self._timer(0, self.refresh, single=True)
        self._calm = self._timer(round(ACCEPTED_SHOWS_SECONDS * 1000) + 20, self.refresh, single=True)
        self._tick = self._timer(_TICK_MS, self.refresh)
        self._repeat = self._timer(round(STOP_REPEATS_EVERY_SECONDS * 1000), self._repeat_stop)
        sound.tell_silence(lambda silent: self.set_around(silent=silent))

    def take(self, event: StationEvent) -> None:
        """Take in *event*: sound first, then the screen."""
        self.facts = after_event(self.facts, event, self._now())
        role = self._picker.sound_of(event)
        if role is not None:
            self.sound(role)
        if isinstance(event, ScanDecided):
            self._see_what_a_scan_closes(event.entry)
            self.around = replace(self.around, menu_open=False, menu_page=0)
            self._calm.start()
        self._soon.start()

    def acts_by_key(self) -> dict[str, Command | MenuItem]:
        """Return what the keys do now."""
        around = self.around
        return acts_by_key(
            self.facts.work,
            menu_page=around.menu_page if around.menu_open else None,
            asleep=self._is_fresh(self._menu_closed_at),
            card_open=around.card_open,
        )

    def is_asleep(self, act: Command | MenuItem | str) -> bool:
        """Whether a finger on the button of *act* may have meant what a scan took from under it."""
        if isinstance(act, MenuItem) or act is Command.UNDERSTOOD or self.around.menu_open:
            return False
        return self._is_fresh(self._menu_closed_at) or self._is_fresh(self._card_closed_at)

    def _see_what_a_scan_closes(self, entry: JournalEntry) -> None:
        if self.around.menu_open:
            self._menu_closed_at = self._now()
        if self.around.card_open and entry.source != KEYS and not leaves_the_last_result(entry):
            self._card_closed_at = self._now()

    def _is_fresh(self, moment: datetime | None) -> bool:
        return moment is not None and self._now() - moment < timedelta(seconds=MENU_KEYS_SLEEP_SECONDS)

    def set_around(
        self,
        *,
        listening: bool | None = None,
        keyboard_scans: bool | None = None,
        menu_open: bool | None = None,
        menu_page: int = 0,
        card_open: bool | None = None,
        dark: bool | None = None,
        silent: bool | None = None,
    ) -> None:
        """Take in a change of the window or the computer and show it at once."""
        around = self.around
        self.around = replace(
            around,
            listening=around.listening if listening is None else listening,
            keyboard_scans=around.keyboard_scans if keyboard_scans is None else keyboard_scans,
            menu_open=around.menu_open if menu_open is None else menu_open,
            menu_page=around.menu_page if menu_open is None else menu_page,
            card_open=around.card_open if card_open is None else card_open,
            dark=around.dark if dark is None else dark,
            silent=around.silent if silent is None else silent,
        )
        self.refresh()

    def sound(self, role: SoundRole) -> None:
        """Make a sound; a stop sound waits its full time before it repeats."""
        self._sound.play(role)
        if role is SoundRole.STOP and self.is_repeating_stop:
            self._repeat.start()

    def wake(self, *, on: bool) -> None:
        """The screen is shown, or not: only then do ages count on and stops repeat."""
        self._awake = on
        if on:
            self._tick.start()
        else:
            self._tick.stop()
        self.refresh()

    def refresh(self) -> None:
        """Show what is known now."""
        state = scan_screen_state(self.facts, self.around, self._now(), self._tongue)
        self._screen.show_state(state)
        self._keep_repeating(state)

    @property
    def is_repeating_stop(self) -> bool:
        """Whether the stop sound goes on until somebody has understood."""
        return self._repeat.isActive()

    def stop(self) -> None:
        """End all timers."""
        for timer in (self._soon, self._calm, self._tick, self._repeat):
            timer.stop()

    def _keep_repeating(self, state: ScanScreenState) -> None:
        wanted = state.repeats_stop_sound and self._awake
        if wanted and not self.is_repeating_stop:
            self._repeat.start()
        elif not wanted:
            self._repeat.stop()

    def _repeat_stop(self) -> None:
        self._sound.play(SoundRole.STOP)

    def _timer(self, milliseconds: int, act: Callable[[], None], *, single: bool = False) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(milliseconds)
        timer.setSingleShot(single)
        timer.timeout.connect(act)
        return timer
