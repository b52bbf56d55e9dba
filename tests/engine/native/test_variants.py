"""Variants are chosen, forced, exchanged; they work in parallel; without the extension NumPy takes over."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.engine.native.pictures import hashes, textured
from tutela.engine.native import distance_histogram, pdq_views, search, use, variant, variants

ALL = ("avx512", "avx2", "popcnt", "portable", "numpy")
REPORT = "from tutela.engine.native import variant, variants; print(variant(), *variants())"


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter."""
    plain = {name: value for name, value in os.environ.items() if name != "TUTELA_NATIVE"}
    return subprocess.run(
        [sys.executable, "-c", code], env={**plain, **environment}, capture_output=True, text=True, check=False
    )


def test_names_are_known_and_ordered_best_first():
    assert list(variants()) == [name for name in ALL if name in variants()]
    assert variants()[-1] == "numpy"


@pytest.mark.skipif("native" not in os.environ.get("TUTELA_REQUIRE", ""), reason="the extension is optional here")
def test_the_extension_is_there_where_it_is_required():
    assert "portable" in variants()


def test_the_best_variant_works_unless_another_is_forced():
    assert run(REPORT).stdout.split() == [variants()[0], *variants()]
    for name in variants():
        assert run(REPORT, TUTELA_NATIVE=name).stdout.split()[0] == name


@pytest.mark.parametrize("name", ["sse9", "AVX2", "../numpy", " "])
def test_a_name_that_cannot_run_is_a_clear_error(name):
    ended = run(REPORT, TUTELA_NATIVE=name)
    assert ended.returncode == 1
    assert f"TUTELA_NATIVE={name!r}: this machine can run" in ended.stderr


def test_numpy_takes_over_where_the_extension_is_absent():
    absent = "import sys; sys.modules['tutela.engine.native._kernels'] = None; "
    assert run(absent + REPORT).stdout.split() == ["numpy", "numpy"]
    ended = run(absent + REPORT, TUTELA_NATIVE="portable")
    assert "TUTELA_NATIVE='portable': this machine can run numpy" in ended.stderr


def test_use_restores_what_was_there_even_after_an_error():
    before = variant()
    with use("numpy"):
        assert variant() == "numpy"
    assert variant() == before
    with pytest.raises(ZeroDivisionError), use("numpy"):
        raise ZeroDivisionError
    assert variant() == before
    with pytest.raises(ValueError, match="this machine can run"), use("none"):
        pass


def test_a_variant_the_cpu_lacks_is_refused_by_the_extension_itself():
    kernels = pytest.importorskip("tutela.engine.native._kernels")
    with pytest.raises(ValueError, match="no kernel variant 'sse9'"):
        kernels.search("sse9", hashes(1, 1), hashes(1, 1), 31, 10)


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("views", (b"x", b"\1", 0, 0)),
        ("views", (np.zeros((9, 9), np.uint8), b"\0", 0, 0)),
        ("views", (np.zeros((9, 9), np.uint8), b"\1" * 9, 0, 0)),
        ("views", (np.zeros((9, 9), np.uint8), b"\1", 9, 0)),
        ("views", (np.zeros((9, 9), np.uint8), b"\1", -9, -9)),
        ("views", (np.zeros((9, 9), np.uint8), b"\1", 2**31 - 1, 2**31 - 1)),
        ("views", (np.frombuffer(bytes(401), np.uint8)[1:].view(np.float32).reshape(10, 10), b"\1", 0, 0)),
        ("search", (bytes(32), bytes(32), 31, 10)),
        ("search", (np.zeros((1, 32), np.uint8), np.zeros((1, 32), np.uint8), 31, -1)),
        ("histogram", (bytes(32), bytes(32))),
    ],
)
def test_the_extension_trusts_nobody(call, arguments):
    kernels = pytest.importorskip("tutela.engine.native._kernels")
    with pytest.raises((ValueError, BufferError)):
        getattr(kernels, call)("portable", *arguments)


@pytest.mark.parametrize("name", variants())
def test_threads_do_not_disturb_each_other(name):
    pictures = [textured(60 + 13 * k, 300 - 11 * k, k) for k in range(12)]
    table, queries = hashes(5_000, 1), hashes(5_000, 1)[::500].copy()

    def work(k: int) -> object:
        hits = search(queries[k % 5 :], table, 40 + k)
        counts = distance_histogram(queries, table)
        return pdq_views(pictures[k], range(1, 9)), hits.row.tolist(), hits.distance.tolist(), counts.tolist()

    with use(name):
        alone = [work(k) for k in range(12)]
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(work, list(range(12)) * 3))
    assert together == alone * 3
