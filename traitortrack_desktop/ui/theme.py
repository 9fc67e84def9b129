"""From roles to Qt: fonts, colours and the few style rules of our own. GUI thread."""

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from traitortrack_desktop.presentation.palette import PALETTES, Palette, Theme

TEXT_FAMILIES = [
    "Inter",
    "Segoe UI Variable Text",
    "Segoe UI",
    "Noto Sans",
    "Noto Sans Devanagari",
    "DejaVu Sans",
]
CODE_FAMILIES = ["JetBrains Mono", "Cascadia Mono", "Consolas", "Noto Sans Mono", "DejaVu Sans Mono"]


def text_font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the font for sentences and numbers, with figures of equal width."""
    return _font(TEXT_FAMILIES, pixels, weight)


def code_font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the font for codes: every character of equal width, the zero marked."""
    return _font(CODE_FAMILIES, pixels, weight)


def _font(families: list[str], pixels: int, weight: QFont.Weight) -> QFont:
    font = QFont()
    font.setFamilies(families)
    font.setPixelSize(max(6, pixels))
    font.setWeight(weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setFeature(QFont.Tag("zero"), 1)
    return font


def dress(application: QApplication, theme: Theme) -> None:
    """Give *application* the style, colours and style rules of *theme*; may be called again."""
    palette = PALETTES[theme]
    application.setStyle("Fusion")
    application.setFont(text_font(16))
    application.setPalette(_qt_palette(palette))
    application.setStyleSheet(_rules(palette))


def _qt_palette(palette: Palette) -> QPalette:
    roles = QPalette.ColorRole
    colours = QPalette()
    for role, value in {
        roles.Window: palette.window.ground,
        roles.WindowText: palette.window.text,
        roles.Base: palette.panel.ground,
        roles.AlternateBase: palette.key.ground,
        roles.Text: palette.panel.text,
        roles.PlaceholderText: palette.panel.quiet,
        roles.Button: palette.key.ground,
        roles.ButtonText: palette.key.text,
        roles.Highlight: palette.highlight,
        roles.HighlightedText: palette.window.ground,
    }.items():
        colours.setColor(role, QColor(value))
    return colours


def _rules(palette: Palette) -> str:
    """Return the style rules of the forms, the only places with text fields."""
    panel, key = palette.panel, palette.key
    return f"""
        QLineEdit {{
            background: {key.ground}; color: {key.text}; border: 2px solid {palette.edge};
            border-radius: 8px; padding: 10px 14px; selection-background-color: {palette.highlight};
            selection-color: {palette.panel.ground}; placeholder-text-color: {panel.quiet};
        }}
        QLineEdit:focus {{ border-color: {palette.highlight}; }}
        QLineEdit:disabled {{ color: {panel.quiet}; border-color: {palette.line}; }}
        QComboBox {{
            background: {key.ground}; color: {key.text}; border: 2px solid {palette.edge};
            border-radius: 8px; padding: 6px 14px;
        }}
        QComboBox:focus {{ border-color: {palette.highlight}; }}
        QComboBox:disabled {{ color: {panel.quiet}; border-color: {palette.line}; }}
        QComboBox::drop-down {{ border: none; width: 36px; }}
        QComboBox::down-arrow {{ image: none; }}
        QComboBox QAbstractItemView {{
            background: {panel.ground}; color: {panel.text}; border: 1px solid {palette.edge};
            selection-background-color: {palette.highlight}; selection-color: {panel.ground};
        }}
        QScrollBar:vertical {{ background: transparent; width: 14px; margin: 2px; }}
        QScrollBar::handle:vertical {{ background: {palette.edge}; border-radius: 5px; min-height: 48px; }}
        QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
        QScrollBar::add-page:vertical, QScrollBar::sub-page:vertical {{ background: transparent; }}
        QComboBox QAbstractItemView::item {{ min-height: 46px; padding: 0 12px; }}
        QPushButton#primary {{
            background: {palette.highlight}; color: {panel.ground}; border: 2px solid transparent;
            border-radius: 8px; padding: 12px 14px;
        }}
        QPushButton#primary:focus {{ border-color: {panel.text}; }}
        QPushButton#primary:disabled {{ background: {palette.track}; color: {panel.quiet}; }}
        QPushButton#secondary {{
            background: {key.ground}; color: {key.text}; border: 2px solid {palette.edge};
            border-radius: 8px; padding: 12px 14px;
        }}
        QPushButton#secondary:pressed {{ background: {palette.line}; }}
        QPushButton#secondary:focus {{ border-color: {palette.highlight}; }}
        QPushButton#secondary:checked {{ background: {palette.highlight}; color: {panel.ground}; }}
    """
