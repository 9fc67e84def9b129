"""The steps of setting one scanner up: pair by scanning, learn, name, test ten scans. Pure.

A scanner belongs to the station only through a reading of the set-up code that came from it: a device
that never sent it, such as the keyboard somebody types on, cannot be paired by anything else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import (
    SET_UP_CODE,
    TEST_PREFIX,
    Connection,
    Feedback,
    ScannerProfile,
    ScannerRole,
    Terminator,
)
from traitortrack_desktop.services.scanner_desk import AttachedDevice, HeardReading
from traitortrack_desktop.services.scanner_learning import (
    Learned,
    Lesson,
    ScannerTrouble,
    content_of,
    learn_from,
    lesson_of,
    sends_keys,
    shown,
    was_typed,
)

READINGS_TO_LEARN = 5
TEST_CODES = tuple(f"{TEST_PREFIX}{number:02}" for number in range(1, 11))
"""Printed on the calibration sheet."""
LONGEST_NAME = 16
_ENDS = b"\r\n\t"


class ScannerStep(StrEnum):
    """Where the set-up of a scanner stands, in this order."""

    PAIR = "pair"
    LEARN = "learn"
    NAME = "name"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why it does not go on, with what was *sent* and which *other* scanner it is about."""

    kind: ScannerTrouble
    sent: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestTally:
    """The readings of the ten-scan test. *good* has the numbers of the codes that came whole."""

    good: frozenset[int] = frozenset()
    partial: int = 0
    garbled: int = 0

    @property
    def is_full(self) -> bool:
        """Whether each of the ten codes came whole."""
        return len(self.good) == len(TEST_CODES)

    @property
    def passed(self) -> bool:
        """Ten good of ten."""
        return self.is_full and not self.partial and not self.garbled


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerSetUp:
    """The set-up of one scanner. *replacing* is the source of the profile that is set up anew."""

    profiles: tuple[ScannerProfile, ...]
    replacing: str | None = None
    name: str = ""
    role: ScannerRole = ScannerRole.ANY
    maker: str = ""
    feedback: Feedback = Feedback.NONE
    step: ScannerStep = ScannerStep.PAIR
    device: AttachedDevice | None = None
    is_plugged_in: bool = True
    lessons: tuple[Lesson, ...] = ()
    learned: Learned | None = None
    test: TestTally = TestTally()
    trouble: Trouble | None = None
    typed_by_device: bytes = b""
    """What a wedge that is read as a device of its own just sent: the window may see its keys as well."""

    @property
    def profile(self) -> ScannerProfile | None:
        """What would be saved, as soon as enough was learned."""
        if self.device is None or self.learned is None:
            return None
        return _profile(self, self.device, self.learned)

    @property
    def others(self) -> tuple[ScannerProfile, ...]:
        """The scanners of this station beside this one."""
        return tuple(profile for profile in self.profiles if profile.source != self.replacing)

    @property
    def may_be_saved(self) -> bool:
        """Whether it is known, named and tested, and can be told from every other one."""
        profile = self.profile
        return profile is not None and self.test.passed and _conflict(profile, self.others) is None


def begin(profiles: Sequence[ScannerProfile], *, name: str, replacing: str | None = None) -> ScannerSetUp:
    """Return the set-up of a scanner to be called *name*, or of the one with the source *replacing* anew."""
    old = next((profile for profile in profiles if profile.source == replacing), None)
    start = ScannerSetUp(profiles=tuple(profiles), name=name, replacing=replacing)
    if old is None:
        return start
    return replace(start, name=old.name, role=old.role, maker=old.maker, feedback=old.serial.feedback)


def after_reading(set_up: ScannerSetUp, reading: HeardReading) -> ScannerSetUp:
    """Return the set-up after *reading*."""
    if reading.kind is FrameKind.NOISE:
        return set_up
    if _is_echo(set_up, reading):
        return replace(set_up, typed_by_device=b"")
    if reading.device.connection is Connection.INPUT_DEVICE:
        set_up = replace(set_up, typed_by_device=reading.raw.rstrip(_ENDS))
    if _was_echoed(set_up, reading):
        return _begun_again(set_up, reading)
    if set_up.step in {ScannerStep.PAIR, ScannerStep.LEARN}:
        return _after_lesson(set_up, reading)
    return _after_test_reading(set_up, reading) if set_up.step is ScannerStep.TEST else set_up


def after_look(set_up: ScannerSetUp, attached: Sequence[AttachedDevice]) -> ScannerSetUp:
    """Return the set-up when *attached* is what is attached now."""
    if set_up.device is None or set_up.device.connection is Connection.KEYBOARD:
        return set_up
    there = next((device for device in attached if _is_same(device, set_up.device)), None)
    if there is None:
        return replace(set_up, is_plugged_in=False, trouble=Trouble(kind=ScannerTrouble.UNPLUGGED))
    trouble = set_up.trouble if set_up.is_plugged_in else None
    return replace(set_up, device=there, is_plugged_in=True, trouble=trouble)


def called(set_up: ScannerSetUp, name: str) -> ScannerSetUp:
    """Return the set-up with another name; whether it can be is said by :func:`go_on`."""
    return replace(set_up, name=" ".join(name.split())[:LONGEST_NAME], trouble=None)


def with_role(set_up: ScannerSetUp, role: ScannerRole) -> ScannerSetUp:
    """Return the set-up for a scanner that is for *role*."""
    return replace(set_up, role=role)


def with_signal(set_up: ScannerSetUp, maker: str, feedback: Feedback) -> ScannerSetUp:
    """Return the set-up for a scanner that answers with its own signal, as *maker* has it."""
    return replace(set_up, maker=maker, feedback=feedback)


def go_on(set_up: ScannerSetUp) -> ScannerSetUp:
    """Return the set-up at the test, or with the trouble that the name makes."""
    if set_up.step is not ScannerStep.NAME:
        return set_up
    if not set_up.name or not set_up.name.isprintable():
        return replace(set_up, trouble=Trouble(kind=ScannerTrouble.NAME_EMPTY))
    taken = {profile.name.casefold() for profile in set_up.others}
    if set_up.name.casefold() in taken:
        return replace(set_up, trouble=Trouble(kind=ScannerTrouble.NAME_TAKEN, other=set_up.name))
    return replace(set_up, step=ScannerStep.TEST, test=TestTally(), trouble=None)


def scan_ten_again(set_up: ScannerSetUp) -> ScannerSetUp:
    """Return the set-up at the first of the ten scans."""
    return replace(set_up, test=TestTally(), trouble=None)


def learn_again(set_up: ScannerSetUp) -> ScannerSetUp:
    """Return the set-up before it was paired: for a scanner that was changed since."""
    return replace(
        begin(set_up.profiles, name=set_up.name, replacing=set_up.replacing),
        name=set_up.name,
        role=set_up.role,
        maker=set_up.maker,
        feedback=set_up.feedback,
    )


def not_saved(set_up: ScannerSetUp) -> ScannerSetUp:
    """Return the set-up after its profile could not be saved; it may be tried again."""
    return replace(set_up, trouble=Trouble(kind=ScannerTrouble.NOT_SAVED))


# -- pairing and learning


def _after_lesson(set_up: ScannerSetUp, reading: HeardReading) -> ScannerSetUp:
    if not _is_from_the_scanner(set_up, reading):
        return _with_trouble(set_up, ScannerTrouble.OTHER_SCANNER, reading)
    lesson = lesson_of(reading)
    if lesson is None:
        return set_up
    if isinstance(lesson, ScannerTrouble):
        return _with_trouble(set_up, lesson, reading)
    known = set_up.device is not None and set_up.device.connection is reading.device.connection
    lessons = (*set_up.lessons, lesson) if known else (lesson,)
    return _after_lessons(set_up, reading, lessons)


def _after_lessons(set_up: ScannerSetUp, reading: HeardReading, lessons: tuple[Lesson, ...]) -> ScannerSetUp:
    learned = learn_from(lessons)
    if isinstance(learned, ScannerTrouble):
        return replace(_with_trouble(set_up, learned, reading), lessons=())
    conflict = _conflict(_profile(set_up, reading.device, learned), set_up.others)
    if conflict is not None:
        before = replace(set_up, step=ScannerStep.PAIR, device=None, lessons=())
        return replace(before, trouble=replace(conflict, sent=shown(reading)))
    enough = len(lessons) >= READINGS_TO_LEARN
    return replace(
        set_up,
        step=ScannerStep.NAME if enough else ScannerStep.LEARN,
        device=reading.device,
        is_plugged_in=True,
        lessons=lessons,
        learned=learned if enough else None,
        trouble=None,
    )


def _is_from_the_scanner(set_up: ScannerSetUp, reading: HeardReading) -> bool:
    """Whether *reading* may be of the scanner that is set up.

    A wedge that is read as a device of its own types into the window as well: whichever of the two
    comes first, the device is meant.
    """
    if set_up.device is None or _is_same(reading.device, set_up.device):
        return True
    kinds = (set_up.device.connection, reading.device.connection)
    return kinds == (Connection.KEYBOARD, Connection.INPUT_DEVICE) and len(set_up.lessons) <= 1


def _is_echo(set_up: ScannerSetUp, reading: HeardReading) -> bool:
    """Whether the window saw the keys of a scanner that is read as a device of its own."""
    if reading.device.connection is not Connection.KEYBOARD:
        return False
    if set_up.device is not None and set_up.device.connection is Connection.INPUT_DEVICE:
        return True
    return bool(set_up.typed_by_device) and set_up.typed_by_device == reading.raw.rstrip(_ENDS)


def _was_echoed(set_up: ScannerSetUp, reading: HeardReading) -> bool:
    """Whether the window saw the keys of *reading* before and took them for those of another wedge."""
    if set_up.device is None or set_up.device.connection is not Connection.KEYBOARD:
        return False
    if reading.device.connection is not Connection.INPUT_DEVICE or len(set_up.lessons) <= 1:
        return False
    return set_up.step is ScannerStep.TEST or isinstance(lesson_of(reading), Lesson)


def _begun_again(set_up: ScannerSetUp, reading: HeardReading) -> ScannerSetUp:
    if set_up.step is ScannerStep.TEST:
        return _with_trouble(scan_ten_again(set_up), ScannerTrouble.OTHER_SCANNER, reading)
    return _with_trouble(learn_again(set_up), ScannerTrouble.OTHER_SCANNER, reading)


def _conflict(profile: ScannerProfile, others: Sequence[ScannerProfile]) -> Trouble | None:
    """Return why *profile* cannot stand beside *others*."""
    for other in others:
        kind = _conflict_with(profile, other)
        if kind is not None:
            return Trouble(kind=kind, other=other.name)
    return None


def _conflict_with(profile: ScannerProfile, other: ScannerProfile) -> ScannerTrouble | None:
    if profile.connection is not other.connection or not profile.identity.is_same_device(other.identity):
        return None
    if profile.connection is not Connection.KEYBOARD:
        return ScannerTrouble.ALREADY_HERE
    one, two = profile.keys.prefix, other.keys.prefix
    if not one or not two:
        return ScannerTrouble.NEEDS_PREFIX
    return ScannerTrouble.PREFIX_TAKEN if one.startswith(two) or two.startswith(one) else None


# -- the ten scans


def _after_test_reading(set_up: ScannerSetUp, reading: HeardReading) -> ScannerSetUp:
    learned, tally = set_up.learned, set_up.test
    if learned is None or set_up.device is None or not _is_same(reading.device, set_up.device):
        return _with_trouble(set_up, ScannerTrouble.OTHER_SCANNER, reading)
    if not _is_ended(reading, learned):
        counted = replace(tally, partial=tally.partial + 1)
        return _tallied(set_up, counted, ScannerTrouble.CUT_OFF, reading)
    if was_typed(reading, learned.keys.typed_mean_ms):
        return _with_trouble(set_up, ScannerTrouble.TYPED, reading)
    content = content_of(reading, learned)
    if content is None and reading.device.connection is Connection.KEYBOARD:
        return _with_trouble(set_up, ScannerTrouble.OTHER_SCANNER, reading)
    if content is not None and content.startswith(SET_UP_CODE):
        return _with_trouble(set_up, ScannerTrouble.NOT_A_TEST_CODE, reading)
    if content not in TEST_CODES:
        counted = replace(tally, garbled=tally.garbled + 1)
        garbled = reading.kind in {FrameKind.GARBLED, FrameKind.OVERSIZE}
        kind = ScannerTrouble.GARBLED if garbled else ScannerTrouble.SPOILED
        return _tallied(set_up, counted, kind, reading)
    number = TEST_CODES.index(content) + 1
    trouble = ScannerTrouble.COUNTED_ALREADY if number in tally.good else None
    return _tallied(set_up, replace(tally, good=tally.good | {number}), trouble, reading)


def _is_ended(reading: HeardReading, learned: Learned) -> bool:
    if sends_keys(reading):
        return reading.terminated
    ends_by_silence = learned.serial.terminator is Terminator.SILENCE and not reading.terminated
    return reading.kind is not FrameKind.PARTIAL or ends_by_silence


def _tallied(
    set_up: ScannerSetUp, tally: TestTally, trouble: ScannerTrouble | None, reading: HeardReading
) -> ScannerSetUp:
    if tally.is_full and not tally.passed:
        trouble = ScannerTrouble.TEST_FAILED
    counted = replace(set_up, test=tally, trouble=None)
    return counted if trouble is None else _with_trouble(counted, trouble, reading)


# -- what they share


def _with_trouble(set_up: ScannerSetUp, kind: ScannerTrouble, reading: HeardReading) -> ScannerSetUp:
    return replace(set_up, trouble=Trouble(kind=kind, sent=shown(reading), other=reading.device.label))


def _is_same(device: AttachedDevice, other: AttachedDevice) -> bool:
    return device.connection is other.connection and device.identity.is_same_device(other.identity)


def _profile(set_up: ScannerSetUp, device: AttachedDevice, learned: Learned) -> ScannerProfile:
    serial = device.connection is Connection.SERIAL
    wireless = learned.wireless or _sounds_wireless(device)
    return ScannerProfile(
        name=set_up.name,
        connection=device.connection,
        identity=device.identity,
        role=set_up.role,
        maker=set_up.maker if serial else "",
        serial=replace(
            learned.serial, wireless=wireless, feedback=set_up.feedback if serial else Feedback.NONE
        ),
        keys=learned.keys,
    )


def _sounds_wireless(device: AttachedDevice) -> bool:
    words = f"{device.place} {device.label}".casefold()
    return any(word in words for word in ("rfcomm", "bluetooth", "bthenum"))
