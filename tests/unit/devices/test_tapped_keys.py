from traitortrack_desktop.devices.key_characters import KeyStroke
from traitortrack_desktop.devices.tapped_keys import TappedKeys
from traitortrack_desktop.domain.frames import ScanFrame

A, B, ENTER = 30, 48, 28
FRAME = ScanFrame(source="keyboard", raw=b"a")


class Tap:
    def __init__(self):
        self.came = []

    def key_came(self, source, stroke, *, down):
        self.came.append((stroke.code, down))

    def framed(self, frame):
        self.came.append(frame.raw)


def typed(*keys):
    """Keys that are kept by a tap, and the tap: code, whether it goes down, time."""
    tap = Tap()
    tapped = TappedKeys(tap)
    for code, down, at_ms in keys:
        tapped.came(KeyStroke(code=code, at_ms=at_ms), down=down)
    return tapped, tap


def test_keys_are_told_with_their_frame():
    tapped, tap = typed((A, True, 1), (A, False, 2))
    assert tap.came == []
    tapped.tell(FRAME)
    assert tap.came == [(A, True), (A, False), b"a"]


def test_what_is_withheld_is_never_told_however_slowly_it_came():
    tapped, tap = typed((A, True, 0), (A, False, 100), (B, True, 60_000), (B, False, 60_100))
    tapped.withhold(60_100)
    tapped.tell(FRAME)
    assert tap.came == [b"a"]


def test_keys_without_a_time_are_withheld():
    tapped, tap = typed((A, True, None))
    tapped.withhold(None)
    tapped.tell(FRAME)
    assert tap.came == [b"a"]


def test_the_key_behind_what_is_withheld_is_told():
    tapped, tap = typed((A, True, 2**32 - 5), (B, True, 700))
    tapped.withhold(2**32 - 5)
    tapped.tell(FRAME)
    assert tap.came == [(B, True), b"a"]


def test_a_withheld_key_that_comes_up_later_is_not_told():
    tapped, tap = typed((A, True, 1), (ENTER, True, 2))
    tapped.withhold(2)
    for code, down in ((A, False), (ENTER, False), (ENTER, True), (ENTER, False)):
        tapped.came(KeyStroke(code=code, at_ms=900), down=down)
    tapped.tell(FRAME)
    assert tap.came == [(ENTER, True), (ENTER, False), b"a"]
