from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import pictures
from tutela.domain.errors import SandboxLayerMissingError
from tutela.engine.sandbox import Sandbox
from tutela.entry.cli import run

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def confinement():
    """Where this host cannot confine, what needs it is skipped; continuous integration requires it."""
    try:
        Sandbox(workers=1).close()
    except SandboxLayerMissingError as error:
        if "sandbox" in os.environ.get("TUTELA_REQUIRE", ""):
            raise
        pytest.skip(f"this host cannot confine: {error}")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An installation of its own, in an empty folder that is also the current one."""
    monkeypatch.setenv("TUTELA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def tutela(home, capfd):
    """Run a command line: its exit code, output and errors."""

    def command(*arguments):
        code = run([str(argument) for argument in arguments])
        said = capfd.readouterr()
        return code, said.out, said.err

    return command


@pytest.fixture
def evidence(home):
    """Two pictures, one of them to be known, and a text."""
    folder = home / "evidence"
    folder.mkdir()
    for number in (1, 2):
        pictures.image(number, (320, 240)).save(folder / f"secret{number}.png")
    (folder / "note.txt").write_text("nothing")
    return folder


@pytest.fixture
def known(home, evidence, tutela):
    """A list with the first picture on it."""
    import hashlib

    digest = hashlib.sha256((evidence / "secret1.png").read_bytes()).hexdigest()
    (home / "known.csv").write_text(f"id,sha256,classification\nentry-1,{digest},1\n")
    assert tutela("list", "import", "known.csv", "--name", "known", "--scheme", "VICS 2.0 US")[0] == 0
    return "known"
