"""The first word with a centre: can a station work there, and may it come in? Background thread."""

import contextlib

from psycopg2 import Error as DriverError
from psycopg2.errors import UndefinedFunction
from psycopg2.extensions import cursor as Cursor  # noqa: N812
from sqlalchemy.exc import DBAPIError

from traitortrack_desktop import __version__
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.services.ports import CentreMismatchError, CentreUnreachableError
from traitortrack_desktop.services.set_up import CentreAccess, SetUpProblem
from traitortrack_desktop.storage.central.addresses import address_of, with_password
from traitortrack_desktop.storage.central.engine import STATEMENT_LIMIT, CentralDatabase
from traitortrack_desktop.storage.central.enrolment import Enrolment, enrol_now
from traitortrack_desktop.storage.central.failures import (
    NO_DATABASE,
    NOT_ALLOWED,
    NOT_ENROLLED,
    READ_ONLY,
    WRONG_ROLE,
    EnrolmentRefusedError,
    from_within,
    refusal_of,
    sqlstate,
)

_POST_NOTHING = STATEMENT_LIMIT + "SELECT station.post_entries(%s, '[]', false)"
_ASK_FOR_NOBODY = STATEMENT_LIMIT + "SELECT station.sign_in_challenge(%s, '')"
_ASK_AS_THE_LAST_RELEASE = STATEMENT_LIMIT + "SELECT station.account_for_sign_in('')"
_PROBLEMS = {
    NO_DATABASE: SetUpProblem.NO_DATABASE,
    NOT_ALLOWED: SetUpProblem.NOT_ALLOWED,
    READ_ONLY: SetUpProblem.READ_ONLY,
    WRONG_ROLE: SetUpProblem.OTHER_ACCOUNT,
}


class CentralDoor:
    """A ``CentreDoor`` for the station *device*."""

    def __init__(self, device: DeviceId) -> None:
        self._device = device

    def address(self, access: CentreAccess) -> str:
        """Return the database URL, without password."""
        return address_of(servers=access.servers, database=access.database, account=access.account)

    def with_password(self, address: str, password: str) -> str:
        """Return the URL with *password* in it."""
        return with_password(address, password)

    def attempt(self, url: str) -> SetUpProblem | None:
        """Return what keeps this station from working at *url*; see ``CentreDoor``."""
        with contextlib.closing(CentralDatabase(url, application="traitortrack set-up")) as database:
            try:
                with database.delivery() as cursor:
                    self._ask(cursor)
            except CentreUnreachableError:
                return SetUpProblem.UNREACHABLE
            except CentreMismatchError as mismatch:
                return _problem(mismatch.__cause__)
        return None

    def enrol(self, url: str, *, station: str, code: str) -> SetUpProblem | None:
        """Make this station known at *url*; see ``CentreDoor``."""
        enrolment = Enrolment(device=self._device, name=station, version=__version__, code=code)
        try:
            enrol_now(url, enrolment)
        except CentreUnreachableError:
            return SetUpProblem.UNREACHABLE
        except EnrolmentRefusedError as refused:
            return SetUpProblem.CODE_WRONG if refused.reason is None else SetUpProblem(refused.reason)
        except CentreMismatchError as mismatch:
            return _problem(mismatch.__cause__)
        return None

    def _ask(self, cursor: Cursor) -> None:
        """Ask for what the station will need."""
        self._ask_before_enrolment(cursor, _POST_NOTHING)
        try:
            self._ask_before_enrolment(cursor, _ASK_FOR_NOBODY)
        except UndefinedFunction:  # a centre that was not upgraded yet
            cursor.execute(_ASK_AS_THE_LAST_RELEASE)

    def _ask_before_enrolment(self, cursor: Cursor, statement: str) -> None:
        """Ask, where it is as it should be that the station is not enrolled yet."""
        try:
            cursor.execute(statement, (str(self._device),))
        except DriverError as error:
            if sqlstate(error) != NOT_ENROLLED:
                raise


def _problem(cause: BaseException | None) -> SetUpProblem:
    assert isinstance(cause, DBAPIError | DriverError)
    refusal = refusal_of(cause)
    if refusal is not None:
        return SetUpProblem(refusal)
    state = sqlstate(cause)
    if state is None:  # TLS did not come about
        return SetUpProblem.UNREACHABLE
    if state.startswith("28"):
        return SetUpProblem.ACCOUNT_REFUSED
    if state == NOT_ALLOWED and from_within(cause):
        return SetUpProblem.FUNCTIONS_LACK_RIGHTS
    return _PROBLEMS.get(state, SetUpProblem.NOT_PREPARED)
