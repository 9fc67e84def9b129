"""What a station makes of a password is what the web application's library keeps of it."""

import hashlib
from uuid import uuid4

import pytest
from werkzeug.security import generate_password_hash

from traitortrack_desktop.storage.central import password_proof
from traitortrack_desktop.storage.central.password_proof import USUAL_METHOD, password_digest, proof_of

CHEAP = "scrypt:128:1:1"


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_proof, "USUAL_METHOD", CHEAP)


@pytest.mark.parametrize(
    "method",
    [
        "scrypt:256:8:1", "scrypt:1024:4:3", "pbkdf2:sha256:1000", "pbkdf2:sha512:7", "pbkdf2:sha1:1",
        "pbkdf2:md5:2",
    ],
)  # fmt: skip
@pytest.mark.parametrize("salt_length", [1, 16])
@pytest.mark.parametrize("password", ["pw", "", "पासवर्ड ☂", "x" * 300, "a$b:c"])
def test_the_digest_is_that_of_the_stored_hash(method: str, salt_length: int, password: str):
    stored_method, salt, digest = generate_password_hash(password, method, salt_length).split("$")

    assert password_digest(stored_method, salt, password) == digest


def test_the_usual_method_is_the_librarys_own():
    method, salt, digest = generate_password_hash("pw").split("$")

    assert (method, password_digest(method, salt, "pw")) == (USUAL_METHOD, digest)
    assert password_digest("scrypt", salt, "pw") == digest


def test_pbkdf2_without_numbers_means_what_the_library_means(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(password_proof, "DEFAULT_PBKDF2_ITERATIONS", 3)
    wanted = hashlib.pbkdf2_hmac("sha256", b"pw", b"salt", 3).hex()

    assert password_digest("pbkdf2", "salt", "pw") == password_digest("pbkdf2:sha256", "salt", "pw") == wanted


@pytest.mark.parametrize(
    "method",
    [
        "scrypt:1073741824:8:1", "scrypt:32768:8:999999999", "scrypt:3:8:1", "scrypt:0:0:0", "scrypt:-2:8:1",
        "scrypt:16:8", "scrypt:a:b:c", "scrypt:2:999999999:1", "scrypt:1:1:1", "pbkdf2:sha256:999999999",
        "pbkdf2:sha256:0", "pbkdf2:sha256:-1", "pbkdf2:sha256:1:1", "pbkdf2:shake_128:1", "pbkdf2:nothing:1",
        "md5", "", ":", "plain", "argon2id:1:1:1", "scrypt:" + "9" * 30 + ":8:1",
    ],
)  # fmt: skip
@pytest.mark.usefixtures("cheap")
def test_a_method_that_cannot_be_used_costs_as_much_as_the_usual_one_and_fits_nothing(method: str):
    assert password_digest(method, "salt", "pw") == password_digest(CHEAP, "salt", "pw")


@pytest.mark.usefixtures("cheap")
def test_half_a_character_is_a_wrong_password():
    assert len(password_digest(CHEAP, "salt", "\ud800")) == 128


def test_a_proof_is_good_for_one_station_and_one_session():
    here, there, now, later = (uuid4() for _ in range(4))

    proofs = {
        proof_of("pbkdf2:sha256:1", "salt", "pw", device=device, session=session)
        for device, session in ((here, now), (here, now), (there, now), (here, later))
    }

    assert len(proofs) == 3
    assert password_digest("pbkdf2:sha256:1", "salt", "pw") not in proofs
