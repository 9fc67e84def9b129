import pytest
from fakes.sign_ins import ASHA, session_of

from traitortrack_desktop.services import unlocking
from traitortrack_desktop.services.unlocking import ATTEMPTS, WAIT_SECONDS, UnlockVerifier

SESSION = session_of(ASHA)


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def verifier(now, monkeypatch):
    monkeypatch.setattr(unlocking, "slow_digest", lambda password, salt: password.encode() + salt)
    verifier = UnlockVerifier(lambda: now[0])
    verifier.keep(SESSION, "right")
    return verifier


def test_the_password_of_the_session_fits_it_and_no_other_does(verifier):
    assert verifier.fits(SESSION, "right")
    assert not verifier.fits(SESSION, "wrong")
    assert not verifier.fits(session_of(ASHA), "right")


def test_a_new_password_of_the_session_takes_the_place_of_the_old_one(verifier):
    verifier.renew(SESSION.id, "new")
    assert verifier.fits(SESSION, "new")
    assert not verifier.fits(SESSION, "right")


def test_a_new_password_of_another_session_changes_nothing(verifier):
    verifier.renew(session_of(ASHA).id, "new")
    assert verifier.fits(SESSION, "right")


def test_what_is_forgotten_fits_nobody(verifier):
    verifier.forget()
    assert not verifier.fits(SESSION, "right")


def test_after_five_wrong_ones_nobody_may_try_for_fifteen_minutes(verifier, now):
    for _ in range(ATTEMPTS):
        assert not verifier.fits(SESSION, "wrong")
    now[0] += WAIT_SECONDS - 1
    assert not verifier.fits(SESSION, "right")
    now[0] += 1
    assert verifier.fits(SESSION, "right")


def test_the_right_one_forgives_those_before_it(verifier):
    for _ in range(3):
        for _ in range(ATTEMPTS - 1):
            verifier.fits(SESSION, "wrong")
        assert verifier.fits(SESSION, "right")


def test_the_real_thing_fits_and_keeps_no_password():
    verifier = UnlockVerifier()
    verifier.keep(SESSION, "Correct-horse-9")
    assert verifier.fits(SESSION, "Correct-horse-9")
    assert "Correct" not in repr(vars(verifier))
