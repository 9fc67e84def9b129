"""A centre whose accounts are changed by the owner's hand, emptied before each test. For tests."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from fakes.central_owner import OwnerSession
from fakes.hidden_address import HiddenAddress

from traitortrack_desktop.domain.accounts import AccountAct, AccountProblem
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.storage.central.account_problems import AccountNotPossibleError
from traitortrack_desktop.storage.central.user_administration import change_account

HASH = "pbkdf2:sha256:1$salt$" + "0" * 64
"""A hash of nobody's password, for accounts whose password is never tried."""

EMPTY = """
    DELETE FROM station.session; DELETE FROM station.badge; DELETE FROM station.pin;
    DELETE FROM station.device; DELETE FROM station.sign_in_failure; DELETE FROM audit_log;
    DELETE FROM bill; DELETE FROM "user";
"""


class KeptAccounts:
    """The accounts of the centre at *url*."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._owner = OwnerSession(url)

    def query(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        return self._owner.query(statement, *values)

    def add(self, name: str, role: str = "biller", **columns: Any) -> int:
        """Make an account as it may stand there, past all rules; return its id."""
        row = {"username": name, "email": f"{name}@x.example", "password_hash": HASH, "role": role,
               "verified": True, **columns}  # fmt: skip
        places = ", ".join(["%s"] * len(row))
        made = self.query(
            f'INSERT INTO "user" ({", ".join(row)}) VALUES ({places}) RETURNING id', *row.values()
        )
        return int(made[0]["id"])

    def change(self, act: AccountAct, name: str, **values: str | None) -> AccountProblem | None:
        """Change an account as a command does; return the problem."""
        try:
            change_account(self.url, act, name, values)
        except AccountNotPossibleError as error:
            return error.problem
        return None

    def change_as(self, actor: int, act: AccountAct, name: str, **values: str | None) -> str | None:
        """Change an account as the administrator whose id is *actor*."""
        told = self.query(
            "SELECT station.change_account(%s, 'boss', %s, %s, %s::jsonb) ->> 'problem' AS problem",
            actor, str(act), name, json.dumps(values),
        )  # fmt: skip
        problem: str | None = told[0]["problem"]
        return problem

    def row(self, name: str) -> dict[str, Any]:
        return self.query('SELECT * FROM "user" WHERE username = %s ORDER BY id LIMIT 1', name)[0]

    def audit(self) -> list[dict[str, Any]]:
        """Return the rows of the audit, oldest first."""
        return self.query("SELECT * FROM audit_log ORDER BY id")

    def session_of(self, user: int, device: str, **columns: Any) -> str:
        """Begin a session of *user* at *device*; return its id."""
        row = {"device": device, "user_id": user, "username": "somebody", "way": "password",
               "rights": "full", **columns}  # fmt: skip
        places = ", ".join(["%s"] * len(row))
        made = self.query(
            f"""INSERT INTO station.session (id, {", ".join(row)}) VALUES (gen_random_uuid(), {places})
                RETURNING id::text""",
            *row.values(),
        )
        return str(made[0]["id"])

    def close(self) -> None:
        self._owner.close()


@contextmanager
def kept_accounts(server: EmbeddedPostgres, database: str) -> Iterator[KeptAccounts]:
    """Give the accounts of a new *database* on *server*, which is dropped afterwards."""
    server.create_database(database, "migrated")
    with closing(KeptAccounts(HiddenAddress(server.url(database)))) as accounts:
        yield accounts
    server.drop_database(database)
