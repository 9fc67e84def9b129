import pytest

from traitortrack_desktop.devices.secret_readings import recorded_without_secrets, without_secrets
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame


def frame(text, kind=FrameKind.COMPLETE):
    return ScanFrame(source="keyboard", raw=text.encode(), kind=kind)


@pytest.mark.parametrize("text", ["TT-CMD-UNDO", "TT-SETUP Aa0", "TT-TEST-04", "]C0TT-CMD-UNDO"])
def test_our_own_codes_are_told_and_recorded(text):
    assert without_secrets(frame(text)) == recorded_without_secrets(frame(text)) == frame(text)


@pytest.mark.parametrize("text", ["SB10001", "TT-", "TT-CMD", "TT-pass", "xTT-CMD-UNDO", "tt-badge-7", ""])
def test_anything_else_may_be_a_password(text):
    assert without_secrets(frame(text)) == frame("", FrameKind.GARBLED)


def test_a_badge_is_told_and_not_recorded():
    assert without_secrets(frame("TT-BADGE-7")) == frame("TT-BADGE-7")
    assert recorded_without_secrets(frame("TT-BADGE-7")) == frame("", FrameKind.GARBLED)


@pytest.mark.parametrize("kind", [FrameKind.PARTIAL, FrameKind.GARBLED, FrameKind.OVERSIZE])
def test_of_a_badge_that_is_not_whole_nothing_is_told(kind):
    """Only a whole one is known for a badge by who keeps it."""
    assert without_secrets(frame("TT-BADGE-7", kind)) == frame("", FrameKind.GARBLED)
