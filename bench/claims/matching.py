"""Issue B: matching at the limit. The index, live lists and the gateway."""

from __future__ import annotations

from typing import Final

from bench.claim import Claim, FigureSpec, at_least, at_most, below, times

_FLAT: Final = "faiss IndexBinaryFlat"
_PDQ_INDEX: Final = "threatexchange PDQIndex"
_TUNED: Final = "faiss IndexBinaryMultiHash, 11 x 23 bits"
_AS_SET: Final = "faiss IndexBinaryMultiHash, 16 x 16 bits"
_REFUSED: Final = (
    "wrong length", "bad hex", "oversized batch", "unknown key", "expired key", "too fast", "wrong content type",
    "malformed JSON", "duplicate fields", "wrong method", "unknown path", "ground not enabled", "past its limits",
    "probing",
)  # fmt: skip

CLAIMS: Final = (
    Claim(
        "B1",
        "The index misses nothing",
        "Recall is exactly 100 % against comparing every pair: 10,000 planted queries at each distance from 0 to 33"
        " bits, in indexes of up to 10 million hashes, found up to 31 bits and not beyond. Beside it how near "
        "different photographs come.",
        "bench.b1_recall",
        (
            FigureSpec("recall", "%", at_least(100)),
            FigureSpec("hashes in the largest index", "hashes", at_least(10_000_000)),
            FigureSpec("planted queries at each distance from 0 to 33", "queries", at_least(10_000)),
            FigureSpec("planted hashes missed within 31 bits", "queries", at_most(0)),
            FigureSpec("planted hashes found beyond 31 bits", "queries", at_most(0)),
            FigureSpec("pairs that differ from comparing every pair", "pairs", at_most(0)),
            FigureSpec("different photographs of quality 50 and more within 31 bits, of a million pairs", "pairs"),
        ),
    ),
    Claim(
        "B2",
        "One query in millions of hashes",
        "Median single query at 1 million looks at least 80 times faster than faiss Flat and threatexchange's "
        "PDQIndex; at 10 million 150 times faster than faiss Flat, 50 times than PDQIndex and 20 times than the "
        "best-tuned faiss MultiHash; 99th percentile within 3 times the median, build under 10 s, tables at most "
        "140 bytes a look at 10 million and 300 at 1 million.",
        "bench.b2_single_query",
        (
            FigureSpec(f"1 M, one query, beside {_FLAT}", "ms", times(80), peer=_FLAT, less_is_better=True),
            FigureSpec(f"1 M, one query, beside {_PDQ_INDEX}", "ms", times(80), peer=_PDQ_INDEX, less_is_better=True),
            FigureSpec(f"1 M, one query, beside {_TUNED}", "ms", peer=_TUNED, less_is_better=True),
            FigureSpec(f"1 M, one query, beside {_AS_SET}", "ms", peer=_AS_SET, less_is_better=True),
            FigureSpec("1 M, 99th percentile over median", "times", at_most(3)),
            FigureSpec("1 M, tables of hashes", "bytes a hash", at_most(300)),
            FigureSpec("1 M, build", "s", peer=_PDQ_INDEX, less_is_better=True),
            FigureSpec(f"10 M, one query, beside {_FLAT}", "ms", times(150), peer=_FLAT, less_is_better=True),
            FigureSpec(f"10 M, one query, beside {_PDQ_INDEX}", "ms", times(50), peer=_PDQ_INDEX, less_is_better=True),
            FigureSpec(f"10 M, one query, beside {_TUNED}", "ms", times(20), peer=_TUNED, less_is_better=True),
            FigureSpec(f"10 M, one query, beside {_AS_SET}", "ms", peer=_AS_SET, less_is_better=True),
            FigureSpec("10 M, 99th percentile over median", "times", at_most(3)),
            FigureSpec("10 M, tables of hashes", "bytes a hash", at_most(140)),
            FigureSpec("10 M, build", "s", below(10), peer=_PDQ_INDEX, less_is_better=True),
            FigureSpec("1 M photographs, one query", "ms", peer=_FLAT, less_is_better=True),
            FigureSpec("answers that differ from comparing every pair", "queries", at_most(0)),
        ),
    ),
    Claim(
        "B3",
        "Hundreds of thousands of queries at once",
        "Joining 300,000 queries with 10 million hashes answers at least 50,000 queries a second and core, all that "
        "is laid out for it included, with identical results.",
        "bench.b3_join",
        (
            FigureSpec("300,000 queries, 10 M", "queries/s/core", at_least(50_000), peer=_FLAT),
            FigureSpec("300,000 queries, 1 M", "queries/s/core", peer=_FLAT),
            FigureSpec("300,000 queries, 1 M of photographs", "queries/s/core", peer=_FLAT),
            FigureSpec("answers that differ from single queries", "pairs", at_most(0)),
        ),
    ),
    Claim(
        "B4",
        "Kernels near the limit of the machine",
        "Comparing every pair, in blocks, is within 2 times of 16 thousand million pairs a second and core on "
        "AVX-512, and right in every variant.",
        "bench.b4_kernels",
        (
            FigureSpec("comparing every pair, best variant", "thousand million pairs/s/core", at_least(8), peer=_FLAT),
            FigureSpec("share of the limit on AVX-512", "%", at_least(50)),
            FigureSpec("searches that differ between variants", "searches", at_most(0)),
            FigureSpec("lists made to swell it, slowest over comparing every hash", "times", at_most(2)),
        ),
    ),
    Claim(
        "B5",
        "The gateway under load",
        "Over 10 million entries, in two processes on two cores, the gateway answers at least 8,000 single look-ups a "
        "second and 15,000 hashes a second in batches of 1,000; 99 % of single look-ups take less than 20 ms at half "
        "load; both processes share one index, in less than 2.5 GB, and do not grow over a million requests.",
        "bench.b5_gateway",
        (
            FigureSpec("single look-ups", "look-ups/s", at_least(8_000)),
            FigureSpec("entries", "entries", at_least(10_000_000)),
            FigureSpec("hashes in batches of 1,000", "hashes/s", at_least(15_000)),
            FigureSpec("99th percentile of single look-ups at half load", "ms", below(20)),
            FigureSpec("memory of all processes", "MB", below(2_500)),
            FigureSpec("requests while memory was watched", "requests", at_least(1_000_000)),
            FigureSpec("growth of memory over them", "MB", at_most(10)),
            FigureSpec("answers other than 200", "answers", at_most(0)),
        ),
    ),
    Claim(
        "B6",
        "Changes are seen within a second, and survive kill -9",
        "10,000 additions and removals to a list of a million entries are answered from in another process within a "
        "second, while it asks without a pause; an updater killed at 200 random points leaves an index that opens and "
        "answers as before or after the update, whole.",
        "bench.b6_live",
        (
            FigureSpec("changes in one update", "changes", at_least(10_000)),
            FigureSpec("first update of an updater, which reads all ids", "s"),
            FigureSpec("from the call to the first right answer, slowest", "s", below(1)),
            FigureSpec("from the call to the first right answer, median", "s"),
            FigureSpec("queries while updates came", "queries", at_least(1000)),
            FigureSpec("longest single query meanwhile", "ms"),
            FigureSpec("versions that were seen in part", "versions", at_most(0)),
            FigureSpec("kills of the updater at random points", "kills", at_least(200)),
            FigureSpec("kills amid a write", "kills"),
            FigureSpec("indexes that did not open or verify", "indexes", at_most(0)),
            FigureSpec("indexes with a wrong answer", "indexes", at_most(0)),
            FigureSpec("acknowledged updates lost", "updates", at_most(0)),
            FigureSpec("half-written files left after the next update", "files", at_most(0)),
        ),
    ),
    Claim(
        "B7",
        "Every refusal is clear",
        "Whatever is wrong with a request to the gateway, the answer says what, in one shape, and never repeats what "
        "was sent; fuzzed from its own schema and with noise there is no server error.",
        "bench.b7_refusals",
        (
            *(FigureSpec(f"tests of {kind} that pass", "tests", at_least(1)) for kind in _REFUSED),
            FigureSpec("requests made from the schema, and noise", "requests", at_least(3_000)),
            FigureSpec("fuzzing tests with a server error or another shape", "tests", at_most(0)),
            FigureSpec("requests that schemathesis made", "requests", at_least(1_000)),
            FigureSpec("server errors that it found", "answers", at_most(0)),
            FigureSpec("answers that the OpenAPI document does not promise", "answers", at_most(0)),
            FigureSpec("tests of the gateway that do not pass", "tests", at_most(0)),
        ),
    ),
)
