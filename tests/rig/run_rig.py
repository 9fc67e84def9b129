"""Boot an emulated Linux computer with the real drivers and let it check the scanners; see README.md.

``python3 installer/dev.py rig [WORD ...]`` runs this with the checkout's own Python; words choose the
checks whose name holds one of them. Exit status 0 when every check passed, 1 when one failed or the
guest did not come to an end, 2 when something is missing on this computer.
"""

import ctypes
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from guest_image import archive, module_files

CHECKOUT = Path(__file__).resolve().parents[2]
LONGEST_SECONDS = 600
KERNEL = "linux-image-amd64"
VERDICT = "rig: checks exited "
_PR_SET_PDEATHSIG = 1


class CannotRunError(Exception):
    """Something is missing on this computer; the text says what to do."""


def main(arguments: list[str]) -> int:
    """Run the checks in the guest, and return the exit status."""
    started = time.monotonic()
    try:
        if (sys.platform, platform.machine()) != ("linux", "x86_64"):
            raise CannotRunError("The rig runs on Linux on x86-64 only.")
        kernel = unpacked_kernel(cache_folder())
        log = cache_folder() / "console.log"
        with tempfile.TemporaryFile() as first_files:
            first_files.write(archive(guest_files(kernel, arguments)))
            first_files.flush()
            status = run_guest(qemu_command(kernel, first_files.fileno(), log), first_files.fileno())
    except CannotRunError as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    if status is None:
        print(f"rig: the guest did not come to an end; its kernel's words are in {log}")
    print(f"rig: took {time.monotonic() - started:.0f} s")
    return 1 if status is None else status


def cache_folder() -> Path:
    """Return where the kernel is kept between runs, and the last guest's console; it may be deleted."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "traitortrack-desktop" / "rig"


# -- the kernel


def unpacked_kernel(cache: Path) -> Path:
    """Return the folder with Debian's kernel package in it, fetched through apt the first time."""
    folder = cache / "kernel"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as work:
            package = fetched_kernel_package(Path(work))
            unpacked = Path(work, "unpacked")
            run("dpkg-deb", "--extract", str(package), str(unpacked))
            unpacked.rename(folder)
    return folder


def fetched_kernel_package(folder: Path) -> Path:
    """Download the kernel package that Debian's name for the newest one stands for; installs nothing."""
    if shutil.which("apt-get") is None:
        raise CannotRunError("The rig takes its kernel from Debian's packages; this computer has no apt-get.")
    if not real_kernel_name() and os.geteuid() == 0:
        run("apt-get", "update")
    name = real_kernel_name()
    if not name:
        raise CannotRunError(f"apt does not know {KERNEL}. Please type\n  sudo apt-get update")
    print(f"Fetching {name} (70 MB, once) ...", flush=True)
    run("apt-get", "download", name, cwd=folder)
    return next(folder.glob("*.deb"))


def real_kernel_name() -> str:
    """Return the package behind Debian's name for the newest kernel, empty when apt's lists lack it."""
    listed = subprocess.run(["apt-cache", "depends", KERNEL], check=False, capture_output=True, text=True)
    needed = (line.split()[-1] for line in listed.stdout.splitlines() if "Depends: linux-image-" in line)
    return next(needed, "")


def run(*command: str, cwd: Path | None = None) -> None:
    """Run *command* silently; CannotRunError with what it said when it fails."""
    done = subprocess.run(
        command, check=False, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise CannotRunError(f"{done.stdout}{done.stderr}\nThis failed: {shlex.join(command)}")


# -- the guest


def guest_files(kernel: Path, words: Iterable[str]) -> Mapping[str, bytes]:
    """Return the first files of the guest by their names."""
    busybox = Path(shutil.which("busybox") or "busybox")
    if not busybox.exists() or b"/ld-linux" in busybox.read_bytes():
        raise CannotRunError("Please type\n  sudo apt-get install busybox-static")
    drivers = {
        f"modules/{number:02}-{driver.name}.ko": driver.content
        for number, driver in enumerate(module_files(kernel))
    }
    places = f"CHECKOUT={shlex.quote(str(CHECKOUT))}\nPYTHON={shlex.quote(sys.executable)}\n"
    return {
        "bin/busybox": busybox.read_bytes(),
        "init": Path(__file__).with_name("guest_init.sh").read_bytes(),
        "checks": f"{places}set -- {shlex.join(words)}\n".encode(),
        **drivers,
    }


def qemu_command(kernel: Path, first_files: int, log: Path) -> list[str]:
    """Return the command for a guest without network, disk or window; it prints to standard output.

    *first_files* is the number of an open file without a name, which vanishes with its last user.
    """
    return [
        *("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-smp", "2", "-m", "768"),
        *("-nodefaults", "-no-reboot", "-display", "none"),
        *("-kernel", str(next(kernel.glob("boot/vmlinuz-*"))), "-initrd", f"/proc/self/fd/{first_files}"),
        *("-append", "console=ttyS0 quiet panic=-1"),
        *("-serial", f"file:{log}", "-serial", "stdio"),
        "-virtfs",
        "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
    ]


def run_guest(command: list[str], first_files: int) -> int | None:
    """Pass on what the guest says; return its verdict, ``None`` when it ended without one."""
    status = None
    guest = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
        pass_fds=[first_files],
        preexec_fn=die_with_parent,  # noqa: PLW1509 - no other thread runs yet
    )
    alarm = threading.Timer(LONGEST_SECONDS, guest.kill)
    alarm.start()
    try:
        assert guest.stdout is not None
        for line in guest.stdout:
            if line.startswith(VERDICT):
                status = int(line.removeprefix(VERDICT))
            else:
                print(line.rstrip(), flush=True)
    finally:
        alarm.cancel()
        guest.kill()
        guest.wait()
    return status


def die_with_parent() -> None:
    """Have the kernel end the guest when this program ends, however that comes about."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
