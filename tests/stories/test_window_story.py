"""The station's real window, scanned into at five codes a second while the centre is away for a while."""

import os
import shutil
import subprocess
import time

import pytest
from fakes.central_rows import children_by_parent, wrong_counters
from fakes.enrolled_stations import enrolled
from fakes.windowed_station import OPERATOR, PASSWORD, WindowedStation
from sqlalchemy.engine import make_url

from traitortrack_desktop.domain.entries import EntryKind, Outcome, Verdict
from traitortrack_desktop.environment.device_identity import device_identity
from traitortrack_desktop.simulation.network_line import NetworkLine
from traitortrack_desktop.storage.central.user_administration import add_user

DISPLAY_TOOLS = ("Xvfb", "openbox", "xdotool")
PACKED = {
    "SB40001": [f"09{number:05}" for number in range(30)],
    "M444-40002": [f"09{number:05}" for number in range(100, 130)],
    "SB40003": [f"AB12C{number:05}" for number in range(27)],
}
CODES = [code for parent, children in PACKED.items() for code in (parent, *children)]
SCANS_IN_TEN_SECONDS = 50
HAND_SECONDS = 0.12
"""From one label to the next."""


@pytest.fixture
def line(central_url):
    with NetworkLine(target_host="127.0.0.1", target_port=make_url(central_url).port) as line:
        yield line


@pytest.fixture
def url(central_url, station_url, line, tmp_path):
    add_user(central_url, username=OPERATOR, password=PASSWORD, role="dispatcher", area="jaipur")
    enrolled(central_url, device_identity(tmp_path / "station"))
    return make_url(station_url).set(port=line.port).render_as_string(hide_password=False)


@pytest.fixture
def open_station(url, tmp_path):
    return lambda **environment: WindowedStation(url, tmp_path / "station", **environment)


def packed_at(central_url):
    return {parent: sorted(children) for parent, children in children_by_parent(central_url).items()}


def never_shown(station, codes):
    """Return the codes of which no zone ever showed what became of them."""
    shown = set()
    for zone in ("result", "counter", "rows"):
        shown.update(text for painted in station.told(zone) for text in painted)
    return [code for code in codes if code not in shown]


def is_in_order(part, whole):
    rest = iter(whole)
    return all(code in rest for code in part)


@pytest.mark.slow
def test_ninety_codes_at_five_a_second_survive_ten_seconds_without_the_centre(
    open_station, line, central_url
):
    with open_station() as station:
        station.order("scan", *CODES)
        station.wait_for_decided(CODES[19])
        line.cut()
        station.wait_for_decided(CODES[19 + SCANS_IN_TEN_SECONDS])
        line.restore()
        station.wait_for_decided(CODES[-1])
        assert station.finish() == 0

    entries = station.entries
    assert [entry.decision.code for entry, _receipt in entries] == CODES
    assert {entry.decision.verdict for entry, _receipt in entries} == {Verdict.ACCEPTED}
    assert {receipt.outcome for _entry, receipt in entries} <= {Outcome.POSTED, Outcome.ALREADY_POSTED}
    assert packed_at(central_url) == PACKED
    assert wrong_counters(central_url) == []
    assert station.told("online").count(False) == 1
    assert never_shown(station, CODES) == []
    told = [painted[1] for painted in station.told("result") if painted[1] in CODES]
    assert is_in_order([code for i, code in enumerate(told) if told[i - 1 : i] != [code]], CODES)


def test_enter_space_and_tab_press_nothing_after_a_click(open_station):
    with open_station() as station:
        station.order("scan", *CODES[:4])
        station.wait_for_decided(CODES[3])
        station.order("click", "TT-CMD-UNDO")
        station.wait_for_decided("TT-CMD-UNDO")
        station.order("mash")
        station.order("scan", CODES[4])
        station.wait_for_decided(CODES[4])
        assert station.finish() == 0

    done = [
        entry.decision for entry, _receipt in station.entries if entry.decision.verdict is Verdict.ACCEPTED
    ]
    assert [decision.kind for decision in done] == [
        EntryKind.OPEN_PARENT,
        *[EntryKind.ADD_CHILD] * 3,
        EntryKind.REMOVE_CHILD,
        EntryKind.ADD_CHILD,
    ]
    assert done[-1].child == CODES[4]


def test_after_a_power_cut_without_the_centre_the_operator_signs_in_again_and_packs_on(
    open_station, line, central_url
):
    with open_station() as station:
        station.order("scan", *CODES[:3])
        station.wait_for_decided(CODES[2])
    line.cut()
    with open_station() as station:
        station.order("scan", CODES[3])
        station.wait_for_decided(CODES[3])
        line.restore()
        assert station.finish() == 0

    assert any("You signed in without the centre" in text for text in station.told("result")[0])
    assert [entry.operator for entry, _receipt in station.entries] == [OPERATOR] * 4
    assert packed_at(central_url) == {CODES[0]: CODES[1:4]}


@pytest.fixture
def display():
    reading, writing = os.pipe()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1366x768x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        **quiet,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        display = f":{told.readline().strip()}"
    manager = subprocess.Popen(["openbox", "--sm-disable"], env={**os.environ, "DISPLAY": display}, **quiet)
    yield display
    for process in (manager, server):
        process.terminate()
        process.wait(10)


@pytest.mark.slow
@pytest.mark.skipif(not all(map(shutil.which, DISPLAY_TOOLS)), reason=f"needs {', '.join(DISPLAY_TOOLS)}")
def test_codes_typed_on_a_real_display_survive_a_cut_line(open_station, display, line, central_url, tmp_path):
    on_display = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "XDG_RUNTIME_DIR": str(tmp_path)}
    codes = CODES[:20]

    def gun(*codes):
        for code in codes:
            time.sleep(HAND_SECONDS)
            typed = ["xdotool", "type", "--delay", "1", code + "\n"]
            subprocess.run(typed, env={**os.environ, **on_display}, check=True)

    with open_station(**on_display) as station:
        gun(*codes[:7])
        line.cut()
        gun(*codes[7:14])
        station.wait_for_decided(codes[13])
        line.restore()
        gun(*codes[14:])
        station.wait_for_decided(codes[-1])
        assert station.finish() == 0

    assert [entry.decision.code for entry, _receipt in station.entries] == codes
    assert packed_at(central_url) == {codes[0]: codes[1:]}
    assert never_shown(station, codes) == []
