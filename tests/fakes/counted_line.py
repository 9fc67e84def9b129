"""A line to a server that counts round trips: how often the client spoke after it had been answered."""

import contextlib
import selectors
import socket
import threading


class CountedLine:
    """Serves one connection after the other; use as a context manager."""

    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.round_trips = 0
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                with client, socket.create_connection(("127.0.0.1", self._target)) as server:
                    self._pass_on(client, server)

    def _pass_on(self, client, server):
        answered = True
        with selectors.DefaultSelector() as selector, contextlib.suppress(OSError):
            for end, other in ((client, server), (server, client)):
                selector.register(end, selectors.EVENT_READ, other)
            while True:
                for key, _ in selector.select():
                    received = key.fileobj.recv(65536)
                    if not received:
                        return
                    self.round_trips += answered and key.fileobj is client
                    answered = key.fileobj is server
                    key.data.sendall(received)
