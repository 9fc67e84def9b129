"""Drives ``station --headless --json`` as a process: scan, read its lines, kill it, start it again."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).parents[2]
ANSWER_SECONDS = 30


def environment(**extra):
    """The process environment without anything that belongs to the machine's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRAITORTRACK_")}
    return kept | {"PYTHONUNBUFFERED": "1"} | extra


def command(*arguments):
    return [sys.executable, "-m", "traitortrack_desktop", *map(str, arguments)]


def run_program(*arguments, url=None, data_dir=None, stdin=None, **extra):
    """Run a command to its end; returns the completed process with bytes on both streams."""
    given = {"TRAITORTRACK_DATABASE_URL": url, "TRAITORTRACK_DATA_DIR": data_dir and str(data_dir)}
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=environment(**{name: value for name, value in given.items() if value}, **extra),
        input=stdin,
        capture_output=True,
        timeout=ANSWER_SECONDS * 2,
        check=False,
    )


class HeadlessStation:
    """One running station process; use as a context manager."""

    def __init__(self, url, data_dir, *, program=None, source="-", drain=30, **extra):
        arguments = ["station", "--headless", "--json", "--scans", source, "--drain", str(drain)]
        self.process = subprocess.Popen(
            [*(program or command()), *arguments],
            cwd=ROOT,
            env=environment(TRAITORTRACK_DATABASE_URL=url, TRAITORTRACK_DATA_DIR=str(data_dir), **extra),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.events = []
        self._lines = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(json.loads(line))
        self._lines.put(None)

    def send(self, text):
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def wait_for(self, wanted):
        """Return the first event from here on for which *wanted* holds; ``None`` when the process ended."""
        while (event := self._lines.get(timeout=ANSWER_SECONDS)) is not None:
            self.events.append(event)
            if wanted(event):
                return event
        self._lines.put(None)  # the end stays the end
        return None

    def scan(self, text):
        """Send one code and return its ``scan`` event; ``None`` when the process died first."""
        with contextlib.suppress(OSError):
            self.send(text)
        return self.wait_for(lambda event: event["event"] == "scan")

    def wait_until_offline(self):
        """Return when the station knows that the centre is away; it may have said so already."""
        said = [event["state"] for event in self.events if event["event"] == "delivery"]
        if said[-1:] != ["offline"]:
            self.wait_for(lambda event: event["event"] == "delivery" and event["state"] == "offline")

    def wait_until_posted(self):
        """Return when nothing waits."""
        asked = next((event for event in reversed(self.events) if event["event"] == "scan"), None)
        if asked is None:
            return
        answered = {event["seq"] for event in self.events if event["event"] == "receipt"}
        if asked["seq"] not in answered:
            self.wait_for(lambda event: event["event"] == "receipt" and event["seq"] == asked["seq"])

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self._end()

    def finish(self):
        """End the input, wait for the end; return (exit code, summary)."""
        self.process.stdin.close()
        summary = self.wait_for(lambda event: event["event"] == "summary")
        self.process.wait(ANSWER_SECONDS)
        self._end()
        return self.process.returncode, summary

    def _end(self):
        self.process.wait(ANSWER_SECONDS)
        self._reader.join(ANSWER_SECONDS)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                stream.close()
