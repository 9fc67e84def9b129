"""What painted buttons share: for a finger or a mouse, never wider than their row. GUI thread."""

from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.sizes import Sizes


class Pressable(Protocol):
    """What a button shows."""

    @property
    def label(self) -> str:
        """What stands on it."""

    @property
    def usable(self) -> bool:
        """Whether it can be pressed."""


P = TypeVar("P", bound=Pressable)


class TouchButton(QAbstractButton, Generic[P]):
    """Shows one press; what paints it sets :attr:`is_cut_off`."""

    def __init__(self, press: P, palette_: Palette, sizes: Sizes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.press_ = press
        self.is_cut_off = False
        self._colours, self._sizes = palette_, sizes
        self.show_press(press)

    def show_press(self, press: P) -> None:
        """Show *press* in the place of the one before."""
        self.press_ = press
        self.setEnabled(press.usable)
        self.setAccessibleName(press.label)
        self.update()

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        self._colours, self._sizes = palette_, sizes
        self.setMinimumHeight(self.height_for(sizes))
        self.update()

    @staticmethod
    def height_for(sizes: Sizes) -> int:
        """Return how high it is."""
        raise NotImplementedError

    def sizeHint(self) -> QSize:
        """Return a size that never pushes the row wider."""
        return QSize(10, self.height_for(self._sizes))
