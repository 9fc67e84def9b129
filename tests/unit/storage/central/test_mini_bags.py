"""Mini bags weigh 15 kg wherever a bill's expected weight is worked out, also with codes in lower case."""

from traitortrack_desktop.storage.central.recount import MINI_BAG
from traitortrack_desktop.storage.central.sql_files import read_file


def test_posting_tells_mini_bags_as_a_recount_does():
    posting = read_file("functions/posting.sql")

    assert posting.count(f"p.qr_id ~* '{MINI_BAG}' THEN 15") == posting.count("THEN 15") > 0
