"""A serial port that does what a test tells it: bytes, exceptions, pauses."""

import queue
import time


class FaultyPort:
    """Gives in turn what was put into it; an exception is raised, an empty queue is silence.

    A number is a read that finds nothing, and whose reader is held up so many seconds before he knows.
    """

    def __init__(self, *comes):
        self.comes = queue.SimpleQueue()
        for one in comes:
            self.comes.put(one)
        self.written = []
        self.write_error = None
        self.close_error = None
        self.closed_times = 0
        self._next = None

    @property
    def in_waiting(self):
        self._look()
        return len(self._next) if isinstance(self._next, bytes) else 0

    def _look(self, seconds=0.0):
        if self._next is None:
            try:
                self._next = self.comes.get(timeout=seconds) if seconds else self.comes.get_nowait()
            except queue.Empty:
                return
        if isinstance(self._next, BaseException):
            error, self._next = self._next, None
            raise error

    def read_what_comes(self):
        self._look(0.02)
        data, self._next = self._next or b"", None
        if isinstance(data, float):
            time.sleep(data)
            return b""
        return data

    def write(self, data):
        if self.write_error is not None:
            raise self.write_error
        self.written.append(data)
        return len(data)

    def close(self):
        self.closed_times += 1
        if self.close_error is not None:
            raise self.close_error


class FaultyPorts:
    """Opens one port after the other; an exception is raised instead. The last one is repeated."""

    def __init__(self, *ports):
        self.ports = list(ports)
        self.opened = []

    def __call__(self, place, line, *, read_timeout_seconds):
        self.opened.append((place, read_timeout_seconds))
        port = self.ports.pop(0) if len(self.ports) > 1 else self.ports[0]
        if isinstance(port, BaseException):
            raise port
        return port
