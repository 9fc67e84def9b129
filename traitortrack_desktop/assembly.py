"""Builds and joins every object once. The only module that sees all packages.

The station is joined first and the window around it second, so that headless commands never load Qt.
"""

import contextlib
import logging
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from traitortrack_desktop import __version__
from traitortrack_desktop.devices.scanner_rack import ScannerRack
from traitortrack_desktop.domain.codes import CodeRules, code_rules
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.scanners import SerialLine
from traitortrack_desktop.environment.crash_reports import CrashReports
from traitortrack_desktop.environment.database_password import DatabasePasswordPlaces
from traitortrack_desktop.environment.device_identity import device_identity
from traitortrack_desktop.environment.display import has_display
from traitortrack_desktop.environment.logs import start_logging, stop_logging
from traitortrack_desktop.environment.paths import logs_dir, user_settings_file
from traitortrack_desktop.environment.secrets import DatabasePasswords
from traitortrack_desktop.environment.secrets_file import SecretsFile
from traitortrack_desktop.environment.settings import Settings, SettingsError
from traitortrack_desktop.environment.sign_in_key import SignInKey
from traitortrack_desktop.environment.single_instance import AlreadyRunningError
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.palette import Theme
from traitortrack_desktop.runtime.background import Background
from traitortrack_desktop.runtime.background_badges import BackgroundBadges
from traitortrack_desktop.runtime.background_find import BackgroundFind
from traitortrack_desktop.runtime.background_set_up import BackgroundSetUp, is_refused_without_password
from traitortrack_desktop.runtime.catalogue_loop import CatalogueLoop
from traitortrack_desktop.runtime.delivery_loop import DeliveryLoop
from traitortrack_desktop.runtime.event_log import log_event
from traitortrack_desktop.runtime.intake_loop import IntakeLoop
from traitortrack_desktop.runtime.station import EventHub, Station
from traitortrack_desktop.services.catalogue import merged
from traitortrack_desktop.services.catalogue_following import CatalogueFollowing
from traitortrack_desktop.services.catalogue_load import CatalogueLoad
from traitortrack_desktop.services.delivery import Delivery
from traitortrack_desktop.services.events import StationListener
from traitortrack_desktop.services.known_bills import merged_bill
from traitortrack_desktop.services.password_question import PasswordQuestion, PasswordWanted
from traitortrack_desktop.services.ports import StationStanding
from traitortrack_desktop.services.scan_intake import ScanIntake
from traitortrack_desktop.services.set_up import FirstSetUp, SetUpControls, SetUpDone
from traitortrack_desktop.services.station_naming import StationNaming
from traitortrack_desktop.storage.central.accounts import CentralAccounts
from traitortrack_desktop.storage.central.catalogue_feed import CentralCatalogueSource
from traitortrack_desktop.storage.central.enrolment import Enrolment, enrol_now
from traitortrack_desktop.storage.central.finder import CentralFinderOffice
from traitortrack_desktop.storage.central.first_contact import CentralDoor
from traitortrack_desktop.storage.central.found_address import FoundAddress, found_address
from traitortrack_desktop.storage.central.people_office import CentralPeopleOffice
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.local.catalogue import SqliteCatalogue
from traitortrack_desktop.storage.local.finder import SqliteFinder
from traitortrack_desktop.storage.local.journal import SqliteJournal
from traitortrack_desktop.storage.local.reading import SqliteWaitingEntries
from traitortrack_desktop.storage.local.remembered_sign_ins import RememberedInFile
from traitortrack_desktop.storage.local.scanner_profiles import ScannerProfilesFile
from traitortrack_desktop.storage.local.station_name import StationNameFile

if TYPE_CHECKING:
    from traitortrack_desktop.ui.main_window import MainWindow

_log = logging.getLogger(__name__)
_SHEET = "scanner-set-up.pdf"
_BADGES = "badges"
ENROLMENT_CODE = "TRAITORTRACK_ENROLMENT_CODE"
"""The environment variable from which a station takes its one-time code; used once, then it may go."""

_NO_CENTRE = "no central database is set: TRAITORTRACK_DATABASE_URL, or database_url in a file"


@contextlib.contextmanager
def running_station(
    settings: Settings,
    *,
    listeners: Sequence[StationListener] = (),
    sign_in_required: bool = False,
) -> Iterator[Station]:
    """Give a started station without scanners, and stop it at the end; *listeners* hear everything.

    Raises ``SettingsError`` and whatever opening the journal raises.
    """
    with _kept_records(settings):
        station = assemble_station(settings, listeners=listeners, sign_in_required=sign_in_required)
        station.start()
        try:
            yield station
        finally:
            station.stop()


@contextlib.contextmanager
def station_window(
    settings: Settings, *, address: FoundAddress | None = None, listeners: Sequence[StationListener] = ()
) -> Iterator[tuple[Station, "MainWindow"]]:
    """Give a started station with its window shown; close and stop both at the end. Loads Qt.

    *address* is where the centre is, when that was looked for already. The caller runs the event loop.
    Raises what :func:`running_station` raises.
    """
    from traitortrack_desktop.ui.application import build_application, chosen_theme, show  # noqa: PLC0415
    from traitortrack_desktop.ui.find.find_place import FindPlace  # noqa: PLC0415
    from traitortrack_desktop.ui.main_window import MainWindow  # noqa: PLC0415
    from traitortrack_desktop.ui.office.places import office_places  # noqa: PLC0415
    from traitortrack_desktop.ui.printed_commands import commands_printer  # noqa: PLC0415
    from traitortrack_desktop.ui.scanners import window_scanners  # noqa: PLC0415
    from traitortrack_desktop.ui.sounds import SoundBoard  # noqa: PLC0415

    application = build_application(sys.argv[:1], theme=Theme.LIGHT)
    theme = chosen_theme(application, settings.theme)
    with _kept_records(settings):
        station = assemble_station(
            settings, address=address, listeners=listeners, sign_in_required=True, for_people=True
        )
        rack = scanner_rack(settings, station, ports=settings.serial_ports)
        rules = site_rules(settings)
        office, own_password = office_places(badge_folder=settings.data_dir / _BADGES, now=station_time)
        window = MainWindow(
            station,
            tongue=Tongue(),
            theme=theme,
            now=station_time,
            sound=SoundBoard(),
            version=__version__,
            capacity=rules.capacity,
            viewing_distance_metres=settings.viewing_distance_m,
            idle_lock_minutes=settings.idle_lock_minutes,
            office=office,
            own_password=own_password,
            find=partial(FindPlace, bill_capacity=rules.bill_capacity),
            print_commands=commands_printer(settings.data_dir),
            scanners=window_scanners(
                application,
                rack,
                submit=rack.submit,
                tap=rack.tap,
                wording=Tongue().wording,
                sheet=settings.data_dir / _SHEET,
            ),
        )
        window.take_theme(theme)
        try:
            station.start()
            with _reading(rack), _closed_at_the_end(window):
                window.take_profiles()
                show(window)
                with _of_this_system(rack, window):
                    yield station, window
        finally:
            station.stop()


def run_station_window(settings: Settings) -> int:
    """Open the station window, after the set-up where no centre is set or the question for a password that
    no place has, and return the exit code when it is closed. Loads Qt.

    Raises ``SettingsError`` when the set-up was left undone.
    """
    from traitortrack_desktop.ui.application import run_event_loop, tell  # noqa: PLC0415

    if not settings.database_url:
        settings = _set_up(settings)
    address = _with_password_if_wanted(settings, centre_address(settings))
    try:
        with station_window(settings, address=address):
            return run_event_loop()
    except AlreadyRunningError:
        if has_display():
            tell(Tongue().wording.already_running)
        raise


def _set_up(settings: Settings) -> Settings:
    first = FirstSetUp(
        door=_door(settings),
        passwords=database_passwords(settings),
        settings_file=user_settings_file(os.environ),
    )
    done = _asked_in_a_window(settings, BackgroundSetUp(first.connect))
    if done is None:
        raise SettingsError(_NO_CENTRE)
    return replace(settings, database_url=done.database_url, station=done.station)


def _with_password_if_wanted(settings: Settings, address: FoundAddress) -> FoundAddress:
    """Return *address*, with what a person types when the centre wants a password that no place has."""
    if not address.lacks_password or address.account is None:
        return address
    door = _door(settings)
    if not is_refused_without_password(door, address.url):
        return address
    wanted = PasswordWanted(address=address.url, account=address.account, station=settings.station)
    question = PasswordQuestion(wanted, door=door, passwords=database_passwords(settings))
    done = _asked_in_a_window(settings, BackgroundSetUp(question.connect), wanted=wanted)
    if done is None:
        raise SettingsError(f"no password for the database account {address.account}")
    return replace(address, url=done.database_url)


def _asked_in_a_window(
    settings: Settings, controls: SetUpControls, *, wanted: PasswordWanted | None = None
) -> SetUpDone | None:
    """Return what the person's answers led to, ``None`` when the window was left."""
    from traitortrack_desktop.ui.application import (  # noqa: PLC0415
        build_application,
        chosen_theme,
        run_event_loop,
        show,
    )
    from traitortrack_desktop.ui.set_up_window import SetUpWindow  # noqa: PLC0415
    from traitortrack_desktop.ui.theme import dress  # noqa: PLC0415

    application = build_application(sys.argv[:1], theme=Theme.LIGHT)
    theme = chosen_theme(application, settings.theme)
    dress(application, theme)
    window = SetUpWindow(
        controls,
        Tongue().wording,
        theme=theme,
        station=settings.station,
        version=__version__,
        wanted=wanted,
    )
    show(window)
    run_event_loop()
    return window.done


def _door(settings: Settings) -> CentralDoor:
    return CentralDoor(DeviceId(device_identity(settings.data_dir)))


def _of_this_system(rack: ScannerRack, window: "MainWindow") -> contextlib.AbstractContextManager[None]:
    if sys.platform == "win32":
        from traitortrack_desktop.devices.raw_input_calls import Windows  # noqa: PLC0415
        from traitortrack_desktop.ui.windows_scanners import windows_scanners  # noqa: PLC0415

        return windows_scanners(rack, window, Windows())
    return contextlib.nullcontext()


@contextlib.contextmanager
def reading_port(settings: Settings, station: Station, port: str) -> Iterator[None]:
    """Read scans for *station* from the scanner at *port* alone, as it was set up if it was."""
    with _reading(scanner_rack(settings, station, ports=(port,), ports_only=True)):
        yield


@contextlib.contextmanager
def _reading(rack: ScannerRack) -> Iterator[None]:
    rack.start()
    try:
        yield
    finally:
        rack.stop()


@contextlib.contextmanager
def _closed_at_the_end(window: "MainWindow") -> Iterator[None]:
    try:
        yield
    finally:
        if window.isVisible():
            window.close()


def scanner_rack(
    settings: Settings, station: Station, *, ports: Sequence[str], ports_only: bool = False
) -> ScannerRack:
    """Return the scanners of *station*, which do not read yet, and of *ports* beside or without them."""
    rack = ScannerRack(
        profiles=ScannerProfilesFile(settings.data_dir),
        submit=station.submit,
        tell=station.tell,
        recordings=settings.data_dir / "recordings",
        ports=ports,
        ports_only=ports_only,
        line=SerialLine(baud=settings.serial_baud_rate),
    )
    station.subscribe(rack.take)
    return rack


def assemble_station(
    settings: Settings,
    *,
    address: FoundAddress | None = None,
    listeners: Sequence[StationListener] = (),
    sign_in_required: bool = False,
    for_people: bool = False,
) -> Station:
    """Return a station that is joined and not yet started; *for_people* scanning at it, not for a script."""
    address = address or centre_address(settings)
    address.log()
    url = address.url
    rules = site_rules(settings)
    device = DeviceId(device_identity(settings.data_dir))
    hub = EventHub()
    hub.subscribe(log_event)
    catalogue = SqliteCatalogue(
        settings.data_dir,
        damaged=lambda: loading.load_anew(),  # noqa: PLW0108 - made further down
    )
    loading = CatalogueLoop(
        CatalogueLoad(
            copy=catalogue,
            source=CentralCatalogueSource(url, station_name=settings.station),
            tell=hub.tell,
            seconds=time.monotonic,
        ),
        loaded=lambda: sending.wake(),  # noqa: PLW0108 - made further down
    )
    trust = timedelta(hours=settings.fact_trust_hours)

    def open_intake() -> ScanIntake:
        journal = SqliteJournal.open(
            settings.data_dir,
            device=device,
            station=settings.station,
            clock=station_time,
        )
        if journal.recovered is not None:
            _log.error("The journal was damaged; what could be read goes on: %s", journal.recovered)
        return ScanIntake(
            journal=journal,
            rules=rules,
            tell=hub.tell,
            sign_in_required=sign_in_required,
            for_people=for_people,
            badges=badges,
            known_about=lambda code: merged(
                code,
                journal.bag_memory(code),
                catalogue.known(code),
                now=station_time(),
                trust=trust,
                called_now=journal.called_now,
            ),
            known_bill=lambda code: merged_bill(
                code, journal.bill_memory(code), catalogue.known_bill(code), now=station_time(), trust=trust
            ),
            known_ticket=journal.ticket_memory,
            catalogue_bill=catalogue.known_bill,
            device=device,
            clock=station_time,
        )

    intake = IntakeLoop(open_intake)
    accounts = CentralAccounts(
        url,
        device=device,
        station_name=settings.station,
        version=__version__,
        enrolment_code=os.environ.get(ENROLMENT_CODE),
    )
    remembered = RememberedInFile(
        settings.data_dir,
        key=SignInKey(settings.data_dir, str(device)),
        clock=station_time,
        days=settings.offline_sign_in_days,
    )
    background = Background()
    badges = BackgroundBadges(
        accounts=accounts,
        remembered=remembered,
        background=background,
        answered=intake.take_badge_answer,
    )
    naming = StationNaming(kept=StationNameFile(settings.data_dir), tell=hub.tell)

    def take_standing(standing: StationStanding) -> None:
        naming.take(standing)
        intake.take_standing(standing)

    delivery = Delivery(
        waiting=SqliteWaitingEntries(settings.data_dir),
        office=CentralPostingOffice(
            url,
            device=device,
            station_name=settings.station,
            version=__version__,
            enrolment_code=os.environ.get(ENROLMENT_CODE),
        ),
        store=intake.store_receipts,
        tell=hub.tell,
        seconds=time.monotonic,
        following=CatalogueFollowing(
            copy=catalogue,
            clock=station_time,
            tell=hub.tell,
            load_anew=loading.load_anew,
            held=intake.take_holders,
            changed=intake.refresh_bill,
        ),
        session=hub.current_session,
        standing=take_standing,
    )
    sending = DeliveryLoop(delivery)
    station = Station(
        name=settings.station,
        hub=hub,
        intake=intake,
        delivery=sending,
        accounts=accounts,
        remembered=remembered,
        catalogue=loading,
        background=background,
        badges=badges,
        office=CentralPeopleOffice(url, device=device),
        naming=naming,
        find=BackgroundFind(
            here=SqliteFinder(settings.data_dir, catalogue=catalogue, clock=station_time),
            centre=CentralFinderOffice(url, device=device),
            background=background,
            current_session=lambda: hub.session,
        ),
    )
    for listener in listeners:
        station.subscribe(listener)
    return station


def enrol_this_station(settings: Settings, *, code: str) -> None:
    """Let this computer in at the centre by an administrator's one-time *code*.

    Raises ``SettingsError``, ``UnusableAddressError``, and ``CentreMismatchError`` when the centre refuses.
    """
    device = DeviceId(device_identity(settings.data_dir))
    enrolment = Enrolment(device=device, name=settings.station, version=__version__, code=code)
    enrol_now(database_url(settings), enrolment)


def database_url(settings: Settings) -> str:
    """Return where the centre is, with the password that was found; see :func:`centre_address`."""
    return centre_address(settings).url


def centre_address(settings: Settings) -> FoundAddress:
    """Return where the centre is, with the password that this computer keeps when the address has none.

    Raises ``SettingsError`` when nobody said, and ``UnusableAddressError``.
    """
    if not settings.database_url:
        raise SettingsError(_NO_CENTRE)
    return found_address(settings.database_url, database_passwords(settings))


def database_passwords(settings: Settings) -> DatabasePasswordPlaces:
    """Return the places that may keep the password of the station's database account."""
    return DatabasePasswordPlaces(
        key_ring=DatabasePasswords(),
        secrets_file=SecretsFile(settings.data_dir) if settings.secrets_file else None,
        environ=os.environ,
    )


def site_rules(settings: Settings) -> CodeRules:
    """Return the site's code rules. Raises ``SettingsError`` naming the pattern that does not compile."""
    given = {
        "parent": settings.parent_pattern,
        "child": settings.child_pattern,
        "bill": settings.bill_pattern,
        "label": settings.label_pattern,
        "capacity": settings.capacity,
        "capacity_by_prefix": settings.capacity_by_prefix,
        "close_reason_below": settings.close_reason_below,
        "bill_capacity": settings.bill_capacity,
        "practice": settings.practice,
    }
    try:
        return code_rules(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValueError as error:
        raise SettingsError(str(error)) from error


def station_time() -> datetime:
    """Return the station's clock."""
    return datetime.now(UTC)


@contextlib.contextmanager
def _kept_records(settings: Settings) -> Iterator[None]:
    """Keep a log and crash reports while the station runs, where the folder can be written."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            folder = logs_dir(settings.data_dir)
            stack.callback(stop_logging, start_logging(folder))
            _log.info("TraitorTrack Desktop %s, station %s", __version__, settings.station)
            stack.callback(_log.info, "Stopped")
            reports = CrashReports(folder)
            reports.start()
            stack.callback(reports.stop)
        yield
