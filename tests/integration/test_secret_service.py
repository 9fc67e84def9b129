"""The station's passwords in a real Secret Service: GNOME's, on a session bus of the test's own."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from traitortrack_desktop.environment.secrets import DatabasePasswords, Secret

PASSWORD = "pä55-4711"
START = (
    "printf pw | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null & "
    'echo "$DBUS_SESSION_BUS_ADDRESS"; cat >/dev/null; kill $!; wait $!'
)
"""Runs until its input ends, and no longer: the daemon is a child that is waited for."""


def missing():
    if not sys.platform.startswith("linux"):
        return "needs Linux"
    if not (shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon")):
        return "needs dbus and gnome-keyring"
    if subprocess.run(["gnome-keyring-daemon", "--version"], check=False, capture_output=True).returncode:
        return "gnome-keyring-daemon may not run here"  # a container without the right to lock memory
    return None


MISSING = missing()
pytestmark = [
    pytest.mark.secret_service,
    pytest.mark.skipif(MISSING is not None, reason=MISSING or ""),
]


class Session:
    """A session bus with an unlocked key ring, in a home of its own."""

    def __init__(self, home, address):
        self.environ = {
            **{name: text for name, text in os.environ.items() if not name.startswith("TRAITORTRACK_")},
            **surroundings(home),
            "DBUS_SESSION_BUS_ADDRESS": address,
            "TRAITORTRACK_DATABASE_URL": "postgresql://station_7@db/depot",
            "TRAITORTRACK_DATA_DIR": str(home / "data"),
        }

    def show(self):
        """What another process of the station finds."""
        done = subprocess.run(
            [sys.executable, "-m", "traitortrack_desktop", "secrets", "show", "--json"],
            check=False,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert PASSWORD not in done.stdout + done.stderr
        assert done.stderr == ""
        return json.loads(done.stdout)


def surroundings(home):
    for name in ("share", "run", "config"):
        (home / name).mkdir(mode=0o700, exist_ok=True)
    return {
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "share"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "XDG_CONFIG_HOME": str(home / "config"),
    }


def wait_for_secret_service(address):
    """Return when it answers at *address*; asked any sooner, the bus would start a second, locked one."""
    from jeepney import MatchRule, message_bus
    from jeepney.io.blocking import Proxy, open_dbus_connection

    name = "org.freedesktop.secrets"
    owned = MatchRule(
        type="signal", sender=message_bus.bus_name, interface=message_bus.interface, member="NameOwnerChanged"
    )
    owned.add_arg_condition(0, name)
    with open_dbus_connection(bus=address) as connection, connection.filter(owned) as signals:
        bus = Proxy(message_bus, connection)
        bus.AddMatch(owned)
        if not bus.NameHasOwner(name)[0]:
            connection.recv_until_filtered(signals, timeout=10)


@pytest.fixture
def session(tmp_path, monkeypatch):
    home = tmp_path / "person"
    home.mkdir()
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"}  # or a prompt would open there
    environ = {name: text for name, text in os.environ.items() if name not in hidden}
    with subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", START],
        env={**environ, **surroundings(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        address = process.stdout.readline().strip()
        wait_for_secret_service(address)
        person = Session(home, address)
        for name in ("DBUS_SESSION_BUS_ADDRESS", *surroundings(home)):
            monkeypatch.setenv(name, person.environ[name])
        yield person
        process.stdin.close()
        process.wait(10)


def lock():
    import secretstorage

    bus = secretstorage.dbus_init()
    secretstorage.get_default_collection(bus).lock()
    bus.close()


def test_what_was_stored_is_read_by_another_process_and_can_be_forgotten(session):
    passwords = DatabasePasswords()
    assert passwords.store("station_7", PASSWORD) == Secret(value=PASSWORD)
    assert session.show()["used"] == "key ring"
    assert passwords.forget("station_7") == passwords.read("station_7") == Secret(value=None)


def test_the_longest_secret_fits(session):
    DatabasePasswords().store("station_8", "x" * 1200)
    assert DatabasePasswords().read("station_8") == Secret(value="x" * 1200)


def test_a_locked_key_ring_is_told_and_holds_nobody_up(session):
    DatabasePasswords().store("station_7", PASSWORD)
    lock()
    assert session.show()["places"]["key ring"] == "the key ring is locked"
