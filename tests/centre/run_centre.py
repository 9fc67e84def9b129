"""Try the centre on the databases that it may meet: ``python3 installer/dev.py centre``; see README.md.

Exit status 0 when everything was as it should be, 1 when something was not, 2 for wrong usage.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Callable

from centre import shapes_run
from centre.servers import CHOICES, servers
from centre.shapes import SHAPES
from centre.steps import summary

RUNS = {
    "shapes": "",
    "size": "centre.size",
    "together": "centre.together",
    "hot-row": "centre.hot_row",
    "timing": "centre.timing",
}
"""What can be run, with the module of each whose ``main(arguments)`` returns the exit status."""


def main(arguments: list[str]) -> int:
    """Run what *arguments* ask for; the shapes when they name nothing else."""
    started = time.monotonic()
    named = arguments[0] if arguments and arguments[0] in RUNS else None
    rest = arguments[1:] if named else arguments
    try:
        status = _main_of(RUNS[named])(rest) if named and RUNS[named] else _shapes(rest)
    except FileNotFoundError as missing:
        print(missing, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    verdict = "all well" if status == 0 else "not as it should be"
    print(f"centre: {verdict}, took {time.monotonic() - started:.0f} s")
    return status


def _main_of(module: str) -> Callable[[list[str]], int]:
    found: Callable[[list[str]], int] = importlib.import_module(module).main
    return found


def _shapes(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="dev.py centre", description=f"Also: dev.py centre {'|'.join(RUNS)} [--help]"
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help="the shapes whose name holds one of these")
    parser.add_argument("--postgres", choices=CHOICES, default="both", help="which servers (default both)")
    parser.add_argument(
        "--bags", type=int, default=0, metavar="N", help="blow every shape up by N sound bags"
    )
    given = parser.parse_args(arguments)
    shapes = shapes_run.chosen(given.words)
    if not shapes:
        parser.error(f"no shape has such a name; there are {', '.join(shape.name for shape in SHAPES)}")
    done = shapes_run.run(servers(given.postgres), shapes, given.bags)
    print(f"\n{summary(done)}\n")
    return 1 if any(steps.failed for steps in done) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
