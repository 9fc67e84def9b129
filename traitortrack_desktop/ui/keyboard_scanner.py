"""Keyboard-wedge scanners: an application-wide key filter that is always there.

It acts where a key first arrives, at the window (``QWindow``): there every key comes once, while
widgets see it again for each parent. Where no text field has the keyboard every character is a
scanner's; where one has, the times of the keys decide. Nothing of a scan reaches a widget, so that it
answers no dialog, presses no button and fires no shortcut. GUI thread.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from traitortrack_desktop.devices.key_characters import ALT_CODES, KeyStroke, character_of
from traitortrack_desktop.devices.key_readings import KeyCollector, Reading, ReadingRules
from traitortrack_desktop.devices.key_senders import senders_of
from traitortrack_desktop.devices.secret_readings import recorded_without_secrets, without_secrets
from traitortrack_desktop.devices.sources import NoTap, RawTap
from traitortrack_desktop.devices.tapped_keys import TappedKeys
from traitortrack_desktop.devices.text_mode import Settled, TextMode
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.scanners import Connection, ScannerProfile
from traitortrack_desktop.services.scanner_desk import HeardReading
from traitortrack_desktop.ui.action_key_presses import ActionKeyPresses, KeyListener
from traitortrack_desktop.ui.heard_keys import heard_reading
from traitortrack_desktop.ui.key_events import (
    ACTION_KEYS,
    belongs_to_the_desktop,
    field_with_the_keyboard,
    hides_what_is_typed,
    identity_of,
    is_bare_modifier,
    set_1_code,
    stroke_of,
)
from traitortrack_desktop.ui.key_repetition import KeyRepetition
from traitortrack_desktop.ui.silence_timer import SilenceTimer

__all__ = ["KeyListener", "KeyboardScanner", "set_1_code"]

_KEY_EVENTS = frozenset({QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride})
_ENDS_AGAIN_WITHIN_MS = 600
"""So shortly behind a reading a lone Enter or Tab is still the scanner's, and no person's."""
_DOUBTS_FOR_MS = 300
"""A reading that begins so shortly after another window got the keyboard may have lost its beginning to
the one before, which Qt gives nothing while a dialog blocks it.
"""
_BEGINNING_CONTROLS = "\x02\x04\x1c\x1d\x1e\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class _HeldEvent:
    """Something a person may have typed, and the widget that is to get it."""

    event: QEvent
    widget: QWidget

    def give_back(self) -> None:
        """Let the widget have it now, if it is still there."""
        if isValid(self.widget):
            QCoreApplication.sendEvent(self.widget, self.event)


class KeyboardScanner(QObject):
    """Turns key events into frames, and into action keys while :meth:`listen` is on.

    *key_time* gives the time of a key by native scan code and whether it went down, where Qt does not.
    """

    def __init__(
        self,
        submit: Callable[[ScanFrame], None],
        listener: KeyListener,
        parent: QObject,
        *,
        profiles: Sequence[ScannerProfile] = (),
        tap: RawTap | None = None,
        key_time: Callable[[int, bool], int | None] | None = None,
    ) -> None:
        super().__init__(parent)
        self._submit = submit
        self._tapped = TappedKeys(tap or NoTap())
        self._key_time = key_time
        self._heard: Callable[[HeardReading], None] | None = None
        self._listening = False
        self._taken: set[int] = set()
        self._acting: set[int] = set()
        self._passed: set[int] = set()
        self._repetition = KeyRepetition()
        self._actions = ActionKeyPresses(listener, self)
        self._silence = SilenceTimer(self, self._let_go)
        self._reveals = False
        self._field_is_secret = False
        self._reading_is_secret = False
        self._told_as_secret = False
        self._last_ms: int | None = None
        self._read_last_ms: int | None = None
        self._since_other_window = QElapsedTimer()
        self._popup_had_it = False
        self._had_a_window = False
        self._installed = False
        self._profiles = self._read_profiles = _wedges(profiles)
        self._senders = senders_of(self._profiles)
        self._collector = KeyCollector(ReadingRules.for_lines(self._senders.lines))
        self._text = TextMode[_HeldEvent](self._senders.lines)

    def take_profiles(self, profiles: Sequence[ScannerProfile]) -> None:
        """Read from now on as the scanners of this station send; those of other connections do not matter."""
        self._profiles = _wedges(profiles)
        self._read_as(() if self._heard else self._profiles)

    def hear(self, heard: Callable[[HeardReading], None] | None) -> None:
        """Tell every reading to *heard*, as it came, instead of submitting it; ``None`` ends that.

        Both ways a reading that was begun is submitted as a part, so that nobody waits for it in vain.
        """
        if heard is None and self._heard is None:
            return
        self._heard = None
        self._let_go()
        self._heard = heard
        self._read_as(() if heard else self._profiles)

    def _read_as(self, profiles: tuple[ScannerProfile, ...]) -> None:
        """What was begun ends as a part, and its rest is no whole reading to the new scanners either."""
        if profiles == self._read_profiles:
            return
        self._let_go()
        self._read_profiles, self._senders = profiles, senders_of(profiles)
        self._collector.rules = ReadingRules.for_lines(self._senders.lines)
        self._text.read_as(self._senders.lines)

    def install(self, application: QGuiApplication) -> None:
        """Begin to see the application's keys."""
        self._installed = True
        application.installEventFilter(self)
        application.focusWindowChanged.connect(self._other_window)

    def remove(self, application: QGuiApplication) -> None:
        """See no keys any more."""
        if not self._installed:
            return
        self._installed = False
        application.removeEventFilter(self)
        application.focusWindowChanged.disconnect(self._other_window)
        self._let_go()
        self._actions.stop()

    def listen(self, *, on: bool) -> None:
        """Take the action keys, or leave them to the widgets; a reading that was begun is given up."""
        if not on:
            self._let_go()
            for each in (self._taken, self._acting, self._passed):
                each.clear()
            self._repetition.forget()
        self._listening = on

    def reveal(self, *, on: bool) -> None:
        """Tell what is read, or only our own codes, because anything else may be somebody's password.

        A reading that is begun in secret stays one, and so does the rest of it.
        """
        if not on:
            self._let_go()
        self._reveals = on

    @property
    def may_have_missed_keys(self) -> bool:
        """Whether a scan that begins now may have begun earlier, in another window; then it is refused."""
        since = self._since_other_window
        return since.isValid() and since.elapsed() < _DOUBTS_FOR_MS

    def _other_window(self, window: QWindow | None) -> None:
        """Another window has the keyboard; not the first of all, nor lists and menus, which block none."""
        first, self._had_a_window = not self._had_a_window, True
        is_popup = window is not None and window.type() == Qt.WindowType.Popup
        from_popup, self._popup_had_it = self._popup_had_it, is_popup
        if first or is_popup or from_popup:
            return
        self._since_other_window.start()
        if self._collector.is_collecting:
            self._collector.miss_a_key()
        if self._text.wait_ms is not None:
            self._text.missed(self._last_ms)

    # -- what Qt sends

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a key at the window stage; leave everything else alone."""
        if event.type() is QEvent.Type.InputMethod and isinstance(event, QInputMethodEvent):
            return self._take_composed(watched, event)
        if event.type() not in _KEY_EVENTS or not isinstance(watched, QWindow):
            return False
        return isinstance(event, QKeyEvent) and self._take(event)

    def _take(self, event: QKeyEvent) -> bool:
        at_ms = self._time_of(event)
        field = None if self._collector.is_collecting else field_with_the_keyboard()
        if event.type() == QEvent.Type.ShortcutOverride:
            return self._override(event, field, at_ms)
        if event.type() == QEvent.Type.KeyPress:
            return self._press(event, field, at_ms)
        return self._release(event, field, at_ms)

    def _time_of(self, event: QKeyEvent) -> int | None:
        told = event.timestamp() or None
        if self._key_time is not None:
            told = self._key_time(event.nativeScanCode(), event.type() != QEvent.Type.KeyRelease)
        self._last_ms = told if told is not None else self._last_ms
        return told

    def _override(self, event: QKeyEvent, field: QWidget | None, at_ms: int | None) -> bool:
        """Keep a key from the shortcuts; it comes again as a press."""
        if is_bare_modifier(event):
            return False
        stroke = stroke_of(event, at_ms=at_ms, repeated=event.isAutoRepeat())
        mine = self._text.takes(stroke) if field is not None else self._is_mine(event, stroke)
        if mine:
            event.accept()
        return mine

    def _press(self, event: QKeyEvent, field: QWidget | None, at_ms: int | None) -> bool:
        repeated = not is_bare_modifier(event) and self._repetition.is_repetition(event, at_ms)
        stroke = stroke_of(event, at_ms=at_ms, repeated=repeated)
        if field is not None:
            return self._press_in_field(event, stroke, field)
        typed_before = self._text.typed_just_before(stroke)
        self._take_over_from_the_field()
        if is_bare_modifier(event):
            self._collect(stroke, down=True)
            self._taken |= {identity_of(event)} if stroke.code in ALT_CODES else set()
            return stroke.code in ALT_CODES
        if not self._is_mine(event, stroke):
            self._passed.add(identity_of(event))
            return False
        event.accept()
        self._take_key(event, stroke, typed_before=typed_before)
        return True

    def _take_over_from_the_field(self) -> None:
        handed = self._text.hand_over()
        if handed.part_ended_ms is not None:
            self._collector.part_ended(handed.part_ended_ms)
        if handed.strokes:
            self._reading_is_secret |= self._field_is_secret
        for stroke, down in handed.strokes:
            self._collect(stroke, down=down)
        if handed.lacks_a_key and self._collector.is_collecting:
            self._collector.miss_a_key()

    def _take_key(self, event: QKeyEvent, stroke: KeyStroke, *, typed_before: bool) -> None:
        self._taken.add(identity_of(event))
        if self._is_action(event, stroke):
            if self._collector.is_collecting:
                self._collector.miss_a_key()
            self._acting.add(identity_of(event))
            if self._listening:
                self._actions.went_down(event.key(), repeated=stroke.repeated, shift=stroke.shift)
        elif not stroke.repeated:
            begins = not self._collector.is_collecting
            self._reading_is_secret |= begins and typed_before and self._field_is_secret
            self._collect(stroke, down=True)
            if begins and (typed_before or self.may_have_missed_keys) and self._collector.is_collecting:
                self._collector.miss_a_key()

    def _release(self, event: QKeyEvent, field: QWidget | None, at_ms: int | None) -> bool:
        identity = identity_of(event)
        self._repetition.released(event, at_ms)
        stroke = stroke_of(event, at_ms=at_ms, repeated=event.isAutoRepeat())
        if identity in self._taken:
            self._release_taken(event, stroke)
            return True
        if identity in self._passed:
            self._passed.discard(identity)
            return False
        if field is not None:
            return self._settle(self._text.release(stroke, _held(event, field)))
        self._collect(stroke, down=False)
        return False

    def _release_taken(self, event: QKeyEvent, stroke: KeyStroke) -> None:
        if event.isAutoRepeat():
            return
        self._taken.discard(identity_of(event))
        if identity_of(event) not in self._acting:
            self._collect(stroke, down=False)
            return
        self._acting.discard(identity_of(event))
        if self._listening:
            self._actions.came_up(event.key())

    def _take_composed(self, watched: QObject, event: QInputMethodEvent) -> bool:
        """An input method made a character of keys that nobody saw: a scan that has it lacks them."""
        if not event.commitString():
            return False
        if self._collector.is_collecting:
            self._collector.miss_a_key()
            return True
        if not isinstance(watched, QWidget) or watched is not QApplication.focusObject():
            return False
        held = self._text.hold_aside(_HeldEvent(event=event.clone(), widget=watched))
        self._text.missed(self._last_ms)
        return held

    # -- where no field has the keyboard

    def _is_mine(self, event: QKeyEvent, stroke: KeyStroke) -> bool:
        if belongs_to_the_desktop(event):
            return False
        if self._listening and not _something_is_open():
            return True
        if self._collector.is_collecting:
            return True
        if self._collector.rules.is_end(stroke):
            return self._is_close_behind_a_reading(stroke)
        if stroke.control:
            return character_of(stroke) in _BEGINNING_CONTROLS
        return bool(stroke.text) and stroke.text.isprintable()

    def _is_close_behind_a_reading(self, stroke: KeyStroke) -> bool:
        if stroke.at_ms is None or self._read_last_ms is None:
            return False
        return (stroke.at_ms - self._read_last_ms) % (1 << 32) <= _ENDS_AGAIN_WITHIN_MS

    def _is_action(self, event: QKeyEvent, stroke: KeyStroke) -> bool:
        """Whether a person means the program; a scanner sends such keys only inside a reading."""
        return event.key() in ACTION_KEYS and not self._collector.is_amid(stroke)

    def _collect(self, stroke: KeyStroke, *, down: bool) -> None:
        self._tapped.came(stroke, down=down)
        self._tell_collected((self._collector.press if down else self._collector.release)(stroke))
        if self._collector.is_collecting:
            self._reading_is_secret |= not self._reveals
            self._read_last_ms = stroke.at_ms
            if down:
                self._silence.wait(self._collector.silence_ms)
        elif down:
            self._silence.wait(None)

    # -- where a field has it

    def _press_in_field(self, event: QKeyEvent, stroke: KeyStroke, field: QWidget) -> bool:
        if belongs_to_the_desktop(event):
            return False
        continues = self._field_is_secret and self._text.wait_ms is not None
        self._field_is_secret = continues or not self._reveals or hides_what_is_typed(field)
        if self.may_have_missed_keys:
            self._text.missed(stroke.at_ms)
        taken = self._settle(self._text.press(stroke, _held(event, field)))
        self._silence.wait(self._text.wait_ms)
        return taken

    def _settle(self, settled: Settled[_HeldEvent]) -> bool:
        """Do what text mode decided; return whether the key is taken."""
        for held in settled.replay:
            held.give_back()
        for stroke, down in settled.scanned:
            self._tapped.came(stroke, down=down)
        self._tell(settled.readings, secret=self._field_is_secret)
        return not settled.passes

    # -- readings

    def _tell_collected(self, readings: Sequence[Reading]) -> None:
        if readings:
            secret, self._reading_is_secret = self._reading_is_secret, False
            self._tell(readings, secret=secret or not self._reveals)

    def _tell(self, readings: Sequence[Reading], *, secret: bool) -> None:
        for reading in readings:
            self._read_last_ms = reading.ended_ms
            frame = self._senders.frame(reading)
            if not self._listening and frame.kind is FrameKind.PARTIAL and not frame.raw.strip():
                self._tapped.withhold(reading.ended_ms)  # A person tried to press a button with Space.
            elif self._heard is not None:
                self._tapped.withhold(reading.ended_ms)
                self._heard(heard_reading(reading, frame.kind))
            else:
                secret |= reading.is_a_rest and self._told_as_secret
                self._told_as_secret = secret
                self._submit_frame(reading, frame, secret=secret)

    def _submit_frame(self, reading: Reading, frame: ScanFrame, *, secret: bool) -> None:
        recorded = recorded_without_secrets(frame) if secret else frame
        if recorded == frame:
            self._tapped.tell(frame)
        else:
            self._tapped.withhold(reading.ended_ms, recorded)
        self._submit(without_secrets(frame) if secret else frame)

    def _let_go(self) -> None:
        """Nothing more comes: what was begun is a part, what was typed goes to its field."""
        self._silence.wait(None)
        self._settle(self._text.silence())
        if self._collector.is_collecting:
            parts = self._collector.give_up()
            self._text.part_ended(parts[-1].ended_ms if parts else None)
            self._tell_collected(parts)


def _held(event: QKeyEvent, field: QWidget) -> _HeldEvent:
    return _HeldEvent(event=event.clone(), widget=field)


def _wedges(profiles: Sequence[ScannerProfile]) -> tuple[ScannerProfile, ...]:
    return tuple(profile for profile in profiles if profile.connection is Connection.KEYBOARD)


def _something_is_open() -> bool:
    """Whether a dialog, a menu or an open list lies over the window."""
    return QApplication.activeModalWidget() is not None or QApplication.activePopupWidget() is not None
