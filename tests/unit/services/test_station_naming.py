import pytest

from traitortrack_desktop.services.events import StationNamed
from traitortrack_desktop.services.ports import StationStanding
from traitortrack_desktop.services.station_naming import StationNaming
from traitortrack_desktop.storage.local.station_name import FILE_NAME, StationNameFile

GATE = StationNamed(name="Gate 3", area="indore")


@pytest.fixture
def told():
    return []


@pytest.fixture
def start(tmp_path, told):
    def start():
        naming = StationNaming(kept=StationNameFile(tmp_path), tell=told.append)
        naming.start()
        return naming

    return start


def test_a_name_is_told_when_it_is_heard_first_and_when_it_changes(start, told):
    naming = start()
    for name in ("Gate 3", "Gate 3", "Gate 4"):
        naming.take(StationStanding(name=name, area="indore"))
    assert told == [GATE, StationNamed(name="Gate 4", area="indore")]


def test_the_next_start_knows_it_without_the_centre(start, told):
    start().take(StationStanding(name="Gate 3", area="indore"))
    start().take(StationStanding(name="Gate 3", area="indore"))
    assert told == [GATE, GATE]


@pytest.mark.parametrize("content", [b"", b"[]", b'{"name": 3, "area": null}', b'{"name": "x"}', b"\xff"])
def test_a_file_that_is_none_tells_nothing(start, told, tmp_path, content):
    (tmp_path / FILE_NAME).write_bytes(content)
    start()
    assert told == []


def test_a_name_that_cannot_be_kept_is_told_all_the_same(start, told, tmp_path):
    (tmp_path / FILE_NAME).mkdir()
    start().take(StationStanding(name="Gate 3", area="indore"))
    assert told == [GATE]
