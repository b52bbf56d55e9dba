"""Issue E: intake and triage, from what somebody reports to the child who cannot wait."""

from __future__ import annotations

from typing import Final

from bench.claim import Claim, FigureSpec, at_least, at_most, below, times

_FIFO: Final = "first in, first out"
_EVERYTHING: Final = "view everything"

_NAIVE: Final = "a table, an insert and a commit each"

CLAIMS: Final = (
    Claim(
        "E1",
        "Reports come in quickly, durably, folded and weighed, and go on so when millions are stored",
        "On PostgreSQL with two cores, the application, the database and who sends together: bulk import at least "
        "2,000 reports/s, through the API at least 500/s in batches and 150/s singly, each durable before it is "
        "acknowledged and folded and weighed in the same transaction; 2 million stored reports slow a new one by at "
        "most 20 %; a page of the queue of 1 million open cases takes under 200 ms.",
        "bench.e1_intake",
        (
            FigureSpec("bulk import, two files at once", "reports/s", at_least(2000), peer=_NAIVE),
            FigureSpec("CPU of a report that is imported, both sides and the sequencer", "ms"),
            FigureSpec("through the API, in batches", "reports/s", at_least(500), peer=_NAIVE),
            FigureSpec("through the API, singly", "reports/s", at_least(150), peer=_NAIVE),
            FigureSpec("reports acknowledged", "reports"),
            FigureSpec("acknowledged reports that are not stored with their leaf", "reports", at_most(0)),
            FigureSpec("cases they fold into", "cases"),
            FigureSpec("stored reports at the end of the curve", "reports", at_least(2_000_000)),
            FigureSpec("a new one then slower than on an empty desk", "%", at_most(20)),
            FigureSpec("the same in a batch", "%", at_most(20)),
            FigureSpec("first page of the queue of 1 million open cases", "ms", below(200)),
            FigureSpec("a page from its middle", "ms", below(200)),
        ),
    ),
    Claim(
        "E2",
        "A year of reports, shaped like the public record, runs through and is viewed a third as often",
        "A synthetic year shaped like the public record (10.2 M reports at scale 1; 1 M at the default scale 1/10; "
        "duplicates and virality of 2023: 104.4 M files, 50.0 M by digest, 33.6 M to the eye) runs through intake, "
        "folding, look-ups and triage on PostgreSQL: exact folding removes about half of the views, perceptual "
        "grouping about two thirds.",
        "bench.e2_year",
        (
            FigureSpec("reports", "reports", at_least(1_000_000)),
            FigureSpec("cases they fold into", "cases"),
            FigureSpec("reports that the cases do not count", "reports", at_most(0)),
            FigureSpec("files reported", "files"),
            FigureSpec("views, exact folding", "views", peer=_EVERYTHING, less_is_better=True),
            FigureSpec("views, perceptual grouping", "views", peer=_EVERYTHING, less_is_better=True),
            FigureSpec("views saved by exact folding", "%", at_least(48)),
            FigureSpec("views saved by perceptual grouping", "%", at_least(64)),
            FigureSpec("files known exactly to a list", "files"),
            FigureSpec("sightings of these, which nobody needs to view", "sightings"),
            FigureSpec("cases that wait", "cases"),
            FigureSpec("nine in ten of the urgent are found within", "%", peer=_FIFO, less_is_better=True),
            FigureSpec("all of the urgent are found within", "%", peer=_FIFO, less_is_better=True),
            FigureSpec("rate", "reports/s"),
            FigureSpec("time", "s"),
            FigureSpec("batches sent again because another held a lock", "batches"),
            FigureSpec("CPU of intake a report", "ms"),
            FigureSpec("CPU of the database a report", "ms"),
            FigureSpec("all look-ups are done after", "s"),
            FigureSpec("database", "MiB"),
            FigureSpec("entries of the record", "entries"),
        ),
    ),
    Claim(
        "E3",
        "The most urgent are found first although signals are missing, wrong or gamed",
        "The most urgent 0.2 % planted in a synthetic year are found within the first 0.5 % of the queue without "
        "noise, and with 30 % of signals missing, wrong or gamed at random nine in ten within a tenth of what first "
        "in, first out needs; changing weights re-ranks 1 million open cases in under 30 s while the old order still "
        "serves, and loses no case that comes meanwhile; a page of 1 million open cases takes under 200 ms "
        "(PostgreSQL).",
        "bench.e3_urgent",
        (
            FigureSpec("reports of the year", "reports", at_least(100_000)),
            FigureSpec("cases they fold into", "cases"),
            FigureSpec("urgent cases planted", "cases", at_least(50)),
            FigureSpec("all are found, without noise, within", "%", at_most(0.5), peer=_FIFO, less_is_better=True),
            FigureSpec("half are found, 30 % noise, within", "%", peer=_FIFO, less_is_better=True),
            FigureSpec("nine in ten are found, 30 % noise, within", "%", times(10), peer=_FIFO, less_is_better=True),
            FigureSpec("all are found, 30 % noise, within", "%", peer=_FIFO, less_is_better=True),
            FigureSpec("open cases re-ranked", "cases", at_least(1_000_000)),
            FigureSpec("they are re-ranked in", "s", below(30)),
            FigureSpec("pages that did not show the old order meanwhile", "pages", at_most(0)),
            FigureSpec("cases that came meanwhile", "cases", at_least(1)),
            FigureSpec("kinds of cases with a wrong score afterwards", "kinds", at_most(0)),
            FigureSpec("first page of the queue", "ms", below(200)),
            FigureSpec("a page from its middle", "ms", below(200)),
            FigureSpec("first page of a rare signal", "ms"),
            FigureSpec("the first cases while it is re-ranked", "ms"),
            FigureSpec("effect of other weights on the last 30 days", "s"),
        ),
    ),
    Claim(
        "E4",
        "What is sent again, or by another door, is never taken twice, lost or mixed up",
        "The same report sent 5 times by one sender (same key), in parallel or with a crash between any two steps: one "
        "report, one receipt, five equal answers. Through other doors: own receipts, folded into one case, and no "
        "reporter can read another's thread. 0 acknowledged reports lost over 200 random kill -9. On SQLite and on "
        "PostgreSQL, over HTTP.",
        "bench.e4_once",
        (
            FigureSpec("reports sent five times, one after the other", "reports", at_least(200)),
            FigureSpec("reports sent five times at once", "reports", at_least(200)),
            FigureSpec("crashes, each before another step", "kills", at_least(200)),
            FigureSpec("random kills under load", "kills", at_least(200)),
            FigureSpec("reports acknowledged under load", "reports", at_least(1000)),
            FigureSpec("acknowledged reports lost", "reports", at_most(0)),
            FigureSpec("reports that are there twice or otherwise", "reports", at_most(0)),
            FigureSpec("senders with unequal answers", "senders", at_most(0)),
            FigureSpec("rows that are half there", "rows", at_most(0)),
            FigureSpec("faults of the record", "faults", at_most(0)),
            FigureSpec("tests of the other doors", "tests", at_least(20)),
            FigureSpec("tests that do not pass", "tests", at_most(0)),
        ),
    ),
    Claim(
        "E5",
        "Malformed input is refused clearly and leaves nothing half stored",
        "10,000 malformed inputs per door: clear errors, 0 server errors, nothing half-stored.",
        "bench.e5_malformed",
        (
            FigureSpec("inputs, one report, JSON", "inputs", at_least(10_000)),
            FigureSpec("inputs, a batch, JSON", "inputs", at_least(10_000)),
            FigureSpec("inputs, one report, XML", "inputs", at_least(10_000)),
            FigureSpec("inputs, the public form", "inputs", at_least(10_000)),
            FigureSpec("inputs, a file to import", "inputs", at_least(10_000)),
            FigureSpec("server errors", "answers", at_most(0)),
            FigureSpec("refusals without a clear error", "answers", at_most(0)),
            FigureSpec("refusals that left something stored", "answers", at_most(0)),
        ),
    ),
    Claim(
        "E6",
        "A member of the public reports, comes back and reads the answer",
        "In a real Chromium: anybody reports, comes back with the receipt, reads the answer and adds more; with and "
        "without scripts and at 320 pixels; in another language, without a cookie for it; leaves at once. The pages "
        "have no violation that axe-core finds. No reporter reads another's thread.",
        "bench.e6_journey",
        (
            FigureSpec("journeys from the report to the answer and the addition", "journeys", at_least(3)),
            FigureSpec("other journeys: languages, pasted addresses, the way out", "journeys", at_least(4)),
            FigureSpec("pages and states of pages looked at in every way", "pages", at_least(10)),
            FigureSpec("pages with a violation or another fault", "pages", at_most(0)),
            FigureSpec("tests of refusals at the public door and of threads", "tests", at_least(20)),
            FigureSpec("tests that do not pass", "tests", at_most(0)),
        ),
    ),
)
