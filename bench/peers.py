"""Other people's tools, in an environment of their own that nothing of ours imports.

`python -m bench.peers` makes `.peers/venv` once and does nothing the second time. vpdq has no binary wheel: it is built
here and needs a C++ compiler, cmake and the FFmpeg development packages of Debian; where it cannot be built the reason
is kept and every record that would compare with it says so.

A `Peer` is one process of that environment, one thread only, that answers requests (`peer_side.py`):

    with Peer() as peer:
        answer = peer.ask("hash_files", how="threatexchange", paths=["a.jpg"])   # {"hashes": [...], "cpu_s": [...]}
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from bench.machine import ROOT

if TYPE_CHECKING:
    from types import TracebackType

FOLDER: Final = ROOT / ".peers"
VENV: Final = FOLDER / "venv"
PYTHON: Final = VENV / "bin" / "python"
SITE_PACKAGES: Final = VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"

_PINS: Final = (
    "threatexchange==1.2.17",
    "pdqhash==0.2.8",
    "faiss-cpu==1.15.1",
    "numpy==2.4.6",
    "pillow==13.0.0",
    "pillow-heif==1.8.1",
    "scikit-image==0.26.0",
    "scikit-learn==1.9.1",
    "django==5.2.19",
    "django-q2==1.11.1",
    "psycopg[binary]==3.3.9",
    "statsmodels==0.15.0",
    "pysyncon==1.7.0",
)
_BUILT: Final = "vpdq==0.2.5"
_BUILD_PACKAGES: Final = (
    "g++ cmake pkg-config libavcodec-dev libavdevice-dev libavfilter-dev libavformat-dev libavutil-dev "
    "libswresample-dev libswscale-dev"
)
_STAMP: Final = VENV / ".made"
_VPDQ_FAULT: Final = VENV / ".vpdq-fault"
_ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class PeersMissingError(RuntimeError):
    """The peers' environment cannot be made here."""


def ensure() -> None:
    """Make the environment where it is not there or has other pins."""
    wanted = hashlib.sha256("\n".join((*_PINS, _BUILT)).encode()).hexdigest()
    if _STAMP.exists() and _STAMP.read_text(encoding="ascii") == wanted:
        return
    print("making .peers/venv (once)", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    fault = _install(*_PINS)
    if fault:
        raise PeersMissingError(f"the peers could not be installed; a network is needed once. pip said: {fault}")
    fault = _install(_BUILT)
    _VPDQ_FAULT.unlink(missing_ok=True)
    if fault:
        reason = f"{_BUILT} could not be built; on Debian install: {_BUILD_PACKAGES}"
        _VPDQ_FAULT.write_text(reason, encoding="utf-8")
        print(reason, file=sys.stderr)
    _STAMP.write_text(wanted, encoding="ascii")


def vpdq_fault() -> str:
    """Why vpdq cannot be compared with; empty where it can."""
    return _VPDQ_FAULT.read_text(encoding="utf-8") if _VPDQ_FAULT.exists() else ""


class Peer:
    """One process of the peers' environment, confined to one thread."""

    def __init__(self) -> None:
        ensure()
        self._process = subprocess.Popen(
            [str(PYTHON), str(Path(__file__).with_name("peer_side.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | _ONE_THREAD,
            text=True,
        )

    @property
    def pid(self) -> int:
        """The process, for meters."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait(timeout=30)
        if self._process.stdout:
            self._process.stdout.close()

    def ask(self, request: str, **arguments: Any) -> dict[str, Any]:
        """Send one request, wait for its answer."""
        if not (self._process.stdin and self._process.stdout):
            raise PeersMissingError("the peer has no pipes")
        line = ""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps({"request": request, **arguments}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise PeersMissingError(f"the peer ended during {request}")
        answer: dict[str, Any] = json.loads(line)
        if "fault" in answer:
            raise PeersMissingError(f"the peer could not do {request}: {answer['fault']}")
        return answer


def versions() -> dict[str, str]:
    """Versions of the peers, for the record."""
    with Peer() as peer:
        found: dict[str, str] = peer.ask("versions")["versions"]
        return found


def _install(*requirements: str) -> str:
    """Install; returns the last words of pip where it fails."""
    done = subprocess.run(
        [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["(nothing)"])[-1]


if __name__ == "__main__":
    ensure()
    print(json.dumps(versions(), indent=1))
    if vpdq_fault():
        print(vpdq_fault())
