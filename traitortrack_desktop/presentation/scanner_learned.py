"""What was learned about a scanner, in sentences for IT. Pure."""

from traitortrack_desktop.domain.scanners import Connection, KeyDecoding, ScannerProfile, Terminator
from traitortrack_desktop.presentation.phrases import ScannerSetUpWords
from traitortrack_desktop.services.scanner_desk import AttachedDevice
from traitortrack_desktop.services.scanner_learning import Learned
from traitortrack_desktop.services.scanner_set_up import ScannerSetUp

_KEYS = {28: "Enter", 96: "Enter", 0x11C: "Enter", 15: "Tab"}


def learned_text(set_up: ScannerSetUp, words: ScannerSetUpWords) -> str:
    """Return everything that was learned, empty before."""
    profile, learned, device = set_up.profile, set_up.learned, set_up.device
    if profile is None or learned is None or device is None:
        return ""
    parts = [_how(profile, device, words), *_times(learned, words), *_notes(profile, learned, words)]
    return " ".join(part for part in parts if part)


def _how(profile: ScannerProfile, device: AttachedDevice, words: ScannerSetUpWords) -> str:
    name = capitalised(words.connections[profile.connection])
    if profile.connection is Connection.SERIAL:
        line = profile.serial
        return words.learned_line.format(
            name=name,
            at=device.place,
            count=line.baud,
            other=f"{line.data_bits}{line.parity.value}{line.stop_bits}",
            code=words.terminators[line.terminator],
        )
    if profile.connection is Connection.HID_POS:
        return words.learned_reports.format(name=name, at=device.place)
    codes = sorted(profile.keys.terminator_codes)
    ends = "/".join(dict.fromkeys(_KEYS.get(code, str(code)) for code in codes))
    return words.learned_keys.format(name=name, code=ends)


def _times(learned: Learned, words: ScannerSetUpWords) -> tuple[str, ...]:
    if learned.mean_ms is None:
        return ()
    return (words.learned_times.format(count=learned.mean_ms, total=learned.p99_ms),)


def _notes(profile: ScannerProfile, learned: Learned, words: ScannerSetUpWords) -> tuple[str, ...]:
    keys = profile.keys
    sends_keys = profile.connection in {Connection.KEYBOARD, Connection.INPUT_DEVICE}
    by_text = sends_keys and keys.decoding is KeyDecoding.TEXT
    silence = profile.serial.terminator is Terminator.SILENCE
    said = {
        words.learned_prefix.format(code=_readable(keys.prefix)): bool(keys.prefix),
        words.learned_separator.format(code=_readable(keys.separator)): bool(keys.separator),
        words.learned_wireless: learned.wireless or profile.serial.wireless,
        words.note_by_text: by_text,
        words.note_caps_lock: learned.caps_lock and not by_text,
        words.note_layout: learned.other_layout and not by_text and not learned.caps_lock,
        words.note_silence: profile.connection is Connection.SERIAL and silence,
        words.note_separator_lost: learned.separator_lost,
        words.note_separator_unknown: not learned.separator_known,
    }
    return tuple(sentence for sentence, so in said.items() if so)


def _readable(text: str) -> str:
    return "".join(char if char.isprintable() else f"<{ord(char):02X}>" for char in text)


def device_name(device: AttachedDevice, words: ScannerSetUpWords) -> str:
    """Return what the maker calls *device*, or how it is connected where it has no name."""
    return device.label or capitalised(words.connections[device.connection])


def capitalised(text: str) -> str:
    """Return *text* with a capital at its beginning, the rest as it is."""
    return text[:1].upper() + text[1:]
