"""A recorded shift at the depot, scan by scan on the station's real path, with the line cut in its middle."""

from datetime import UTC, datetime

import psycopg2
import pytest
from fakes.entry_chain import EntryChain, filled
from sqlalchemy.engine import make_url

from traitortrack_desktop.assembly import running_station
from traitortrack_desktop.commands.demo_centre import demo_bags
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.environment.device_identity import device_identity
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.services.events import DeliveryChanged
from traitortrack_desktop.services.reckoning import disagreements, figures_of, parents_named
from traitortrack_desktop.simulation.depot import DEMO_OPERATOR, make_depot
from traitortrack_desktop.simulation.network_line import NetworkLine
from traitortrack_desktop.simulation.shift import (
    AwaitDelivery,
    CutLine,
    Press,
    RestoreLine,
    Scan,
    recorded_shift,
)
from traitortrack_desktop.storage.central.demo_depot import seed_depot
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.central.rows_to_check import rows_to_check
from traitortrack_desktop.storage.local.answered import answered_entries

PATIENCE_SECONDS = 60


class WorkedShift:
    """A station that has worked through the shift of one seed."""

    def __init__(self, central_url, data_dir, *, seed, when_cut=lambda: None):
        self.central_url = central_url
        self.data_dir = data_dir
        self.reached = []
        self.when_cut = when_cut
        centre = make_url(central_url)
        with NetworkLine(target_host="127.0.0.1", target_port=centre.port) as line:
            through_the_line = centre.set(port=line.port).render_as_string(hide_password=False)
            settings = Settings(data_dir=data_dir, station="Station 7", database_url=through_the_line)
            with running_station(settings, listeners=[self.hear], sign_in_required=True) as station:
                station.set_operator(Person(username=DEMO_OPERATOR, role="dispatcher"))
                for step in recorded_shift(seed=seed, bags=demo_bags()):
                    self.do(step, station, line)

    def hear(self, event):
        if isinstance(event, DeliveryChanged):
            self.reached.append(event.online)

    def do(self, step, station, line):
        match step:
            case Scan():
                kind = FrameKind.COMPLETE if step.whole else FrameKind.PARTIAL
                station.submit(ScanFrame(source="keyboard", raw=step.text.encode(), kind=kind))
            case Press():
                station.submit(ScanFrame(source="keys", raw=step.command.encode()))
            case CutLine():
                line.cut()
                self.when_cut()
            case RestoreLine():
                line.restore()
            case AwaitDelivery():
                assert station.wait_until_nothing_waits(PATIENCE_SECONDS)
            case _:
                pass

    @property
    def entries(self):
        return answered_entries(self.data_dir)

    def disagreements(self):
        entries = self.entries
        rows = rows_to_check(
            self.central_url,
            device=DeviceId(device_identity(self.data_dir)),
            epochs={entry.epoch for entry, _receipt in entries},
            parents=parents_named(entries),
        )
        return disagreements(entries, rows)

    def at_centre(self, statement):
        connection = psycopg2.connect(self.central_url.replace("+psycopg2", ""))
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()


@pytest.fixture
def work(central_url, tmp_path):
    seed_depot(central_url, lambda: make_depot(seed=2026, now=datetime.now(UTC)))
    return lambda seed, **others: WorkedShift(central_url, tmp_path, seed=seed, **others)


@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_shift_with_an_outage_the_centre_holds_what_the_station_was_told(work, seed):
    shift = work(seed)
    assert shift.disagreements() == ()
    figures = figures_of(shift.entries)
    assert figures.pending == 0
    assert figures.captured > 150


def test_the_outage_was_noticed_and_is_over(work):
    shift = work(3)
    assert False in shift.reached
    assert shift.reached[-1]


def test_the_centre_refused_what_only_it_could_know(work, central_url):
    steps = recorded_shift(seed=4, bags=demo_bags())
    child = next(step.text for step in steps[steps.index(CutLine()) :] if isinstance(step, Scan))

    shift = work(4, when_cut=lambda: put_elsewhere(central_url, child))

    late = [
        (entry.decision.child, receipt.reason)
        for entry, receipt in shift.entries
        if receipt.reason and not entry.decision.reason
    ]
    assert (child, Reason.CHILD_IN_OTHER_PARENT) in late
    assert shift.disagreements() == ()


def put_elsewhere(central_url, child):
    """Put *child* into a parent of its own, as another station does that has a line."""
    chain = EntryChain()
    office = CentralPostingOffice(central_url, device=chain.device, station_name="Other", version="1")
    office.post(chain.entries(filled("SB00007", [child])))
    office.close()


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM link WHERE id = (SELECT max(id) FROM link)",
        "UPDATE bag SET child_count = child_count + 1 WHERE qr_id = 'SB10001'",
        "UPDATE bill SET total_weight_kg = 0 WHERE bill_id LIKE '%-001'",
    ],
)
def test_a_centre_that_was_tampered_with_is_found_out(work, tampering):
    shift = work(5)
    shift.at_centre(tampering)
    assert shift.disagreements() != ()
