"""The name and the depot that the centre gave this station: a small file in the data folder."""

import json
import logging
from pathlib import Path

from traitortrack_desktop.environment.durable_files import write_durably
from traitortrack_desktop.services.events import StationNamed

FILE_NAME = "station-name"

_log = logging.getLogger(__name__)


class StationNameFile:
    """A ``KeptStationName`` in *directory*."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME

    def read(self) -> StationNamed | None:
        """Return what was kept; ``None`` where nothing was, or it cannot be read."""
        try:
            said = json.loads(self._path.read_bytes())
            name, area = said["name"], said["area"]
        except (OSError, ValueError, TypeError, KeyError):
            return None
        if not isinstance(name, str) or not (area is None or isinstance(area, str)):
            return None
        return StationNamed(name=name, area=area)

    def write(self, named: StationNamed) -> None:
        """Keep *named*."""
        try:
            write_durably(self._path, json.dumps({"name": named.name, "area": named.area}).encode())
        except OSError as problem:
            _log.warning("The station's name could not be kept: %s", problem.strerror)
