import logging
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from traitortrack_desktop.environment.logs import LOG_FILE_NAME, start_logging, stop_logging
from traitortrack_desktop.environment.redaction import redacted

SECRET = "s3cr@t/x"


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    level_before = root.level
    handler = start_logging(tmp_path / "logs")
    yield tmp_path / "logs" / LOG_FILE_NAME
    stop_logging(handler)
    root.setLevel(level_before)


def test_a_line_has_utc_time_level_thread_and_place(log_file: Path) -> None:
    logging.getLogger("station.test").warning("scanner %s came back", "COM7")

    line = log_file.read_text(encoding="utf-8")

    assert "Z WARNING [MainThread] station.test: scanner COM7 came back" in line


def test_a_password_is_redacted_in_the_message_and_in_the_traceback(log_file: Path) -> None:
    url = f"postgresql://station:{SECRET}@centre/tt"
    try:
        raise ValueError(url)
    except ValueError:
        logging.getLogger("station.test").exception("url=%s", url)

    text = log_file.read_text(encoding="utf-8")

    assert text.count("postgresql://station:***@centre/tt") == 2
    assert SECRET not in text


def test_text_that_is_not_valid_unicode_is_logged_all_the_same(log_file: Path) -> None:
    logging.getLogger("station.test").error("read %s", "\udcff ✓")

    assert "\\udcff ✓" in log_file.read_text(encoding="utf-8")


def test_the_log_never_outgrows_five_files_of_five_megabytes(tmp_path: Path) -> None:
    handler = start_logging(tmp_path)
    for number in range(300):
        handler.handle(logging.makeLogRecord({"msg": "x" * 100_000 + str(number), "levelname": "INFO"}))
    stop_logging(handler)

    files = list(tmp_path.iterdir())
    assert len(files) == 5
    assert sum(file.stat().st_size for file in files) <= 25_000_000
    assert (tmp_path / LOG_FILE_NAME).read_text(encoding="utf-8").endswith("x299\n")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no mode bits")
def test_the_log_folder_is_readable_by_its_owner_only(log_file: Path) -> None:
    assert stat.S_IMODE(log_file.parent.stat().st_mode) == 0o700


def test_after_the_stop_nothing_is_written(tmp_path: Path) -> None:
    handler = start_logging(tmp_path)
    stop_logging(handler)

    logging.getLogger("station.test").critical("too late")

    assert not (tmp_path / LOG_FILE_NAME).exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgresql://u:p@h/db", "postgresql://u:***@h/db"),
        ("postgres+psycopg2://u:p:w@x@h:5432,i/db", "postgres+psycopg2://u:***@h:5432,i/db"),
        ("postgresql://h/db?password=pw&sslmode=require", "postgresql://h/db?password=***&sslmode=require"),
        ("host=h password='p w' user=u", "host=h password=*** user=u"),
        ('{"password": "p w", "user": "u"}', '{"password": ***, "user": "u"}'),
        ("TRAITORTRACK_PASSWORD=pw", "TRAITORTRACK_PASSWORD=***"),
        ("password_hash='scrypt:1:1:1$s$ab'", "password_hash=***"),
        ("{'pin_hash': 'ab', 'code_hash': 'cd', 'r': 'x'}", "{'pin_hash': ***, 'code_hash': ***, 'r': 'x'}"),
        ("proof=ab12, hashed=cd", "proof=***, hashed=***"),
        ("row contains (7, scrypt:32768:8:1$aZ9$0f1e2d3c, x)", "row contains (7, ***, x)"),
        ("pbkdf2:sha256:600000$aZ9$0f1e2d3c", "***"),
        ("scanned 'tt-badge-41x9'", "scanned 'TT-BADGE-***'"),
        ("postgresql://u@h:5432/db", "postgresql://u@h:5432/db"),
        ("password authentication failed", "password authentication failed"),
    ],
)
def test_secrets_are_recognised_in_text(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize("text", ["x" * 1_000_000, "://a:" * 200_000, "password=" * 100_000, "a@" * 500_000])
def test_a_megabyte_without_a_blank_does_not_hold_the_log_up(text: str) -> None:
    assert redacted(text)
