"""Makes the six sounds of the station: ``python3 resources/make_sounds.py``. Standard library only.

Each has its own rhythm, lies between 500 and 5000 Hz and has several partials between 1 and 4 kHz,
because small loudspeakers in a loud hall carry little else. The result is the same on every run.
"""

import math
import struct
import wave
from pathlib import Path

RATE_HZ = 44_100
ATTACK_SECONDS = 0.004
TARGET = Path(__file__).resolve().parent.parent / "traitortrack_desktop" / "resources" / "sounds"

Note = tuple[float, float]
"""Frequency in Hz (0 for silence) and duration in seconds."""

SMOOTH = ((1, 1.0), (2, 0.45), (3, 0.2))
HARSH = ((1, 0.8), (2, 1.0), (3, 0.6), (4, 0.5), (5, 0.35))

SOUNDS: dict[str, tuple[tuple[tuple[int, float], ...], tuple[Note, ...]]] = {
    "ok": (SMOOTH, ((1200, 0.08),)),
    "parent_opened": (SMOOTH, ((1000, 0.09), (0, 0.03), (1500, 0.14))),
    "complete": (SMOOTH, ((1000, 0.1), (0, 0.03), (1250, 0.1), (0, 0.03), (1500, 0.3))),
    "attention": (SMOOTH, ((1000, 0.16), (0, 0.09), (1000, 0.16))),
    "stop": (HARSH, ((800, 0.14), (0, 0.06), (800, 0.14), (0, 0.06), (800, 0.26))),
    "system": (SMOOTH, ((1100, 0.35), (0, 0.08), (750, 0.5))),
}


def tone(frequency_hz: float, seconds: float, partials: tuple[tuple[int, float], ...]) -> list[float]:
    """Return samples between -1 and 1 with a soft start and end, so that nothing clicks."""
    count = round(seconds * RATE_HZ)
    if not frequency_hz:
        return [0.0] * count
    loudest = sum(weight for _, weight in partials)
    samples = []
    for i in range(count):
        edge = min(1.0, i / (ATTACK_SECONDS * RATE_HZ), (count - i) / (ATTACK_SECONDS * RATE_HZ))
        turn = 2 * math.pi * frequency_hz * i / RATE_HZ
        samples.append(edge * sum(w * math.sin(n * turn) for n, w in partials) / loudest)
    return samples


def write_sound(path: Path, partials: tuple[tuple[int, float], ...], notes: tuple[Note, ...]) -> None:
    """Write 16-bit mono samples with a little silence at the end, which some drivers cut off."""
    samples = [s for frequency, seconds in notes for s in tone(frequency, seconds, partials)]
    peak = max(abs(sample) for sample in samples)
    samples = [0.9 * sample / peak for sample in samples] + [0.0] * round(0.03 * RATE_HZ)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(struct.pack(f"<{len(samples)}h", *(round(32767 * s) for s in samples)))


def main() -> None:
    """Write all six."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, (partials, notes) in SOUNDS.items():
        write_sound(TARGET / f"{name}.wav", partials, notes)


if __name__ == "__main__":
    main()
