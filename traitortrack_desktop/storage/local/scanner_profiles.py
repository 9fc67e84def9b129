"""The scanners of this station in one small file beside the journal. Any thread, one at a time."""

import json
import logging
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from traitortrack_desktop.domain.scanners import (
    Connection,
    DeviceIdentity,
    Feedback,
    KeyDecoding,
    KeyLine,
    Parity,
    ScannerProfile,
    ScannerRole,
    SerialLine,
    Terminator,
)
from traitortrack_desktop.environment.durable_files import write_durably
from traitortrack_desktop.environment.paths import private_folder
from traitortrack_desktop.services.ports import ProfilesUnwritableError

FILE_NAME = "scanners.json"
VERSION = 1

_log = logging.getLogger(__name__)


class ScannerProfilesFile:
    """Implements ``services.ports.ScannerProfiles`` in *directory*.

    A file that cannot be understood is set aside whole and the station has no scanners set up; one of
    a newer program is left alone, and nothing can be saved over it.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME
        self._lock = threading.Lock()
        self._is_newer = False

    def read(self) -> tuple[ScannerProfile, ...]:
        """Return the scanners that were set up, in order."""
        with self._lock:
            try:
                said = json.loads(self._path.read_text(encoding="utf-8"))
                self._is_newer = said["version"] > VERSION
                return () if self._is_newer else tuple(_profile(each) for each in said["scanners"])
            except FileNotFoundError:
                return ()
            except OSError as problem:
                _log.error("The scanners of this station cannot be read: %s", problem.strerror)
                return ()
            except (ValueError, TypeError, KeyError, AttributeError) as problem:
                self._set_aside(problem)
                return ()

    def write(self, profiles: Sequence[ScannerProfile]) -> None:
        """Keep *profiles* instead of what is there. Raises ``ProfilesUnwritableError``."""
        if self._is_newer:
            raise ProfilesUnwritableError(f"{self._path} was written by a newer program")
        said = {"version": VERSION, "scanners": [_json(profile) for profile in profiles]}
        with self._lock:
            try:
                private_folder(self._path.parent)
                write_durably(self._path, json.dumps(said, indent=1).encode("ascii"))
            except OSError as problem:
                raise ProfilesUnwritableError(f"{self._path}: {problem.strerror}") from problem

    def _set_aside(self, problem: Exception) -> None:
        aside = self._path.with_suffix(".damaged")
        _log.error("%s cannot be understood (%s) and is set aside as %s", self._path, problem, aside.name)
        try:
            self._path.replace(aside)
        except OSError as failure:
            _log.error("It could not be set aside: %s", failure.strerror)


def _json(profile: ScannerProfile) -> dict[str, Any]:
    identity, serial, keys = profile.identity, profile.serial, profile.keys
    return {
        "name": profile.name,
        "connection": profile.connection,
        "role": profile.role,
        "maker": profile.maker,
        "identity": {name: getattr(identity, name) for name in DeviceIdentity.__slots__},
        "serial": {name: getattr(serial, name) for name in SerialLine.__slots__},
        "keys": {name: getattr(keys, name) for name in KeyLine.__slots__}
        | {"terminator_codes": sorted(keys.terminator_codes)},
    }


def _profile(said: Mapping[str, Any]) -> ScannerProfile:
    """Return the profile. Raises ``ValueError``, ``TypeError`` or ``KeyError`` for what is none."""
    serial, keys = said["serial"], said["keys"]
    return ScannerProfile(
        name=_text(said["name"]),
        connection=Connection(said["connection"]),
        role=ScannerRole(said["role"]),
        maker=_text(said["maker"]),
        identity=DeviceIdentity(**said["identity"]),
        serial=SerialLine(
            **serial
            | {
                "parity": Parity(serial["parity"]),
                "terminator": Terminator(serial["terminator"]),
                "feedback": Feedback(serial["feedback"]),
            }
        ),
        keys=KeyLine(
            **keys
            | {
                "decoding": KeyDecoding(keys["decoding"]),
                "terminator_codes": frozenset(map(int, keys["terminator_codes"])),
            }
        ),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value
