import pytest

from traitortrack_desktop.devices.feedback import signal
from traitortrack_desktop.domain.scanners import Feedback


@pytest.mark.parametrize(
    ("feedback", "good", "bad"),
    [
        (Feedback.NONE, "", ""),
        (Feedback.BEL, "07", "07 07 07"),
        (Feedback.DATALOGIC, "42", "01 01 01"),
        (Feedback.HONEYWELL, "30 1b 37 2c", "30 1b 38 2c"),
        (Feedback.SSI, "04 d0 04 00 ff 28", "04 d0 04 00 ff 28 05 e6 04 00 07 ff 0a"),
    ],
)
def test_the_bytes_are_those_of_the_makers_protocol(feedback, good, bad):
    assert signal(feedback, good=True).hex(" ") == good
    assert signal(feedback, good=False).hex(" ") == bad


@pytest.mark.parametrize("feedback", set(Feedback) - {Feedback.NONE})
def test_bad_sounds_different_from_good(feedback):
    assert signal(feedback, good=True) != signal(feedback, good=False)


@pytest.mark.parametrize("good", [True, False])
def test_no_datalogic_signal_may_blind_the_scanner(good):
    assert not set(signal(Feedback.DATALOGIC, good=good)) & set(b"FDR")
