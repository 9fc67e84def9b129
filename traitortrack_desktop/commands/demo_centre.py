"""The demo's own centre: an embedded PostgreSQL with a made-up depot, behind a line that can be cut."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import quote

from traitortrack_desktop.assembly import enrol_this_station
from traitortrack_desktop.domain.accounts import AccountAct
from traitortrack_desktop.environment.device_identity import device_identity
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.services.account_secrets import badge_code_hash, new_badge_code
from traitortrack_desktop.simulation.depot import DEMO_OPERATOR, DEMO_RELIEF, LOOSE_PARENT_CODE, make_depot
from traitortrack_desktop.simulation.network_line import NetworkLine
from traitortrack_desktop.simulation.sheet_codes import A_BILL
from traitortrack_desktop.simulation.shift import ShiftBags
from traitortrack_desktop.storage.central.demo_depot import (
    give_password,
    seed_depot,
)
from traitortrack_desktop.storage.central.station_administration import list_stations, make_enrolment_code
from traitortrack_desktop.storage.central.station_login import create_station_login
from traitortrack_desktop.storage.central.upgrade import upgrade
from traitortrack_desktop.storage.central.user_administration import change_account

DATABASE = "depot"
_SEED = 2026
_STATION_LOGIN = "demo_station"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCentre:
    """A running centre. *station_url* leads through *line* and may do only what a station may."""

    owner_url: str = field(repr=False)
    station_url: str = field(repr=False)
    line: NetworkLine
    operator: str
    operator_password: str = field(repr=False)
    relief_badge: str = field(repr=False)
    """The badge of whoever takes over amid a parent; a new one in every demo."""


@contextmanager
def running_demo_centre(folder: Path) -> Iterator[DemoCentre]:
    """Start the centre that is kept in *folder*, making it at the first call, and stop it at the end.

    Raises ``EmbeddedPostgresError`` or ``PostgresNotFoundError``.
    """
    with EmbeddedPostgres.start(folder, fast=True) as server:
        if not server.has_database(DATABASE):
            server.create_database(DATABASE)
        owner_url = server.url(DATABASE)
        upgrade(owner_url)
        seed_depot(owner_url, partial(make_depot, seed=_SEED, now=datetime.now(UTC)))
        password, login_password = secrets.token_urlsafe(12), secrets.token_urlsafe(24)
        give_password(owner_url, DEMO_OPERATOR, password)
        create_station_login(owner_url, _STATION_LOGIN, login_password)
        with NetworkLine(target_host="127.0.0.1", target_port=server.port) as line:
            yield DemoCentre(
                owner_url=owner_url,
                station_url=_url(_STATION_LOGIN, login_password, line.port),
                line=line,
                operator=DEMO_OPERATOR,
                operator_password=password,
                relief_badge=_new_badge(owner_url, DEMO_RELIEF),
            )


def _new_badge(owner_url: str, username: str) -> str:
    code = new_badge_code()
    change_account(owner_url, AccountAct.MAKE_BADGE, username, {"code_hash": badge_code_hash(code)})
    return code


def let_in(centre: DemoCentre, settings: Settings) -> None:
    """Enrol the demo's station as an administrator would, at the first call."""
    if device_identity(settings.data_dir) not in {known.id for known in list_stations(centre.owner_url)}:
        code = make_enrolment_code(centre.owner_url, name=settings.station)
        enrol_this_station(settings, code=code.code)


def demo_bags(*, badge: str = "") -> ShiftBags:
    """Return the bags of the depot that a shift stumbles over; they are the same in every demo."""
    depot = make_depot(seed=_SEED, now=datetime.now(UTC))
    labels = [link for link in depot.links if link.child.isdigit()]
    first, second = labels[len(labels) // 3], labels[-len(labels) // 3]
    return ShiftBags(
        taken_children=(first.child, second.child), loose_parent=LOOSE_PARENT_CODE, bill=A_BILL, badge=badge
    )


def _url(login: str, password: str, port: int) -> str:
    return f"postgresql+psycopg2://{login}:{quote(password, safe='')}@127.0.0.1:{port}/{DATABASE}"
