import ctypes

import pytest
from fakes.windows_keys import message

from traitortrack_desktop.ui.windows_device_change import (
    DBT_DEVICEARRIVAL,
    DBT_DEVICEREMOVECOMPLETE,
    DBT_DEVNODES_CHANGED,
    WM_DEVICECHANGE,
    WindowsDeviceChange,
)


@pytest.fixture
def looked():
    return []


@pytest.fixture
def change(qapp, looked):
    change = WindowsDeviceChange(lambda: looked.append("again"))
    change.start(qapp)
    yield change
    change.stop(qapp)


def send(change, number, wparam):
    buffer = ctypes.create_string_buffer(message(number, wparam=wparam))
    return change.nativeEventFilter(b"windows_generic_MSG", ctypes.addressof(buffer))


@pytest.mark.parametrize("what", [DBT_DEVNODES_CHANGED, DBT_DEVICEARRIVAL, DBT_DEVICEREMOVECOMPLETE])
def test_plugging_in_or_out_makes_the_station_look_once(qtbot, change, looked, what):
    for _ in range(12):
        send(change, WM_DEVICECHANGE, what)
    qtbot.waitUntil(lambda: bool(looked))

    assert looked == ["again"]


def test_no_message_is_swallowed(change):
    assert send(change, WM_DEVICECHANGE, DBT_DEVICEARRIVAL) == (False, 0)


@pytest.mark.parametrize(("number", "what"), [(WM_DEVICECHANGE, 0x0018), (0x0100, DBT_DEVICEARRIVAL)])
def test_other_messages_are_none_of_its_business(change, number, what):
    send(change, number, what)

    assert not change._settled.isActive()
