"""Confinement's tables and layers, each alone."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tutela.domain.errors import SandboxLayerMissingError
from tutela.engine.sandbox import confine, landlock, seccomp, system_calls
from tutela.engine.sandbox.confine import Confinement, Layer

HEADERS = {
    "x86_64": [Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm/unistd_64.h")],
    "aarch64": [Path("/usr/include/asm-generic/unistd.h")],
}
_ALIASES = {
    "__NR3264_lseek": "lseek",
    "__NR3264_mmap": "mmap",
    "__NR3264_fstat": "fstat",
    "__NR3264_fstatat": "newfstatat",
}


@pytest.mark.parametrize("machine", sorted(HEADERS))
def test_numbers_are_the_kernels(machine):
    header = next((path for path in HEADERS[machine] if path.exists()), None)
    if header is None:
        pytest.skip("the kernel's headers are not installed")
    said = {}
    for name, number in re.findall(r"#define\s+(__NR\w+)\s+(\d+)", header.read_text()):
        said[_ALIASES.get(name, name.removeprefix("__NR_"))] = int(number)
    table = system_calls.architecture(machine)
    assert table is not None
    assert {name: said.get(name) for name in table.numbers} == dict(table.numbers)


def test_both_architectures_name_every_call_of_the_list_but_time():
    listed = {rule.call for rule in seccomp.rules(1, 3)}
    for machine in HEADERS:
        table = system_calls.architecture(machine)
        assert listed - set(table.numbers) <= {"time"}


def test_unknown_architecture_has_no_table():
    assert system_calls.architecture("riscv64") is None


def test_jumps_of_the_program_stay_short():
    """A BPF jump is a byte: were a body longer, packing would raise."""
    table = system_calls.architecture("x86_64")
    program = seccomp.compile_program(seccomp.rules(1, 3), table)
    assert len(program) % 8 == 0
    assert len(program) // 8 < 4096


@pytest.mark.parametrize(("abi", "length"), [(1, 8), (2, 8), (3, 8), (4, 16), (5, 16), (6, 24), (7, 24)])
def test_landlock_takes_what_each_kernel_knows(abi, length):
    rights = landlock.Rights.of_abi(abi)
    assert len(rights.attributes(abi)) == length
    assert rights.files.bit_count() == {1: 13, 2: 14, 3: 15, 4: 15}.get(abi, 16)
    assert bool(rights.network) == (abi >= 4)
    assert bool(rights.scoped) == (abi >= 6)


def test_missing_layer_is_named_with_its_remedy():
    found = Confinement(frozenset({Layer.RLIMITS, Layer.SECCOMP}), 0, "x86_64")
    with pytest.raises(SandboxLayerMissingError, match="landlock") as caught:
        confine.require(found, ())
    assert "lsm=" in caught.value.hint
    confine.require(found, {Layer.LANDLOCK})
    with pytest.raises(SandboxLayerMissingError, match="landlock"):
        confine.require(found, {Layer.SECCOMP})


#### Real processes ####

_LANDLOCK_ALONE = """
from tutela.engine.sandbox import landlock, system_calls
import os, socket
server = socket.create_server(("127.0.0.1", 0))
system_calls.prctl(38, 1)
abi = landlock.give_up_everything()
for attempt in (lambda: open("/etc/passwd"), lambda: os.listdir("/"), lambda: os.mkdir("/tmp/never")):
    try:
        attempt()
    except PermissionError:
        continue
    raise SystemExit("a file was reached")
if abi >= 4:
    try:
        socket.create_connection(server.getsockname())
        raise SystemExit("TCP was reached")
    except PermissionError:
        pass
if abi >= 6:
    try:
        os.kill(os.getppid(), 0)
        raise SystemExit("the parent was reached")
    except PermissionError:
        pass
"""

_NO_LANDLOCK = """
import errno, os, struct, sys
sys.path.insert(0, os.getcwd())
from tutela.engine.sandbox import Layer, Request, Sandbox, landlock, seccomp, system_calls
from tutela.domain.errors import SandboxLayerMissingError
from tests.engine.sandbox.conftest import ATTACKS, JPEG, examine
table = system_calls.architecture()
create = table.numbers["landlock_create_ruleset"]
program = [(0x20, 0, 0, 0), (0x15, 0, 1, create), (6, 0, 0, 0x50000 | errno.ENOSYS), (6, 0, 0, 0x7FFF0000)]
packed = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
seccomp.compile_program = lambda *_: packed
system_calls.prctl(38, 1)
seccomp.install(())
try:
    Sandbox(workers=1)
except SandboxLayerMissingError as error:
    assert "landlock" in str(error), error
else:
    raise SystemExit("decodes without Landlock")
with Sandbox(workers=1, allow_missing={Layer.LANDLOCK}, decoders=ATTACKS) as sandbox:
    assert sandbox.status.confinement.missing == {Layer.LANDLOCK}
    assert examine(sandbox, JPEG + b"start_a_thread").verdict == "hashed"
    assert examine(sandbox, JPEG + b"read_file /etc/passwd").reason == "decoder-misbehaved"
"""


@pytest.mark.parametrize("program", [_LANDLOCK_ALONE, _NO_LANDLOCK], ids=["landlock-alone", "host-without-landlock"])
def test_in_a_process_of_its_own(program):
    if not landlock.abi_version():
        pytest.skip("this kernel has no Landlock")
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_this_host_offers_every_layer_or_says_which_not():
    found = confine.probe()
    assert found.layers | found.missing == frozenset(Layer)
