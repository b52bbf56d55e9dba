"""A5: the zoo of hostile files through a real scan, and the ten kinds of attack inside a real worker.

Each specimen is examined twice: in one scan together with good pictures (is there a row for each, is none of the good
ones lost?), and alone (how long, how much address space). An attack counts as successful where the worker says that
it worked or where its effect is seen from outside; an ordinary thing that decoders may do is tried beside them, so that
"all failed" cannot mean that nothing ran.
"""

from __future__ import annotations

import os
import re
import socket
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from bench import corpus
from bench.cpu import tree
from bench.ours import Ours
from bench.record import Measurement
from bench.scans import Bench
from tests import zoo
from tutela.domain.limits import DecodeLimits
from tutela.domain.media import MediaType, Verdict
from tutela.engine.sandbox import Decoders, Request, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

_GOOD: Final = 40
_ATTACKS: Final = "tests.engine.sandbox.attacks"
_CONTROL: Final = "start_a_thread"
_SEND_S: Final = 0.05
_SAMPLE_S: Final = 0.004
_VM_PEAK: Final = re.compile(r"^VmPeak:\s*(\d+) kB", re.MULTILINE)
_SLOWEST_SHOWN: Final = 12


def measure() -> Measurement:
    """Run every part."""
    found = Measurement()
    specimens = zoo.specimens()
    found.put("files in the zoo", len(specimens))
    _scan(found, specimens)
    _alone(found, specimens)
    _attack(found)
    return found


def _scan(found: Measurement, specimens: dict[str, bytes]) -> None:
    """All of them and good pictures in one scan."""
    bench = Bench.made("zoo")
    for name, content in specimens.items():
        (bench.evidence / name).write_bytes(content)
    good = corpus.files(corpus.VGA, _GOOD)
    for path in good:
        os.link(path, bench.evidence / f"good-{path.name}")
    start_s = time.perf_counter()
    rows = {row.path.rpartition(b"/")[2].decode(): row for row in bench.scan() if not row.member}
    wall_s = time.perf_counter() - start_s
    lost = [name for name in specimens if name not in rows or rows[name].digests is None]
    hashed = sum(rows[name].verdict is Verdict.HASHED for name in rows if name.startswith("good-"))
    found.put("files without a verdict", len(lost))
    found.put("good files lost beside them", len(good) - hashed)
    endings = Counter((rows[name].verdict.value, rows[name].reason.value) for name in specimens if name in rows)
    found.table(
        f"How the specimens ended in one scan ({wall_s:.1f} s with {len(good)} good pictures)",
        ("verdict", "reason", "files"),
        [(*ending, count) for ending, count in sorted(endings.items())],
    )
    bench.close()


def _alone(found: Measurement, specimens: dict[str, bytes]) -> None:
    """Each by itself: wall time, and the largest address space any worker ever had."""
    rows: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as folder, Ours(workers=1) as ours, _AddressSpace() as space:
        path = Path(folder) / "specimen"
        for name, content in specimens.items():
            path.write_bytes(content)
            start_s = time.perf_counter()
            examination = ours.examine(path)
            spent_s = time.perf_counter() - start_s
            rows.append((name, len(content) / 1e6, spent_s, examination.verdict.value, examination.reason.value))
    rows.sort(key=lambda row: -float(str(row[2])))
    found.put("longest examination", float(str(rows[0][2])))
    found.put("largest address space of a worker", space.peak_mib)
    found.table("The slowest", ("specimen", "MB", "s", "verdict", "reason"), rows[:_SLOWEST_SHOWN])


class _AddressSpace:
    """Samples the largest address space (VmPeak) that any worker has had."""

    def __init__(self) -> None:
        self.peak_mib = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(_SAMPLE_S):
            for pid in tree(os.getpid())[2:]:  # ourselves, the zygote, its workers
                with suppress(OSError):
                    told = _VM_PEAK.search(Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
                    self.peak_mib = max(self.peak_mib, int(told.group(1)) / 1024 if told else 0.0)


def _attack(found: Measurement) -> None:
    """The ten kinds, in a worker with every layer on."""
    decoders = Decoders(f"{_ATTACKS}:examine", f"{_ATTACKS}:reduce", f"{_ATTACKS}:warm_up")
    rows: list[tuple[object, ...]] = []
    succeeded = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox(DecodeLimits(), workers=1, decoders=decoders) as sandbox,
    ):
        for kind, attempt in _attempts(Path(folder)):
            ending, effect = attempt(sandbox)
            worked = effect or ending.startswith(Verdict.HASHED)
            succeeded += worked
            rows.append((kind, ending, "SUCCEEDED" if worked else "stopped"))
        control = _tried(sandbox, _CONTROL)
    if not control.startswith(Verdict.HASHED):
        raise AssertionError(f"the control did not run ({control}): the attacks prove nothing")
    found.put("kinds of attack tried in a worker", len(rows))
    found.put("attacks that succeed", succeeded)
    found.table("Attacks by a taken-over decoder", ("attack", "how the file ended", "outcome"), rows)
    found.notes.append(f"control: an ordinary thread inside the same worker ended as {control}")


def _attempts(folder: Path) -> list[tuple[str, Callable[[Sandbox], tuple[str, bool]]]]:
    """Each kind with a way to try it that returns the ending and whether an effect was seen outside."""
    secret, written = folder / "secret", folder / "written"
    secret.write_bytes(b"secret")

    def plain(words: str) -> Callable[[Sandbox], tuple[str, bool]]:
        return lambda sandbox: (_tried(sandbox, words), False)

    def writing(sandbox: Sandbox) -> tuple[str, bool]:
        return _tried(sandbox, f"write_file {written}"), written.exists()

    def streaming(sandbox: Sandbox) -> tuple[str, bool]:
        with closing(socket.create_server(("127.0.0.1", 0))) as server:
            ending = _tried(sandbox, f"connect_tcp {server.getsockname()[1]}")
            return ending, _heard(server, server.accept)

    def sending(sandbox: Sandbox) -> tuple[str, bool]:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as server:
            server.bind(("127.0.0.1", 0))
            ending = _tried(sandbox, f"send_udp {server.getsockname()[1]}")
            return ending, _heard(server, lambda: server.recv(1))

    def local(sandbox: Sandbox) -> tuple[str, bool]:
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as server:
            server.bind(str(folder / "socket"))
            server.listen()
            return _tried(sandbox, f"connect_unix {folder / 'socket'}"), _heard(server, server.accept)

    return [
        ("read a file", plain(f"read_file {secret}")),
        ("write a file", writing),
        ("TCP connection", streaming),
        ("UDP datagram", sending),
        ("Unix socket", local),
        ("run a program", plain("execute")),
        ("fork", plain("fork")),
        ("signal the parent", plain(f"signal_parent {os.getpid()}")),
        ("read the parent's memory map", plain(f"read_parent {os.getpid()}")),
        ("take 4 GB", plain("take_4_gb")),
    ]


def _tried(sandbox: Sandbox, words: str) -> str:
    """Have the worker try; the ending in words."""
    content = b"\xff\xd8\xff" + words.encode()
    writable = os.memfd_create("attack")
    try:
        os.write(writable, content)
        descriptor = os.open(f"/proc/self/fd/{writable}", os.O_RDONLY)
    finally:
        os.close(writable)
    try:
        examination = sandbox.examine(descriptor, Request(len(content), MediaType.JPEG))
    finally:
        os.close(descriptor)
    return f"{examination.verdict} ({examination.reason})" if examination.reason else str(examination.verdict)


def _heard(server: socket.socket, receive: Callable[[], object]) -> bool:
    server.settimeout(_SEND_S)
    try:
        receive()
    except TimeoutError:
        return False
    return True
