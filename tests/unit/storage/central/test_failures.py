"""What libpq's words about a refused connection mean; they come without an SQLSTATE."""

import psycopg2
import pytest

from traitortrack_desktop.services.ports import CentreMismatchError, CentreUnreachableError
from traitortrack_desktop.storage.central.failures import centre_error

AT = 'connection to server at "db{}.example.com" (10.0.0.{}), port 5432 failed: '
STANDBY = "session is read-only"
HOT_STANDBY = "server is in hot standby mode"
DOWN = "Connection refused"


def refused(*answers: str) -> psycopg2.OperationalError:
    return psycopg2.OperationalError(
        "\n".join(AT.format(n, n) + answer for n, answer in enumerate(answers, 1))
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ('FATAL:  password authentication failed for user "st"', "db grant"),
        ('FATAL:  password authentication failed for user "st"', "(or its certificate)"),
        ('FATAL:  role "st" is not permitted to log in', "db grant"),
        ('FATAL:  role "st" does not exist', "db grant"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.9", user "st", database "t"', "refuses"),
        ("fe_sendauth: no password supplied", "refuses"),
        ('FATAL:  permission denied for database "t"', "db grant"),
        ('FATAL:  database "t" does not exist', "no database of this name"),
        (STANDBY, "can only be read"),
        (HOT_STANDBY, "can only be read"),
    ],
)
def test_a_refusal_says_what_helps(answer: str, said: str):
    error = centre_error(refused(answer))

    assert isinstance(error, CentreMismatchError)
    assert said in str(error)


@pytest.mark.parametrize(
    "answers",
    [
        (DOWN,),
        ("timeout expired",),
        ("FATAL:  the database system is starting up",),
        (DOWN, STANDBY),
        (STANDBY, DOWN),
    ],
)
def test_a_centre_that_may_come_back_is_waited_for(answers: tuple[str, ...]):
    assert isinstance(centre_error(refused(*answers)), CentreUnreachableError)


def test_servers_that_are_all_standbys_are_told():
    assert isinstance(centre_error(refused(STANDBY, HOT_STANDBY)), CentreMismatchError)


def test_nothing_of_the_password_or_the_account_is_told():
    assert "secret_account" not in str(centre_error(refused('FATAL:  role "secret_account" does not exist')))
