"""What stands around the scans is odd: a file's name, an output that takes nothing or that nobody reads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.central_rows import children_by_parent
from fakes.headless_station import ROOT, command, environment, run_program


def run_into(output, source, url, data_dir):
    """Run a station over *source* that prints into *output*; return (exit code, standard error)."""
    done = subprocess.run(
        [*command("station", "--headless", "--json", "--drain", "30", "--scans"), source],
        cwd=ROOT,
        env=environment(TRAITORTRACK_DATABASE_URL=url, TRAITORTRACK_DATA_DIR=str(data_dir)),
        stdout=output,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr.decode()


@pytest.fixture
def codes(tmp_path):
    path = tmp_path / "codes"
    path.write_text("SB10001\nAB12C\nAB12D\n")
    return path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a file that is always full")
def test_an_output_on_a_full_disk_loses_no_scan(central_url, tmp_path, codes):
    with Path("/dev/full").open("wb") as full:
        run_into(full, codes, central_url, tmp_path / "data")
    assert children_by_parent(central_url) == {"SB10001": ["AB12C", "AB12D"]}
    status = json.loads(run_program("journal", "status", "--json", data_dir=tmp_path / "data").stdout)
    assert (status["entries"], status["pending"]) == (3, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break in another way there")
def test_an_output_that_nobody_reads_loses_no_scan(central_url, tmp_path, codes):
    reading, writing = os.pipe()
    os.close(reading)
    run_into(writing, codes, central_url, tmp_path / "data")
    os.close(writing)
    assert children_by_parent(central_url) == {"SB10001": ["AB12C", "AB12D"]}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have no such names")
def test_a_file_whose_name_is_no_text_is_read_like_any_other(central_url, tmp_path, codes):
    odd = os.fsencode(tmp_path) + b"/caf\xe9"
    codes.rename(os.fsdecode(odd))
    assert run_into(subprocess.DEVNULL, odd, central_url, tmp_path / "data")[0] == 0
    assert children_by_parent(central_url) == {"SB10001": ["AB12C", "AB12D"]}
