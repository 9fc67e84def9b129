import ast
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "traitortrack_desktop"

SAYING_NOTHING = {"base", "common", "core", "helper", "helpers", "manager", "misc", "util", "utils"}


def modules() -> list[Path]:
    return [*PACKAGE.rglob("*.py"), *(ROOT / "installer").rglob("*.py")]


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(source.relative_to(ROOT))
        for source in modules()
        if not ast.get_docstring(ast.parse(source.read_text(encoding="utf-8")))
    ]

    assert silent == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [
        str(source.relative_to(ROOT))
        for source in modules()
        if SAYING_NOTHING & set(source.stem.split("_")) or source.parent.name in SAYING_NOTHING
    ]

    assert named == []


def test_no_two_test_modules_share_a_name() -> None:
    names = Counter(source.name for source in (ROOT / "tests").rglob("test_*.py"))

    assert [name for name, times in names.items() if times > 1] == []


def test_an_installation_has_every_file_of_the_package() -> None:
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    shipped = {file for glob in setuptools["package-data"][PACKAGE.name] for file in PACKAGE.glob(glob)}

    left_out = [
        str(file.relative_to(ROOT))
        for file in PACKAGE.rglob("*")
        if file.is_file() and file.suffix not in {".py", ".pyc"} and file not in shipped
    ]

    assert left_out == []
