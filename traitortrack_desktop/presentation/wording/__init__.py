"""Every sentence an operator sees, in one place, ready for translation. No other module has any.

``english`` joins the whole language; the other modules hold parts of it.
"""

from traitortrack_desktop.presentation.wording.english import ENGLISH

__all__ = ["ENGLISH"]
