"""A centre of 1.8 million bags: its upgrade lets nobody wait, and no posting or look-up reads a table whole.

A December database without what only migrations made, blown up; upgraded while the web application packs
bags and its longest wait is taken; then worked on by stations while the server counts, for every table,
how often it was read from end to end; and asked for codes, beside a small one. A few
minutes and 2 GB of disk.
"""

import argparse
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from centre.audited import audited, found_clean, unblocked
from centre.look_ups import compared
from centre.program import Program
from centre.servers import CHOICES, ServerKind, running, servers
from centre.shapes import SHAPES, Shape, build, fill_with_faults, make_web_owner, owner_cursor
from centre.shift import lines_for, work
from centre.steps import Steps, require, summary
from centre.web_writer import LONGEST_STALL_SECONDS, WebWriter
from fakes.headless_station import HeadlessStation

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres

BAGS = 1_800_000
_LARGE_ROWS = 5_000
"""A table with more rows is never read from end to end."""
_LONGEST_LOAD_SECONDS = 120.0
_SETTLING_SECONDS = 2.5
_DATABASE = "size"
_SMALL_DATABASE, _SMALL_BAGS = "size_small", 10_000
"""What look-ups are compared with."""
_MIGRATION_ONLY = ("idx_bag_qr_id_lower", "idx_bag_qr_id_unique_ci")
"""Production lacked some of these for a year; without them the upgrade has the most to do."""


def main(arguments: list[str]) -> int:
    """Run with *arguments* and return the exit status."""
    parser = argparse.ArgumentParser(prog="dev.py centre size", description=__doc__)
    parser.add_argument("--postgres", choices=CHOICES, default="18", help="which servers (default 18)")
    parser.add_argument("--bags", type=int, default=BAGS, metavar="N", help=f"how many bags (default {BAGS})")
    given = parser.parse_args(arguments)
    done = [_try_size(kind, given.bags) for kind in servers(given.postgres)]
    print(f"\n{summary(done)}\n")
    return 1 if any(steps.failed for steps in done) else 0


def _try_size(kind: ServerKind, bags: int) -> Steps:
    steps = Steps(f"{kind.name} · {bags:,} bags")
    shape = next(shape for shape in SHAPES if shape.name == "december_2025")
    with running(kind, fast=False) as server, TemporaryDirectory(prefix="traitortrack-size-") as folder:
        make_web_owner(server.url("postgres"), secrets.token_urlsafe(12))
        for name in (_DATABASE, _SMALL_DATABASE):
            server.create_database(name)
        _Size(server, shape, Path(folder), bags).run(steps)
    return steps


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reads:
    """How often a table was read from end to end, how many rows by its indexes, and about how many it has."""

    whole: int
    by_index: int
    rows: int


class _Size:
    def __init__(self, server: EmbeddedPostgres, shape: Shape, folder: Path, bags: int) -> None:
        self._url = server.url(_DATABASE)
        self._small_url = server.url(_SMALL_DATABASE)
        self._shape = shape
        self._folder = folder
        self._bags = bags
        self._program = Program(url=self._url, data_dir=folder, longest_seconds=1800)
        self._station_url = ""
        self._code = ""

    def run(self, steps: Steps) -> None:
        steps.do("built", lambda: build(self._url, self._shape), needed=True)
        steps.do("filled", self.fill, needed=True)
        steps.do("db upgrade while the web application writes", self.upgrade, needed=True)
        steps.do("db upgrade again", self.upgrade_again)
        steps.do("db check", self.check)
        steps.do("station's account made", self.grant, needed=True)
        steps.do("a new station loads the catalogue", self.first_load)
        steps.do("a shift reads no large table from end to end", self.work_shift)
        steps.do("look-ups are answered in time", self.look_up)
        steps.do("db audit", lambda: audited(self._program, finds=True))
        steps.do("db audit --repair while the web application writes", self.repair)
        steps.do("db audit finds nothing more to mend", lambda: found_clean(self._program))
        steps.do("db upgrade --unblock-statistics while the web application writes", self.unblock)

    def fill(self) -> str:
        fill_with_faults(self._url, self._shape, self._bags)
        with owner_cursor(self._url, self._shape.schema, autocommit=True) as cursor:
            for index in _MIGRATION_ONLY:
                cursor.execute(f"DROP INDEX {index}")
            cursor.execute("ALTER TABLE link DROP CONSTRAINT link_child_bag_id_unique")
            cursor.execute("VACUUM (ANALYZE)")
            counted = {}
            for table in ("bag", "link", "bill", "scan"):
                cursor.execute(f"SELECT count(*) FROM {table}")
                counted[table] = cursor.fetchone()[0]
            cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
            size = cursor.fetchone()[0]
        return ", ".join(f"{rows:,} {table}" for table, rows in counted.items()) + f", {size}"

    def upgrade(self) -> str:
        return self._while_written("db", "upgrade", first=80_000)

    def upgrade_again(self) -> None:
        self._program.done("db", "upgrade")

    def check(self) -> None:
        self._program.done("db", "check")

    def repair(self) -> str:
        return self._while_written("db", "audit", "--repair", first=81_000)

    def unblock(self) -> str:
        told = self._while_written("db", "upgrade", "--unblock-statistics", first=82_000)
        return f"{told}; {unblocked(self._url, self._shape.schema)}"

    def _while_written(self, *arguments: str, first: int) -> str:
        schema = self._shape.schema
        with WebWriter(self._url, schema, first=first) as writer:
            process = self._program.run(*arguments)
        require(process.returncode == 0, f"ended with {process.returncode}: {process.stderr[-900:]}")
        require(writer.packed > 0, "nothing was written meanwhile")
        require(
            writer.longest_seconds < LONGEST_STALL_SECONDS,
            f"the web application waited {writer.longest_seconds:.2f} s for {writer.longest_at}",
        )
        return f"{writer.packed} bags packed meanwhile, longest {writer.longest_seconds * 1000:.0f} ms"

    def grant(self) -> None:
        password = secrets.token_urlsafe(12)
        granted = self._program.answer(
            "db", "grant", "station_size", "--json", TRAITORTRACK_NEW_PASSWORD=password
        )
        self._code = granted["enrolment_code"]["code"]
        server = self._url[self._url.rindex("@") :]
        self._station_url = f"postgresql://station_size:{password}{server}"

    def first_load(self) -> str:
        """Let a new station copy what the centre knows; it is done when nothing more is read."""
        started = time.monotonic()
        with self._station() as station:
            station.scan("TT-CMD-UNDERSTOOD")
            station.wait_until_posted()
            first = time.monotonic() - started
            seen = self._reads_of_the_web_application()
            while (now := self._reads_of_the_web_application()) != seen:
                seen = now
                require(time.monotonic() - started < _LONGEST_LOAD_SECONDS, "it never ended")
            loaded = time.monotonic() - started - 2 * _SETTLING_SECONDS
            station.finish()
        return f"first receipt after {first:.1f} s, nothing more read after {loaded:.0f} s"

    def work_shift(self) -> str:
        lines = lines_for(self._shape.forbidden)
        with self._station() as station:
            station.scan("TT-CMD-UNDERSTOOD")
            before = self._reads()
            started = time.monotonic()
            surprises = work(station, lines)
            each = (time.monotonic() - started) / len(lines)
            station.finish()
        require(not surprises, f"{surprises[:3]}")
        return f"{each * 1000:.0f} ms a scan with its receipt; {self._read_since(before, len(lines))}"

    def look_up(self) -> str:
        """Look codes up here and at a centre of 10,000 bags, in turns."""
        build(self._small_url, self._shape)
        fill_with_faults(self._small_url, self._shape, _SMALL_BAGS)
        small = Program(url=self._small_url, data_dir=self._folder, longest_seconds=600)
        small.done("db", "upgrade")
        return compared(self._url, self._small_url, self._shape)

    def _station(self) -> HeadlessStation:
        return HeadlessStation(
            self._station_url,
            self._folder / "station",
            TRAITORTRACK_USER="meena",
            TRAITORTRACK_ENROLMENT_CODE=self._code,
        )

    def _read_since(self, before: dict[str, _Reads], scans: int) -> str:
        """Return the most rows read of a large table for each scan; no table may have been read whole."""
        read_whole, most = [], (0.0, "nothing")
        for table, now in self._reads().items():
            then = before.get(table, _Reads(whole=0, by_index=0, rows=0))
            whole, by_index = now.whole - then.whole, now.by_index - then.by_index
            if now.rows <= _LARGE_ROWS:
                continue
            if whole > 0 or by_index >= now.rows:
                read_whole.append(f"{table} ({whole} times, {by_index} rows by index)")
            most = max(most, (by_index / scans, table))
        require(not read_whole, f"read from end to end: {', '.join(read_whole)}")
        return f"at most {most[0]:.0f} rows a scan ({most[1]})"

    def _reads_of_the_web_application(self) -> dict[str, _Reads]:
        """Return the same without the station's own tables, which an idle station goes on asking."""
        return {table: reads for table, reads in self._reads().items() if not table.startswith("station.")}

    def _reads(self) -> dict[str, _Reads]:
        """Return what sessions read so far; they tell it when they end, and at most once a second before."""
        time.sleep(_SETTLING_SECONDS)
        with owner_cursor(self._url, self._shape.schema, autocommit=True) as cursor:
            cursor.execute(_READS)
            return {
                table: _Reads(whole=whole, by_index=by_index, rows=rows)
                for table, whole, by_index, rows in cursor.fetchall()
            }


_READS = """
    SELECT s.schemaname || '.' || s.relname, s.seq_scan::bigint, coalesce(i.read, 0)::bigint,
           s.n_live_tup::bigint
    FROM pg_stat_user_tables AS s
    LEFT JOIN (SELECT relid, sum(idx_tup_read) AS read FROM pg_stat_user_indexes GROUP BY relid) AS i
        ON i.relid = s.relid
"""
