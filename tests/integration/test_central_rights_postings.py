"""SQL, nonsense and bulk in everything that a station sends: kept as text or refused, never run."""

import copy
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest
from fakes.attacker import Attacker
from fakes.central_owner import query
from fakes.decisions import opened
from fakes.enrolled_stations import enrolled_chain, one_time_code
from fakes.entry_chain import EntryChain, item
from fakes.hidden_address import HiddenAddress
from fakes.signing_in import accounts_at

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services.delivery import LARGEST_BATCH
from traitortrack_desktop.services.ports import EntriesNotAcceptableError, SignInRefused
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.central.station_login import create_station_login

TEMPLATE = "migrated"
SQL = (
    "'; DROP TABLE bag; --",
    '"; DELETE FROM station.entry; --',
    "$$; SELECT pg_sleep(9); $$",
    "\\'; TRUNCATE link; \\",
    "%s %(a)s {0} %%",
    "E'\\x27'||(SELECT password_hash FROM \"user\")||'",
    "\u202e\u0926\u0928\t\r\n\x1b[2J",
)
FIELDS = ("code", "parent", "child", "operator", "source", "station", "reason", "kind", "verdict", "raw")
BIG = "9" * 1_000_000
MOST_ENTRIES = 1000


def _deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


WRONG: dict[str, dict[str, Any]] = {
    "id is no uuid": {"id": "me'"},
    "no id": {"id": None},
    "epoch is no uuid": {"epoch": "{}"},
    "no epoch": {"epoch": None},
    "device of somebody else": {"device": str(uuid4())},
    "device is no uuid": {"device": "x"},
    "sequence below nought": {"seq": -1},
    "sequence too large": {"seq": 2**63},
    "sequence as text": {"seq": "7"},
    "sequence is no number": {"seq": "seven"},
    "no sequence": {"seq": None},
    "time is none": {"at": "yesterday'"},
    "time beyond all": {"at": "infinity"},
    "time with no year": {"at": "99999999-01-01"},
    "capacity as text": {"capacity": "30"},
    "capacity too large": {"capacity": 2**40},
    "capacity below nought": {"capacity": -5},
    "capacity is a list": {"capacity": [30]},
    "parent is an object": {"parent": {"a": 1}},
    "parent is nothing": {"parent": None},
    "parent is empty": {"parent": ""},
    "parent is huge": {"parent": BIG},
    "code is huge": {"code": BIG},
    "operator is huge": {"operator": BIG},
    "operator is a number": {"operator": 7},
    "kind is unknown": {"kind": "explode"},
    "verdict is unknown": {"verdict": "maybe"},
    "a number without end": {"capacity": 10**400},
    "nested deeply": {"fact": _deep(400)},
    "session is no uuid": {"session": "me'"},
    "session is a list": {"session": [str(uuid4())]},
    "session of nobody": {"session": str(uuid4())},
    "override is a text": {"kind": "override", "override": "because"},
    "override is a list": {"kind": "override", "override": [1]},
    "reason is huge": {"kind": "override", "override": {"reason": BIG, "permission": "override_completed"}},
    "override of nothing": {"kind": "override", "parent": None},
    "sign-in without anything": {"kind": "sign_in"},
    "sign-in without a way": {"kind": "sign_in", "session": str(uuid4()), "sign_in": {}},
    "sign-in by an unknown way": {"kind": "sign_in", "session": str(uuid4()), "sign_in": {"way": "'"}},
    "badge is no uuid": {
        "kind": "sign_in",
        "session": str(uuid4()),
        "sign_in": {"way": "badge", "badge": "TT-BADGE-1"},
    },
    "sign-in is a list": {"kind": "sign_in", "session": str(uuid4()), "sign_in": [1]},
    "sign-out of nobody": {"kind": "sign_out"},
    "more than the fields": {"zz": {"a": [1, None, "'"]}},
}
SHAPES = {
    "nothing": "",
    "no JSON": "{",
    "null": "null",
    "number": "7",
    "text": '"x"',
    "object": "{}",
    "one entry without a list": '{"payload": {}}',
    "list of null": "[null]",
    "list of numbers": "[7]",
    "list of texts": '["x"]',
    "list of lists": "[[]]",
    "entry without anything": "[{}]",
    "entry without a payload": '[{"payload": null}]',
    "payload is a list": '[{"payload": [1]}]',
    "hash is none": '[{"payload": {}, "hash": "zz", "prev": "0"}]',
    "nested too deeply": "[" * 100_000 + "]" * 100_000,
    "a NUL": '[{"payload": {"code": "\\u0000"}}]',
    "half a character": '[{"payload": {"code": "\\ud800"}}]',
}


@pytest.fixture(scope="module")
def owner_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    postgres_server.create_database("flooded", TEMPLATE)
    yield HiddenAddress(postgres_server.url("flooded"))
    postgres_server.drop_database("flooded")


@pytest.fixture(scope="module")
def flooder_url(owner_url: str) -> str:
    create_station_login(owner_url, "flooder", "pw")
    return HiddenAddress(f"postgresql://flooder:pw{owner_url[owner_url.rindex('@') :]}")


@pytest.fixture(scope="module")
def attacker(flooder_url: str) -> Iterator[Attacker]:
    """One session for all tests: what one of them sends must not spoil the next."""
    with closing(Attacker(flooder_url)) as session:
        yield session


@pytest.fixture
def chain(owner_url: str) -> EntryChain:
    """A station that is enrolled."""
    return enrolled_chain(owner_url, account="flooder")


def changed(original: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Return the item with *values* in its payload; ``None`` takes the key away."""
    made = copy.deepcopy(original)
    payload = {**made["payload"], **values}
    made["payload"] = {key: value for key, value in payload.items() if value is not None}
    return made


@pytest.mark.parametrize("text", SQL)
def test_sql_in_a_field_is_kept_as_it_was_sent(
    attacker: Attacker, chain: EntryChain, owner_url: str, text: str
):
    sent = [changed(item(chain.entry(opened("SB00001"))), **{field: text}) for field in FIELDS]

    receipts = [receipt for one in sent for receipt in attacker.post(chain.device, [one], isolate=True)]

    assert len(receipts) == len(FIELDS)
    kept = query(
        owner_url, "SELECT payload FROM station.entry WHERE device = %s ORDER BY seq", str(chain.device)
    )
    assert [row["payload"][field] for row, field in zip(kept, FIELDS, strict=True)] == [text] * len(FIELDS)


@pytest.mark.parametrize("text", SQL)
def test_sql_in_the_name_of_a_bag_makes_that_bag(
    attacker: Attacker, chain: EntryChain, owner_url: str, text: str
):
    attacker.post(chain.device, [changed(item(chain.entry(opened("SB00001"))), parent=text)])

    assert query(owner_url, "SELECT type FROM bag WHERE qr_id = upper(%s)", text) == [{"type": "parent"}]


@pytest.mark.parametrize("text", SQL)
def test_sql_in_the_name_of_a_station_is_its_name(attacker: Attacker, owner_url: str, text: str):
    device, code = str(uuid4()), one_time_code(owner_url)

    attacker.rows("SELECT station.enrol_station(%s, %s, %s, %s)", device, text, text, code)

    found = query(owner_url, "SELECT name, version FROM station.device WHERE id = %s", device)
    assert found == [{"name": text, "version": text}]


@pytest.mark.parametrize("text", [*SQL, "ravi\x00", "\ud800"])
def test_sql_in_the_name_of_a_person_is_nobodys_name(
    flooder_url: str, owner_url: str, chain: EntryChain, text: str
):
    query(owner_url, "DELETE FROM station.sign_in_failure")
    accounts = accounts_at(flooder_url, chain.device)

    answer = accounts.sign_in(text, text, session=uuid4())

    accounts.close()
    assert answer == SignInRefused()


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("isolate", [False, True])
def test_one_wrong_entry_costs_no_other(
    attacker: Attacker, chain: EntryChain, wrong: dict[str, Any], isolate: bool
):
    first, second, third = (item(chain.entry(opened(f"SB0000{n}"))) for n in (1, 2, 3))

    state = attacker.send(chain.device, json.dumps([first, changed(second, **wrong), third]), isolate=isolate)
    again = attacker.post(chain.device, [first, third])

    assert state[:2] in {"00", "22", "23", "54"}
    assert {receipt["outcome"] for receipt in again} == {"already_posted" if state == "00000" else "posted"}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("isolate", [False, True])
def test_what_is_no_batch_is_refused_and_the_session_goes_on(
    attacker: Attacker, chain: EntryChain, text: str, isolate: bool
):
    state = attacker.send(chain.device, text, isolate=isolate)

    assert state[:2] in {"22", "23", "54"}
    assert attacker.post(chain.device, [item(chain.entry(opened("SB00009")))])[0]["seq"] == 1


def test_a_nul_in_an_entry_is_refused_by_itself(flooder_url: str, chain: EntryChain):
    office = CentralPostingOffice(flooder_url, device=chain.device, station_name="s", version="1")
    bad = chain.entry(opened("SB00001\x00"))

    with pytest.raises(EntriesNotAcceptableError):
        office.post([bad])
    receipts = office.post([chain.entry(opened("SB00002"))]).receipts

    office.close()
    assert [receipt.outcome for receipt in receipts] == ["posted"]


@pytest.mark.parametrize("isolate", [False, True])
def test_more_entries_than_one_call_may_bring_are_refused_and_posting_goes_on(
    attacker: Attacker, chain: EntryChain, isolate: bool
):
    items = [item(chain.entry(opened("SB00001"))) for _ in range(MOST_ENTRIES + 1)]

    assert attacker.send(chain.device, json.dumps(items), isolate=isolate) == "54000"
    assert attacker.post(chain.device, items[:1])[0]["seq"] == 1


def test_as_many_entries_as_one_call_may_bring_are_twice_what_a_station_sends(
    attacker: Attacker, chain: EntryChain
):
    items = [item(chain.entry(opened("SB00001"))) for _ in range(2 * LARGEST_BATCH)]

    assert len(items) == MOST_ENTRIES
    assert len(attacker.post(chain.device, items)) == MOST_ENTRIES


def test_of_a_huge_name_of_a_station_the_beginning_is_kept(attacker: Attacker, owner_url: str):
    device, code, huge = str(uuid4()), one_time_code(owner_url), "é" * 1_000_000

    for version in ("x", huge):
        attacker.rows("SELECT station.enrol_station(%s, %s, %s, %s)", device, huge, version, code)

    kept = query(owner_url, "SELECT name, version FROM station.device WHERE id = %s", device)
    assert kept == [{"name": "é" * 200, "version": "é" * 200}]


@pytest.mark.parametrize(
    "text", [*SQL, "", "1:1", "1:1:2", "5:1:", "-1:1:", "9" * 40 + ":1:", "1:1:;DROP TABLE bag", None]
)
@pytest.mark.parametrize("limit", [-1, 2**31 - 1])
def test_a_cursor_of_the_feed_that_is_none_is_refused_or_begins_anew(
    attacker: Attacker, text: str, limit: int
):
    state = attacker.state("SELECT station.changes_since(%s, %s)", text, limit)

    assert state[:2] in {"00", "22"}


@pytest.mark.parametrize("bounds", [(-1, -1), (2**31 - 1, 2**31 - 1)])
@pytest.mark.parametrize("page", ["catalogue_page", "catalogue_bills"])
def test_a_page_of_the_catalogue_has_no_impossible_bounds(
    attacker: Attacker, page: str, bounds: tuple[int, int]
):
    state = attacker.state(f"SELECT station.{page}(%s, %s)", *bounds)

    assert state[:2] in {"00", "22"}
