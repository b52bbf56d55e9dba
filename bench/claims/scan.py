"""Issue A: the scan. The engine, alone."""

from __future__ import annotations

from typing import Final

from bench.claim import Claim, FigureSpec, at_least, at_most, below, times

_THREATEXCHANGE: Final = "threatexchange PdqSignal.hash_from_file"
_DRAFT: Final = "Pillow draft() + pdqhash"

CLAIMS: Final = (
    Claim(
        "A1",
        "PDQ is right",
        "PDQ is 0 bits off pdqhash given the same pixels, on every kernel variant; the published reference hashes "
        "agree; a picture saved in another mode, format or orientation matches its RGB original.",
        "bench.a1_pdq_accuracy",
        (
            FigureSpec("photographs compared", "pictures", at_least(300)),
            FigureSpec("most bits off, all variants", "bits", at_most(0), peer="pdqhash", less_is_better=True),
            FigureSpec(
                "most bits off the published reference", "bits", at_most(10), peer="pdqhash", less_is_better=True
            ),
            FigureSpec(
                "most bits off in other modes and formats",
                "bits",
                at_most(31),
                peer="threatexchange",
                less_is_better=True,
            ),
            FigureSpec(
                "most bits off in EXIF orientations", "bits", at_most(31), peer="threatexchange", less_is_better=True
            ),
            FigureSpec(
                "the same of flat pictures, which are not matched near",
                "bits",
                peer="threatexchange",
                less_is_better=True,
            ),
            FigureSpec("random pairs compared", "pairs", at_least(1e9)),
            FigureSpec("random pairs within 31 bits", "pairs"),
            FigureSpec("different photographs within 31 bits, of a million pairs", "pairs"),
        ),
    ),
    Claim(
        "A2",
        "Decoding and PDQ are fast inside the sandbox",
        "Decode and PDQ per core with the sandbox on: at least 4x threatexchange at 640x480 and 1920x1080, 5x at 12"
        " megapixels, CPU of all processes counted; a second worker costs less than 15 % a file; the guarded scaled"
        " path stays within 6 bits at the 99th percentile and 10 at most.",
        "bench.a2_decode_speed",
        (
            FigureSpec("640x480", "pictures/s/core", times(4), peer=_THREATEXCHANGE),
            FigureSpec("1920x1080", "pictures/s/core", times(4), peer=_THREATEXCHANGE),
            FigureSpec("4000x3000", "pictures/s/core", times(5), peer=_THREATEXCHANGE),
            FigureSpec("most bits off, full decode", "bits", at_most(0), peer="Pillow + pdqhash"),
            FigureSpec("CPU per file with two workers, growth", "%", below(15)),
            FigureSpec("4000x3000, scaled path", "pictures/s/core", times(0.9), peer=_DRAFT),
            FigureSpec("scaled path, 99th percentile", "bits", at_most(6), peer=_DRAFT, less_is_better=True),
            FigureSpec("scaled path, most", "bits", at_most(10), peer=_DRAFT, less_is_better=True),
            FigureSpec("three digests", "MB/s/core"),
        ),
    ),
    Claim(
        "A3",
        "Memory stays small",
        "Peak memory of a scan (PSS of all processes) is under 500 MB plus the list for pictures up to 24 "
        "megapixels, whatever the size of the folder; the first result comes within a second.",
        "bench.a3_memory",
        (
            FigureSpec("peak, pictures up to 24 megapixels", "MB", below(500)),
            FigureSpec("peak, 5,000 small files", "MB", below(500)),
            FigureSpec("growth from 200 to 5,000 small files", "MB", below(25)),
            FigureSpec("first result", "s", below(1)),
        ),
    ),
    Claim(
        "A4",
        "Nothing is lost when it is killed",
        "After kill -9 of the scan or of any worker at a random moment, --resume reports every file exactly once.",
        "bench.a4_kills",
        (
            FigureSpec("kills of the scan", "kills", at_least(30)),
            FigureSpec("kills of a worker", "kills", at_least(30)),
            FigureSpec("kills of the zygote", "kills", at_least(5)),
            FigureSpec("files missing or reported twice", "files", at_most(0)),
            FigureSpec("rows that differ after kills of the scan", "rows", at_most(0)),
            FigureSpec("rows that differ after kills of workers", "rows"),
        ),
    ),
    Claim(
        "A5",
        "Hostile files end in a verdict",
        "Every file of a zoo of hostile files ends in a verdict within 10 s and 1 GiB of address space, nothing "
        "else in the scan is lost, and none of the ten attacks succeeds inside a worker.",
        "bench.a5_zoo",
        (
            FigureSpec("files in the zoo", "files", at_least(50)),
            FigureSpec("files without a verdict", "files", at_most(0)),
            FigureSpec("longest examination", "s", at_most(10)),
            FigureSpec("largest address space of a worker", "MiB", at_most(1024)),
            FigureSpec("good files lost beside them", "files", at_most(0)),
            FigureSpec("kinds of attack tried in a worker", "kinds", at_least(10)),
            FigureSpec("attacks that succeed", "attacks", at_most(0)),
        ),
    ),
    Claim(
        "A6",
        "A list of a million entries",
        "A list of 1 million entries imports from CSV in under 30 s, opens in under 1 s and matches exactly like a "
        "naive reference implementation on random and planted data.",
        "bench.a6_lists",
        (
            FigureSpec(
                "import of 1,000,000 rows", "s", below(30), peer="threatexchange PDQIndex.build", less_is_better=True
            ),
            FigureSpec("open", "s", below(1), peer="threatexchange PDQIndex, unpickled", less_is_better=True),
            FigureSpec("answers that differ from the naive reference", "queries", at_most(0)),
            FigureSpec("planted neighbours found", "%", at_least(100), peer="threatexchange PDQIndex"),
            FigureSpec("one query", "ms", peer="threatexchange PDQIndex.query", less_is_better=True),
            FigureSpec("queries in batches", "queries/s/core", peer="threatexchange PDQIndex.query"),
        ),
    ),
    Claim(
        "A7",
        "Video frames",
        "Frame hashes of a video inside the sandbox, beside vpdq with one thread on the same file.",
        "bench.a7_video_speed",
        (
            FigureSpec("every frame, 1280x720", "frames/s/core", times(1), peer="vpdq"),
            FigureSpec("one hash a second, 1280x720", "frames/s/core", times(1), peer="vpdq"),
            FigureSpec("frames within 31 bits of vpdq's", "%", at_least(99), peer="vpdq"),
        ),
    ),
)
