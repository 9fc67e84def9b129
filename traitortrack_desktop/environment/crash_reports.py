"""What is kept when this program itself is at fault: a report for every uncaught exception, on any thread,
and the stacks of all threads when the process dies of a signal.

Nothing depends on it for data: an entry is on disk before anybody hears "OK". Reports are written on the
thread that failed. Only the process that holds the station's lock uses the folder.
"""

import contextlib
import faulthandler
import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from traitortrack_desktop import __version__
from traitortrack_desktop.environment.paths import private_folder
from traitortrack_desktop.environment.redaction import redacted

_FATAL_FILE_NAME = "fatal.txt"
_PREVIOUS_FATAL_FILE_NAME = "fatal-before.txt"
_MOST_REPORTS_A_RUN = 20
_MOST_REPORTS_KEPT = 50

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashReport:
    """One defect. *text* holds no secret; *path* is ``None`` when it could not be written."""

    text: str
    path: Path | None
    thread: str


ReportListener = Callable[[CrashReport], None]


class CrashReports:
    """Hooks for everything that nobody caught, from :meth:`start` to :meth:`stop`.

    *listener* is called on the thread that failed; the window sets it once it can show a report.
    """

    def __init__(self, folder: Path, *, listener: ReportListener | None = None) -> None:
        self.listener = listener
        self._folder = folder
        self._written = 0
        self._undo = contextlib.ExitStack()
        self._lock = threading.Lock()

    def start(self) -> Path | None:
        """Take over the hooks; return the stacks of a previous run that died of a signal, if it did.

        Raises ``OSError`` when the folder cannot be made.
        """
        private_folder(self._folder)
        previous = self._set_previous_fatal_aside()
        fatal = self._undo.enter_context((self._folder / _FATAL_FILE_NAME).open("w", encoding="utf-8"))
        faulthandler.enable(fatal, all_threads=True)
        self._undo.callback(faulthandler.disable)
        self._undo.callback(_restore_hooks, sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        return previous

    def stop(self) -> None:
        """Give the hooks back. A fatal file without a crash in it is removed."""
        self._undo.close()
        fatal = self._folder / _FATAL_FILE_NAME
        with contextlib.suppress(OSError):
            if fatal.stat().st_size == 0:
                fatal.unlink()

    def record(self, error: BaseException, *, thread: str) -> CrashReport:
        """Write a report of *error*, log it, and tell the listener."""
        text = _report_text(error, thread)
        report = CrashReport(text=text, path=self._write(text), thread=thread)
        _log.critical("A defect on thread %s: %r (report: %s)", thread, error, report.path)
        if self.listener is not None:
            self.listener(report)
        return report

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self.record(error, thread=threading.current_thread().name)

    def _on_thread_exception(self, failed: threading.ExceptHookArgs) -> None:
        if failed.exc_value is None or issubclass(failed.exc_type, SystemExit):
            return
        self.record(failed.exc_value, thread=failed.thread.name if failed.thread is not None else "?")

    def _on_unraisable(self, failed: "sys.UnraisableHookArgs") -> None:
        if failed.exc_value is not None:
            self.record(failed.exc_value, thread=threading.current_thread().name)

    def _write(self, text: str) -> Path | None:
        """Write *text* unless this run has written plenty; a defect repeated at five a second fills disks."""
        with self._lock:
            self._written += 1
            number = self._written
        if number > _MOST_REPORTS_A_RUN:
            return None
        path = self._folder / f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S}-{number:02}.txt"
        try:
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
            self._forget_oldest()
        except OSError as problem:
            _log.error("The crash report could not be written: %s", problem)
            return None
        return path

    def _forget_oldest(self) -> None:
        for old in sorted(self._folder.glob("crash-*.txt"))[:-_MOST_REPORTS_KEPT]:
            old.unlink(missing_ok=True)

    def _set_previous_fatal_aside(self) -> Path | None:
        fatal = self._folder / _FATAL_FILE_NAME
        if not fatal.exists() or fatal.stat().st_size == 0:
            return None
        return fatal.replace(self._folder / _PREVIOUS_FATAL_FILE_NAME)


def _restore_hooks(
    main: Callable[[type[BaseException], BaseException, TracebackType | None], object],
    thread: Callable[[threading.ExceptHookArgs], object],
    unraisable: "Callable[[sys.UnraisableHookArgs], object]",
) -> None:
    sys.excepthook = main
    threading.excepthook = thread
    sys.unraisablehook = unraisable


def _report_text(error: BaseException, thread: str) -> str:
    head = (
        f"TraitorTrack Desktop {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"{datetime.now(UTC).isoformat(timespec='seconds')}, thread {thread}\n\n"
    )
    return head + redacted("".join(traceback.format_exception(error)))
