"""A network line that can be cut: a TCP forwarder on 127.0.0.1 between a station and its centre.

One thread serves every connection. The demo cuts the line in the middle of a shift, and the
fault tests do worse. :meth:`NetworkLine.cut`, :meth:`~NetworkLine.black_hole` and
:meth:`~NetworkLine.restore` may be called from any thread and return when they hold.
"""

import contextlib
import selectors
import socket
import struct
import sys
import threading
from collections.abc import Callable
from enum import StrEnum
from types import TracebackType
from typing import Self

_CHUNK_BYTES = 65536
_HIGH_WATER_BYTES = 1 << 20
_CONNECT_TIMEOUT_SECONDS = 3.0
_RESET_ON_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class LineState(StrEnum):
    """What the line does with connections."""

    UP = "up"
    CUT = "cut"
    """Connections are dropped, new ones refused: the centre is plainly not there."""
    BLACK_HOLE = "black_hole"
    """Connections stay and are accepted, and nothing ever comes back."""


class NetworkLine:
    """Forwards 127.0.0.1:*port* to *target_host*:*target_port* until cut or closed."""

    def __init__(self, *, target_host: str, target_port: int) -> None:
        """Bind a free port, kept through every cut. Raises ``OSError`` when there is none."""
        self._target = (target_host, target_port)
        self._place = _bound_socket(0)
        self.port: int = self._place.getsockname()[1]
        if sys.platform == "win32":
            self._place.close()
        self._listener: socket.socket | None = None
        self._selector = selectors.DefaultSelector()
        self._waker, self._wakened = socket.socketpair()
        self._wakened.setblocking(False)
        self._selector.register(self._wakened, selectors.EVENT_READ, self._drain_wakener)
        self._pairs: set[_Pair] = set()
        self._orders: list[tuple[LineState | None, threading.Event]] = []
        self._orders_lock = threading.Lock()
        self._closed = False
        self._state = LineState.CUT
        self._thread = threading.Thread(target=self._serve, name="network-line", daemon=True)
        self._thread.start()
        self.restore()

    @property
    def state(self) -> LineState:
        """What the line does now."""
        return self._state

    @property
    def connections(self) -> int:
        """How many connections it carries now."""
        return len(self._pairs)

    def cut(self) -> None:
        """Drop every connection and refuse new ones."""
        self._order(LineState.CUT)

    def black_hole(self) -> None:
        """Keep and accept connections, and swallow everything."""
        self._order(LineState.BLACK_HOLE)

    def lead_to(self, target_port: int) -> None:
        """Forward later connections to another port of the same host, as after a server's restart."""
        self._target = (self._target[0], target_port)

    def restore(self) -> None:
        """Forward again. Connections that lost bytes in a black hole are dropped."""
        self._order(LineState.UP)

    def close(self) -> None:
        """Drop everything and end the thread. May be called twice."""
        self._order(None)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _order(self, state: LineState | None) -> None:
        obeyed = threading.Event()
        with self._orders_lock:
            if self._closed:
                return
            self._closed = state is None
            self._orders.append((state, obeyed))
            self._waker.send(b"!")
        obeyed.wait()

    # -- everything below runs on the line's own thread

    def _serve(self) -> None:
        running = True
        while running:
            for key, events in self._selector.select():
                key.data(events)
            running = self._obey()
        self._close_everything()

    def _obey(self) -> bool:
        with self._orders_lock:
            orders, self._orders = self._orders, []
        running = True
        for state, obeyed in orders:
            if state is None:
                running = False
                self._enter(LineState.CUT)
            else:
                self._enter(state)
            obeyed.set()
        return running

    def _enter(self, state: LineState) -> None:
        self._state = state
        if state is LineState.CUT:
            self._stop_listening()
            for pair in tuple(self._pairs):
                pair.drop()
            return
        self._listen()
        if state is LineState.UP:
            for pair in tuple(self._pairs):
                pair.drop_if_it_lost_bytes()

    def _listen(self) -> None:
        if self._listener is not None:
            return
        self._listener = _bound_socket(self.port)
        self._listener.listen(64)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None

    def _accept(self, _events: int) -> None:
        if self._listener is None:
            return
        try:
            near, _address = self._listener.accept()
        except OSError:
            return
        far = self._reach_target()
        if far is None and self._state is LineState.UP:
            _reset(near)
            return
        self._pairs.add(_Pair(near, far, self._selector, self._is_swallowing, self._pairs.discard))

    def _reach_target(self) -> socket.socket | None:
        if self._state is LineState.BLACK_HOLE:
            return None
        try:
            return socket.create_connection(self._target, timeout=_CONNECT_TIMEOUT_SECONDS)
        except OSError:
            return None

    def _is_swallowing(self) -> bool:
        return self._state is LineState.BLACK_HOLE

    def _drain_wakener(self, _events: int) -> None:
        self._wakened.recv(_CHUNK_BYTES)

    def _close_everything(self) -> None:
        self._selector.close()
        self._place.close()
        self._waker.close()
        self._wakened.close()


class _Pair:
    """One connection through the line: both sockets and what is on its way between them.

    *far* is ``None`` for a connection that was accepted into the black hole.
    """

    def __init__(
        self,
        near: socket.socket,
        far: socket.socket | None,
        selector: selectors.BaseSelector,
        is_swallowing: Callable[[], bool],
        dropped: Callable[["_Pair"], None],
    ) -> None:
        self._selector = selector
        self._is_swallowing = is_swallowing
        self._dropped = dropped
        self._lost_bytes = far is None
        self._ending = False
        self._outgoing: dict[socket.socket, bytearray] = {}
        self._other: dict[socket.socket, socket.socket | None] = {near: far}
        if far is not None:
            self._other[far] = near
        for end in self._other:
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._outgoing[end] = bytearray()
            self._register(end)

    def _register(self, end: socket.socket) -> None:
        def ready(events: int) -> None:
            self._move(end, events)

        self._selector.register(end, selectors.EVENT_READ, ready)

    def drop(self) -> None:
        """Reset both ends."""
        self._close_ends(_reset)

    def _close_ends(self, close: Callable[[socket.socket], None]) -> None:
        for end in self._other:
            self._selector.unregister(end)
            close(end)
        self._other.clear()
        self._dropped(self)

    def drop_if_it_lost_bytes(self) -> None:
        """Reset both ends of a connection whose stream has a hole."""
        if self._lost_bytes:
            self.drop()

    def _move(self, end: socket.socket, events: int) -> None:
        try:
            if end in self._other and events & selectors.EVENT_WRITE:
                self._send(end)
            if end in self._other and events & selectors.EVENT_READ:
                self._receive(end)
            self._watch()
        except BlockingIOError:
            return
        except OSError:
            self.drop()

    def _receive(self, end: socket.socket) -> None:
        data = end.recv(_CHUNK_BYTES)
        other = self._other[end]
        if self._is_swallowing():
            self._lost_bytes = True
            if not data:
                self.drop()
            return
        if other is None:
            self.drop()
            return
        if not data:
            self._ending = True
            return
        self._outgoing[other] += data
        self._send(other)

    def _send(self, end: socket.socket) -> None:
        if self._is_swallowing():
            self._lost_bytes = self._lost_bytes or bool(self._outgoing[end])
            self._outgoing[end].clear()
        elif self._outgoing[end]:
            try:
                sent = end.send(self._outgoing[end])
            except BlockingIOError:
                return
            del self._outgoing[end][:sent]

    def _watch(self) -> None:
        """Ask the selector for what is possible now; end when one side ended and all is sent."""
        if self._ending and not any(self._outgoing.values()):
            self._close_ends(socket.socket.close)
        for end, other in self._other.items():
            crowded = other is not None and len(self._outgoing[other]) > _HIGH_WATER_BYTES
            wanted = 0 if crowded or self._ending else selectors.EVENT_READ
            wanted |= selectors.EVENT_WRITE if self._outgoing[end] else 0
            key = self._selector.get_key(end)
            if key.events != wanted:
                self._selector.modify(end, wanted or selectors.EVENT_READ, key.data)


def _bound_socket(port: int) -> socket.socket:
    """Return a socket bound to 127.0.0.1:*port*.

    On POSIX a listening one may be bound beside a silent one, so that the port stays ours while
    cut; on Windows the same option would let strangers in.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
    except OSError:
        bound.close()
        raise
    return bound


def _reset(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    end.close()
