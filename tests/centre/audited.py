"""``db audit`` on odd rows: what it finds, that it mends, and that it keeps a record of every change."""

import json

from centre.kept_rows import changed, columns_of, described, digests
from centre.program import Program
from centre.shapes import owner_cursor
from centre.steps import require

_TABLES = {"parent": "bag", "return": "return_ticket"}
"""What the records call a row, where that is not its table's name."""

_STATISTICS = """
    SELECT ARRAY[total_bags, parent_bags, child_bags, total_scans, total_bills, total_users]::bigint[],
           ARRAY[(SELECT count(*) FROM bag), (SELECT count(*) FROM bag WHERE type = 'parent'),
                 (SELECT count(*) FROM bag WHERE type = 'child'), (SELECT count(*) FROM scan),
                 (SELECT count(*) FROM bill), (SELECT count(*) FROM "user")]
    FROM statistics_cache WHERE id = 1
"""


def audited(program: Program, *, finds: bool) -> str:
    """Look without mending: odd rows are found (when *finds*), and those that people have to decide."""
    process = program.run("db", "audit", "--json")
    require(process.returncode in {0, 3}, f"ended with {process.returncode}: {process.stderr[-500:]}")
    said = json.loads(process.stdout)
    found = _counted(said["differences"])
    require(bool(found) or not finds, "found nothing in so many odd rows")
    require((process.returncode == 3) == bool(found), f"ended with {process.returncode} and found {found}")
    for_people = [name for name, decision in said["decisions"].items() if decision["count"]]
    require(bool(for_people), "left nothing to a person")
    return f"{_told(found)}; for a person: {', '.join(for_people)}"


def repaired(program: Program, url: str, schema: str) -> str:
    """Mend: the rows that are changed are those that a record is kept of, and no other."""
    columns = columns_of(url, schema)
    before, last = digests(url, columns), _last_record(url)
    said = program.answer("db", "audit", "--repair", "--json")
    require(said["clean"], f"left {said['left']}")
    different = changed(before, digests(url, columns))
    recorded = _recorded_since(url, last)
    for table in different.keys() - {"statistics_cache"}:
        others = different[table] - recorded.get(table, set())
        require(not others, f"changed without a record: {described({table: others})}")
    return _told({table: len(rows) for table, rows in recorded.items()})


def found_clean(program: Program) -> None:
    """Look again: no stored figure differs from its rows any more."""
    said = program.answer("db", "audit", "--json")
    require(said["clean"] and not _counted(said["differences"]), f"still: {said['differences']}")


def unblocked(url: str, schema: str) -> str:
    """Add up what writers noted: the one row of figures then says what a recount says."""
    with owner_cursor(url, schema) as cursor:
        cursor.execute("SELECT station.fold_statistics()")
        cursor.execute(_STATISTICS)
        told, counted = cursor.fetchone()
    require(told == counted, f"statistics_cache says {told}, counted: {counted}")
    return "the figures agree with a recount"


def _last_record(url: str) -> int:
    with owner_cursor(url) as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM station.repair")
        return int(cursor.fetchone()[0])


def _recorded_since(url: str, last: int) -> dict[str, set[str]]:
    recorded: dict[str, set[str]] = {}
    with owner_cursor(url) as cursor:
        cursor.execute("SELECT what, row_id::text FROM station.repair WHERE id > %s", [last])
        for what, row in cursor.fetchall():
            recorded.setdefault(_TABLES.get(what, what), set()).add(row)
    return recorded


def _counted(differences: dict[str, dict[str, object]]) -> dict[str, int]:
    return {kind: int(str(found["count"])) for kind, found in differences.items() if found["count"]}


def _told(counted: dict[str, int]) -> str:
    return ", ".join(f"{number} of {name}" for name, number in sorted(counted.items())) or "nothing"
