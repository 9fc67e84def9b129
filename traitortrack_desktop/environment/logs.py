"""The station's log: a small set of files that never grows without end and never holds a secret.

Only the process that holds the station's lock writes it: Windows cannot rotate a file that another has open.
"""

import logging
import logging.handlers
import time
from pathlib import Path

from traitortrack_desktop.environment.paths import private_folder
from traitortrack_desktop.environment.redaction import redacted

LOG_FILE_NAME = "station.log"
_MAX_FILE_BYTES = 5_000_000
_OLD_FILES = 4
_LINE = "%(asctime)s.%(msecs)03dZ %(levelname)s [%(threadName)s] %(name)s: %(message)s"


class RedactingFormatter(logging.Formatter):
    """Formats a whole record, traceback included, and then takes the secrets out. Times are UTC."""

    def __init__(self) -> None:
        super().__init__(_LINE, datefmt="%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's text without secrets."""
        return redacted(super().format(record))


def start_logging(folder: Path, *, level: int = logging.INFO) -> logging.Handler:
    """Send everything that is logged at *level* or above to ``station.log`` in *folder*.

    Returns the handler for :func:`stop_logging`. Raises ``OSError`` when the folder cannot be made.
    """
    handler = logging.handlers.RotatingFileHandler(
        private_folder(folder) / LOG_FILE_NAME,
        maxBytes=_MAX_FILE_BYTES,
        backupCount=_OLD_FILES,
        encoding="utf-8",
        errors="backslashreplace",
        delay=True,
    )
    handler.setFormatter(RedactingFormatter())
    handler.setLevel(level)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(True)
    return handler


def stop_logging(handler: logging.Handler) -> None:
    """Take *handler* out again and close its file."""
    logging.captureWarnings(False)
    logging.getLogger().removeHandler(handler)
    handler.close()
