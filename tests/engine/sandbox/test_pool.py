"""The parent's side: many threads, recycled and killed workers, nothing lost, nothing leaked."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.engine.sandbox.conftest import ATTACKS, JPEG, NOTHING, descriptor, examine
from tutela.domain.errors import SandboxError
from tutela.domain.limits import DecodeLimits
from tutela.domain.media import Verdict
from tutela.engine.sandbox import Decoders, Isolation, ReducedPicture, Request, Sandbox
from tutela.engine.sandbox.memory_gate import MemoryGate


def data_of(number: int) -> bytes:
    return JPEG + b"%08d" % number


def examine_number(sandbox: Sandbox, number: int) -> bool:
    data = data_of(number)
    examination = examine(sandbox, data)
    return examination.verdict is Verdict.HASHED and examination.hashes[0].pdq == data.ljust(32, b"\0")


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_hundreds_of_files_over_many_threads_each_get_their_own_answer(quiet_sandbox):
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(lambda number: examine_number(quiet_sandbox, number), range(800)))


def test_caller_may_work_while_the_worker_does(quiet_sandbox):
    with descriptor(data_of(1)) as fd:
        ticket = quiet_sandbox.start(fd, Request(11))
        assert ticket.result().verdict is Verdict.HASHED


def test_large_file_is_heard_in_the_background(quiet_sandbox):
    data = JPEG + bytes(1 << 20)
    with descriptor(data) as fd:
        ticket = quiet_sandbox.start(fd, Request(len(data)))
        assert ticket.result().verdict is Verdict.HASHED


def test_cancelled_and_forgotten_tickets_give_their_workers_back(quiet_sandbox):
    for size in (11, 1 << 20):
        with descriptor(JPEG + bytes(size)) as fd:
            for _ in range(5):
                quiet_sandbox.start(fd, Request(size)).cancel()
                quiet_sandbox.start(fd, Request(size))
    assert examine_number(quiet_sandbox, 5)
    assert examine_number(quiet_sandbox, 6)


def test_cancel_after_the_result_changes_nothing(quiet_sandbox):
    with descriptor(data_of(1)) as fd:
        ticket = quiet_sandbox.start(fd, Request(11))
        ticket.result()
        ticket.cancel()
    assert examine_number(quiet_sandbox, 7)


def test_reduced_picture_comes_back(quiet_sandbox):
    with descriptor(data_of(1)) as fd:
        reduced = quiet_sandbox.reduce(fd, 11, side_px_max=600)
    assert isinstance(reduced, ReducedPicture)
    assert (reduced.width_px, reduced.height_px, reduced.channels) == (600, 2, 3)
    assert reduced.pixels == bytes(range(6)) * 600


@pytest.mark.parametrize("side_px_max", [0, 5000])
def test_reduced_picture_of_a_senseless_size_is_refused(quiet_sandbox, side_px_max):
    with descriptor(data_of(1)) as fd, pytest.raises(ValueError, match="side_px_max"):
        quiet_sandbox.reduce(fd, 11, side_px_max=side_px_max)


def test_worker_is_replaced_after_its_share_of_files():
    with Sandbox(DecodeLimits(files_per_worker_max=5), workers=1, decoders=NOTHING) as sandbox:
        pids = []
        for number in range(12):
            assert examine_number(sandbox, number)
            pids += sandbox.worker_pids
    assert len(set(pids)) == 3


def test_worker_is_kept_for_many_files_otherwise(quiet_sandbox):
    assert examine_number(quiet_sandbox, 20)  # workers are forked when they are first needed
    before = set(quiet_sandbox.worker_pids)
    for number in range(20):
        assert examine_number(quiet_sandbox, number)
    assert set(quiet_sandbox.worker_pids) == before


def test_every_file_has_a_worker_of_its_own_where_asked():
    with Sandbox(workers=1, isolation=Isolation.PER_FILE, decoders=ATTACKS) as sandbox:
        for _ in range(5):
            assert examine(sandbox, JPEG + b"start_a_thread").verdict is Verdict.HASHED


#### Killed from outside ####


@pytest.mark.parametrize("isolation", Isolation)
def test_killing_workers_and_zygotes_at_random_loses_nothing(isolation):
    """Somebody with a list of our processes kills one every few milliseconds."""
    chance = random.Random(isolation)
    over = threading.Event()
    with Sandbox(workers=2, isolation=isolation, decoders=NOTHING) as sandbox:
        examine_number(sandbox, 0)

        def kill() -> None:
            for turn in range(30):
                time.sleep(chance.random() * 0.02)
                victims = list(sandbox.worker_pids)
                if turn % 6 == 5:
                    victims = [sandbox.zygote_pid or 0]
                    time.sleep(0.2)
                for victim in filter(None, victims):
                    with suppress(ProcessLookupError):
                        os.kill(victim, signal.SIGKILL)
            over.set()

        killer = threading.Thread(target=kill)
        killer.start()
        with ThreadPoolExecutor(4) as threads:
            number = 0
            while not over.is_set():
                assert all(threads.map(lambda n: examine_number(sandbox, n), range(number, number + 50)))
                number += 50
        killer.join()
        assert all(examine_number(sandbox, n) for n in range(20))


def test_workers_and_zygote_end_with_the_parent():
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            sandbox = Sandbox(workers=1, decoders=NOTHING)
            examine_number(sandbox, 1)
            os.write(writer, b"%d %d" % (sandbox.zygote_pid, sandbox.worker_pids[0]))
            signal.pause()
        finally:
            os._exit(1)
    os.close(writer)
    pids = [int(word) for word in os.read(reader, 100).split()]
    os.close(reader)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert len(pids) == 2
    deadline = time.monotonic() + 20
    while any(_runs(one) for one in pids):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


#### Nothing leaks ####


def test_nothing_is_left_open_or_running():
    before = open_descriptors()
    with Sandbox(DecodeLimits(files_per_worker_max=3), workers=2, decoders=ATTACKS) as sandbox:
        for _ in range(10):
            for attack in (b"start_a_thread", b"crash", b"fork"):
                examine(sandbox, JPEG + attack)
        during = open_descriptors()
        zygote = sandbox.zygote_pid
        children = Path(f"/proc/{zygote}/task/{zygote}/children").read_text().split()
        assert len(children) <= 2  # the dead are buried
        pids = [zygote, *map(int, children)]
    assert during <= before + 4  # the control socket and one for each worker
    assert open_descriptors() == before
    assert not any(_runs(pid) for pid in pids)
    with pytest.raises(ChildProcessError):
        os.waitpid(zygote, os.WNOHANG)  # and the zygote itself is


def test_worker_has_its_socket_and_three_null_descriptors_only(quiet_sandbox):
    examine_number(quiet_sandbox, 1)
    if os.geteuid() != 0:
        pytest.skip("only root may look into a process that is not dumpable")
    folder = Path(f"/proc/{quiet_sandbox.worker_pids[0]}/fd")
    targets = {entry.name: str(entry.readlink()) for entry in folder.iterdir()}
    assert {name: targets[name] for name in "012"} == dict.fromkeys("012", "/dev/null")
    assert set(targets) == set("0123")
    assert targets["3"].startswith("socket:")


def test_worker_has_no_capability_and_no_new_privilege(quiet_sandbox):
    examine_number(quiet_sandbox, 1)
    status = Path(f"/proc/{quiet_sandbox.worker_pids[0]}/status").read_text()
    said = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert (int(said["CapEff"], 16), said["NoNewPrivs"], said["Seccomp"]) == (0, "1", "2")


#### Errors of the host ####


def test_closed_sandbox_says_so():
    sandbox = Sandbox(workers=1, decoders=NOTHING)
    sandbox.close()
    sandbox.close()
    with descriptor(data_of(1)) as fd, pytest.raises(SandboxError, match="closed"):
        sandbox.start(fd, Request(11))


def test_decoders_that_do_not_load_are_an_error_not_a_verdict():
    broken = Decoders(examine="tests.engine.sandbox.nothing:no_such_function")
    with Sandbox(workers=1, decoders=broken) as sandbox, pytest.raises(SandboxError, match="no_such_function"):
        examine_number(sandbox, 1)


#### The memory gate ####


def test_gate_never_lets_more_in_than_allowed_and_starves_nobody():
    gate = MemoryGate(100)
    lock = threading.Lock()
    held: list[int] = []
    seen: list[list[int]] = []

    def use(amount: int) -> None:
        gate.take(amount)
        with lock:
            held.append(amount)
            seen.append(list(held))
        time.sleep(0.001)
        with lock:
            held.remove(amount)
        gate.give_back(amount)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(use, [30, 60, 90, 150, 10, 100, 40, 1] * 10))
    assert len(seen) == 80
    assert all(sum(together) <= 100 or len(together) == 1 for together in seen)
