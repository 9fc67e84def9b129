"""Earlier releases: their centres, built from their own SQL, and the messages their stations send."""

import json
from pathlib import Path
from typing import Any

from fakes.attacker import Attacker
from fakes.central_owner import query

RELEASE = Path(__file__).parents[1] / "releases" / "0004"
STEPS = ("0001_web_application_tables", "0002_station_ledger", "0003_posting", "0004_accounts", "grants")
LATER_RELEASE = RELEASE.with_name("0006")
LATER_STEPS = ("0005_catalogue_feed", "0006_repairs_and_statistics", "functions", "grants")
OUTCOMES = {"posted", "already_posted", "refused"}
FACTS = {"code", "kind", "parent", "since", "by", "count", "completed", "as_of", "from_centre"}
LIMIT = "SET LOCAL statement_timeout = 8000; "


def make_released_centre(url: str) -> None:
    """Make an empty database what ``db upgrade`` of that release made of it."""
    for step in STEPS:
        query(url, RELEASE.joinpath(f"{step}.sql").read_text("utf-8"))
    query(
        url,
        """CREATE TABLE station.alembic_version (
               version_num varchar(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
           INSERT INTO station.alembic_version VALUES ('0004')""",
    )


def bring_to_the_release_after(url: str) -> None:
    """Make a centre of the release 0004 what the upgrade to 0006 made of it, but for triggers of the feed."""
    for step in LATER_STEPS:
        script = LATER_RELEASE.joinpath(f"{step}.sql").read_text("utf-8")
        query(url, f"SET LOCAL check_function_bodies = off; {script}")
    query(url, "UPDATE station.alembic_version SET version_num = '0006'")


def released_entries() -> list[dict[str, Any]]:
    """Return entries as that release posted them, all of one station."""
    entries: list[dict[str, Any]] = json.loads(RELEASE.joinpath("entries.json").read_text("utf-8"))
    return entries


class ReleasedStation:
    """Speaks to a centre as a station of that release does."""

    def __init__(self, url: str) -> None:
        self._session = Attacker(url)
        self.device = released_entries()[0]["payload"]["device"]

    def enrol(self) -> None:
        self._session.rows(
            f"{LIMIT}SELECT station.enrol_device(%s, %s, %s)", self.device, "Station 7", "1.0.0"
        )

    def post(
        self, entries: list[dict[str, Any]], *, isolate: bool = False
    ) -> list[tuple[int, str, str | None]]:
        """Post and read the reply as strictly as that release did; return seq, outcome and reason."""
        message = f"{LIMIT}SELECT station.post_entries(%s, %s, %s)"
        answer = self._session.rows(message, self.device, json.dumps(entries), isolate)[0][0]
        assert isinstance(answer["server_time"], str)
        assert isinstance(answer["centre"], str)
        receipts = answer["receipts"]
        assert [receipt["seq"] for receipt in receipts] == [entry["payload"]["seq"] for entry in entries]
        assert {receipt["outcome"] for receipt in receipts} <= OUTCOMES
        for receipt in receipts:
            assert receipt.get("fact", {}).keys() <= FACTS
        return [(receipt["seq"], receipt["outcome"], receipt.get("reason")) for receipt in receipts]

    def close(self) -> None:
        self._session.close()
