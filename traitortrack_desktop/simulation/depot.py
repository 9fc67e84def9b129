"""A believable depot, made up from a seed: people, parents, children, links, scans and bills.

Pure: the same seed and day give the same depot. Names are invented, and codes stay clear of the
ones that shifts and the printed sheet use.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from traitortrack_desktop.domain.roles import Role
from traitortrack_desktop.services.sample_depot import (
    SampleBag,
    SampleBill,
    SampleDepot,
    SampleLink,
    SampleScan,
    SampleUser,
)

DEMO_OPERATOR = "asha.demo"
DEMO_RELIEF = "ravi.demo"
"""Who takes over with a badge."""
"""The dispatcher who works the demonstration's shift."""

LOOSE_PARENT_CODE = "SB1234"
"""A parent typed in by hand with four digits: it reads like a child bag and is none."""

LOWER_CASE_CHILD_CODE = "kb70x0042"
"""A child that was written to the database in lower case."""

CAPACITY = 30
SB_PARENTS = 200
M444_PARENTS = 100
BILLS = 24
_FIRST_SB, _FIRST_M444 = 10001, 20001
_FIRST_LABEL = 16586
_DAYS = 21

_PEOPLE = (
    ("meera.demo", Role.ADMIN, None),
    ("gopal.demo", Role.BILLER, None),
    ("lata.demo", Role.BILLER, None),
    (DEMO_OPERATOR, Role.DISPATCHER, "jaipur"),
    (DEMO_RELIEF, Role.DISPATCHER, "jaipur"),
    ("kamla.demo", Role.DISPATCHER, "indore"),
    ("suraj.demo", Role.DISPATCHER, "hisar"),
    ("bhola.demo", Role.DISPATCHER, "sri_ganganagar"),
    ("nandini.demo", Role.DISPATCHER, "lucknow"),
    ("mohan.demo", Role.DISPATCHER, "bathinda"),
)
_TOWNS = ("Jaipur", "Kota", "Indore", "Ujjain", "Hisar", "Bathinda", "Raipur", "Ranchi", "Akola", "Kanpur")
_PLATES = ("RJ14", "MP09", "HR20", "PB03", "UP32", "CG04")
_DESCRIPTIONS = ("Mustard, godown 2", "Moong, season stock", "Mustard, dealer order", "Mixed load")


def make_depot(*, seed: int, now: datetime) -> SampleDepot:
    """Return the depot of *seed* as it stands at *now* (aware UTC)."""
    return _DepotMaker(seed, now).make()


@dataclass(frozen=True, slots=True, kw_only=True)
class _FilledParent:
    code: str
    fill: int
    owner: SampleUser
    opened_at: datetime


class _DepotMaker:
    """Draws everything from one random source, in one fixed order."""

    def __init__(self, seed: int, now: datetime) -> None:
        self._random = random.Random(seed)  # noqa: S311 - made-up data, not a secret
        self._now = now
        self._next_label = _FIRST_LABEL
        self._bags: list[SampleBag] = []
        self._links: list[SampleLink] = []
        self._scans: list[SampleScan] = []

    def make(self) -> SampleDepot:
        first_day = self._now - timedelta(days=200)
        users = tuple(
            SampleUser(username=name, role=role, area=area, created_at=first_day + timedelta(days=number))
            for number, (name, role, area) in enumerate(_PEOPLE)
        )
        packers = [user for user in users if user.role is Role.DISPATCHER]
        parents = self._parents(packers)
        for parent in parents:
            self._fill(parent)
        self._add_oddities(parents)
        return SampleDepot(
            users=users,
            bags=tuple(self._bags),
            links=tuple(self._links),
            scans=tuple(self._scans),
            bills=self._bills([user for user in users if user.role is Role.BILLER], parents),
        )

    def _parents(self, packers: list[SampleUser]) -> list[_FilledParent]:
        codes = [f"SB{_FIRST_SB + number:05}" for number in range(SB_PARENTS)]
        codes += [f"M444-{_FIRST_M444 + number:05}" for number in range(M444_PARENTS)]
        self._random.shuffle(codes)
        step = timedelta(days=_DAYS) / len(codes)
        first = self._now - timedelta(days=_DAYS)
        return [
            _FilledParent(
                code=code,
                fill=self._fill_level(number / len(codes)),
                owner=self._random.choice(packers),
                opened_at=first + step * number,
            )
            for number, code in enumerate(codes)
        ]

    def _fill_level(self, age: float) -> int:
        """Return how full a parent is: old ones are finished, the newest are being filled."""
        draw = self._random.random()
        if age < 0.5:
            return CAPACITY if draw < 0.85 else self._random.randrange(8, CAPACITY)
        if draw < 0.3:
            return CAPACITY
        return self._random.randrange(1, 20) if draw < 0.85 else 0

    def _fill(self, parent: _FilledParent) -> None:
        self._bags.append(
            SampleBag(
                code=parent.code,
                kind="parent",
                status=_parent_status(parent.fill),
                owner=parent.owner.username,
                area=parent.owner.area,
                created_at=parent.opened_at,
                child_count=parent.fill,
                weight_kg=float(parent.fill),
            )
        )
        self._scan(parent.code, "parent", parent, parent.opened_at)
        imported = self._random.random() < 0.1
        moment = parent.opened_at
        for _number in range(parent.fill):
            moment += timedelta(seconds=self._random.uniform(0.7, 4.0))
            self._put_in(parent, self._label(), moment, imported=imported)

    def _put_in(self, parent: _FilledParent, child: str, moment: datetime, *, imported: bool) -> None:
        """Add a child as a scan leaves it, or as the spreadsheet import does: no scan, no times."""
        self._bags.append(
            SampleBag(
                code=child,
                kind="child",
                status="pending" if imported else None,
                owner=None if imported else parent.owner.username,
                area=parent.owner.area,
                created_at=moment,
                child_count=None,
                weight_kg=1.0 if imported else None,
            )
        )
        self._links.append(
            SampleLink(parent=parent.code, child=child, created_at=None if imported else moment)
        )
        if not imported:
            self._scan(child, "child", parent, moment)

    def _scan(self, code: str, kind: str, parent: _FilledParent, moment: datetime) -> None:
        self._scans.append(SampleScan(code=code, kind=kind, user=parent.owner.username, at=moment))

    def _label(self) -> str:
        """Return the next number of the label roll; now and then labels are torn off unused."""
        self._next_label += 1 if self._random.random() < 0.97 else self._random.randrange(2, 9)
        return f"{self._next_label:07}"

    def _add_oddities(self, parents: list[_FilledParent]) -> None:
        """Add what real tables hold: a code of another shape, and one in lower case."""
        owner = parents[0].owner
        loose = _FilledParent(code=LOOSE_PARENT_CODE, fill=1, owner=owner, opened_at=parents[0].opened_at)
        self._bags.append(
            SampleBag(
                code=loose.code,
                kind="parent",
                status=None,
                owner=None,
                area="Default Area",
                created_at=loose.opened_at,
                child_count=1,
                weight_kg=1.0,
            )
        )
        self._put_in(loose, LOWER_CASE_CHILD_CODE, loose.opened_at, imported=False)

    def _bills(self, billers: list[SampleUser], parents: list[_FilledParent]) -> tuple[SampleBill, ...]:
        """Return bills over finished parents, no parent on two of them."""
        ready = [parent for parent in parents if parent.fill == CAPACITY]
        bills = []
        for number in range(BILLS):
            capacity = self._random.choice((4, 5, 6, 8))
            taken = capacity if number < BILLS * 2 // 3 else self._random.randrange(0, capacity)
            loaded, ready = ready[:taken], ready[taken:]
            bills.append(self._bill(number, capacity, loaded, self._random.choice(billers)))
        return tuple(bills)

    def _bill(
        self, number: int, capacity: int, loaded: list[_FilledParent], biller: SampleUser
    ) -> SampleBill:
        newest = max((parent.opened_at for parent in loaded), default=self._now - timedelta(days=1))
        made_at = min(newest + timedelta(hours=2), self._now)
        return SampleBill(
            code=f"BILL-{made_at:%Y%m}-{number + 1:03}",
            description=self._random.choice(_DESCRIPTIONS),
            capacity=capacity,
            parents=tuple(parent.code for parent in loaded),
            child_count=sum(parent.fill for parent in loaded),
            status=_bill_status(len(loaded), capacity),
            created_by=biller.username,
            created_at=made_at,
            destination=self._random.choice(_TOWNS),
            vehicle=f"{self._random.choice(_PLATES)} XX {self._random.randrange(1000, 9999)}",
        )


def _parent_status(fill: int) -> str:
    if fill >= CAPACITY:
        return "completed"
    return "in_progress" if fill >= 10 else "pending"


def _bill_status(loaded: int, capacity: int) -> str:
    if loaded >= capacity:
        return "completed"
    return "processing" if loaded else "new"
