"""Each shape of the central database on each server: built, filled, upgraded, worked on and audited."""

import json
import secrets
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from centre.audited import audited, found_clean, repaired
from centre.kept_rows import Columns, Digests, changed, columns_of, described, digests, structure
from centre.program import Program
from centre.servers import ServerKind, running
from centre.shapes import SHAPES, Shape, build, fill_with_faults, make_web_owner, owner_cursor
from centre.shift import lines_for, work
from centre.steps import Steps, require
from centre.touched_rows import touched_rows, wrong_figures
from centre.web_writer import LONGEST_STALL_SECONDS, WebWriter
from fakes.headless_station import HeadlessStation
from fakes.web_application import Ending, WebApplication

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres

_DECIDED_BY_PEOPLE = {
    "codes_that_differ_in_case": "SB22001",
    "the_same_code_twice": "SB23001",
    "child_in_two_parents": "TWO01",
    "parent_on_two_bills": "SB26001",
}
"""Faults that keep a rule away, with a code that the upgrade has to name."""

_OPERATOR = "meena"


def chosen(words: Collection[str]) -> tuple[Shape, ...]:
    """Return the shapes whose name holds one of *words*; all without words."""
    return tuple(shape for shape in SHAPES if not words or any(word in shape.name for word in words))


def run(kinds: Iterable[ServerKind], shapes: Iterable[Shape], bags: int) -> list[Steps]:
    """Try every one of *shapes*, with *bags* sound bags in addition, on all *kinds* of servers."""
    done = []
    for kind in kinds:
        with running(kind) as server:
            password = secrets.token_urlsafe(12)
            make_web_owner(server.url("postgres"), password)
            for shape in shapes:
                with TemporaryDirectory(prefix="traitortrack-shape-") as folder:
                    trial = _Trial(server, shape, Path(folder), password, bags, f"{kind.name} · {shape.name}")
                    done.append(trial.run())
    return done


@dataclass(slots=True)
class _Trial:
    """One shape on one server."""

    server: EmbeddedPostgres
    shape: Shape
    folder: Path
    web_password: str
    bags: int
    subject: str
    columns: dict[str, Columns] = field(default_factory=dict)
    rows: dict[str, Digests] = field(default_factory=dict)
    before_shift: Digests = field(default_factory=dict)
    made: frozenset[str] = frozenset()
    station_url: str = ""
    code: str = ""

    @property
    def url(self) -> str:
        return self.server.url(self.shape.name)

    @property
    def web_url(self) -> str:
        """The address that the web application works with."""
        if self.shape.owner is None:
            return self.url
        server = self.url[self.url.rindex("@") :]
        return f"postgresql://{self.shape.owner}:{self.web_password}{server}"

    @property
    def program(self) -> Program:
        """The program with the address of who sets the stations up."""
        url = self.web_url if self.shape.upgraded_by_owner else self.url
        return Program(url=url, data_dir=self.folder)

    def run(self) -> Steps:
        """Do all steps; the database is dropped at the end."""
        steps = Steps(self.subject)
        self.server.create_database(self.shape.name)
        try:
            self._before(steps)
            self._upgrade(steps)
            self._shift(steps)
            self._audit(steps)
        finally:
            self.server.drop_database(self.shape.name)
        return steps

    def _before(self, steps: Steps) -> None:
        steps.do("built", lambda: build(self.url, self.shape), needed=True)
        steps.do("filled with faults", self.fill, needed=True)
        steps.do("db check before", self.check_before)

    def _upgrade(self, steps: Steps) -> None:
        if len(self.shape.schemas) > 1:
            steps.do("db upgrade asks which schema", self.ask_which)
        if self.shape.sequences_behind:
            steps.do("db upgrade", lambda: self.program.done("db", "upgrade")[:0], needed=True)
        else:
            steps.do("db upgrade while the web application writes", self.upgrade, needed=True)
        steps.do("rows as they were", self.rows_kept)
        steps.do("tables as they were, and more", self.structure_kept)
        steps.do("db upgrade again changes nothing", self.upgrade_again)
        if self.shape.sequences_behind:
            steps.do("db check names what helps", self.check_names_repair)
            steps.do("db audit --repair", self.repair)
        steps.do("db check after", self.check_after)
        steps.do("the web application goes on", lambda: self.web_application_works(1))

    def _shift(self, steps: Steps) -> None:
        steps.do("station's account made", self.grant, needed=True)
        steps.do("shift while db upgrade runs again", self.work_shift)
        steps.do("every figure that was touched is right", self.figures_right)
        steps.do("rows of others as they were", self.rows_kept_by_shift)
        steps.do("the web application goes on after it", lambda: self.web_application_works(2))

    def _audit(self, steps: Steps) -> None:
        found = not self.shape.sequences_behind  # there everything was mended before the shift
        steps.do("db audit", lambda: audited(self.program, finds=found))
        steps.do("db audit --repair", self.repair)
        steps.do("db audit finds nothing more to mend", lambda: found_clean(self.program))

    # -- before

    def fill(self) -> str:
        left_out = fill_with_faults(self.url, self.shape, self.bags)
        names = {item.fault for item in left_out}
        require(
            names == self.shape.forbidden, f"left out otherwise than expected: {names ^ self.shape.forbidden}"
        )
        for schema in self.shape.schemas:
            self.columns[schema] = columns_of(self.url, schema)
            self.rows[schema] = digests(self.url, self.columns[schema])
        self.made = structure(self.url, self.shape.schema)
        return "without " + ", ".join(f"{item.fault} ({item.because})" for item in left_out)

    def check_before(self) -> str:
        process = self.program.run("db", "check")
        require(process.returncode == 1, f"ended with {process.returncode}: {process.stderr[-500:]}")
        helps = "--web-schema" if len(self.shape.schemas) > 1 else "db upgrade"
        said = process.stdout + process.stderr
        require(helps in said, f"did not name {helps}: {said}")
        return f"{len(said.splitlines())} sentences"

    # -- upgrade

    @property
    def _which(self) -> tuple[str, ...]:
        return ("--web-schema", self.shape.schema) if len(self.shape.schemas) > 1 else ()

    def ask_which(self) -> None:
        process = self.program.run("db", "upgrade")
        require(process.returncode != 0, "took one of them")
        for schema in self.shape.schemas:
            require(schema in process.stderr, f"did not name {schema}: {process.stderr}")

    def upgrade(self) -> str:
        with WebWriter(self.web_url, self.shape.schema) as writer:
            said = self.program.answer("db", "upgrade", "--json", *self._which)
        require(writer.packed > 0, "nothing was written meanwhile")
        require(
            writer.longest_seconds < LONGEST_STALL_SECONDS,
            f"the web application waited {writer.longest_seconds:.2f} s",
        )
        require(said["complete"], f"not added: {said['not_added']}")
        self._require_told(said["to_decide"])
        longest = f"longest {writer.longest_seconds * 1000:.0f} ms"
        return f"{writer.packed} bags packed meanwhile, {longest}; {len(said['to_decide'])} things to decide"

    def _require_told(self, to_decide: dict[str, object]) -> None:
        """What keeps a rule away is named by its code, for somebody to decide."""
        told = json.dumps(to_decide, ensure_ascii=False)
        for fault, code in _DECIDED_BY_PEOPLE.items():
            there = fault not in self.shape.forbidden
            require((code in told) == there, f"{code} ({fault}) {'not told' if there else 'told'}: {told}")

    def rows_kept(self) -> None:
        for schema, columns in self.columns.items():
            different = changed(self.rows[schema], digests(self.url, columns))
            if self.shape.has_triggers:
                different.pop("statistics_cache", None)  # the writer's own triggers
            require(not different, f"changed in {schema}: {described(different)}")

    def structure_kept(self) -> str:
        now = structure(self.url, self.shape.schema)
        require(self.made <= now, f"gone: {'; '.join(sorted(self.made - now)[:8])}")
        return f"{len(now - self.made)} things more"

    def upgrade_again(self) -> None:
        schema = self.shape.schema
        columns = columns_of(self.url, schema)
        before = (structure(self.url, schema), structure(self.url, "station"), digests(self.url, columns))
        self.program.done("db", "upgrade")
        after = (structure(self.url, schema), structure(self.url, "station"), digests(self.url, columns))
        require(before[0] == after[0], f"changed: {sorted(before[0] ^ after[0])[:5]}")
        require(before[1] == after[1], f"changed in station: {sorted(before[1] ^ after[1])[:5]}")
        require(not changed(before[2], after[2]), f"changed: {described(changed(before[2], after[2]))}")

    def check_after(self) -> str:
        process = self.program.run("db", "check", "--json")
        require(
            process.returncode == 0,
            f"ended with {process.returncode}: {process.stdout[-900:]} {process.stderr}",
        )
        said = json.loads(process.stdout)
        return f"{len(said.get('remarks', ()))} remarks"

    def repair(self) -> str:
        return repaired(self.program, self.url, self.shape.schema)

    def check_names_repair(self) -> None:
        process = self.program.run("db", "check")
        require(process.returncode == 1, f"ended with {process.returncode}")
        require("db audit --repair" in process.stdout, f"did not name the repair: {process.stdout}")

    def web_application_works(self, time: int) -> None:
        """Its account can read every table that now stands in its schema, and write as before."""
        schema = self.shape.schema
        with owner_cursor(self.web_url, schema) as cursor:
            for table in columns_of(self.url, schema).tables:
                cursor.execute(f'SELECT count(*) FROM "{table}"')
        web = WebApplication(self.web_url, schema=schema)
        try:
            outcomes = [
                web.scan_parent("SB36001"),
                web.scan_child("SB36001", f"WEB{time}A"),
                web.scan_child("SB36001", f"WEB{time}B"),
                web.unlink("SB36001", f"WEB{time}A"),
                web.bill_fast("BILL-10002", ("SB10002", "SB33001")[time - 1]),
                web.recalculate("BILL-10002"),
            ]
        finally:
            web.close()
        wrong = [outcome for outcome in outcomes if outcome.ending is not Ending.DONE]
        require(not wrong, f"{wrong}")

    # -- shift

    def grant(self) -> None:
        password = secrets.token_urlsafe(12)
        role = f"station_{self.shape.name}"
        everything = Program(url=self.url, data_dir=self.folder)  # the account may have to make roles
        granted = everything.answer("db", "grant", role, "--json", TRAITORTRACK_NEW_PASSWORD=password)
        self.code = granted["enrolment_code"]["code"]
        server = self.url[self.url.rindex("@") :]
        self.station_url = f"postgresql://{role}:{password}{server}"
        self.columns[self.shape.schema] = columns_of(self.url, self.shape.schema)
        self.before_shift = digests(self.url, self.columns[self.shape.schema])

    def work_shift(self) -> str:
        mended = {"completed_with_29"} if self.shape.sequences_behind else set()  # by the repair before
        lines = lines_for(self.shape.forbidden | mended)
        station = HeadlessStation(
            self.station_url,
            self.folder / "station",
            TRAITORTRACK_USER=_OPERATOR,
            TRAITORTRACK_ENROLMENT_CODE=self.code,
        )
        with ThreadPoolExecutor(1) as pool, station:
            upgrading = pool.submit(self.program.run, "db", "upgrade")
            surprises = work(station, lines)
            code, last = station.finish()
        process = upgrading.result()
        require(
            process.returncode == 0, f"the upgrade ended with {process.returncode}: {process.stderr[-500:]}"
        )
        told = "; ".join(
            f"{item.line.scanned}: {item.outcome}, not {item.line.expected}" for item in surprises[:12]
        )
        require(not surprises, told)
        require(code == 0 and last is not None and last["pending"] == 0, f"ended with {code}: {last}")
        return f"{len(lines)} scans"

    def figures_right(self) -> None:
        wrong = wrong_figures(self.url, self.shape.schema)
        require(not wrong, wrong)

    def rows_kept_by_shift(self) -> str:
        different = changed(self.before_shift, digests(self.url, self.columns[self.shape.schema]))
        if self.shape.has_triggers:
            different.pop("statistics_cache", None)
        bags, bills = touched_rows(self.url, self.shape.schema)
        others = {"bag": different.pop("bag", set()) - bags, "bill": different.pop("bill", set()) - bills}
        # NUL001 and SND101 were taken out, with their links and scans; NUL001 has no scan
        for table, most in (("link", 2), ("scan", 1)):
            gone = different.pop(table, set())
            others[table] = gone if len(gone) > most else set()
        others = {table: rows for table, rows in {**others, **different}.items() if rows}
        require(not others, described(others))
        return f"{len(bags)} bags and {len(bills)} bills touched"
