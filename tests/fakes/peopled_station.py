"""A real station with people at it, without a window: scan, wait for what is told, and look at it."""

import threading
from contextlib import contextmanager

from traitortrack_desktop.assembly import assemble_station
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.runtime.background_badges import ASKING, KEEPING
from traitortrack_desktop.services.events import OperatorChanged, ReceiptsRecorded, ScanDecided

PATIENCE_SECONDS = 30


class PeopledStation:
    """Waits for events and never for time."""

    def __init__(self, settings):
        self.told = []
        self.changed = threading.Condition()
        self.station = assemble_station(
            settings, listeners=[self._take], sign_in_required=True, for_people=True
        )

    def _take(self, event):
        with self.changed:
            self.told.append(event)
            self.changed.notify_all()

    def wait_for(self, wanted):
        """Return the first event from the beginning for which *wanted* holds."""
        with self.changed:
            found = self.changed.wait_for(
                lambda: next((event for event in self.told if wanted(event)), None), PATIENCE_SECONDS
            )
        assert found is not None
        return found

    def scan(self, text):
        """Take one reading and return its decision."""
        with self.changed:
            before = len(self.told)
        self.station.submit(ScanFrame(source="gun", raw=text.encode()))
        with self.changed:
            self.changed.wait_for(
                lambda: any(isinstance(e, ScanDecided) for e in self.told[before:]), PATIENCE_SECONDS
            )
            return next(e.entry.decision for e in self.told[before:] if isinstance(e, ScanDecided))

    def scan_badge(self, code, username):
        """Scan a badge and return when *username* is the operator by it."""
        with self.changed:
            before = len(self.told)
        self.station.submit(ScanFrame(source="gun", raw=code.encode()))
        with self.changed:
            assert self.changed.wait_for(
                lambda: any(
                    isinstance(e, OperatorChanged) and e.person is not None and e.person.username == username
                    for e in self.told[before:]
                ),
                PATIENCE_SECONDS,
            )

    def sign_in(self, username, password):
        return self.station.sign_in_and_wait(username, password, timeout_seconds=PATIENCE_SECONDS)

    def deliver(self):
        assert self.station.wait_until_nothing_waits(PATIENCE_SECONDS)

    def remember(self):
        """Return when what is known of badges is on disk."""
        for lane in (ASKING, KEEPING):
            done = threading.Event()
            self.station._background.submit(lane, done.set)
            assert done.wait(PATIENCE_SECONDS)

    @property
    def who(self):
        return next(e for e in reversed(self.told) if isinstance(e, OperatorChanged))

    @property
    def state(self):
        return next(e for e in reversed(self.told) if isinstance(e, ScanDecided | ReceiptsRecorded)).state


@contextmanager
def peopled_station(settings):
    running = PeopledStation(settings)
    running.station.start()
    try:
        yield running
    finally:
        running.station.stop()
