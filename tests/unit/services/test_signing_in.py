import logging
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from fakes.asked_badges import ASHAS
from fakes.memory_sign_ins import MemorySignIns
from fakes.sign_ins import ASHA, RAVI, signed_in, who

from traitortrack_desktop.domain.operators import Badge, SignInWay
from traitortrack_desktop.domain.roles import Rights
from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreUnreachableError,
    EntriesNotAcceptableError,
    SignedIn,
    SignInRefused,
)
from traitortrack_desktop.services.signing_in import (
    ask_to_sign_in,
    ask_whose_badge,
    ask_with_pin,
)
from traitortrack_desktop.services.station import SignInUnavailable
from traitortrack_desktop.services.unlocking import UnlockVerifier

IN = signed_in(ASHA)
ASHAS_BADGE = Badge(id=uuid4(), person=ASHA)
PIN = "274951"
WITHOUT_CENTRE = (ASHA, SignInWay.REMEMBERED_PASSWORD, Rights.FULL)


class Accounts:
    def __init__(self, answer):
        self.answer = answer

    def sign_in(self, username, password, *, session, code=None):
        return self.asked()

    def sign_in_with_badge(self, code, *, session):
        return self.asked()

    def sign_in_with_pin(self, badge, pin, *, session):
        return self.asked()

    def asked(self):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def remembered():
    return MemorySignIns()


@pytest.fixture
def ask(remembered):
    return lambda answer, name="asha", password="pw": ask_to_sign_in(
        Accounts(answer), remembered, name, password
    )


@pytest.mark.parametrize("answer", [IN, SignInRefused(not_verified=True)])
def test_the_answer_of_the_centre_is_passed_on(ask, answer):
    assert ask(answer) == answer


def test_a_centre_that_does_not_answer_is_an_answer_too(ask, remembered):
    assert ask(CentreUnreachableError()) == SignInUnavailable(remembered_days=7)
    remembered.days = 0
    assert ask(CentreUnreachableError()) == SignInUnavailable()


def test_who_signed_in_at_the_centre_can_do_so_again_without_it(ask, caplog):
    ask(IN)
    with caplog.at_level(logging.INFO):
        assert who(ask(CentreUnreachableError(), " asha ")) == WITHOUT_CENTRE
    assert [record.getMessage() for record in caplog.records] == ["asha signed in without the centre"]


def test_what_is_remembered_is_not_asked_while_the_centre_answers(ask, remembered):
    ask(IN)
    assert ask(SignInRefused()) == SignInRefused()


def known_in_every_way(remembered):
    """Which of Asha's password, badge and PIN this station would still take."""
    return (
        remembered.person_with("asha", "pw") is not None,
        remembered.badge_with(ASHAS) is not None,
        remembered.holder_with_pin(ASHAS_BADGE, PIN) is not None,
    )


@pytest.fixture
def with_all(ask, remembered):
    """Asha's password, badge and PIN were accepted here."""
    ask(IN)
    remembered.remember_badge(ASHAS_BADGE, ASHAS)
    remembered.remember_pin(ASHAS_BADGE, PIN)
    return remembered


def test_the_remembered_password_is_forgotten_once_the_centre_refuses_it_and_nothing_else_is(ask, with_all):
    ask(SignInRefused(), " asha ")
    assert known_in_every_way(with_all) == (False, True, True)


def test_a_mistyped_password_says_nothing_of_the_remembered_one(ask, with_all):
    ask(SignInRefused(), password="pv")
    assert known_in_every_way(with_all) == (True, True, True)


@pytest.mark.parametrize("password", ["pw", "pv"])
def test_nothing_is_remembered_of_whoever_is_disabled(ask, with_all, password):
    ask(SignInRefused(not_verified=True), password=password)
    assert known_in_every_way(with_all) == (False, False, False)


def test_a_wrong_password_without_the_centre_lets_nobody_in(ask):
    ask(IN)
    assert ask(CentreUnreachableError(), password="other") == SignInUnavailable(remembered_days=7)


@pytest.mark.parametrize("failure", [CentreMismatchError(), EntriesNotAcceptableError()])
def test_a_centre_that_does_not_fit_needs_a_person_and_no_memory(ask, failure):
    ask(IN)
    assert ask(failure) == SignInUnavailable(mismatch=True)


@pytest.mark.parametrize(
    "failure", [CentreUnreachableError(), CentreMismatchError(), EntriesNotAcceptableError()], ids=repr
)
def test_whoever_was_there_unlocks_the_station_whatever_keeps_the_centre_from_saying_so(remembered, failure):
    verifier = UnlockVerifier()
    verifier.keep(IN.session, "pw")

    def unlocked(name, password):
        locked = IN.session
        return ask_to_sign_in(Accounts(failure), remembered, name, password, locked=locked, verifier=verifier)

    assert unlocked("asha", "pw") == SignedIn(session=IN.session)
    assert isinstance(unlocked("asha", "other"), SignInUnavailable)
    assert isinstance(unlocked("ravi", "pw"), SignInUnavailable)


@pytest.mark.parametrize(
    "refusal",
    [
        SignInRefused(locked_until=datetime(2026, 1, 5, tzinfo=UTC)),
        SignInRefused(code_needed=True),
        SignInRefused(code_wrong=True),
    ],
    ids=["too many attempts", "a code is missing", "the code is wrong"],
)
def test_a_refusal_that_says_nothing_of_the_password_ends_no_memory(ask, refusal):
    ask(IN)
    ask(refusal)
    assert who(ask(CentreUnreachableError())) == WITHOUT_CENTRE


# -- badges and PINs

BADGE = Badge(id=uuid4(), person=RAVI, has_pin=True)
BY_PIN = signed_in(RAVI, SignInWay.PIN, badge=BADGE)


@pytest.fixture
def with_pin(remembered):
    return lambda answer, pin=PIN: ask_with_pin(Accounts(answer), remembered, BADGE, pin)


def test_a_pin_that_the_centre_accepted_counts_again_without_it(with_pin):
    assert with_pin(BY_PIN) == BY_PIN
    answer = with_pin(CentreUnreachableError())
    assert who(answer) == (RAVI, SignInWay.REMEMBERED_PIN, Rights.FULL)
    assert (answer.badge, answer.session.badge) == (BADGE, BADGE.id)
    assert with_pin(CentreUnreachableError(), "000000") == SignInUnavailable(remembered_days=7)


def test_a_mistyped_pin_says_nothing_of_the_remembered_one(with_pin):
    with_pin(BY_PIN)
    with_pin(SignInRefused(), "274952")
    assert who(with_pin(CentreUnreachableError())) == (RAVI, SignInWay.REMEMBERED_PIN, Rights.FULL)


def test_a_pin_that_the_centre_refuses_is_forgotten(with_pin, remembered):
    with_pin(BY_PIN)
    assert with_pin(SignInRefused()) == SignInRefused()
    assert with_pin(CentreUnreachableError()) == SignInUnavailable(remembered_days=7)


def test_a_badge_that_is_not_valid_any_more_is_forgotten_with_its_pin(with_pin, remembered):
    with_pin(BY_PIN)
    remembered.remember_badge(BADGE, ASHAS)
    with_pin(SignInRefused(badge_not_valid=True), "274952")
    assert remembered.badge_with(ASHAS) is None
    assert remembered.holder_with_pin(BADGE, PIN) is None


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (SignInRefused(badge_not_valid=True), SignInRefused(badge_not_valid=True)),
        (CentreUnreachableError(), SignInUnavailable(remembered_days=7)),
        (CentreMismatchError(), SignInUnavailable(mismatch=True)),
        (EntriesNotAcceptableError(), SignInUnavailable(mismatch=True)),
    ],
    ids=["not valid", "unreachable", "mismatch", "not accepted"],
)
def test_whose_badge_it_is_only_the_centre_says(remembered, said, answer):
    assert ask_whose_badge(Accounts(said), remembered, ASHAS, uuid4()) == answer


@pytest.mark.parametrize("failure", [CentreMismatchError(), EntriesNotAcceptableError()])
def test_a_centre_that_does_not_fit_asks_no_memory_for_a_pin(with_pin, failure):
    with_pin(BY_PIN)
    assert with_pin(failure) == SignInUnavailable(mismatch=True)
