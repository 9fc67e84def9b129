"""The scanners of a station in memory, and the set-up screen in each of its situations."""

from pathlib import Path

from fakes.heard_readings import CODE, CODE_WITH_SEPARATOR, WINDOW_KEYBOARD, key_gun, keyed, sent, serial_gun
from PySide6.QtCore import QCoreApplication

from traitortrack_desktop.documents.barcodes import code_128_svg, set_up_code_svg
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import (
    KEYBOARD,
    Connection,
    Feedback,
    KeyLine,
    ScannerProfile,
    ScannerRole,
)
from traitortrack_desktop.presentation.scanner_acts import ScannerAct
from traitortrack_desktop.presentation.scanner_set_up_state import Press
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.services.events import ScannerProblem
from traitortrack_desktop.services.ports import ProfilesUnwritableError
from traitortrack_desktop.services.scanner_set_up import TEST_CODES
from traitortrack_desktop.ui.scanner_set_up_screen import ScannerSetUpScreen

RECORDING = Path("/home/station/.local/share/traitortrack/recordings/2026-01-05T10-40.jsonl")


def screen_with(desk, palette, *, printed=Path("/tmp/sheet.pdf"), wording=ENGLISH, **more):
    """The screen on *desk*, with everything else that it is given in its place."""
    return ScannerSetUpScreen(
        desk,
        wording,
        palette,
        set_up_code_svg=lambda: set_up_code_svg(CODE, CODE_WITH_SEPARATOR),
        test_code_svg=more.pop("test_code_svg", code_128_svg),
        print_sheet=lambda: printed,
        signals={
            "Zebra": Feedback.BEL,
            "Zebra SSI": Feedback.SSI,
            "Honeywell": Feedback.HONEYWELL,
            "Datalogic": Feedback.DATALOGIC,
        },
        **more,
    )


class FakeScannerDesk:
    """Implements ``ScannerDesk``. *devices* is what is attached; ``send`` is a scanner being used."""

    def __init__(self, devices=(), profiles=()):
        self.devices = [WINDOW_KEYBOARD, *devices]
        self.kept = list(profiles)
        self.unwritable = False
        self.looked = 0
        self.listening = None
        self.recording = None
        self.recordable = True

    def attached(self):
        return tuple(self.devices)

    def look_again(self):
        self.looked += 1

    def profiles(self):
        return tuple(self.kept)

    def save(self, profile):
        self._refuse_when_unwritable()
        same = {profile.source, profile.name}
        self.kept = [each for each in self.kept if not same & {each.source, each.name}] + [profile]

    def forget(self, source):
        self._refuse_when_unwritable()
        self.kept = [each for each in self.kept if each.source != source]

    def listen_for_set_up(self, heard, changed):
        self.listening = (heard, changed)

    def hear_keyboard(self, reading):
        self.send(reading)

    def end_set_up(self):
        self.listening = None

    @property
    def records_to(self):
        return self.recording

    def record(self, *, on):
        self.recording = RECORDING if on and self.recordable else None
        return self.recording

    def send(self, *readings):
        heard, _ = self.listening
        for reading in readings:
            heard(reading)

    def plug(self, *devices):
        self.devices = [WINDOW_KEYBOARD, *devices]
        self.listening[1]()

    def _refuse_when_unwritable(self):
        if self.unwritable:
            raise ProfilesUnwritableError


def profile_of(name, device, role=ScannerRole.ANY):
    return ScannerProfile(name=name, connection=device.connection, identity=device.identity, role=role)


LEFT = profile_of("left", serial_gun(), ScannerRole.PARENTS)
RIGHT = profile_of("right", key_gun(), ScannerRole.CHILDREN)
PLAIN = ScannerProfile(name="left", connection=Connection.KEYBOARD, identity=KEYBOARD, keys=KeyLine())
LONG_GUN = serial_gun("C3", place="/dev/ttyUSB1", label="Honeywell Voyager 1602g cradle")


def press(screen, act, value=""):
    """Let everything that was heard arrive, and press then."""
    QCoreApplication.processEvents()
    screen.controller.act(Press(act=act, label="", value=value))


def nothing_at_all(desk, screen):
    desk.plug()


def first_scanner_attached(desk, screen):
    desk.plug(serial_gun())


def two_scanners(desk, screen):
    desk.kept = [LEFT, RIGHT]
    desk.plug(serial_gun(), key_gun(), LONG_GUN)
    desk.send(sent("SB10001"), sent("AB12C"), keyed("AB12D", key_gun()))


def in_every_state(desk, screen):
    desk.kept = [LEFT, RIGHT, profile_of("goods-in bench 12", LONG_GUN)]
    desk.plug(serial_gun(problem=ScannerProblem.BUSY), LONG_GUN, *problem_devices())


def problem_devices():
    problems = (ScannerProblem.NO_PERMISSION, ScannerProblem.MODEM, ScannerProblem.UNSUPPORTED)
    return [serial_gun(f"P{i}", place=f"/dev/ttyACM{i + 3}", problem=each) for i, each in enumerate(problems)]


def asked_to_forget(desk, screen):
    two_scanners(desk, screen)
    press(screen, ScannerAct.FORGET, LEFT.source)


def recording(desk, screen):
    two_scanners(desk, screen)
    press(screen, ScannerAct.RECORD)


def pairing(desk, screen):
    desk.plug(serial_gun())
    press(screen, ScannerAct.ADD_LEFT)


def pairing_layout(desk, screen):
    pairing(desk, screen)
    desk.send(keyed(CODE.replace("~", "|").replace("#", "\\").replace("@", '"')))


def pairing_needs_prefix(desk, screen):
    desk.kept = [PLAIN]
    desk.plug(serial_gun())
    press(screen, ScannerAct.ADD_RIGHT)
    desk.send(keyed(CODE))


def learning(desk, screen):
    pairing(desk, screen)
    desk.send(sent(CODE), sent(CODE_WITH_SEPARATOR))


def learning_partial(desk, screen):
    learning(desk, screen)
    desk.send(sent(CODE[:9], end=b"", kind=FrameKind.PARTIAL))


def unplugged(desk, screen):
    learning(desk, screen)
    desk.plug()


def naming_serial(desk, screen):
    pairing(desk, screen)
    desk.send(*[sent(CODE)] * 5)


def naming_keys(desk, screen):
    pairing(desk, screen)
    awkward = CODE_WITH_SEPARATOR.replace("\x1d", "|")
    desk.send(*[keyed("~1" + awkward, text=awkward.swapcase(), gap_ms=48)] * 5)


def name_taken(desk, screen):
    desk.kept = [LEFT]
    desk.plug(serial_gun(), key_gun())
    press(screen, ScannerAct.ADD)
    desk.send(*[keyed(CODE, key_gun())] * 5)
    press(screen, ScannerAct.NAME_LEFT)
    press(screen, ScannerAct.TEST)


def testing(desk, screen):
    naming_serial(desk, screen)
    press(screen, ScannerAct.TEST)
    desk.send(*(sent(code) for code in TEST_CODES[:4]))


def testing_bad(desk, screen):
    testing(desk, screen)
    desk.send(sent("TT-T", end=b"", kind=FrameKind.PARTIAL), sent("TT-TEST-0"))


def ten_failed(desk, screen):
    testing_bad(desk, screen)
    desk.send(*(sent(code) for code in TEST_CODES))


def ten_passed(desk, screen):
    testing(desk, screen)
    desk.send(*(sent(code) for code in TEST_CODES[4:]))


def not_saved(desk, screen):
    ten_passed(desk, screen)
    desk.unwritable = True
    press(screen, ScannerAct.SAVE)


def saved(desk, screen):
    ten_passed(desk, screen)
    press(screen, ScannerAct.SAVE)


def guide_of_nothing(desk, screen):
    desk.plug()
    press(screen, ScannerAct.GUIDE)


def guide_with_problems(desk, screen):
    desk.kept = [LEFT, RIGHT]
    desk.plug(serial_gun(problem=ScannerProblem.BUSY), key_gun(), *problem_devices())
    press(screen, ScannerAct.GUIDE)
    desk.send(sent(b"\xf3\x80\x81", kind=FrameKind.GARBLED))


SITUATIONS = {
    situation.__name__: situation
    for situation in (
        nothing_at_all,
        first_scanner_attached,
        two_scanners,
        in_every_state,
        asked_to_forget,
        recording,
        pairing,
        pairing_layout,
        pairing_needs_prefix,
        learning,
        learning_partial,
        unplugged,
        naming_serial,
        naming_keys,
        name_taken,
        testing,
        testing_bad,
        ten_failed,
        ten_passed,
        not_saved,
        saved,
        guide_of_nothing,
        guide_with_problems,
    )
}
