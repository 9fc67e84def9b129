"""The scanners of this station in one small file beside the journal. Any thread, one at a time."""

import json
import logging
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

from traitortrack_desktop.domain.scanners import ScannerProfile
from traitortrack_desktop.environment.durable_files import write_durably
from traitortrack_desktop.environment.paths import private_folder
from traitortrack_desktop.services.ports import ProfilesUnwritableError
from traitortrack_desktop.storage.local.profile_format import BadProfileError, profile_of, said_of

FILE_NAME = "scanners.json"
VERSION = 1
_MOST_SET_ASIDE = 9
"""So many damaged files are kept beside; then the last one gives way."""

_log = logging.getLogger(__name__)


class ScannerProfilesFile:
    """Implements ``services.ports.ScannerProfiles`` in *directory*.

    Whatever stands in the file, reading it raises nothing. A scanner that cannot be understood is left out
    and the others are used; a copy of the file is set aside first, as is a file of which nothing can be
    understood. What was not read or not set aside, or is of a newer program, is never saved over.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME
        self._lock = threading.Lock()
        self._unsaved: str | None = None
        """Why what is in the file must stay there."""

    def read(self) -> tuple[ScannerProfile, ...]:
        """Return the scanners that were set up, in order; never raises."""
        with self._lock:
            self._unsaved = None
            try:
                return self._understood(json.loads(self._path.read_text(encoding="utf-8")))
            except FileNotFoundError:
                return ()
            except OSError as problem:
                _log.error("The scanners of this station cannot be read: %s", problem.strerror)
                self._unsaved = f"could not be read ({problem.strerror})"
            except (ValueError, RecursionError) as problem:
                self._set_aside(str(problem))
            return ()

    def write(self, profiles: Sequence[ScannerProfile]) -> None:
        """Keep *profiles* instead of what is there. Raises ``ProfilesUnwritableError``."""
        said = {"version": VERSION, "scanners": [said_of(profile) for profile in profiles]}
        with self._lock:
            if self._unsaved is not None:
                raise ProfilesUnwritableError(f"{self._path} {self._unsaved}")
            try:
                private_folder(self._path.parent)
                write_durably(self._path, json.dumps(said, indent=1).encode("ascii"))
            except OSError as problem:
                raise ProfilesUnwritableError(f"{self._path}: {problem.strerror}") from problem

    def _understood(self, said: object) -> tuple[ScannerProfile, ...]:
        """Return the scanners that can be used. Raises ``BadProfileError`` where there can be none."""
        if not isinstance(said, dict) or type(said.get("version")) is not int or said["version"] < 1:
            raise BadProfileError("it has no version")
        if said["version"] > VERSION:
            self._unsaved = "was written by a newer program"
            return ()
        if not isinstance(said.get("scanners"), list):
            raise BadProfileError("it has no list of scanners")
        profiles: dict[str, ScannerProfile] = {}
        problems = []
        for number, each in enumerate(said["scanners"], start=1):
            try:
                profile = profile_of(each)
                if profile.source in profiles:
                    raise BadProfileError("it is there twice")
                profiles[profile.source] = profile
            except BadProfileError as problem:
                problems.append(f"scanner {number}: {problem}")
        if problems:
            self._set_aside("; ".join(problems))
        return tuple(profiles.values())

    def _set_aside(self, problem: str) -> None:
        """Keep a copy of the file as it is, so that the next one that is saved may take its place."""
        try:
            aside = self._path_aside()
            _log.error("%s cannot be understood (%s) and is kept as %s", self._path, problem, aside.name)
            shutil.copyfile(self._path, aside)
        except OSError as failure:
            _log.error("It could not be set aside: %s", failure.strerror)
            self._unsaved = "is damaged and could not be set aside"

    def _path_aside(self) -> Path:
        """Return where a copy goes that stands nowhere yet, or where this very one stands already."""
        content = self._path.read_bytes()
        first = self._path.with_suffix(".damaged")
        places = [first, *(first.with_suffix(f".damaged-{n}") for n in range(2, _MOST_SET_ASIDE + 1))]
        for place in places:
            if not place.exists() or place.read_bytes() == content:
                return place
        return places[-1]
