"""A scanner without a device: what comes is told to a recorder, framed by the real framer, and told again."""

from traitortrack_desktop.devices.keystrokes import KeystrokeFramer
from traitortrack_desktop.devices.timed_framing import TimedFramer, pause_of
from traitortrack_desktop.domain.scanners import SerialLine


class Clock:
    """The time of a test, in milliseconds."""

    def __init__(self):
        self.ms = 0

    def seconds(self):
        return self.ms / 1000


class RecordedPort:
    """Frames bytes as the reader of a port does, the silences included."""

    def __init__(self, tap, clock, *, source="/dev/ttyS0", line=None, opened_as_terminal=False):
        self.frames = []
        self._tap, self._clock, self._source = tap, clock, source
        self._line = line or SerialLine()
        self._framer = TimedFramer(self._line, source, opened_as_terminal=opened_as_terminal)

    def send(self, data):
        self._tap.bytes_came(self._source, data, self._clock.ms)
        self._told(self._framer.came(data, self._clock.ms))

    def pause(self, milliseconds):
        for _ in range(0, milliseconds, 10):
            self._clock.ms += 10
            self.look()

    def look(self):
        """Nothing came; was that a silence?"""
        self._told(self._framer.quiet(self._clock.ms))

    def fall_silent(self):
        self.pause(pause_of(self._line) + 10)

    def unplug(self):
        self._told(self._framer.gone())
        self._framer = TimedFramer(self._line, self._source)

    def _told(self, frames):
        for frame in frames:
            self._tap.framed(frame)
            self.frames.append(frame)


class RecordedKeyboard:
    """Frames strokes as the key filter does; silences are those between the strokes."""

    def __init__(self, tap, *, source="keyboard", senders=None):
        self.frames = []
        self._tap, self._source = tap, source
        self._framer = KeystrokeFramer(source, senders=senders)

    def press(self, *strokes):
        for stroke in strokes:
            self._tap.key_came(self._source, stroke, down=True)
            self._told(self._framer.press(stroke))
            self._tap.key_came(self._source, stroke, down=False)
            self._told(self._framer.release(stroke))

    def give_up(self):
        self._told(self._framer.give_up())

    def _told(self, frames):
        for frame in frames:
            self._tap.framed(frame)
            self.frames.append(frame)
