"""What a question to the centre comes to for a screen: its answer, or why there is none. Any thread."""

import logging
from collections.abc import Callable
from typing import TypeVar

from traitortrack_desktop.environment.redaction import redacted_traceback
from traitortrack_desktop.services.people_desk import PeopleTrouble
from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreUnreachableError,
    EntriesNotAcceptableError,
    NotPermittedError,
)

Answer = TypeVar("Answer")

_log = logging.getLogger(__name__)


def answer_of(question: Callable[[], Answer]) -> Answer | PeopleTrouble:
    """Return the answer to *question*, or what kept the centre from giving one. Raises nothing."""
    try:
        return question()
    except NotPermittedError:
        return PeopleTrouble.NOT_PERMITTED
    except CentreUnreachableError:
        return PeopleTrouble.UNREACHABLE
    except (CentreMismatchError, EntriesNotAcceptableError):
        return PeopleTrouble.MISMATCH
    except Exception:  # noqa: BLE001 - whoever asked has to get an answer
        _log.error("A question to the centre failed: %s", redacted_traceback())
        return PeopleTrouble.DEFECT
