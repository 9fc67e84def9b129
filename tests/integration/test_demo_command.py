import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import psycopg2
import pytest

from traitortrack_desktop.commands.demo_centre import DATABASE
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ENOUGH_SECONDS = 200


def demo_process(data_dir: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "traitortrack_desktop", "--data-dir", data_dir, "demo", "--json", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )


def run_demo(data_dir: Path, *arguments: str) -> tuple[int, dict, str]:
    process = demo_process(data_dir, *arguments)
    try:
        printed, said = process.communicate(timeout=ENOUGH_SECONDS)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    assert printed.count("\n") == 1, said
    return process.returncode, json.loads(printed), said


def broken_off_and_worked_on(data_dir: Path) -> tuple[tuple[int, dict, str], tuple[int, dict, str]]:
    broken_off = run_demo(data_dir, "--seconds", "3", "--speed", "4")
    return broken_off, run_demo(data_dir, "--speed", "25")


@pytest.fixture(scope="module")
def under_way(tmp_path_factory):
    """A whole demo, and one that is broken off and worked on, side by side: most of a demo is waiting."""
    folders = [tmp_path_factory.mktemp(name) for name in ("a demo", "a demo that is broken off")]
    with ThreadPoolExecutor() as beside:
        finished = beside.submit(run_demo, folders[0], "--shift-seed", "11", "--speed", "25")
        broken_off = beside.submit(broken_off_and_worked_on, folders[1])
        yield (folders[0], finished), broken_off


@pytest.fixture
def finished_demo(under_way):
    (data_dir, finished), _ = under_way
    return data_dir, *finished.result()


@pytest.fixture
def broken_off_demo(under_way):
    """What a demo came to that ended in the middle of its shift, and what the next one did."""
    return under_way[1].result()


@pytest.fixture
def centre_of(finished_demo):
    """Runs a statement at the demo's centre, which is started for it."""
    data_dir, *_ = finished_demo

    def run(statement, *values):
        with EmbeddedPostgres.start(data_dir / "demo" / "server", fast=True) as server:
            connection = psycopg2.connect(server.url(DATABASE).replace("+psycopg2", ""))
            try:
                with connection, connection.cursor() as cursor:
                    cursor.execute(statement, values)
                    return cursor.fetchall() if cursor.description else []
            finally:
                connection.close()

    return run


def test_it_works_through_the_shift_and_the_centre_agrees(finished_demo):
    _data_dir, code, result, said = finished_demo
    assert (code, result["agrees"], result["disagreements"], result["pending"]) == (0, True, [], 0), said
    assert result["captured"] == result["posted"] + result["refused"]
    assert result["captured"] > 150
    assert result["refused"] >= 10


def test_what_it_prints_is_what_the_ledger_holds(finished_demo, centre_of):
    _data_dir, _code, result, _said = finished_demo
    of_this_demo = "SELECT outcome, count(*) FROM station.entry WHERE seq <= %s GROUP BY outcome"
    counted = dict(centre_of(of_this_demo, result["captured"]))
    assert counted == {"posted": result["posted"], "refused": result["refused"]}


def test_it_fills_four_parents_at_the_centre(finished_demo, centre_of):
    device = UUID((finished_demo[0] / "demo" / "station" / "device-id").read_text().strip())
    full = centre_of(
        "SELECT count(*) FROM bag WHERE status = 'completed' AND child_count = 30 AND qr_id IN"
        " (SELECT parent FROM station.entry WHERE device = %s AND kind = 'open_parent')",
        str(device),
    )
    assert full == [(4,)]


def test_each_bag_is_of_whoever_was_signed_in_then(finished_demo, centre_of):
    packed = centre_of(
        """SELECT operator, count(*) FROM station.entry WHERE kind = 'add_child' AND parent = (
               SELECT parent FROM station.entry WHERE kind = 'add_child' ORDER BY seq DESC LIMIT 1
           ) GROUP BY operator ORDER BY min(seq)"""
    )
    assert packed == [("asha.demo", 12), ("ravi.demo", 18)]


def test_it_leaves_a_picture_and_a_sheet(finished_demo):
    _data_dir, _code, result, _said = finished_demo
    assert Path(result["picture"]).read_bytes().startswith(b"\x89PNG")
    assert Path(result["sheet"]).read_bytes().startswith(b"%PDF-")


def test_it_says_no_password(finished_demo):
    _data_dir, _code, result, said = finished_demo
    assert "postgresql" not in said + json.dumps(result)


def test_a_link_that_is_missing_at_the_centre_is_found_by_the_next_demo(finished_demo, centre_of):
    data_dir, *_ = finished_demo
    device = (data_dir / "demo" / "station" / "device-id").read_text().strip()
    restored = centre_of(
        "DELETE FROM link WHERE id = (SELECT max(link.id) FROM link JOIN station.entry"
        " ON entry.child_bag_id = link.child_bag_id WHERE entry.device = %s)"
        " RETURNING parent_bag_id, child_bag_id, created_at",
        device,
    )
    try:
        code, result, _said = run_demo(data_dir, "--no-shift", "--seconds", "1")
    finally:
        centre_of(
            "INSERT INTO link (parent_bag_id, child_bag_id, created_at) VALUES (%s, %s, %s)", *restored[0]
        )
    assert code == 1
    assert not result["agrees"]
    assert any("no link says so" in sentence for sentence in result["disagreements"])


def test_its_data_stays_until_it_is_told_to_start_anew(finished_demo):
    data_dir, _code, first, _said = finished_demo
    _code, again, _said = run_demo(data_dir, "--no-shift", "--seconds", "1")
    assert again["captured"] >= first["captured"]


def test_it_ends_in_time_in_the_middle_of_the_shift_and_still_agrees(broken_off_demo):
    (code, result, said), _ = broken_off_demo
    assert (code, result["agrees"]) == (0, True), said
    assert result["captured"] > 0


def test_a_shift_that_was_broken_off_does_not_spoil_the_next_one(broken_off_demo):
    _, (code, result, said) = broken_off_demo
    assert (code, result["agrees"]) == (0, True), said
    assert result["refused"] < 40


@pytest.mark.skipif(sys.platform == "win32", reason="no polite request to end there")
def test_a_request_to_end_stops_the_server_too(tmp_path):
    process = demo_process(tmp_path, "--speed", "1")
    try:
        assert any(line.endswith("begins\n") for line in process.stderr)
        server = int((tmp_path / "demo" / "server" / "cluster" / "postmaster.pid").read_text().split()[0])
        process.send_signal(signal.SIGTERM)
        printed, said = process.communicate(timeout=ENOUGH_SECONDS)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0, said
    assert json.loads(printed)["agrees"]
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


def test_two_demos_do_not_run_in_the_same_folder(tmp_path):
    first = demo_process(tmp_path, "--no-shift", "--seconds", "60")
    try:
        assert any(line == "The window is open\n" for line in first.stderr)
        second = demo_process(tmp_path, "--no-shift", "--seconds", "1")
        _printed, said = second.communicate(timeout=ENOUGH_SECONDS)
        assert second.returncode == 1
        assert said.count("\n") == 1
    finally:
        first.terminate()
        first.communicate()


@pytest.mark.parametrize("choice", ["--seconds", "--speed"])
def test_a_number_that_makes_no_sense_is_wrong_usage(tmp_path, choice):
    process = demo_process(tmp_path, choice, "0")
    assert process.wait(ENOUGH_SECONDS) == 2
    process.communicate()
