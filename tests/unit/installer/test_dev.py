import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "installer" / "dev.py"
PINS = (ROOT / "installer" / "constraints.txt").read_text(encoding="utf-8")
PINNED = re.compile(
    r"^([a-z0-9][a-z0-9.-]*)==(\S+)(.*?)\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.M
)


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def pins() -> dict[str, str]:
    return {name: version for name, version, _, _ in PINNED.findall(PINS)}


def requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    return [Requirement(text) for text in [*project["dependencies"], *extras["demo"], *extras["dev"]]]


# -- an old or a bare computer


def test_an_old_python_can_read_the_script_as_far_as_its_refusal() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 8))


def test_the_script_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported <= sys.stdlib_module_names


def test_an_old_python_is_told_what_is_needed(dev: ModuleType) -> None:
    with pytest.raises(dev.CannotSetUpError, match=r"needs Python 3\.11 or newer; this is 3\.9"):
        dev.refuse_old_python((3, 9))


def test_todays_python_is_taken(dev: ModuleType) -> None:
    dev.refuse_old_python((3, 11))


def test_only_the_libraries_that_are_not_found_are_missing(dev: ModuleType) -> None:
    missing = dev.missing_libraries(dev.QT_LIBRARIES, found=lambda name: name != "libEGL.so.1")

    assert [part.debian for part in missing] == ["libegl1"]


def test_a_library_that_is_not_there_is_noticed(dev: ModuleType) -> None:
    assert not dev.loads("libtraitortrack-is-not-a-library.so.1")


@pytest.mark.parametrize(
    ("tools", "expected"),
    [
        ({"apt-get"}, "  sudo apt-get install --no-install-recommends libgl1 libegl1"),
        ({"dnf"}, "  sudo dnf install libglvnd-glx libglvnd-egl"),
    ],
)
def test_the_line_to_type_is_that_of_the_system(dev: ModuleType, tools: set[str], expected: str) -> None:
    assert dev.lines_to_type(dev.QT_LIBRARIES[:2], which=lambda name: name in tools or None) == expected


def test_on_an_unknown_system_both_lines_are_shown(dev: ModuleType) -> None:
    lines = dev.lines_to_type(dev.QT_LIBRARIES[:1], which=lambda _: None)

    assert "apt-get install --no-install-recommends libgl1" in lines
    assert "dnf install libglvnd-glx" in lines


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lacks these")
def test_an_ordinary_user_is_told_everything_that_is_missing_in_one_line(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    with pytest.raises(dev.CannotSetUpError) as caught:
        dev.require(dev.QT_LIBRARIES)

    assert all(part.debian in str(caught.value).splitlines()[1] for part in dev.QT_LIBRARIES)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux needs these")
@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({}, {"libGL.so.1"}),
        ({"DISPLAY": ":0"}, {"libGL.so.1", "libxcb-cursor.so.0"}),
        ({"WAYLAND_DISPLAY": "wayland-0"}, {"libGL.so.1", "libwayland-cursor.so.0"}),
    ],
)
def test_the_kind_of_display_decides_which_libraries_are_needed(
    dev: ModuleType, environment: dict[str, str], names: set[str]
) -> None:
    telling = {"libGL.so.1", "libxcb-cursor.so.0", "libwayland-cursor.so.0"}

    assert telling & {part.name for part in dev.qt_libraries_for(environment)} == names


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux keeps servers apart")
def test_a_server_is_found_where_the_path_of_ordinary_users_does_not_lead(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = tmp_path / "pooler"
    server.touch(mode=0o755)
    monkeypatch.setattr(dev, "SERVER_FOLDERS", (tmp_path,))
    monkeypatch.setenv("PATH", "/nowhere")

    assert dev.find_program("pooler") == str(server)


def test_every_command_is_described(dev: ModuleType) -> None:
    described = set(re.findall(r"^  ([a-z]+)  ", dev.USAGE, re.M))

    assert described == {"demo", "test", "check", "rig", "centre", "setup"}


# -- the tests


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ([], ["-n", "2", "--dist", "loadfile"]),
        (["tests/unit"], ["tests/unit"]),
        (["-k", "a word", "-x"], ["-k", "a word", "-x"]),
        (["-n", "3"], ["-n", "3"]),
    ],
)
def test_all_tests_are_shared_by_two_processes_and_chosen_ones_run_as_pytest_is_told(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], given: list[str]
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(dev, "set_up", lambda _libraries: None)
    monkeypatch.setattr(dev, "offer_test_programs", lambda: None)
    monkeypatch.setattr(dev, "checkout_is_foreign", lambda: False)
    monkeypatch.setattr(dev, "run_and_leave", lambda command, _environment: started.append(command))

    dev.test(arguments)

    assert started == [["-m", "pytest", *given]]


# -- the stamp


@pytest.mark.parametrize("changed", [(b"x", b"b", "3.11"), (b"a", b"x", "3.11"), (b"a", b"b", "3.12")])
def test_the_stamp_changes_with_what_is_installed(dev: ModuleType, changed: tuple[bytes, bytes, str]) -> None:
    assert dev.stamp_text(*changed) != dev.stamp_text(b"a", b"b", "3.11")


def test_with_the_right_stamp_nothing_is_run(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "Scripts").mkdir()
    for interpreter in ("bin/python", "Scripts/python.exe"):
        (tmp_path / interpreter).touch()
    monkeypatch.setattr(dev, "VENV", tmp_path)
    monkeypatch.setattr(dev, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr("subprocess.call", lambda *_args, **_options: pytest.fail("something was run"))
    pyproject = (ROOT / "pyproject.toml").read_bytes()
    (tmp_path / "stamp").write_text(dev.stamp_text(pyproject, PINS.encode(), dev.python_series()))

    dev.set_up(())


# -- the command line


def test_without_a_command_the_usage_is_told() -> None:
    told = run()

    assert told.returncode == 2
    assert "usage: python3 installer/dev.py COMMAND" in told.stdout


def test_an_unknown_command_is_wrong_usage() -> None:
    told = run("dance")

    assert told.returncode == 2
    assert "usage:" in told.stderr


def test_help_is_no_error() -> None:
    assert run("--help").returncode == 0


# -- the pins


def test_every_dependency_is_pinned_within_its_range() -> None:
    pinned = pins()

    unpinned = [
        str(each)
        for each in requirements()
        if not each.specifier.contains(pinned.get(canonicalize_name(each.name), "0"))
    ]

    assert unpinned == []


def test_every_pin_has_a_hash() -> None:
    assert len(pins()) == sum(1 for line in PINS.splitlines() if re.match(r"[a-z0-9][a-z0-9.-]*==", line))


def test_the_pins_name_no_place_to_fetch_from() -> None:
    lines = [line for line in PINS.splitlines() if not line.lstrip().startswith(("#", "--hash=sha256:"))]

    assert [
        line for line in lines if not re.match(r"[a-z0-9][a-z0-9.-]*==[0-9a-z.]+( ; .+)? \\$", line)
    ] == []
    assert "://" not in PINS
