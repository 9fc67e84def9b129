import logging
import subprocess
import sys

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType

from traitortrack_desktop.ui.application import log_qt_message

BUILDS_AN_APPLICATION = """
import logging
logging.basicConfig(format="%(levelname)s %(message)s")
from PySide6.QtCore import qWarning
from traitortrack_desktop.presentation.palette import Theme
from traitortrack_desktop.ui.application import build_application
application = build_application(["station"], theme=Theme.DARK)
qWarning("odd thing")
print(application.palette().window().color().name())
"""


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        (QtMsgType.QtDebugMsg, logging.DEBUG),
        (QtMsgType.QtWarningMsg, logging.WARNING),
        (QtMsgType.QtCriticalMsg, logging.ERROR),
    ],
)
def test_messages_of_qt_go_into_the_log(caplog, kind, level):
    with caplog.at_level(logging.DEBUG):
        log_qt_message(kind, QMessageLogContext(), "odd thing")
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (level, "Qt default: odd thing")
    ]


def test_an_application_has_our_looks_and_logs_what_qt_says():
    built = subprocess.run(
        [sys.executable, "-c", BUILDS_AN_APPLICATION], capture_output=True, text=True, check=True
    )
    assert built.stdout == "#0d1115\n"
    assert built.stderr == "WARNING Qt default: odd thing\n"
