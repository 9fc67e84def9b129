import stat
import sys
import tomllib

import pytest

from traitortrack_desktop.environment import secrets_file
from traitortrack_desktop.environment.secrets_file import SecretsFile, SecretsFileError

ODD = 'p"ä\\ss = [x] # \x7f\t𝄞'


@pytest.fixture
def kept(tmp_path):
    return SecretsFile(tmp_path / "data")


def test_without_a_file_nothing_is_kept(kept):
    assert kept.read("station_7") is None
    kept.forget("station_7")
    assert not kept.path.exists()


@pytest.mark.parametrize("password", ["pw-4711", ODD, "x" * 1200])
def test_what_was_stored_is_read_back_and_is_toml(kept, password):
    kept.store("station 7", password)
    assert SecretsFile(kept.path.parent).read("station 7") == password
    assert list(tomllib.loads(kept.path.read_text(encoding="utf-8"))) == ["database"]


def test_other_accounts_stay(kept):
    kept.store("one", "1")
    kept.store("two", "2")
    kept.store("two", "3")
    kept.forget("nobody")
    assert (kept.read("one"), kept.read("two")) == ("1", "3")


def test_the_file_goes_with_its_last_password(kept):
    kept.store("one", "1")
    kept.forget("one")
    assert list(kept.path.parent.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="the folder says who may read there")
def test_only_its_owner_may_read_it(kept):
    kept.store("one", "1")
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="the folder says who may read there")
@pytest.mark.parametrize("act", ["read", "store", "forget"])
def test_a_file_that_others_can_read_is_neither_used_nor_changed(kept, act):
    kept.store("one", "pw-4711")
    kept.path.chmod(0o644)
    with pytest.raises(SecretsFileError, match="may be read or changed by others") as refused:
        getattr(kept, act)("one", *(["2"] if act == "store" else []))
    assert str(kept.path) in str(refused.value)
    assert "pw-4711" not in str(refused.value)
    assert "pw-4711" in kept.path.read_text()


@pytest.mark.parametrize(
    "content", [b"station = pw-4711", b"\xffpw-4711", b"database = 'pw-4711'", b"[database]\none = 4711\n"]
)
def test_a_file_that_cannot_be_understood_is_told_without_quoting_it(kept, content):
    kept.store("one", "1")
    kept.path.write_bytes(content)
    with pytest.raises(SecretsFileError, match=r"secrets\.toml") as refused:
        kept.read("one")
    assert "4711" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_file_that_cannot_be_written_is_told(kept):
    kept.path.parent.write_text("a file where the folder should be")
    with pytest.raises(SecretsFileError, match=r"cannot be (written|read)"):
        kept.store("one", "1")


def test_where_the_system_protects_texts_the_file_never_holds_the_password(kept, monkeypatch):
    monkeypatch.setattr(secrets_file, "protected", lambda secret: f"protected:{secret[::-1]}")
    monkeypatch.setattr(secrets_file, "revealed", lambda written: written.removeprefix("protected:")[::-1])
    kept.store("one", "pw-4711")
    assert "pw-4711" not in kept.path.read_text()
    assert kept.read("one") == "pw-4711"


def test_another_persons_protected_password_is_told(kept, monkeypatch):
    def not_ours(written):
        raise OSError(13, "The data is invalid")

    kept.store("one", "pw-4711")
    monkeypatch.setattr(secrets_file, "revealed", not_ours)
    with pytest.raises(SecretsFileError, match="another person or on another computer"):
        kept.read("one")
