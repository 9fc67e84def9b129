"""Set up a checkout on a fresh computer and run it: ``python3 installer/dev.py demo`` or ``test``.

Standard library only, because nothing is installed yet, and readable for Python 3.8, so that an old
interpreter gets a sentence instead of a syntax error. Everything goes into ``.venv`` in the checkout,
exactly as pinned in ``installer/constraints.txt``; a stamp lets the second start skip all of it. The
project itself is run from its source folder and never built. As root on Debian and its kin, missing
system packages are installed; anybody else gets the line to type.

Exit status: 2 when something is missing that this script may not or cannot install, otherwise that of
the program it started.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable, Dict, Iterable, List, Mapping, NamedTuple, NoReturn, Optional, Sequence, Tuple

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PINS = ROOT / "installer" / "constraints.txt"
STAMP = VENV / "set-up.sha256"

USAGE = """\
usage: python3 installer/dev.py COMMAND [ARGUMENT ...]

  demo     the station on a database of its own with sample data; arguments go to the demo
  test     the test suite, in two processes; arguments go to pytest, which then runs in one
  check    style, types and import directions
  rig      emulated scanners, read through Linux's own drivers; arguments choose checks by a word
  centre   old and odd central databases, upgraded and worked on; arguments choose them by a word,
           or one of the runs: shapes, size, together, hot-row, timing
  setup    only the set-up the others begin with
"""


class CannotSetUpError(Exception):
    """Something is missing that this script may not or cannot install; the text says what to do."""


class SystemPart(NamedTuple):
    """A shared library or program outside Python, and the packages that carry it."""

    name: str
    debian: str
    fedora: str


QT_LIBRARIES = (
    SystemPart("libGL.so.1", "libgl1", "libglvnd-glx"),
    SystemPart("libEGL.so.1", "libegl1", "libglvnd-egl"),
    SystemPart("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
    SystemPart("libdbus-1.so.3", "libdbus-1-3", "dbus-libs"),
    SystemPart("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
    SystemPart("libglib-2.0.so.0", "libglib2.0-0", "glib2"),
)
X11_LIBRARIES = (
    SystemPart("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
    SystemPart("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
    SystemPart("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
    SystemPart("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms"),
    SystemPart("libxcb-shape.so.0", "libxcb-shape0", "libxcb"),
)
WAYLAND_LIBRARIES = (
    SystemPart("libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor"),
    SystemPart("libwayland-egl.so.1", "libwayland-egl1", "libwayland-egl"),
)
TEST_PROGRAMS = (
    SystemPart("Xvfb", "xvfb", "xorg-x11-server-Xvfb"),
    SystemPart("xdotool", "xdotool", "xdotool"),
    SystemPart("openbox", "openbox", "openbox"),
    SystemPart("pdftoppm", "poppler-utils", "poppler-utils"),
    SystemPart("zbarimg", "zbar-tools", "zbar"),
    SystemPart("pgbouncer", "pgbouncer", "pgbouncer"),
    SystemPart("dbus-run-session", "dbus", "dbus-daemon"),
    SystemPart("gnome-keyring-daemon", "gnome-keyring", "gnome-keyring"),
)
SERVER_FOLDERS = (Path("/usr/local/sbin"), Path("/usr/sbin"))
RIG_PROGRAMS = (
    SystemPart("qemu-system-x86_64", "qemu-system-x86", "qemu-system-x86-core"),
    SystemPart("busybox", "busybox-static", "busybox"),
)
SOUND_PROGRAMS = ("pw-play", "paplay", "aplay")
IN_TWO_PROCESSES = ("-n", "2", "--dist", "loadfile")


def main(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit status."""
    commands: Dict[str, Callable[[List[str]], int]] = {
        "demo": demo,
        "test": test,
        "check": check,
        "rig": rig,
        "centre": centre,
        "setup": setup,
    }
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(USAGE, end="")
        return 0 if arguments else 2
    if arguments[0] not in commands:
        print(USAGE, end="", file=sys.stderr)
        return 2
    try:
        refuse_old_python(sys.version_info[:2])
        return commands[arguments[0]](list(arguments[1:]))
    except CannotSetUpError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


# -- the commands


def demo(arguments: List[str]) -> int:
    """Open the demo, or work through it without a display."""
    set_up(qt_libraries_for(os.environ))
    environment = {**os.environ, **caches_outside_a_foreign_checkout()}
    if not has_display(environment):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    elif is_linux() and not any(shutil.which(name) for name in SOUND_PROGRAMS):
        say("No sound player found (on Debian: alsa-utils); the demo will be silent.")
    run_and_leave(["-m", "traitortrack_desktop", "demo", *arguments], environment)


def test(arguments: List[str]) -> int:
    """Run the tests; those that need a program this computer lacks say so and are skipped.

    All of them are shared by two processes, file by file, because half of their time is waiting. With
    *arguments* pytest does what these say.
    """
    set_up(qt_libraries_for(os.environ))
    offer_test_programs()
    environment = {**os.environ, **caches_outside_a_foreign_checkout()}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    cacheless = ["-p", "no:cacheprovider"] if checkout_is_foreign() else []
    run_and_leave(["-m", "pytest", *cacheless, *(arguments or IN_TWO_PROCESSES)], environment)


def check(arguments: List[str]) -> int:
    """Run every static check, also after one failed."""
    if arguments:
        raise CannotSetUpError("check takes no arguments")
    set_up(())
    environment = {**os.environ, **caches_outside_a_foreign_checkout()}
    lint_imports = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    checks = {
        "style": ["-m", "ruff", "check", "."],
        "format": ["-m", "ruff", "format", "--check", "."],
        "types": ["-m", "mypy"],
        "import directions": ["-c", lint_imports, *(["--no-cache"] if checkout_is_foreign() else [])],
    }
    failed = []
    for name, command in checks.items():
        say(f"-- {name}")
        if subprocess.call([str(venv_python()), *command], cwd=ROOT, env=environment) != 0:
            failed.append(name)
    say(f"check: {'failed: ' + ', '.join(failed) if failed else 'all well'}")
    return 1 if failed else 0


def rig(arguments: List[str]) -> int:
    """Check the scanners with real drivers in an emulated computer; see tests/rig/README.md."""
    if not is_linux():
        raise CannotSetUpError("The rig needs Linux.")
    set_up(())
    require([part for part in RIG_PROGRAMS if shutil.which(part.name) is None])
    environment = {**os.environ, **caches_outside_a_foreign_checkout()}
    run_and_leave([str(Path("tests", "rig", "run_rig.py")), *arguments], environment)


def centre(arguments: List[str]) -> int:
    """Try the centre on the databases that it may meet; see tests/centre/README.md.

    PostgreSQL 15 is Debian's and optional: without it the embedded server alone is used, and told.
    """
    set_up(())
    search = [str(ROOT / "tests"), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {
        **os.environ,
        **caches_outside_a_foreign_checkout(),
        "PYTHONPATH": os.pathsep.join(search),
    }
    run_and_leave(["-m", "centre.run_centre", *arguments], environment)


def setup(arguments: List[str]) -> int:
    """Do the set-up that the other commands begin with."""
    if arguments:
        raise CannotSetUpError("setup takes no arguments")
    set_up(qt_libraries_for(os.environ))
    say("Ready.")
    return 0


# -- Python packages


def refuse_old_python(version: Tuple[int, ...]) -> None:
    """Raise :class:`CannotSetUpError` for a Python the station does not run on."""
    if version >= OLDEST_PYTHON:
        return
    found = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if shutil.which(name)]
    advice = f"Try: {found[0]} installer/dev.py" if found else "Please install Python 3.11 or newer."
    raise CannotSetUpError(
        f"TraitorTrack Desktop needs Python 3.11 or newer; this is {version[0]}.{version[1]}.\n{advice}"
    )


def set_up(libraries: Sequence[SystemPart]) -> None:
    """Bring in *libraries* and make ``.venv`` hold the pinned packages; returns at once when all is there."""
    wanted = stamp_text((ROOT / "pyproject.toml").read_bytes(), PINS.read_bytes(), python_series())
    stamped = STAMP.exists() and STAMP.read_text(encoding="ascii", errors="replace") == wanted
    if stamped and venv_python().exists():
        require(missing_libraries(libraries))
        return
    if not os.access(VENV if VENV.exists() else ROOT, os.W_OK):
        raise CannotSetUpError(
            f"You may not write to {ROOT}. Please copy the checkout to a folder of your own."
        )
    usable = venv_works()
    require([*missing_libraries(libraries), *([] if usable else missing_ensurepip())])
    if not usable:
        make_venv()
    install_pins()
    STAMP.write_text(wanted, encoding="ascii")
    if checkout_is_foreign():
        give_venv_to_owner_of_checkout()


def stamp_text(pyproject: bytes, pins: bytes, python: str) -> str:
    """Return what the stamp says when packages of *pyproject* and *pins* are installed for *python*."""
    parts = (hashlib.sha256(part).hexdigest() for part in (pyproject, pins, python.encode()))
    return " ".join(parts)


def venv_python() -> Path:
    """Return the virtual environment's interpreter."""
    return VENV / "Scripts" / "python.exe" if os.name == "nt" else VENV / "bin" / "python"


def make_venv() -> None:
    """Create ``.venv`` in place of whatever stands there."""
    say(f"Creating {VENV} ...")
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.call(command, stdin=subprocess.DEVNULL) != 0:
        raise CannotSetUpError(f"Python could not create {VENV}; its message stands above.")


def venv_works() -> bool:
    """Return whether ``.venv`` has this Python's version and a pip."""
    if not venv_python().exists():
        return False
    probe = "import sys, pip; print('.'.join(map(str, sys.version_info[:2])))"
    answer = subprocess.run(
        [str(venv_python()), "-c", probe],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return answer.returncode == 0 and answer.stdout.strip() == python_series()


def python_series() -> str:
    """Return for example ``3.11``."""
    return "{}.{}".format(*sys.version_info[:2])


def install_pins() -> None:
    """Install every pin, checked against its hashes, with this computer's own pip configuration."""
    say("Installing the pinned packages (about 150 MB, once) ...")
    command = [str(venv_python()), "-m", "pip", "install", "--require-hashes", "--requirement", str(PINS)]
    command += ["--disable-pip-version-check", "--no-input"]
    if not sys.stdout.isatty():
        command.append("--quiet")
    environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    if subprocess.call(command, stdin=subprocess.DEVNULL, env=environment) != 0:
        raise CannotSetUpError("pip could not install the packages; its message stands above.")


# -- a checkout that root uses and somebody else owns


def checkout_is_foreign() -> bool:
    """Return whether root works in a checkout of an ordinary user."""
    return os.name != "nt" and os.geteuid() == 0 and ROOT.stat().st_uid != 0


def give_venv_to_owner_of_checkout() -> None:
    """Let the owner of the checkout renew and delete what root installed there."""
    owner = ROOT.stat()
    for folder, _, files in os.walk(str(VENV)):
        for path in (folder, *(os.path.join(folder, name) for name in files)):  # noqa: PTH118 - twice as fast
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def caches_outside_a_foreign_checkout() -> Dict[str, str]:
    """Return variables that keep root's caches out of the way of the checkout's owner."""
    if not checkout_is_foreign():
        return {}
    caches = Path.home() / ".cache" / "traitortrack-desktop"
    return {
        "PYTHONDONTWRITEBYTECODE": "1",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(caches / "hypothesis"),
        "MYPY_CACHE_DIR": str(caches / "mypy"),
        "RUFF_CACHE_DIR": str(caches / "ruff"),
    }


# -- what lies outside Python


def is_linux() -> bool:
    """Return whether this is Linux."""
    return sys.platform.startswith("linux")


def has_display(environment: Mapping[str, str]) -> bool:
    """Return whether windows can be shown; without a display Qt paints into memory."""
    return not is_linux() or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def qt_libraries_for(environment: Mapping[str, str]) -> List[SystemPart]:
    """Return the libraries that Qt's wheel does not bring along."""
    if not is_linux():
        return []
    libraries = list(QT_LIBRARIES)
    if environment.get("DISPLAY"):
        libraries += X11_LIBRARIES
    if environment.get("WAYLAND_DISPLAY"):
        libraries += WAYLAND_LIBRARIES
    return libraries


def find_program(name: str) -> Optional[str]:
    """Return where *name* is, looked for also where Debian keeps servers and ordinary users' PATH ends."""
    search = [os.environ.get("PATH", os.defpath), *map(str, SERVER_FOLDERS)]
    return shutil.which(name, path=os.pathsep.join(search))


def loads(library: str) -> bool:
    """Return whether the dynamic linker finds *library*."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_libraries(
    libraries: Iterable[SystemPart], found: Callable[[str], bool] = loads
) -> List[SystemPart]:
    """Return those of *libraries* that are not *found*."""
    return [library for library in libraries if not found(library.name)]


def missing_ensurepip() -> List[SystemPart]:
    """Return the package that gives a virtual environment its pip; Debian keeps it apart from Python."""
    if importlib.util.find_spec("ensurepip") is not None:
        return []
    return [SystemPart("ensurepip", f"python{python_series()}-venv", "python3")]


def require(missing: Sequence[SystemPart]) -> None:
    """Install *missing* as root, or raise :class:`CannotSetUpError` with the line to type."""
    if not missing:
        return
    if not (is_linux() and os.geteuid() == 0 and shutil.which("apt-get")):
        names = ", ".join(part.name for part in missing)
        raise CannotSetUpError(f"Missing on this computer: {names}. Please type\n{lines_to_type(missing)}")
    apt_install([part.debian for part in missing])


def offer_test_programs() -> None:
    """Install the programs of the window tests when that is possible; those tests are skipped otherwise."""
    if not is_linux():
        return
    programs = [part for part in TEST_PROGRAMS if find_program(part.name) is None]
    try:
        require(programs + missing_libraries(X11_LIBRARIES))
    except CannotSetUpError as problem:
        say(f"Some tests will be skipped. {problem}\n")


def lines_to_type(missing: Sequence[SystemPart], which: Callable[[str], object] = shutil.which) -> str:
    """Return the line that installs the packages here, or both known ones when neither tool is here."""
    apt = f"  sudo apt-get install --no-install-recommends {' '.join(part.debian for part in missing)}"
    dnf = f"  sudo dnf install {' '.join(part.fedora for part in missing)}"
    if which("apt-get"):
        return apt
    return dnf if which("dnf") else f"{apt}\nor, on Fedora and its kin,\n{dnf}"


def apt_install(packages: Sequence[str]) -> None:
    """Install Debian *packages*; the tool's output is shown only when it fails."""
    say(f"Installing system packages: {' '.join(packages)} ...")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    # The lists may be years old or absent; when they cannot be renewed the packages may still be at hand.
    for command in (["apt-get", "update"], install):
        done = subprocess.run(
            command,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
        )
    if done.returncode != 0:
        raise CannotSetUpError(f"{done.stdout}\nThis failed: {' '.join(install)}")


# -- leaving


def say(text: str) -> None:
    """Print progress at once, also into a pipe."""
    print(text, flush=True)


def run_and_leave(arguments: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """Become the environment's Python with *arguments*, in the root of the checkout."""
    command = [str(venv_python()), *arguments]
    os.chdir(ROOT)
    if os.name != "nt":
        os.execve(command[0], command, dict(environment))
    sys.exit(subprocess.call(command, env=dict(environment)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
