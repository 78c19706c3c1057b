"""The project is written in one style, and its types fit together."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHECKS = {
    "ruff check": "a rule of pyproject.toml is broken; `ruff check --fix .` mends what can be mended",
    "ruff format --check": "a file is not formatted; `ruff format .` does it",
    "mypy": "types do not fit together",
}
"""What is run in the project's folder, and what its failing means."""


@pytest.mark.parametrize("check", CHECKS)
def test_the_project_is_clean(check: str) -> None:
    command = [sys.executable, "-m", *check.split()]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert result.returncode == 0, f"{CHECKS[check]}\n{result.stdout}{result.stderr}"
