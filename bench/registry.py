"""Every claim: its id, its words, its figures with their bars, and the module whose `measure()` makes them.

The bars are those of the plan ("It must show"); a record is met only if every figure that has a bar reaches it. Figures
without a bar are shown and decide nothing. To add a claim: a row here, a module with `measure() -> Measurement` that
puts every figure named in the row, then `make evidence ID=...`.

>>> CLAIMS["A6"].module
'bench.a6_lists'
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bench.record import Bar, FigureSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.record import Measurement


@dataclass(frozen=True, slots=True)
class Claim:
    """One line of the plan that has to be shown."""

    claim_id: str
    title: str
    text: str
    module: str
    figures: tuple[FigureSpec, ...]

    def command(self) -> Callable[[], Measurement]:
        """The measuring function; imported only when it is to run."""
        measure: Callable[[], Measurement] = importlib.import_module(self.module).measure
        return measure


def _at_least(amount: float) -> Bar:
    return Bar("value", ">=", amount)


def _at_most(amount: float) -> Bar:
    return Bar("value", "<=", amount)


def _below(amount: float) -> Bar:
    return Bar("value", "<", amount)


def _times(amount: float) -> Bar:
    return Bar("ratio", ">=", amount)


_THREATEXCHANGE: Final = "threatexchange PdqSignal.hash_from_file"
_DRAFT: Final = "Pillow draft() + pdqhash"

_A1: Final = Claim(
    "A1",
    "PDQ is right",
    "PDQ is 0 bits off pdqhash given the same pixels, on every kernel variant; the published reference hashes agree; a "
    "picture saved in another mode, format or orientation matches its RGB original.",
    "bench.a1_pdq_accuracy",
    (
        FigureSpec("photographs compared", "pictures", _at_least(300)),
        FigureSpec("most bits off, all variants", "bits", _at_most(0), peer="pdqhash", less_is_better=True),
        FigureSpec("most bits off the published reference", "bits", _at_most(10), peer="pdqhash", less_is_better=True),
        FigureSpec(
            "most bits off in other modes and formats", "bits", _at_most(31), peer="threatexchange", less_is_better=True
        ),
        FigureSpec(
            "most bits off in EXIF orientations", "bits", _at_most(31), peer="threatexchange", less_is_better=True
        ),
        FigureSpec(
            "the same of flat pictures, which are not matched near", "bits", peer="threatexchange", less_is_better=True
        ),
        FigureSpec("random pairs compared", "pairs", _at_least(1e9)),
        FigureSpec("random pairs within 31 bits", "pairs"),
        FigureSpec("different photographs within 31 bits, of a million pairs", "pairs"),
    ),
)

_A2: Final = Claim(
    "A2",
    "Decoding and PDQ are fast inside the sandbox",
    "Decode and PDQ per core with the sandbox on: at least 4x threatexchange at 640x480 and 1920x1080, 5x at 12 "
    "megapixels, CPU of all processes counted; a second worker costs less than 15 % a file; the guarded scaled path "
    "stays within 6 bits at the 99th percentile and 10 at most.",
    "bench.a2_decode_speed",
    (
        FigureSpec("640x480", "pictures/s/core", _times(4), peer=_THREATEXCHANGE),
        FigureSpec("1920x1080", "pictures/s/core", _times(4), peer=_THREATEXCHANGE),
        FigureSpec("4000x3000", "pictures/s/core", _times(5), peer=_THREATEXCHANGE),
        FigureSpec("most bits off, full decode", "bits", _at_most(0), peer="Pillow + pdqhash"),
        FigureSpec("CPU per file with two workers, growth", "%", _below(15)),
        FigureSpec("4000x3000, scaled path", "pictures/s/core", _times(0.9), peer=_DRAFT),
        FigureSpec("scaled path, 99th percentile", "bits", _at_most(6), peer=_DRAFT, less_is_better=True),
        FigureSpec("scaled path, most", "bits", _at_most(10), peer=_DRAFT, less_is_better=True),
        FigureSpec("three digests", "MB/s/core"),
    ),
)

_A3: Final = Claim(
    "A3",
    "Memory stays small",
    "Peak memory of a scan (PSS of all processes) is under 500 MB plus the list for pictures up to 24 megapixels, "
    "whatever the size of the folder; the first result comes within a second.",
    "bench.a3_memory",
    (
        FigureSpec("peak, pictures up to 24 megapixels", "MB", _below(500)),
        FigureSpec("peak, 5,000 small files", "MB", _below(500)),
        FigureSpec("growth from 200 to 5,000 small files", "MB", _below(25)),
        FigureSpec("first result", "s", _below(1)),
    ),
)

_A4: Final = Claim(
    "A4",
    "Nothing is lost when it is killed",
    "After kill -9 of the scan or of any worker at a random moment, --resume reports every file exactly once.",
    "bench.a4_kills",
    (
        FigureSpec("kills of the scan", "kills", _at_least(30)),
        FigureSpec("kills of a worker", "kills", _at_least(30)),
        FigureSpec("kills of the zygote", "kills", _at_least(5)),
        FigureSpec("files missing or reported twice", "files", _at_most(0)),
        FigureSpec("rows that differ after kills of the scan", "rows", _at_most(0)),
        FigureSpec("rows that differ after kills of workers", "rows"),
    ),
)

_A5: Final = Claim(
    "A5",
    "Hostile files end in a verdict",
    "Every file of a zoo of hostile files ends in a verdict within 10 s and 1 GiB of address space, nothing else in "
    "the scan is lost, and none of the ten attacks succeeds inside a worker.",
    "bench.a5_zoo",
    (
        FigureSpec("files in the zoo", "files", _at_least(50)),
        FigureSpec("files without a verdict", "files", _at_most(0)),
        FigureSpec("longest examination", "s", _at_most(10)),
        FigureSpec("largest address space of a worker", "MiB", _at_most(1024)),
        FigureSpec("good files lost beside them", "files", _at_most(0)),
        FigureSpec("kinds of attack tried in a worker", "kinds", _at_least(10)),
        FigureSpec("attacks that succeed", "attacks", _at_most(0)),
    ),
)

_A6: Final = Claim(
    "A6",
    "A list of a million entries",
    "A list of 1 million entries imports from CSV in under 30 s, opens in under 1 s and matches exactly like a naive "
    "reference implementation on random and planted data.",
    "bench.a6_lists",
    (
        FigureSpec(
            "import of 1,000,000 rows", "s", _below(30), peer="threatexchange PDQIndex.build", less_is_better=True
        ),
        FigureSpec("open", "s", _below(1), peer="threatexchange PDQIndex, unpickled", less_is_better=True),
        FigureSpec("answers that differ from the naive reference", "queries", _at_most(0)),
        FigureSpec("planted neighbours found", "%", _at_least(100), peer="threatexchange PDQIndex"),
        FigureSpec("one query", "ms", peer="threatexchange PDQIndex.query", less_is_better=True),
        FigureSpec("queries in batches", "queries/s/core", peer="threatexchange PDQIndex.query"),
    ),
)

_A7: Final = Claim(
    "A7",
    "Video frames",
    "Frame hashes of a video inside the sandbox, beside vpdq with one thread on the same file.",
    "bench.a7_video_speed",
    (
        FigureSpec("every frame, 1280x720", "frames/s/core", _times(1), peer="vpdq"),
        FigureSpec("one hash a second, 1280x720", "frames/s/core", _times(1), peer="vpdq"),
        FigureSpec("frames within 31 bits of vpdq's", "%", _at_least(99), peer="vpdq"),
    ),
)

_FLAT: Final = "faiss IndexBinaryFlat"
_PDQ_INDEX: Final = "threatexchange PDQIndex"
_TUNED: Final = "faiss IndexBinaryMultiHash, 11 x 23 bits"
_AS_SET: Final = "faiss IndexBinaryMultiHash, 16 x 16 bits"

_B1: Final = Claim(
    "B1",
    "The index misses nothing",
    "Recall is exactly 100 % against comparing every pair: 10,000 planted queries at each distance from 0 to 33 bits, "
    "in indexes of up to 10 million looks, found up to 31 bits and not beyond. Beside it how near different "
    "photographs come.",
    "bench.b1_recall",
    (
        FigureSpec("recall", "%", _at_least(100)),
        FigureSpec("looks in the largest index", "looks", _at_least(10_000_000)),
        FigureSpec("planted queries at each distance from 0 to 33", "queries", _at_least(10_000)),
        FigureSpec("planted looks missed within 31 bits", "queries", _at_most(0)),
        FigureSpec("planted looks found beyond 31 bits", "queries", _at_most(0)),
        FigureSpec("pairs that differ from comparing every pair", "pairs", _at_most(0)),
        FigureSpec("different photographs of quality 50 and more within 31 bits, of a million pairs", "pairs"),
    ),
)

_B2: Final = Claim(
    "B2",
    "One query in millions of looks",
    "Median single query at 1 million looks at least 80 times faster than faiss Flat and threatexchange's PDQIndex; at "
    "10 million 150 times faster than faiss Flat, 50 times than PDQIndex and 20 times than the best-tuned faiss "
    "MultiHash; 99th percentile within 3 times the median, build under 10 s, tables at most 140 bytes a look at 10 "
    "million and 300 at 1 million.",
    "bench.b2_single_query",
    (
        FigureSpec(f"1 M, one query, beside {_FLAT}", "ms", _times(80), peer=_FLAT, less_is_better=True),
        FigureSpec(f"1 M, one query, beside {_PDQ_INDEX}", "ms", _times(80), peer=_PDQ_INDEX, less_is_better=True),
        FigureSpec(f"1 M, one query, beside {_TUNED}", "ms", peer=_TUNED, less_is_better=True),
        FigureSpec(f"1 M, one query, beside {_AS_SET}", "ms", peer=_AS_SET, less_is_better=True),
        FigureSpec("1 M, 99th percentile over median", "times", _at_most(3)),
        FigureSpec("1 M, tables of looks", "bytes a look", _at_most(300)),
        FigureSpec("1 M, build", "s", peer=_PDQ_INDEX, less_is_better=True),
        FigureSpec(f"10 M, one query, beside {_FLAT}", "ms", _times(150), peer=_FLAT, less_is_better=True),
        FigureSpec(f"10 M, one query, beside {_PDQ_INDEX}", "ms", _times(50), peer=_PDQ_INDEX, less_is_better=True),
        FigureSpec(f"10 M, one query, beside {_TUNED}", "ms", _times(20), peer=_TUNED, less_is_better=True),
        FigureSpec(f"10 M, one query, beside {_AS_SET}", "ms", peer=_AS_SET, less_is_better=True),
        FigureSpec("10 M, 99th percentile over median", "times", _at_most(3)),
        FigureSpec("10 M, tables of looks", "bytes a look", _at_most(140)),
        FigureSpec("10 M, build", "s", _below(10), peer=_PDQ_INDEX, less_is_better=True),
        FigureSpec("1 M photographs, one query", "ms", peer=_FLAT, less_is_better=True),
        FigureSpec("answers that differ from comparing every pair", "queries", _at_most(0)),
    ),
)

_B3: Final = Claim(
    "B3",
    "Hundreds of thousands of queries at once",
    "Joining 300,000 queries with 10 million looks answers at least 50,000 queries a second and core, all that is laid "
    "out for it included, with identical results.",
    "bench.b3_join",
    (
        FigureSpec("300,000 queries, 10 M", "queries/s/core", _at_least(50_000), peer=_FLAT),
        FigureSpec("300,000 queries, 1 M", "queries/s/core", peer=_FLAT),
        FigureSpec("300,000 queries, 1 M of photographs", "queries/s/core", peer=_FLAT),
        FigureSpec("answers that differ from single queries", "pairs", _at_most(0)),
    ),
)

_B4: Final = Claim(
    "B4",
    "Kernels near the limit of the machine",
    "Comparing every pair, in blocks, is within 2 times of 16 thousand million pairs a second and core on AVX-512, and "
    "right in every variant.",
    "bench.b4_kernels",
    (
        FigureSpec("comparing every pair, best variant", "thousand million pairs/s/core", _at_least(8), peer=_FLAT),
        FigureSpec("share of the limit on AVX-512", "%", _at_least(50)),
        FigureSpec("searches that differ between variants", "searches", _at_most(0)),
        FigureSpec("lists made to swell it, slowest over comparing every look", "times", _at_most(2)),
    ),
)

CLAIMS: Final = {claim.claim_id: claim for claim in (_A1, _A2, _A3, _A4, _A5, _A6, _A7, _B1, _B2, _B3, _B4)}
