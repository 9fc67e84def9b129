"""What starting costs: importing starts nothing, and nobody without a window loads Qt."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "traitortrack_desktop"

LOADED_QT = "[name for name in sys.modules if name.split('.')[0] in ('PySide6', 'shiboken6')]"
IMPORTS = f"""
import importlib, sys
for module in sys.argv[1:]:
    importlib.import_module(module)
print({LOADED_QT})
"""
IMPORTS_AND_LOOKS_AROUND = """
import importlib, os, sys, threading
def around():
    return dict(os.environ), os.getcwd(), sys.excepthook, [t.name for t in threading.enumerate()]
before = around()
for module in sys.argv[1:]:
    importlib.import_module(module)
print(before == around())
"""
RUNS_A_COMMAND = f"""
import sys
from traitortrack_desktop.__main__ import main
status = 0
try:
    main()
except SystemExit as left:
    status = left.code
print({LOADED_QT}, file=sys.stderr)
sys.exit(status)
"""


def module_name(source: Path) -> str:
    parts = source.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_run_by_alembic(source: Path) -> bool:
    return source.name == "env.py" or "versions" in source.parts


def modules_without_window() -> list[str]:
    return sorted(
        module_name(source)
        for source in PACKAGE.rglob("*.py")
        if PACKAGE / "ui" not in source.parents and not is_run_by_alembic(source)
    )


def run(program: str, *arguments: str, data_dir: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("TRAITORTRACK_")}
    if data_dir is not None:
        environment |= {"TRAITORTRACK_DATA_DIR": str(data_dir / "data"), "HOME": str(data_dir)}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        check=False,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("module", [name for name in modules_without_window() if ".commands" in name])
def test_no_command_loads_qt_before_it_opens_a_window(module: str) -> None:
    told = run(IMPORTS, module)

    assert told.stdout.strip() == "[]", told.stderr


def test_nothing_outside_the_window_loads_qt_when_imported() -> None:
    told = run(IMPORTS, *modules_without_window())

    assert told.stdout.strip() == "[]", told.stderr


def test_importing_starts_nothing_and_changes_nothing() -> None:
    told = run(IMPORTS_AND_LOOKS_AROUND, *modules_without_window())

    assert told.stdout.strip() == "True", told.stderr


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("--version", 0),
        ("station --help", 0),
        ("station --headless", 2),
        ("--database-url postgresql://nobody@127.0.0.1:1/none station --headless --scans - --drain 0", 0),
        ("journal status --json", 0),
        ("db check", 2),
        ("user --help", 0),
        ("demo --help", 0),
        ("self-test --help", 0),
        ("health --help", 0),
        ("simulate --help", 0),
    ],
)
def test_a_headless_command_runs_without_qt(command: str, status: int, tmp_path: Path) -> None:
    name = next((word for word in command.split() if word.replace("-", "").isalpha() and word[0] != "-"), "")
    if name and not (PACKAGE / "commands" / f"{name.replace('-', '_')}.py").exists():
        pytest.skip(f"there is no command {name} yet")

    told = run(RUNS_A_COMMAND, *command.split(), data_dir=tmp_path)

    assert told.stderr.rstrip().endswith("[]"), told.stderr
    assert told.returncode == status, told.stderr
