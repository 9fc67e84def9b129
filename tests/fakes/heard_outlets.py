"""What a source of scanner readings hands on, caught for a test to wait for."""

import queue

from traitortrack_desktop.devices.sources import NoTap, Outlets

PATIENCE_SECONDS = 20


class HeardOutlets:
    def __init__(self, tap=None):
        self.frames = queue.Queue()
        self.changes = queue.Queue()
        self.outlets = Outlets(submit=self.frames.put, changed=self.changes.put, tap=tap or NoTap())

    def frame(self):
        return self.frames.get(timeout=PATIENCE_SECONDS)

    def change(self):
        return self.changes.get(timeout=PATIENCE_SECONDS)

    def wait_ready(self):
        while not self.change().ready:
            pass

    def problem(self):
        """The next problem of the light."""
        while (change := self.change()).ready:
            pass
        return change.problem

    @property
    def untold(self):
        """Frames that have come and that nobody looked at."""
        return [self.frames.get_nowait() for _ in range(self.frames.qsize())]
