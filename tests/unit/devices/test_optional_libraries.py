"""evdev and hidapi are optional parts of the program: nothing loads them unasked, and nothing needs them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
OPTIONAL = "('evdev', 'hid', 'hidraw')"
IMPORTS = f"""
import importlib, pkgutil, sys
import traitortrack_desktop.devices as devices
if sys.argv[1] == "without":
    class Absent:
        def find_spec(self, name, path=None, target=None):
            if name in {OPTIONAL}:
                raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
            return None
    sys.meta_path.insert(0, Absent())
for module in pkgutil.iter_modules(devices.__path__):
    importlib.import_module(f"{{devices.__name__}}.{{module.name}}")
from traitortrack_desktop.devices.hid_devices import attached_hid_pos
from traitortrack_desktop.devices.input_nodes import attached_input_devices
if sys.argv[1] == "without":
    attached_hid_pos(), attached_input_devices()
print([name for name in {OPTIONAL} if name in sys.modules])
"""


def run(how):
    return subprocess.run(
        [sys.executable, "-c", IMPORTS, how],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_importing_the_devices_loads_neither():
    told = run("with")

    assert told.stdout.strip() == "[]", told.stderr


def test_a_station_without_them_lists_what_is_attached_all_the_same():
    told = run("without")

    assert (told.returncode, told.stdout.strip()) == (0, "[]"), told.stderr
