"""What may be told of a reading that may be a password. Pure.

One rule: of such a reading only our own codes are told, which begin with one of the whole words below and
are no secret. A badge is a secret too, but it is how somebody signs in, and whoever takes it keeps only
that one came (``domain.codes``): so it is told whole and never recorded. Everything else is refused
visibly and without content.
"""

from dataclasses import replace

from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.operators import BADGE_PREFIX
from traitortrack_desktop.domain.scanners import SET_UP_PREFIX, TEST_PREFIX
from traitortrack_desktop.domain.symbologies import split_identifier

_OPEN = ("TT-CMD-", SET_UP_PREFIX, TEST_PREFIX)
_WHOLE = frozenset({FrameKind.COMPLETE, FrameKind.TYPED})


def without_secrets(frame: ScanFrame) -> ScanFrame:
    """Return *frame* as it may be submitted."""
    if _begins_with(frame, BADGE_PREFIX) and frame.kind in _WHOLE:
        return frame
    return recorded_without_secrets(frame)


def recorded_without_secrets(frame: ScanFrame) -> ScanFrame:
    """Return *frame* as it may be recorded."""
    return frame if _begins_with(frame, *_OPEN) else replace(frame, raw=b"", kind=FrameKind.GARBLED)


def _begins_with(frame: ScanFrame, *words: str) -> bool:
    _, data = split_identifier(frame.raw)
    return data.startswith(tuple(word.encode() for word in words))
