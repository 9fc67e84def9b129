import socket
import threading
from collections.abc import Iterator

import pytest

from traitortrack_desktop.simulation.network_line import LineState, NetworkLine

PATIENCE_SECONDS = 10.0


class EchoServer:
    """Answers every connection with what it sends."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def _accept(self) -> None:
        while True:
            connection, _address = self._socket.accept()
            first = connection.recv(65536)
            if first == b"stop":
                connection.close()
                return
            thread = threading.Thread(target=self._echo, args=(connection, first))
            thread.start()
            self._threads.append(thread)

    @staticmethod
    def _echo(connection: socket.socket, data: bytes) -> None:
        with connection:
            try:
                while data:
                    connection.sendall(data)
                    data = connection.recv(65536)
            except OSError:
                return

    def close(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as last:
            last.sendall(b"stop")
            self._accepting.join()
        for thread in self._threads:
            thread.join()
        self._socket.close()


@pytest.fixture
def line() -> Iterator[NetworkLine]:
    server = EchoServer()
    try:
        with NetworkLine(target_host="127.0.0.1", target_port=server.port) as line:
            yield line
    finally:
        server.close()


def connect(line: NetworkLine) -> socket.socket:
    return socket.create_connection(("127.0.0.1", line.port), timeout=PATIENCE_SECONDS)


def echoed(connection: socket.socket, data: bytes) -> bytes:
    connection.sendall(data)
    received = b""
    while len(received) < len(data):
        chunk = connection.recv(65536)
        if not chunk:
            break
        received += chunk
    return received


def test_it_carries_bytes_both_ways(line: NetworkLine) -> None:
    with connect(line) as connection:
        assert echoed(connection, b"SB10001") == b"SB10001"


def test_it_carries_more_than_its_buffers_hold_without_losing_order(line: NetworkLine) -> None:
    data = b"".join(number.to_bytes(4, "big") for number in range(1_000_000))
    with connect(line) as connection:
        sender = threading.Thread(target=connection.sendall, args=(data,))
        sender.start()
        received = bytearray()
        while len(received) < len(data):
            received += connection.recv(1 << 20)
        sender.join()
    assert received == data


def test_a_cut_drops_the_connections_it_carries(line: NetworkLine) -> None:
    with connect(line) as connection:
        echoed(connection, b"before")
        line.cut()
        with pytest.raises(ConnectionError):
            connection.recv(1)
    assert line.connections == 0


def test_a_cut_line_refuses_new_connections(line: NetworkLine) -> None:
    line.cut()
    with pytest.raises(ConnectionRefusedError):
        connect(line)


def test_it_comes_back_on_the_same_port(line: NetworkLine) -> None:
    port = line.port
    for _time in range(20):
        line.cut()
        line.restore()
    assert line.port == port
    with connect(line) as connection:
        assert echoed(connection, b"again") == b"again"


def test_a_black_hole_accepts_and_never_answers(line: NetworkLine) -> None:
    line.black_hole()
    with connect(line) as connection:
        connection.sendall(b"anybody?")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_a_connection_that_was_open_before_falls_silent_in_a_black_hole(line: NetworkLine) -> None:
    with connect(line) as connection:
        echoed(connection, b"before")
        line.black_hole()
        connection.sendall(b"anybody?")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_a_stream_with_a_hole_in_it_is_dropped_at_the_return(line: NetworkLine) -> None:
    with connect(line) as connection:
        echoed(connection, b"before")
        line.black_hole()
        connection.sendall(b"lost")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(PATIENCE_SECONDS)
        line.restore()
        with pytest.raises(ConnectionError):
            connection.recv(1)


def test_an_idle_connection_survives_a_black_hole(line: NetworkLine) -> None:
    with connect(line) as connection:
        echoed(connection, b"before")
        line.black_hole()
        line.restore()
        assert echoed(connection, b"after") == b"after"


def test_the_target_ending_a_connection_ends_it_here_after_the_last_byte() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        NetworkLine(target_host="127.0.0.1", target_port=server.getsockname()[1]) as line,
        connect(line) as connection,
    ):
        far, _address = server.accept()
        with far:
            far.sendall(b"last words")
        assert connection.recv(64) == b"last words"
        assert connection.recv(64) == b""


def test_a_target_that_is_not_there_resets_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with (
        NetworkLine(target_host="127.0.0.1", target_port=port) as line,
        pytest.raises(ConnectionError),  # perhaps while it still connects
        connect(line) as connection,
    ):
        connection.recv(1)


def assert_reset(connection: socket.socket) -> None:
    with pytest.raises(ConnectionError):
        connection.recv(1)


def test_closing_leaves_no_thread_and_no_open_port(line: NetworkLine) -> None:
    with connect(line) as connection:
        echoed(connection, b"before")
        line.close()
        line.close()
    assert "network-line" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(ConnectionRefusedError):
        connect(line)


def test_orders_after_the_end_change_nothing(line: NetworkLine) -> None:
    line.close()
    line.restore()
    assert line.state is LineState.CUT
