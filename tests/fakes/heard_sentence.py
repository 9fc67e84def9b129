"""Hears what somebody who waits is told."""

import threading


class HeardSentence:
    """Keeps the last sentence; *anything* is set when there is one."""

    def __init__(self) -> None:
        self.anything = threading.Event()
        self.text = ""

    def __call__(self, sentence: str) -> None:
        self.text = sentence
        self.anything.set()
