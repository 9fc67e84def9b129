"""From presses and readings to the set-up of scanners. GUI thread; devices reach it by a queued bridge."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import Feedback, ScannerRole
from traitortrack_desktop.presentation.phrases import ScannerSetUpWords
from traitortrack_desktop.presentation.scanner_acts import ScannerAct
from traitortrack_desktop.presentation.scanner_set_up import set_up_sound
from traitortrack_desktop.presentation.scanner_set_up_state import Note, Press, SetUpFacts
from traitortrack_desktop.services.heard_from import source_of
from traitortrack_desktop.services.ports import ProfilesUnwritableError
from traitortrack_desktop.services.scanner_desk import HeardReading, ScannerDesk
from traitortrack_desktop.services.scanner_set_up import (
    ScannerSetUp,
    after_look,
    after_reading,
    begin,
    called,
    go_on,
    learn_again,
    not_saved,
    scan_ten_again,
    with_role,
    with_signal,
)


class DeskBridge(QObject):
    """Where the threads of the devices reach the screen; whoever still reads keeps it alive.

    What was sent waits for the GUI thread even when nobody is connected any more, so it says which
    *session* it is for.
    """

    heard = Signal(int, object)
    changed = Signal(int)

    def __init__(self, session: int) -> None:
        super().__init__()
        self._session = session

    def hear(self, reading: HeardReading) -> None:
        """Pass *reading* on to the GUI thread."""
        self.heard.emit(self._session, reading)

    def change(self) -> None:
        """Tell the GUI thread that what is attached has changed."""
        self.changed.emit(self._session)


class ScannerSetUpController(QObject):
    """Keeps the facts of the screen. :attr:`facts_changed` says that they are others now."""

    facts_changed = Signal()
    sounded = Signal(object)
    left = Signal()

    def __init__(
        self,
        desk: ScannerDesk,
        words: ScannerSetUpWords,
        *,
        signals: Mapping[str, Feedback],
        print_sheet: Callable[[], Path | None],
    ) -> None:
        super().__init__()
        self.facts = SetUpFacts(signals=dict(signals))
        self._desk, self._words, self._print_sheet = desk, words, print_sheet
        self._bridge: DeskBridge | None = None
        self._session = 0

    def begin(self) -> None:
        """Listen to everything attached. A recording goes on from one set-up to the next."""
        self.end()
        kept = self.facts
        self.facts = SetUpFacts(
            signals=kept.signals, recording_to=kept.recording_to, listening=kept.listening
        )
        self._session += 1
        bridge = DeskBridge(self._session)
        bridge.heard.connect(self._take_heard, Qt.ConnectionType.QueuedConnection)
        bridge.changed.connect(self._take_changed, Qt.ConnectionType.QueuedConnection)
        self._bridge = bridge
        self._desk.listen_for_set_up(bridge.hear, bridge.change)
        self._desk.look_again()
        self._look()

    def end(self) -> None:
        """Use the scanners as before; what still comes from the devices is not heard any more."""
        if self._bridge is None:
            return
        self._bridge.heard.disconnect(self._take_heard)
        self._bridge.changed.disconnect(self._take_changed)
        self._bridge = None
        self._desk.end_set_up()

    def take_reading(self, reading: HeardReading) -> None:
        """Take a reading of whatever device."""
        if self._bridge is None or reading.kind is FrameKind.NOISE:
            return
        facts, counts = self.facts, dict(self.facts.readings)
        source = source_of(reading, facts.profiles)
        if source is not None:
            counts[source] = counts.get(source, 0) + 1
        set_up = facts.set_up
        if set_up is not None and not facts.guide_open:
            set_up = after_reading(set_up, reading)
            self._sound(facts.set_up, set_up)
        note = facts.note if set_up is None else None
        self._change(readings=counts, heard=facts.heard + 1, last=reading, set_up=set_up, note=note)

    def _sound(self, before: ScannerSetUp | None, after: ScannerSetUp) -> None:
        role = set_up_sound(before, after)
        if role is not None:
            self.sounded.emit(role)

    def notice_sign_of_life(self) -> None:
        """A key or a byte came, whether or not it becomes a reading."""
        self._change(signs_of_life=self.facts.signs_of_life + 1)

    def take_listening(self, *, listening: bool) -> None:
        """Know whether this window gets the keyboard."""
        self._change(listening=listening)

    def take_name(self, name: str) -> None:
        """Call the scanner what was typed."""
        if self.facts.set_up is not None:
            self._change(set_up=called(self.facts.set_up, name))

    def act(self, press: Press) -> None:
        """Do what *press* means."""
        self._change(to_forget="", note=None, note_about="")
        if self.facts.set_up is not None and not self.facts.guide_open:
            changed = self._step(self.facts.set_up, press)
            if changed is not None:
                self._change(set_up=changed)
                return
        self._act_on_the_screen(press)

    # -- what a press means

    def _step(self, set_up: ScannerSetUp, press: Press) -> ScannerSetUp | None:
        """Return the set-up after a press that concerns this one scanner, ``None`` after another."""
        match press.act:
            case ScannerAct.NAME_LEFT:
                return called(set_up, self._words.left)
            case ScannerAct.NAME_RIGHT:
                return called(set_up, self._words.right)
            case ScannerAct.ROLE:
                return with_role(set_up, ScannerRole(press.value))
            case ScannerAct.SIGNAL_OFF:
                return with_signal(set_up, "", Feedback.NONE)
            case ScannerAct.SIGNAL:
                return with_signal(set_up, press.value, self.facts.signals[press.value])
            case ScannerAct.TEST:
                return go_on(set_up)
            case ScannerAct.TEN_AGAIN:
                return scan_ten_again(set_up)
            case ScannerAct.LEARN_AGAIN:
                return learn_again(set_up)
            case _:
                return None

    def _act_on_the_screen(self, press: Press) -> None:
        match press.act:
            case ScannerAct.ADD_LEFT | ScannerAct.ADD_RIGHT | ScannerAct.ADD | ScannerAct.SET_UP_AGAIN:
                self._begin_one(press)
            case ScannerAct.SAVE:
                self._save()
            case ScannerAct.FORGET:
                self._change(to_forget=press.value)
            case ScannerAct.FORGET_NOW:
                self._forget(press.value)
            case ScannerAct.PRINT:
                self._print()
            case ScannerAct.RECORD | ScannerAct.RECORD_END:
                self._record(on=press.act is ScannerAct.RECORD)
            case ScannerAct.LOOK:
                self._desk.look_again()
            case _:
                self._go(press.act)

    def _go(self, act: ScannerAct) -> None:
        if act is ScannerAct.GUIDE:
            self._change(guide_open=True)
        elif act is ScannerAct.BACK and self.facts.guide_open:
            self._change(guide_open=False)
        elif act is ScannerAct.BACK:
            self._change(set_up=None)
        elif act is ScannerAct.LEAVE:
            self.end()
            self.left.emit()

    def _begin_one(self, press: Press) -> None:
        words = self._words
        name = {ScannerAct.ADD_LEFT: words.left, ScannerAct.ADD_RIGHT: words.right}.get(press.act, "")
        self._change(set_up=begin(self.facts.profiles, name=name, replacing=press.value or None))

    def _print(self) -> None:
        written = self._print_sheet()
        self._note(Note.NOT_PRINTED if written is None else Note.PRINTED, str(written or ""))

    def _save(self) -> None:
        set_up = self.facts.set_up
        if set_up is None or not set_up.may_be_saved or set_up.profile is None:
            return
        try:
            self._desk.save(set_up.profile)
        except ProfilesUnwritableError:
            self._change(set_up=not_saved(set_up))
            return
        self._change(set_up=None, profiles=tuple(self._desk.profiles()))
        self._note(Note.SAVED, set_up.profile.name)
        sources = {profile.source for profile in self.facts.profiles}
        if set_up.replacing in sources - {set_up.profile.source}:
            self._forget(set_up.replacing, said=Note.SAVED)

    def _forget(self, source: str, said: Note = Note.FORGOTTEN) -> None:
        name = next((profile.name for profile in self.facts.profiles if profile.source == source), "")
        try:
            self._desk.forget(source)
        except ProfilesUnwritableError:
            said = Note.NOT_FORGOTTEN
        if said is not Note.SAVED:
            self._note(said, name)
        self._look()

    def _record(self, *, on: bool) -> None:
        before = self.facts.recording_to
        now = self._desk.record(on=on)
        if on:
            self._note(Note.NOT_RECORDING if now is None else Note.RECORDING, str(now or ""))
        else:
            self._note(Note.RECORDED, str(before or ""))
        self._change(recording_to=now if on else None)

    # -- facts

    def _take_heard(self, session: int, reading: HeardReading) -> None:
        if session == self._session:
            self.take_reading(reading)

    def _take_changed(self, session: int) -> None:
        if session == self._session and self._bridge is not None:
            self._look()

    def _look(self) -> None:
        attached, set_up = tuple(self._desk.attached()), self.facts.set_up
        self._change(
            attached=attached,
            recording_to=self._desk.records_to,
            profiles=tuple(self._desk.profiles()),
            set_up=after_look(set_up, attached) if set_up is not None else None,
        )

    def _note(self, note: Note, about: str) -> None:
        self._change(note=note, note_about=about)

    def _change(self, **facts: object) -> None:
        changed = replace(self.facts, **facts)  # type: ignore[arg-type]
        if changed != self.facts:
            self.facts = changed
            self.facts_changed.emit()
