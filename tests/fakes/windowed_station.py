"""The station's real window in a process of its own, which tells what it does; see ``scanned_window``."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

from traitortrack_desktop.domain.entries import ABOUT_PEOPLE
from traitortrack_desktop.storage.local.answered import answered_entries

PROGRAM = Path(__file__).with_name("scanned_window.py")
OPERATOR, PASSWORD = "asha", "Correct-horse-9"
PATIENCE_SECONDS = 20


class WindowedStation:
    """A station process with a window; use as a context manager."""

    def __init__(self, url, data_dir, **environment):
        kept = {name: text for name, text in os.environ.items() if not name.startswith("TRAITORTRACK_")}
        given = {
            "PYTHONPATH": os.pathsep.join(map(str, PROGRAM.parents[1:3])),
            "TRAITORTRACK_DATABASE_URL": url,
            "TRAITORTRACK_USER": OPERATOR,
            "TRAITORTRACK_PASSWORD": PASSWORD,
            "QT_QPA_PLATFORM": "offscreen",
        }
        self.data_dir = data_dir
        self.said = []
        self._lines = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(data_dir)],
            env=kept | given | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self):
        self.wait_for(lambda said: "scanning" in said)
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._process.stdin.close()
        self._process.stdout.close()

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def order(self, *words):
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()

    def wait_for(self, wanted):
        """Return the first thing said from here on for which *wanted* holds."""
        with contextlib.suppress(queue.Empty):
            while (said := self._lines.get(timeout=PATIENCE_SECONDS)) is not None:
                self.said.append(said)
                if wanted(said):
                    return said
        raise AssertionError(f"the window said last {self.said[-3:]}")

    def wait_for_decided(self, code):
        self.wait_for(lambda said: said.get("decided") == code)

    def finish(self):
        """Wait until the centre has everything and the window is closed; return the exit code."""
        self.order("end")
        while (said := self._lines.get(timeout=PATIENCE_SECONDS)) is not None:
            self.said.append(said)
        return self._process.wait(PATIENCE_SECONDS)

    def told(self, about):
        return [said[about] for said in self.said if about in said]

    @property
    def entries(self):
        """The whole journal but its sign-ins and sign-outs, each entry with its receipt."""
        return tuple(
            (entry, receipt)
            for entry, receipt in answered_entries(self.data_dir)
            if entry.decision.kind not in ABOUT_PEOPLE
        )
