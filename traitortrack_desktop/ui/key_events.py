"""Qt's key events as strokes of the keyboard. GUI thread."""

import sys
from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from traitortrack_desktop.devices.key_characters import KEYPAD_DIGITS, MODIFIER_CODES, KeyStroke

ACTION_KEYS: Mapping[int, str] = {Qt.Key.Key_F1 + i: f"F{i + 1}" for i in range(12)} | {
    Qt.Key.Key_Escape: "Esc"
}
_NEVER_SHIFTED = frozenset({"Esc", "F10", "F12"})
"""The way out, the menu, and the key that is held: they are the same with Shift."""
_CODES_WITHOUT_NATIVE_ONE: Mapping[int, int] = {
    Qt.Key.Key_Return: 28,
    Qt.Key.Key_Enter: 28,
    Qt.Key.Key_Tab: 15,
    Qt.Key.Key_Shift: 42,
    Qt.Key.Key_Control: 29,
    Qt.Key.Key_Alt: 56,
    Qt.Key.Key_AltGr: 0x138,
    Qt.Key.Key_Meta: 0x15B,
    Qt.Key.Key_CapsLock: 58,
    Qt.Key.Key_NumLock: 69,
    Qt.Key.Key_ScrollLock: 70,
}
_BARE_MODIFIERS = frozenset(key for key, code in _CODES_WITHOUT_NATIVE_ONE.items() if code in MODIFIER_CODES)


def action_key(key: int, *, shift: bool) -> str:
    """Return what the action key *key*, one of Qt's, is called with Shift or without."""
    name = ACTION_KEYS[key]
    return f"Shift+{name}" if shift and name not in _NEVER_SHIFTED else name


def set_1_code(native: int, platform: str = sys.platform) -> int:
    """Return the PC set-1 scan code of Qt's native one (0 where there is none).

    X11 and Wayland report the kernel's code plus 8, which for the main keys is set 1; Windows
    reports set 1 itself.
    """
    if platform.startswith("linux"):
        return native - 8 if native > 8 else 0
    return native if platform == "win32" else 0


def stroke_of(event: QKeyEvent, *, at_ms: int | None, repeated: bool = False) -> KeyStroke:
    """Return the stroke that *event* tells of, at the time *at_ms*."""
    modifiers = event.modifiers()
    code = set_1_code(event.nativeScanCode()) or _CODES_WITHOUT_NATIVE_ONE.get(event.key(), 0)
    if code in MODIFIER_CODES and not is_bare_modifier(event):
        code = 0  # Windows adds the character that Alt and the keypad made under the code of Alt.
    return KeyStroke(
        code=code,
        text=event.text(),
        shift=bool(modifiers & Qt.KeyboardModifier.ShiftModifier),
        control=bool(modifiers & Qt.KeyboardModifier.ControlModifier),
        alt=bool(modifiers & Qt.KeyboardModifier.AltModifier),
        repeated=repeated,
        at_ms=at_ms,
    )


def is_bare_modifier(event: QKeyEvent) -> bool:
    """Whether it is Shift, Ctrl, Alt, a lock or a logo key itself."""
    return event.key() in _BARE_MODIFIERS


def belongs_to_the_desktop(event: QKeyEvent) -> bool:
    """Whether a key is one such as Alt+F4, which the window system answers to."""
    alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
    meta = bool(event.modifiers() & Qt.KeyboardModifier.MetaModifier)
    is_digit = set_1_code(event.nativeScanCode()) in KEYPAD_DIGITS
    return meta or (alt and not is_digit and (event.key() in ACTION_KEYS or not event.text()))


def identity_of(event: QKeyEvent) -> int:
    """Return what press and release of one key have in common."""
    return event.nativeScanCode() or -int(event.key())


def field_with_the_keyboard() -> QWidget | None:
    """Return the widget that characters are typed into now, if there is one."""
    focused = QApplication.focusWidget()
    if isinstance(focused, QComboBox):
        return focused if focused.isEditable() else None
    if isinstance(focused, (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)):
        return None if focused.property("readOnly") else focused
    return None


def hides_what_is_typed(widget: QWidget) -> bool:
    """Whether *widget* is a password's field."""
    return isinstance(widget, QLineEdit) and widget.echoMode() is not QLineEdit.EchoMode.Normal
