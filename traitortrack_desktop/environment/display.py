"""Whether a window can be shown on this computer, found out without loading Qt."""

import os
import sys

_WITHOUT_SCREEN = {"offscreen", "minimal"}


def has_display() -> bool:
    """Return whether somebody can see a window."""
    if _qt_platform() in _WITHOUT_SCREEN:
        return False
    return sys.platform in {"win32", "darwin"} or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def can_open_window() -> bool:
    """Return whether Qt finds a place for a window, seen or not; it ends the process where there is none."""
    return bool(_qt_platform()) or has_display()


def _qt_platform() -> str:
    return os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
