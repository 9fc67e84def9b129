"""The sources that read a station's scanners now: begun, changed and ended one by one. The rack's own thread.

``None`` in the place of a profile stands for a port that somebody named and nobody set up.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from traitortrack_desktop.devices.sources import STOP_SECONDS, ScannerSource
from traitortrack_desktop.devices.stopping import stop_all
from traitortrack_desktop.domain.scanners import ScannerProfile, ScannerRole
from traitortrack_desktop.services.events import ScannerChanged, ScannerProblem

_HANDS_OVER_WITHIN_SECONDS = 2.0
"""One that hangs in opening a Bluetooth port is left alone after this: the others wait for it."""

_log = logging.getLogger(__name__)


class RunningSources:
    """Has *make* return what reads a scanner, ``None`` where nothing here does, and tells lights to *tell*.

    *make* is told the scanner's source, its profile, and whether it may have been read until just now.
    """

    def __init__(
        self,
        make: Callable[[str, ScannerProfile | None, bool], ScannerSource | None],
        tell: Callable[[ScannerChanged], None],
    ) -> None:
        self._make = make
        self._tell = tell
        self._sources: Mapping[str, ScannerSource] = {}
        self._read_as: Mapping[str, ScannerProfile | None] = {}
        self._unreadable: set[str] = set()
        self._has_begun = False

    def all(self) -> Iterable[ScannerSource]:
        """Return those that run. Any thread."""
        return self._sources.values()

    def of(self, source: str) -> ScannerSource | None:
        """Return the one that reads *source*. Any thread."""
        return self._sources.get(source)

    def with_lights(self) -> list[tuple[ScannerSource, ScannerChanged]]:
        """Return those that run, each with its light when it is out. Any thread."""
        sources, read_as = self._sources, self._read_as
        return [(source, _light_of(name, read_as.get(name))) for name, source in sources.items()]

    @property
    def shown(self) -> set[str]:
        """The sources that have a light."""
        return {*self._sources, *self._unreadable}

    def use(self, wanted: Mapping[str, ScannerProfile | None]) -> None:
        """Read exactly these. One that is read already, and as it is to be, is left alone."""
        self._let_go(
            name
            for name, source in self._sources.items()
            if name not in wanted or wanted[name] != self._read_as[name] or source.last_alive is None
        )
        self._unreadable.clear()
        made = {
            name: source
            for name, profile in wanted.items()
            if name not in self._sources and (source := self._made(name, profile)) is not None
        }
        self._sources, self._read_as = {**self._sources, **made}, wanted
        self._has_begun = True
        for source in made.values():
            _begin(source)

    def lend(self) -> None:
        """Let go of every scanner for the set-up; their lights go out until they are read again."""
        self._let_go(list(self._sources))

    def stop(self) -> None:
        """Let go of every scanner for good."""
        stop_all(self._sources.values(), within_seconds=STOP_SECONDS)

    def _let_go(self, names: Iterable[str]) -> None:
        leaving = {name: self._sources[name] for name in names}
        self._sources = {name: source for name, source in self._sources.items() if name not in leaving}
        for name in leaving:
            self._tell(_light_of(name, self._read_as[name]))
        stop_all(leaving.values(), within_seconds=_HANDS_OVER_WITHIN_SECONDS)

    def _made(self, name: str, profile: ScannerProfile | None) -> ScannerSource | None:
        try:
            return self._make(name, profile, self._has_begun)
        except Exception:  # noqa: BLE001 - whatever is wrong with one, the others are read
            _log.exception("Scanner %s cannot be read", name)
            self._unreadable.add(name)
            self._tell(replace(_light_of(name, profile), problem=ScannerProblem.FAILED))
            return None


def _begin(source: ScannerSource) -> None:
    """Start it; one that cannot be started has ended, for the watchdog."""
    try:
        source.start()
    except (OSError, RuntimeError):
        _log.exception("Scanner %s could not be started", source.source)


def _light_of(source: str, profile: ScannerProfile | None) -> ScannerChanged:
    name, role = (source, ScannerRole.ANY) if profile is None else (profile.name, profile.role)
    return ScannerChanged(source=source, name=name, ready=False, role=role)
