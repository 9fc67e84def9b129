"""The centre goes away in the middle of a parent and comes back: work goes on, nothing is lost or doubled."""

import os
import signal
from urllib.parse import urlsplit

import pytest
from fakes.central_rows import children_by_parent, wrong_counters
from fakes.headless_station import HeadlessStation

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.simulation.network_line import NetworkLine
from traitortrack_desktop.storage.central.upgrade import upgrade

CHILDREN = [f"C{number:03}" for number in range(20)]


def through(line, url):
    return url.replace(f":{urlsplit(url).port}/", f":{line.port}/")


def scan_all(station, codes):
    assert [station.scan(code)["verdict"] for code in codes] == ["accepted"] * len(codes)


@pytest.fixture
def line(central_url):
    with NetworkLine(target_host="127.0.0.1", target_port=urlsplit(central_url).port) as line:
        yield line


@pytest.mark.parametrize("fault", ["cut", "black_hole"])
def test_a_lost_line_in_the_middle_of_a_parent(central_url, line, tmp_path, fault):
    with HeadlessStation(through(line, central_url), tmp_path, drain=60) as station:
        scan_all(station, ["SB10001", *CHILDREN[:10]])
        station.wait_until_posted()
        getattr(line, fault)()
        scan_all(station, CHILDREN[10:])
        station.wait_until_offline()
        line.restore()
        code, summary = station.finish()
    assert (code, summary["captured"], summary["posted"], summary["pending"]) == (0, 21, 21, 0)
    assert children_by_parent(central_url) == {"SB10001": CHILDREN}
    assert wrong_counters(central_url) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL])
def test_the_server_is_stopped_and_started_again(tmp_path, how):
    with EmbeddedPostgres.start(tmp_path / "server", fast=False) as server:
        server.create_database("depot")
        upgrade(server.url("depot"))
        with (
            NetworkLine(target_host="127.0.0.1", target_port=server.port) as line,
            HeadlessStation(through(line, server.url("depot")), tmp_path / "a", drain=60) as station,
        ):
            scan_all(station, ["SB10001", *CHILDREN[:10]])
            os.kill(server.pid, how)
            scan_all(station, CHILDREN[10:])
            station.wait_until_offline()
            server.stop()
            with EmbeddedPostgres.start(tmp_path / "server", fast=False) as again:
                line.lead_to(again.port)
                code, summary = station.finish()
                assert (code, summary["posted"], summary["pending"]) == (0, 21, 0)
                assert children_by_parent(again.url("depot")) == {"SB10001": CHILDREN}
                assert wrong_counters(again.url("depot")) == []
