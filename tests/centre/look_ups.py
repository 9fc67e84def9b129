"""How long look-ups take at a large centre, beside a small one: for ``size``.

Each question is asked of both in turns, so that a busy computer is busy for both.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from uuid import UUID, uuid4

from centre.shapes import Shape, owner_cursor
from centre.steps import require

from traitortrack_desktop.domain.findings import BagFilter, BillFilter, FoundKind
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.storage.central.finder import CentralFinderOffice

LONGEST_SECONDS = 0.1
"""Of 95 look-ups in a hundred."""
_TIMES = 100
_SAMPLES = """
    SELECT b.qr_id FROM bag AS b
    WHERE b.id >= %s AND b.type = %s AND length(b.qr_id) >= 5 ORDER BY b.id LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    finder: CentralFinderOffice
    session: UUID
    codes: dict[str, Sequence[str]]

    def questions(self, number: int) -> dict[str, Callable[[], object]]:
        finder, session = self.finder, self.session
        child, parent = self.codes["child"][number], self.codes["parent"][number]
        bill = self.codes["bill"][number % len(self.codes["bill"])]
        return {
            "child": lambda: finder.look(child, session=session),
            "parent": lambda: finder.look(parent, session=session),
            "bill": lambda: finder.look(bill, session=session),
            "unknown": lambda: finder.look(f"{child}?", session=session),
            "beginning": lambda: finder.look(child[:4], session=session),
            "end": lambda: finder.look(child[-4:], session=session),
            "history": lambda: finder.history(parent, session=session),
            "bags": lambda: finder.bags(BagFilter(), session=session),
            "bags by end": lambda: finder.bags(BagFilter(text=child[-4:]), session=session),
            "parents": lambda: finder.bags(BagFilter(kind=FoundKind.PARENT), session=session),
            "loose children": lambda: finder.bags(
                BagFilter(kind=FoundKind.CHILD, linked=False), session=session
            ),
            "bills": lambda: finder.bills(BillFilter(), session=session),
        }


def compared(large: str, small: str, shape: Shape) -> str:
    """Ask both centres, by their owners' addresses; return what it took at the large one.

    Nineteen in twenty look-ups of each kind have to be done within :data:`LONGEST_SECONDS`.
    """
    centres = {"large": _asked(large, shape), "small": _asked(small, shape)}
    took: dict[str, dict[str, list[float]]] = {name: {} for name in centres}
    for number in range(_TIMES):
        for name, asked in centres.items():
            for kind, ask in asked.questions(number).items():
                started = time.perf_counter()
                ask()
                took[name].setdefault(kind, []).append(time.perf_counter() - started)
    for asked in centres.values():
        asked.finder.close()
    late = {kind: _late(times) for kind, times in took["large"].items()}
    require(max(late.values()) <= LONGEST_SECONDS, f"slower than {LONGEST_SECONDS} s: {late}")
    return "p95 (median, beside the small centre's): " + ", ".join(
        f"{kind} {late[kind] * 1000:.1f} ms"
        f" ({median(times) * 1000:.1f}, x{median(times) / median(took['small'][kind]):.1f})"
        for kind, times in took["large"].items()
    )


def _late(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _asked(url: str, shape: Shape) -> _Asked:
    device, session = DeviceId(uuid4()), uuid4()
    with owner_cursor(url, shape.schema, autocommit=True) as cursor:
        cursor.execute(
            """INSERT INTO station.device (id, name, version, role_name)
               VALUES (%s, 'Find', '1', session_user)""",
            [str(device)],
        )
        cursor.execute(
            """INSERT INTO "user" (username, email, password_hash, role, verified)
               VALUES ('find', 'find@x', 'x', 'admin', true) RETURNING id"""
        )
        cursor.execute(
            """INSERT INTO station.session (id, device, user_id, username, way, rights)
               VALUES (%s, %s, %s, 'find', 'password', 'full')""",
            [str(session), str(device), cursor.fetchone()[0]],
        )
        cursor.execute("SELECT bill_id FROM bill ORDER BY id DESC LIMIT 100")
        codes = {"bill": [row[0] for row in cursor.fetchall()]}
        cursor.execute("SELECT min(id), max(id) FROM bag")
        first, last = cursor.fetchone()
        for kind in ("child", "parent"):
            codes[kind] = []
            while len(codes[kind]) < _TIMES:
                cursor.execute(_SAMPLES, [random.randint(first, last), kind])
                if row := cursor.fetchone():
                    codes[kind].append(row[0])
    finder = CentralFinderOffice(url, device=device)
    return _Asked(finder=finder, session=session, codes=codes)
