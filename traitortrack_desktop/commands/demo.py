"""``demo``: the station on a centre of its own, with a shift to watch, and every figure checked at the end.

With a display it opens the window, where a person may scan along; without one it works through the
shift at higher speed and leaves a picture. Qt is loaded only when the window opens.
"""

import argparse
import json
import secrets
import shutil
import signal
import sys
import threading
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from traitortrack_desktop.assembly import station_window
from traitortrack_desktop.commands.demo_centre import DemoCentre, demo_bags, let_in, running_demo_centre
from traitortrack_desktop.commands.exit_codes import CommandFailed, ExitCode
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.environment.device_identity import device_identity
from traitortrack_desktop.environment.display import has_display
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgresError
from traitortrack_desktop.environment.paths import private_folder
from traitortrack_desktop.environment.postgres_binaries import PostgresNotFoundError
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.environment.single_instance import InstanceLock
from traitortrack_desktop.runtime.station import Station
from traitortrack_desktop.services.events import OperatorChanged, ScanDecided, StationEvent, WorkResumed
from traitortrack_desktop.services.ports import SignedIn
from traitortrack_desktop.services.reckoning import (
    JournalFigures,
    disagreements,
    figures_of,
    parents_named,
)
from traitortrack_desktop.simulation.shift import recorded_shift, steps_to_an_empty_bench
from traitortrack_desktop.storage.central.rows_to_check import rows_to_check
from traitortrack_desktop.storage.local.answered import answered_entries

if TYPE_CHECKING:
    from traitortrack_desktop.ui.demo_show import Show

SPEED_WITHOUT_DISPLAY = 12.0
_DRAIN_SECONDS = 30.0
_SIGN_IN_SECONDS = 15.0
_STATION_NAME = "Demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReport:
    """What the demo came to. *figures* are of the whole journal, also of earlier demos in it."""

    figures: JournalFigures
    disagreements: tuple[str, ...]
    sheet: str
    picture: str | None

    def require_agreement(self) -> None:
        """Raise ``CommandFailed`` unless the centre agrees and nothing waits."""
        if self.disagreements:
            raise CommandFailed(f"the centre and the journal differ in {len(self.disagreements)} places")
        if self.figures.pending:
            raise CommandFailed(f"waiting for the centre: {self.figures.pending}", ExitCode.LEFT_UNDONE)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's options."""
    parser = commands.add_parser("demo", help="try the station, with a made-up depot and nothing to set up")
    parser.add_argument("--seconds", type=float, metavar="N", help="end by itself after N seconds")
    parser.add_argument(
        "--fresh", action="store_true", help="start anew; without it, data stays between demos"
    )
    parser.add_argument(
        "--no-shift",
        action="store_true",
        help="no simulated scanner: only what a person scans or types",
    )
    parser.add_argument(
        "--speed", type=float, metavar="FACTOR", help="work so many times faster than by hand"
    )
    parser.add_argument("--shift-seed", type=int, metavar="N", help="repeat the shift number N")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run the demo; exit code 0 only when the centre holds exactly what the journal says."""
    for name in ("seconds", "speed"):
        value = getattr(arguments, name)
        if value is not None and not 0 < value < 1e6:
            raise CommandFailed(f"--{name} takes a number above 0", ExitCode.WRONG_USAGE)
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        report = _run_in(private_folder(settings.data_dir / "demo"), arguments, settings)
    except (EmbeddedPostgresError, PostgresNotFoundError) as error:
        raise CommandFailed(str(error)) from error
    finally:
        signal.signal(signal.SIGTERM, previous)
    _print(report, as_json=arguments.json)
    report.require_agreement()
    return ExitCode.DONE


def _run_in(folder: Path, arguments: argparse.Namespace, settings: Settings) -> DemoReport:
    from traitortrack_desktop.commands.demo_sheet import write_demo_sheet  # noqa: PLC0415 - loads reportlab

    with ExitStack() as stack:
        stack.enter_context(InstanceLock.acquire(folder / "demo.lock"))
        if arguments.fresh:
            _clear(folder)
        sheet = folder / "barcodes.pdf"
        write_demo_sheet(sheet, demo_bags())
        _tell(f"Barcodes to print: {sheet}")
        centre = stack.enter_context(running_demo_centre(folder / "server"))
        picture = None if has_display() else folder / "screenshot.png"
        _work(centre, folder / "station", arguments, settings, picture)
        return _check(centre, folder / "station", sheet, picture)


def _clear(folder: Path) -> None:
    for part in (folder / "server", folder / "station"):
        if part.exists():
            shutil.rmtree(part)


def _work(
    centre: DemoCentre,
    data_dir: Path,
    arguments: argparse.Namespace,
    settings: Settings,
    picture: Path | None,
) -> None:
    """Run the station with its window until the show is over and everything is delivered."""
    from traitortrack_desktop.ui.demo_show import run_show  # noqa: PLC0415 - loads Qt

    observer = _Observer()
    own = _station_settings(settings, data_dir, centre)
    let_in(centre, own)
    with station_window(own, listeners=[observer]) as (station, window):
        _sign_in(station, centre)
        run_show(window, _show(station, centre, observer, arguments, picture))
        centre.line.restore()
        station.wait_until_nothing_waits(_DRAIN_SECONDS)


def _station_settings(settings: Settings, data_dir: Path, centre: DemoCentre) -> Settings:
    return replace(
        settings,
        data_dir=private_folder(data_dir),
        database_url=centre.station_url,
        station=_STATION_NAME,
        practice=True,
        offline_sign_in_days=0,  # a demo leaves nothing in the key ring of the person who tries it
    )


class _Observer:
    """Knows whether somebody is signed in and where the work stood; told on the station's threads."""

    def __init__(self) -> None:
        self._someone = threading.Event()
        self._badge_is_checked = False
        self.state_at_start = WorkState()

    def __call__(self, event: StationEvent) -> None:
        """Take one event."""
        match event:
            case WorkResumed():
                self.state_at_start = event.state
            case OperatorChanged(person=None):
                self._someone.clear()
            case OperatorChanged():
                self._badge_is_checked = False
                self._someone.set()
            case ScanDecided():
                reason = event.entry.decision.reason
                self._badge_is_checked = reason is Reason.BADGE_BEING_CHECKED
            case _:
                pass

    def may_scan(self) -> bool:
        """Whether scans would be recorded under somebody's name now."""
        return self._someone.is_set() and not self._badge_is_checked


def _sign_in(station: Station, centre: DemoCentre) -> None:
    answer = station.sign_in_and_wait(
        centre.operator, centre.operator_password, timeout_seconds=_SIGN_IN_SECONDS
    )
    if not isinstance(answer, SignedIn):
        raise CommandFailed(f"the demo's operator could not sign in: {answer}")


def _show(
    station: Station,
    centre: DemoCentre,
    observer: _Observer,
    arguments: argparse.Namespace,
    picture: Path | None,
) -> "Show":
    from traitortrack_desktop.ui.demo_show import Show  # noqa: PLC0415 - loads Qt

    watched = picture is None
    seed = arguments.shift_seed if arguments.shift_seed is not None else secrets.randbits(32)
    return Show(
        steps=()
        if arguments.no_shift
        else steps_to_an_empty_bench(observer.state_at_start)
        + recorded_shift(seed=seed, bags=demo_bags(badge=centre.relief_badge)),
        line=centre.line,
        settled=lambda: station.wait_until_nothing_waits(0),
        may_type=observer.may_scan,
        began=lambda: _tell("The window is open" if arguments.no_shift else f"Shift number {seed} begins"),
        speed=arguments.speed or (1.0 if watched else SPEED_WITHOUT_DISPLAY),
        seconds=arguments.seconds,
        ends_after_shift=not (watched or (arguments.no_shift and arguments.seconds)),
        picture=picture,
    )


# -- the check


def _check(centre: DemoCentre, data_dir: Path, sheet: Path, picture: Path | None) -> DemoReport:
    entries = answered_entries(data_dir)
    rows = rows_to_check(
        centre.owner_url,
        device=DeviceId(device_identity(data_dir)),
        epochs={entry.epoch for entry, _receipt in entries},
        parents=parents_named(entries),
    )
    return DemoReport(
        figures=figures_of(entries),
        disagreements=disagreements(entries, rows),
        sheet=str(sheet),
        picture=str(picture) if picture is not None and picture.exists() else None,
    )


def _print(report: DemoReport, *, as_json: bool) -> None:
    figures = report.figures
    if as_json:
        agrees = not report.disagreements
        print(json.dumps({**asdict(figures), "agrees": agrees, **_without_figures(report)}))
        return
    print(
        f"captured {figures.captured}, posted {figures.posted}, refused {figures.refused}, "
        f"waiting {figures.pending}"
    )
    if report.picture is not None:
        print(f"picture of the screen: {report.picture}")
    for sentence in report.disagreements:
        print(f"DIFFERS: {sentence}")
    if not report.disagreements:
        print("the centre holds exactly what the station was told")


def _without_figures(report: DemoReport) -> dict[str, object]:
    return {
        "disagreements": list(report.disagreements),
        "sheet": report.sheet,
        "picture": report.picture,
    }


def _tell(text: str) -> None:
    """Say what happens, beside the result."""
    print(text, file=sys.stderr)
