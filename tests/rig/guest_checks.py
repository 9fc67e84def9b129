"""Run the checks inside the guest, as root: one line for each, exit status 1 when one failed."""

import signal
import sys
import time
import traceback
from collections.abc import Callable
from types import FrameType

import driver_checks
import keyboard_checks
import pos_checks
import rack_checks
import serial_checks
from bench import Bench

Check = Callable[[Bench], None]
CHECKS: tuple[Check, ...] = (
    *driver_checks.CHECKS,
    *serial_checks.CHECKS,
    *keyboard_checks.CHECKS,
    *pos_checks.CHECKS,
    *rack_checks.CHECKS,
)
LONGEST_SECONDS = 60


def main(words: list[str]) -> int:
    """Run the checks whose name holds one of *words*, or all."""
    signal.signal(signal.SIGALRM, _time_is_up)
    names = {check.__name__.replace("_", " "): check for check in CHECKS}
    chosen = {
        name: check for name, check in names.items() if not words or any(word in name for word in words)
    }
    passed = sum(_passes(name, check) for name, check in chosen.items())
    print(f"rig: {passed} passed, {len(chosen) - passed} failed")
    return 0 if chosen and passed == len(chosen) else 1


def _passes(name: str, check: Check) -> bool:
    began = time.monotonic()
    signal.alarm(LONGEST_SECONDS)
    try:
        with Bench() as bench:
            check(bench)
    except Exception:  # noqa: BLE001 - whatever went wrong, the next check is run
        print(f"FAILED after {time.monotonic() - began:.1f} s  {name}\n{traceback.format_exc()}")
        return False
    finally:
        signal.alarm(0)
    print(f"ok {time.monotonic() - began:5.1f} s  {name}")
    return True


def _time_is_up(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"the check took more than {LONGEST_SECONDS} s")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
