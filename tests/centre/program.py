"""Runs the real command line as a process against a centre."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from centre.steps import require
from fakes.headless_station import ROOT, command, environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The program with the owner's address and a data folder of its own."""

    url: str
    data_dir: Path
    longest_seconds: float = 120.0

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        surroundings = environment(
            TRAITORTRACK_DATABASE_URL=self.url, TRAITORTRACK_DATA_DIR=str(self.data_dir), **variables
        )
        return subprocess.run(
            command(*arguments),
            cwd=ROOT,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=self.longest_seconds,
            check=False,
        )

    def done(self, *arguments: str, **variables: str) -> str:
        """Run one command that must succeed, and return what it printed."""
        process = self.run(*arguments, **variables)
        require(
            process.returncode == 0,
            f"{' '.join(arguments)} ended with {process.returncode}:"
            f" {process.stdout[-600:]} {process.stderr[-900:]}",
        )
        return process.stdout

    def answer(self, *arguments: str, **variables: str) -> dict[str, Any]:
        """Run one command that must succeed and print one JSON object."""
        said = json.loads(self.done(*arguments, **variables))
        assert isinstance(said, dict)
        return said
