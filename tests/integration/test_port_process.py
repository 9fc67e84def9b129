"""The process that lists the ports: it answers, or is replaced."""

import os
import threading

import pytest
from fakes.port_listers import dies, hangs, raises, two_ports

from traitortrack_desktop.devices.port_process import PortProcess, PortsUnknownError
from traitortrack_desktop.devices.serial_ports import PortsOfWindows, PortWatch


@pytest.fixture
def process_for():
    made = []

    def make(lister, **more):
        made.append(PortProcess(lister, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_it_answers_out_of_a_process_of_its_own_that_stays(process_for):
    asked = process_for(two_ports)
    first = asked.list_ports()
    assert (first[0].serial, first[0].location) == ("A17", "1-1")
    assert first[1].place != f"COM{os.getpid()}"
    assert asked.list_ports() == first


@pytest.mark.parametrize("lister", [raises, dies])
def test_one_that_fails_is_replaced(process_for, lister):
    asked = process_for(lister)
    for _ in range(2):
        with pytest.raises(PortsUnknownError):
            asked.list_ports()
    assert asked._process is None


def test_one_that_does_not_answer_in_time_is_ended(process_for):
    asked = process_for(hangs, answer_seconds=0.2)
    asked._started()
    process = asked._process
    ended = threading.Event()
    threading.Thread(target=lambda: (process.join(), ended.set())).start()
    with pytest.raises(PortsUnknownError, match=r"within 0\.2 s"):
        asked.list_ports()
    assert ended.wait(10)


def test_it_ends_with_its_line(process_for):
    asked = process_for(two_ports)
    asked.list_ports()
    process = asked._process
    asked._line.close()
    process.join(10)
    assert process.exitcode == 0
    asked._line = None


def test_nobody_waits_for_it_at_the_end(process_for):
    asked = process_for(hangs)
    asked.give_up()
    with pytest.raises(PortsUnknownError):
        asked.list_ports()


def test_a_watch_that_is_stopped_does_not_wait_for_a_slow_system():
    windows = PortsOfWindows()
    windows._process = PortProcess(hangs)
    watch = PortWatch(print, ports=windows)
    watch.start()
    watch.stop()
    assert windows._process._process is None
