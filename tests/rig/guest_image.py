"""What the guest boots from: Debian's own kernel, and a first file system with busybox and the drivers."""

import lzma
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

MODULES = (
    *("virtio_pci", "9pnet_virtio", "9p"),
    *("usbhid", "hid_generic", "evdev", "uinput", "uhid"),
    *("cdc_acm", "dummy_hcd", "usb_f_acm", "usb_f_hid"),
)
DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")


class ModuleFile(NamedTuple):
    """One driver, unpacked."""

    name: str
    content: bytes


def module_files(kernel: Path) -> list[ModuleFile]:
    """Return the drivers of the unpacked *kernel* package, each after those that it needs."""
    paths = {_module_name(path): path for path in kernel.glob("**/*.ko*")}
    files: dict[str, ModuleFile] = {}

    def add(name: str) -> None:
        if name in files or name not in paths:  # what is not there is built into the kernel
            return
        content = _unpacked(paths[name])
        for needed in _needed_by(content):
            add(needed)
        files[name] = ModuleFile(name, content)

    for name in MODULES:
        add(name)
    return list(files.values())


def _module_name(path: Path) -> str:
    return path.name.split(".")[0].replace("-", "_")


def _unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    return lzma.decompress(content) if path.suffix == ".xz" else content


def _needed_by(content: bytes) -> list[str]:
    found = DEPENDS.search(content)
    names = found.group(1).decode().split(",") if found else []
    return [name.replace("-", "_") for name in names if name]


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return *files*, all of them programs, as the archive that the kernel unpacks (cpio, "newc")."""
    folders = sorted({str(folder) for name in files for folder in Path(name).parents} - {"."})
    entries = [
        *(_entry(folder, stat.S_IFDIR | 0o755, b"") for folder in folders),
        *(_entry(name, stat.S_IFREG | 0o755, content) for name, content in files.items()),
        _entry("TRAILER!!!", 0, b""),
    ]
    return b"".join(part for entry in entries for part in entry)


def _entry(name: str, mode: int, content: bytes) -> Iterator[bytes]:
    path = name.encode() + b"\0"
    numbers = (0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(path), 0)
    header = b"070701" + b"".join(b"%08X" % number for number in numbers) + path
    yield header + bytes(-len(header) % 4)
    yield content + bytes(-len(content) % 4)
