"""People change places at one station, with and without a line: every bag is filed under the right one."""

from dataclasses import replace

import pytest
from fakes.asked_badges import ASHAS, MINAS, RAVIS
from fakes.central_owner import query
from fakes.central_rows import children_by_parent, rows, wrong_counters
from fakes.headless_station import HeadlessStation
from fakes.peopled_station import peopled_station
from fakes.signing_in import badge, person, pin
from sqlalchemy.engine import make_url

from traitortrack_desktop.domain.entries import EntryKind, Verdict
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Rights
from traitortrack_desktop.environment import secrets
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.services.events import OperatorChanged, StationLockChanged, StationNamed
from traitortrack_desktop.services.ports import SignedIn
from traitortrack_desktop.simulation.network_line import NetworkLine
from traitortrack_desktop.storage.local.answered import answered_entries

PASSWORD = "Correct-horse-9"
HALF = 3


@pytest.fixture
def badges(central_url):
    """Asha, Ravi and Mina with their badges; the numbers by the codes."""
    return {
        code: badge(central_url, person(central_url, name, PASSWORD, role="dispatcher"), code)
        for code, name in ((ASHAS, "asha"), (RAVIS, "ravi"), (MINAS, "mina"))
    }


@pytest.fixture
def line(central_url):
    with NetworkLine(target_host="127.0.0.1", target_port=make_url(central_url).port) as line:
        yield line


@pytest.fixture
def settings(central_url, badges, line, tmp_path, monkeypatch):
    monkeypatch.setattr(secrets, "usable_back_end", lambda: None)
    url = make_url(central_url).set(port=line.port).render_as_string(hide_password=False)
    return Settings(data_dir=tmp_path / "data", station="7", database_url=url)


@pytest.fixture
def station(settings):
    with peopled_station(settings) as station:
        yield station


def at_the_centre(url):
    """Who put each child in, as the ledger has it and as the web application's table has it."""
    return {
        row["child"]: (row["operator"], row["username"])
        for row in rows(
            url,
            """
            SELECT e.payload ->> 'child' AS child, e.operator, u.username
            FROM station.entry e
            JOIN bag b ON b.qr_id = e.payload ->> 'child'
            JOIN scan s ON s.child_bag_id = b.id JOIN "user" u ON u.id = s.user_id
            WHERE e.kind = 'add_child'
            """,
        )
    }


def test_five_switches_inside_one_parent_half_of_them_without_a_line(station, settings, line, central_url):
    asha, ravi, mina = (ASHAS, "asha"), (RAVIS, "ravi"), (MINAS, "mina")
    shift = [asha, ravi, mina, asha, ravi, mina]
    expected = {}
    for number, (code, name) in enumerate(shift):
        if number == HALF:
            station.deliver()
            station.remember()
            line.cut()
        station.scan_badge(code, name)
        if number == 0:
            station.scan("SB10001")
        assert station.scan(f"AB12C{number}").verdict is Verdict.ACCEPTED
        expected[f"AB12C{number}"] = name
    assert not station.station.wait_until_nothing_waits(0)
    line.restore()
    station.deliver()

    entries = [entry for entry, _receipt in answered_entries(settings.data_dir)]
    packed = {
        entry.decision.child: entry.operator
        for entry in entries
        if entry.decision.kind is EntryKind.ADD_CHILD
    }
    assert packed == expected
    assert at_the_centre(central_url) == {child: (name, name) for child, name in expected.items()}
    assert children_by_parent(central_url) == {"SB10001": sorted(expected)}
    assert wrong_counters(central_url) == []
    began = rows(
        central_url,
        "SELECT username, way, rights, ended_at IS NULL AS open FROM station.session ORDER BY started_at",
    )
    assert [row["username"] for row in began] == [name for _code, name in shift]
    assert [row["open"] for row in began] == [False] * 5 + [True]
    assert {(row["way"], row["rights"]) for row in began} == {("badge", "operator")}
    assert station.state.attention == ()


def test_nothing_on_this_computer_holds_a_badges_code(station, settings, line):
    station.scan_badge(ASHAS, "asha")
    station.scan("SB10001")
    station.deliver()
    station.remember()
    line.cut()
    station.scan_badge(ASHAS, "asha")
    station.scan(f"TT-BADGE-{'9' * 24}")
    files = [path for path in settings.data_dir.rglob("*") if path.is_file()]
    written = b"".join(path.read_bytes() for path in files)
    assert str(station.who.badge.id).encode() in written
    for code in (ASHAS, f"TT-BADGE-{'9' * 24}"):
        assert code.removeprefix("TT-BADGE-").encode() not in written


def test_a_badge_revoked_meanwhile_works_until_the_line_is_back_and_the_work_stays(
    station, line, central_url, badges
):
    station.scan_badge(ASHAS, "asha")
    station.scan("SB10001")
    station.deliver()
    station.remember()
    station.scan_badge(MINAS, "mina")
    station.deliver()
    line.cut()
    query(central_url, "UPDATE station.badge SET revoked_at = now() WHERE id = %s", str(badges[ASHAS]))
    station.scan_badge(ASHAS, "asha")
    station.scan("AB12C")
    line.restore()
    station.deliver()

    ended = station.wait_for(lambda event: isinstance(event, OperatorChanged) and event.ended is not None)
    assert (ended.person, ended.ended) == (None, Reason.BADGE_NOT_VALID)
    assert children_by_parent(central_url) == {"SB10001": ["AB12C"]}
    assert [(item.reason, item.operator) for item in station.state.attention] == [
        (Reason.BADGE_NOT_VALID, "asha")
    ]
    assert station.state.parent.code == "SB10001"
    station.remember()
    line.cut()
    assert station.scan(ASHAS).reason is Reason.BADGE_BEING_CHECKED


def test_somebody_disabled_meanwhile_is_told_once_and_signed_out(station, line, central_url):
    station.scan_badge(ASHAS, "asha")
    station.scan("SB10001")
    station.deliver()
    line.cut()
    query(central_url, "UPDATE \"user\" SET verified = false WHERE username = 'asha'")
    for code in ("AB12C", "AB12D"):
        assert station.scan(code).verdict is Verdict.ACCEPTED
    line.restore()
    station.deliver()

    ended = station.wait_for(lambda event: isinstance(event, OperatorChanged) and event.ended is not None)
    assert ended.ended is Reason.OPERATOR_DISABLED
    assert children_by_parent(central_url) == {"SB10001": ["AB12C", "AB12D"]}
    assert [(item.code, item.reason) for item in station.state.attention] == [
        ("AB12C", Reason.OPERATOR_DISABLED)
    ]
    station.remember()
    assert station.scan(ASHAS).reason is Reason.BADGE_BEING_CHECKED  # not known here any more
    station.scan_badge(RAVIS, "ravi")
    assert station.scan("TT-CMD-UNDERSTOOD").kind is EntryKind.ACKNOWLEDGE


def test_a_session_that_an_administrator_ends_is_over_at_the_next_scan(station, central_url):
    station.sign_in("asha", PASSWORD)
    station.scan("SB10001")
    station.deliver()
    session = str(station.who.session.id)
    query(central_url, "SELECT station.end_session(%s, NULL, 'boss')", session)
    station.scan("AB12C")
    station.deliver()
    ended = station.wait_for(lambda event: isinstance(event, OperatorChanged) and event.ended is not None)
    assert ended.ended is Reason.SESSION_REVOKED
    assert station.scan("AB12D").reason is Reason.NOT_SIGNED_IN
    assert station.state.parent.count == 1


def test_signing_out_without_a_line_keeps_the_queue_and_the_centre_learns_of_it(station, line, central_url):
    station.sign_in("asha", PASSWORD)
    line.cut()
    for code in ("SB10001", "AB12C"):
        station.scan(code)
    station.station.sign_out()
    station.wait_for(lambda event: isinstance(event, OperatorChanged) and event.person is None)
    assert not station.station.wait_until_nothing_waits(0)
    line.restore()
    station.deliver()
    assert children_by_parent(central_url) == {"SB10001": ["AB12C"]}
    (row,) = rows(central_url, "SELECT username, ended_at, ended_by FROM station.session")
    assert (row["username"], row["ended_at"] is None, row["ended_by"]) == ("asha", False, None)


def test_a_locked_station_keeps_the_parent_and_even_an_administrator_unlocks_it_without_a_line(
    settings, line, central_url
):
    query(central_url, "UPDATE \"user\" SET role = 'admin' WHERE username = 'asha'")
    with peopled_station(replace(settings, offline_sign_in_days=0)) as station:
        assert isinstance(station.sign_in("asha", PASSWORD), SignedIn)
        session = station.who.session
        station.scan("SB10001")
        line.cut()
        station.station.lock()
        assert station.scan("AB12C").reason is Reason.STATION_LOCKED
        assert not isinstance(station.sign_in("asha", "wrong"), SignedIn)
        assert not isinstance(station.sign_in("ravi", PASSWORD), SignedIn)
        assert station.sign_in("asha", PASSWORD) == SignedIn(session=session)
        assert station.scan("AB12C").verdict is Verdict.ACCEPTED
        assert [e.locked for e in station.told if isinstance(e, StationLockChanged)] == [True, False]
        line.restore()
        station.deliver()
    assert children_by_parent(central_url) == {"SB10001": ["AB12C"]}
    assert len(rows(central_url, "SELECT FROM station.session")) == 1


def test_a_pin_after_a_badge_gives_a_biller_full_rights_also_without_a_line(station, line, central_url):
    (ravi,) = query(central_url, "UPDATE \"user\" SET role = 'biller' WHERE username = 'ravi' RETURNING id")
    pin(central_url, ravi["id"], "274951")
    for way in (SignInWay.PIN, SignInWay.REMEMBERED_PIN):
        station.scan_badge(RAVIS, "ravi")
        station.station.sign_in_with_pin("274951", lambda _answer: None)
        by_pin = station.wait_for(
            lambda e, way=way: isinstance(e, OperatorChanged) and e.session and e.session.way is way
        )
        assert by_pin.session.rights is Rights.FULL
        station.station.sign_out()
        station.remember()
        line.cut()
    line.restore()
    station.deliver()
    began = rows(central_url, "SELECT way, rights FROM station.session ORDER BY started_at")
    assert [(row["way"], row["rights"]) for row in began] == [
        ("badge", "operator"),
        ("pin", "full"),
        ("badge", "operator"),
        ("remembered_pin", "full"),
    ]


def test_what_the_centre_calls_the_station_is_known_at_a_start_without_it(settings, line, central_url):
    with peopled_station(settings) as station:
        station.sign_in("asha", PASSWORD)
        station.scan("SB10001")
        station.wait_for(lambda event: isinstance(event, StationNamed))
        query(central_url, "UPDATE station.device SET name = 'Gate 3', area = 'indore'")
        station.scan("AB12C")
        station.wait_for(lambda event: event == StationNamed(name="Gate 3", area="indore"))
    line.cut()
    with peopled_station(settings) as station:
        station.wait_for(lambda event: event == StationNamed(name="Gate 3", area="indore"))


def test_a_kill_between_the_badge_and_the_bag_keeps_both_apart(central_url, badges, tmp_path, monkeypatch):
    monkeypatch.setattr(secrets, "usable_back_end", lambda: None)
    signed_in = lambda event: event["event"] == "scan" and event["kind"] == "sign_in"  # noqa: E731
    with HeadlessStation(central_url, tmp_path) as station:
        station.send(ASHAS)
        assert station.wait_for(signed_in)["verdict"] == "accepted"
        assert station.scan("SB10001")["verdict"] == "accepted"
        station.send(RAVIS)
        station.wait_for(signed_in)
        station.kill()
    with peopled_station(Settings(data_dir=tmp_path, station="7", database_url=central_url)) as station:
        station.scan_badge(RAVIS, "ravi")
        assert station.scan("AB12C").parent == "SB10001"
        station.deliver()
    assert at_the_centre(central_url) == {"AB12C": ("ravi", "ravi")}
