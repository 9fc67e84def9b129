"""Every advisory lock that the centre's functions take stands in the table in ``turns.sql``."""

import re
from importlib import resources

FILES = {
    file.name: file.read_text("utf-8")
    for file in resources.files("traitortrack_desktop.storage.central").joinpath("functions").iterdir()
}
TABLE = FILES["turns.sql"].partition("CREATE OR REPLACE FUNCTION")[0]


def test_no_key_is_locked_that_the_table_does_not_name():
    locked = {
        key
        for name, text in FILES.items()
        if name != "turns.sql"
        for key in re.findall(r"advisory_(?:xact_)?lock\((\w[\w, +]*)(?:::\w+)?\)", text)
    }

    assert locked == {
        "100000 + v_bill", "200000 + v_bag", "300000", "400000 + v_ticket",
        "400000 + p_ticket", "7406120, 5", "7406120043",
    }  # fmt: skip
    assert all(number in TABLE for key in locked for number in re.findall(r"\d{4,}", key))


def test_every_turn_that_is_waited_for_has_a_key_of_its_own_in_the_table():
    keys = dict(re.findall(r"WHEN '(\w+)' THEN (\d+)", FILES["turns.sql"]))
    waited_for = {turn for text in FILES.values() for turn in re.findall(r"wait_for_turn\('(\w+)'", text)}

    assert waited_for == set(keys)
    assert len(set(keys.values())) == len(keys)
    assert all(key in TABLE for key in keys.values())
