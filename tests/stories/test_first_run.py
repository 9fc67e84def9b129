"""The very first start of a station, and the second."""

import json
import os
import subprocess
import sys
from pathlib import Path

import fakes
import pytest
from fakes.enrolled_stations import one_time_code

from traitortrack_desktop.environment.paths import user_settings_file
from traitortrack_desktop.environment.settings_file import keep_settings
from traitortrack_desktop.storage.central.addresses import central_address

PROGRAM = Path(fakes.__path__[0]) / "first_run.py"
WITHOUT_KEY_RING = "This computer has no key ring"


class Computer:
    """A person's account on a computer where nothing was set yet."""

    def __init__(self, home, station_url, code):
        self.home = home
        self.ring = home / "ring.json"
        self.ring.write_text("{}")
        self.centre = central_address(station_url)
        self.code = code

    def typed(self):
        return {
            "servers": f"{self.centre.host}:{self.centre.port}",
            "database": self.centre.database,
            "account": self.centre.username,
            "password": self.centre.password,
            "station": "Gate 7",
            "code": self.code,
        }

    def start(self, *arguments, typed=None, **environment):
        named = ("TRAITORTRACK_", "XDG_", "PG")
        kept = {name: text for name, text in os.environ.items() if not name.startswith(named)}
        return subprocess.run(
            [sys.executable, str(PROGRAM), *arguments],
            check=False,
            env={
                **kept,
                "HOME": str(self.home),
                "APPDATA": str(self.home),
                "LOCALAPPDATA": str(self.home),
                "PYTHONPATH": os.pathsep.join(map(str, PROGRAM.parents[1:3])),
                "QT_QPA_PLATFORM": "offscreen",
                **({"TYPED": json.dumps(typed)} if typed else {}),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def knows_the_way(self):
        """As a set-up leaves it where no key ring keeps the password."""
        centre = self.centre
        address = f"postgresql://{centre.username}@{centre.host}:{centre.port}/{centre.database}"
        homes = {"HOME": str(self.home), "APPDATA": str(self.home)}
        keep_settings(user_settings_file(homes), {"database_url": address, "station": "Gate 7"})

    def files(self):
        return [path for path in self.home.rglob("*") if path.is_file() and path != self.ring]


@pytest.fixture
def computer(tmp_path, central_url, station_url):
    return Computer(tmp_path, station_url, one_time_code(central_url))


def test_the_second_start_asks_nothing_when_the_key_ring_holds_the_password(computer):
    first = computer.start(typed=computer.typed(), KEY_RING=str(computer.ring))
    second = computer.start(KEY_RING=str(computer.ring))

    assert (first.stdout, first.returncode) == ("set-up\nstation Gate 7\n", 0), first.stderr
    assert (second.stdout, second.returncode) == ("station Gate 7\n", 0), second.stderr
    assert json.loads(computer.ring.read_text()) == {computer.centre.username: computer.centre.password}


def test_without_a_key_ring_the_person_is_told_and_no_file_holds_the_password(computer):
    first = computer.start("station", typed=computer.typed())

    told, said, opened = first.stdout.splitlines()
    assert (told, opened) == ("set-up", "station Gate 7"), first.stderr
    assert WITHOUT_KEY_RING in said
    secret = computer.centre.password.encode()
    assert [path for path in computer.files() if secret in path.read_bytes()] == []
    assert computer.centre.password not in first.stdout + first.stderr


def test_a_password_that_is_kept_nowhere_is_asked_at_each_start_and_the_address_is_not(computer):
    computer.knows_the_way()
    asked = computer.start("station", typed={"password": computer.centre.password})

    told, said, opened = asked.stdout.splitlines()
    assert (told, opened) == ("password", "station Gate 7"), asked.stderr
    assert WITHOUT_KEY_RING in said
    assert computer.centre.password not in asked.stdout + asked.stderr


def test_whoever_does_not_know_the_password_works_without_the_centre(computer):
    computer.knows_the_way()
    opened = computer.start(typed={"password": ""})

    assert (opened.stdout, opened.returncode) == ("password\nstation Gate 7\n", 0), opened.stderr


def test_leaving_the_set_up_ends_as_a_missing_setting(computer):
    left = computer.start(KEY_RING=str(computer.ring))

    assert (left.stdout, left.returncode) == ("left\n", 2)
    assert "no central database is set" in left.stderr


def test_without_a_window_nobody_is_asked(computer):
    headless = computer.start("station", "--headless", "--scans", "-", typed=computer.typed())

    assert (headless.stdout, headless.returncode) == ("", 2)
    assert "no central database is set" in headless.stderr
