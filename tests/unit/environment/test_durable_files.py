import stat
import sys

import pytest

from traitortrack_desktop.environment.durable_files import write_durably


@pytest.mark.skipif(sys.platform == "win32", reason="the folder says who may read there")
def test_what_a_broken_off_writing_left_neither_lends_its_rights_nor_leads_elsewhere(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("of somebody")
    (tmp_path / "secret.new").symlink_to(elsewhere)
    write_durably(tmp_path / "secret", b"pw\n")
    assert elsewhere.read_text() == "of somebody"
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert (tmp_path / "secret").read_bytes() == b"pw\n"
