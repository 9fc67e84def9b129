"""Sets the one Qt application up: names, looks, and Qt's own messages into the log. GUI thread."""

import logging
import signal
from collections.abc import Sequence

from PySide6.QtCore import QMessageLogContext, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from traitortrack_desktop.presentation.palette import Theme
from traitortrack_desktop.ui.theme import dress

_LOG = logging.getLogger(__name__)
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def build_application(argv: Sequence[str], *, theme: Theme) -> QApplication:
    """Return the application, ready for a window; the one of this process when it stands already."""
    qInstallMessageHandler(log_qt_message)
    QApplication.setApplicationName("Station")
    QApplication.setOrganizationName("TraitorTrack")
    QApplication.setDesktopFileName("traitortrack-desktop")
    standing = QApplication.instance()
    application = standing if isinstance(standing, QApplication) else QApplication(list(argv))
    dress(application, theme)
    return application


def log_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Put a message of Qt into the log, under its own category."""
    category = context.category or "default"
    _LOG.log(_LEVELS.get(kind, logging.WARNING), "Qt %s: %s", category, message)


def chosen_theme(application: QApplication, setting: str) -> Theme:
    """Return the theme that *setting* names; ``system`` follows the desktop where it says anything."""
    if setting in set(Theme):
        return Theme(setting)
    dark = application.styleHints().colorScheme() is Qt.ColorScheme.Dark
    return Theme.DARK if dark else Theme.LIGHT


def show(window: QWidget) -> None:
    """Show *window* as large as the screen; without a screen as large as the smallest supported one."""
    if QApplication.platformName() == "offscreen":
        window.resize(1366, 768)
        window.show()
    else:
        window.showMaximized()


def tell(text: str) -> None:
    """Show *text* in a window of its own until somebody closes it; for problems before the first screen."""
    box = QMessageBox(QMessageBox.Icon.Information, "TraitorTrack", text, QMessageBox.StandardButton.Close)
    box.exec()


def run_event_loop() -> int:
    """Handle events until the window is closed or the process is asked to end; return the exit code."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    signals = (signal.SIGTERM, signal.SIGINT)
    previous = [signal.signal(each, lambda *_: application.quit()) for each in signals]
    # Python runs signal handlers only between its own instructions.
    heartbeat = QTimer()
    heartbeat.start(200)
    heartbeat.timeout.connect(lambda: None)
    try:
        return application.exec()
    finally:
        heartbeat.stop()
        for each, handler in zip(signals, previous, strict=True):
            signal.signal(each, handler)
