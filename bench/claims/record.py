"""Issue C: the record. The service, who may do what, and the ledger."""

from __future__ import annotations

from typing import Final

from bench.claim import Claim, FigureSpec, at_least, at_most, below

_QUEUE: Final = "django-q2, ORM broker"

CLAIMS: Final = (
    Claim(
        "C1",
        "No way in escapes the golden table",
        "Every route x role x ownership, every job and every command is in the golden table; forged, expired, "
        "replayed and cross-organisation requests are refused; no secret or personal canary string appears in logs,"
        " metrics, errors, task arguments, addresses, the record or clear in any table. On SQLite and on "
        "PostgreSQL.",
        "bench.c1_golden_table",
        (
            FigureSpec("routes", "routes"),
            FigureSpec("routes that say their permission or why they are open", "%", at_least(100)),
            FigureSpec("routes that are tried", "%", at_least(100)),
            FigureSpec("jobs in the table", "%", at_least(100)),
            FigureSpec("commands in the table", "%", at_least(100)),
            FigureSpec("requests tried, on each database", "requests"),
            FigureSpec("tests of the golden table that do not pass", "tests", at_most(0)),
            FigureSpec("tests of refusals, SQLite", "tests", at_least(20)),
            FigureSpec("tests of refusals, PostgreSQL", "tests", at_least(20)),
            FigureSpec("tests of refusals that do not pass", "tests", at_most(0)),
            FigureSpec("canaries looked for", "strings", at_least(5)),
            FigureSpec("tests of canaries, SQLite", "tests", at_least(5)),
            FigureSpec("tests of canaries, PostgreSQL", "tests", at_least(5)),
            FigureSpec("tests of canaries that do not pass", "tests", at_most(0)),
        ),
    ),
    Claim(
        "C2",
        "The ledger shows tampering, verifies quickly and costs little",
        "At least 7 kinds of tampering x 1,000 trials are detected given one outside checkpoint; 1 million entries "
        "verify in under 10 s; a leaf costs under 1 ms of CPU inside a transaction; 8 writers that take reports in "
        "keep at least 80 % of their rate without it (PostgreSQL).",
        "bench.c2_ledger",
        (
            FigureSpec("kinds of tampering", "kinds", at_least(7)),
            FigureSpec("trials of each kind", "trials", at_least(1000)),
            FigureSpec("tampering detected", "%", at_least(100)),
            FigureSpec("false alarms", "trials", at_most(0)),
            FigureSpec("1,000,000 entries verify", "s CPU", below(10)),
            FigureSpec("the same by the stand-alone verifier", "s CPU"),
            FigureSpec("size of that export", "MB"),
            FigureSpec("1,000,000 entries verify in PostgreSQL, tutela custody verify", "s CPU", below(10)),
            FigureSpec("entries that the sequencer places", "entries/s CPU"),
            FigureSpec("a leaf inside a transaction, SQLite", "ms CPU", below(1)),
            FigureSpec("a leaf with sealed digests, SQLite", "ms CPU"),
            FigureSpec("the first leaf of a case, its key made, SQLite", "ms CPU"),
            FigureSpec("a leaf inside a transaction, PostgreSQL", "ms CPU", below(1)),
            FigureSpec("a leaf with sealed digests, PostgreSQL", "ms CPU"),
            FigureSpec("the first leaf of a case, its key made, PostgreSQL", "ms CPU"),
            FigureSpec("rate of 8 writers kept, taking reports in", "%", at_least(80)),
            FigureSpec("the same with the sequencer beside", "%"),
            FigureSpec("rate of 8 writers kept, least of transactions", "%"),
        ),
    ),
    Claim(
        "C3",
        "Nothing acknowledged is lost when it is killed",
        "kill -9 of web, worker, sequencer and database at 100 random points under load: no acknowledged change "
        "lost, no gap in the ledger, no job lost, stuck or run twice with effect; backup, wipe, restore: the ledger"
        " verifies.",
        "bench.c3_kills",
        (
            FigureSpec("kills", "kills", at_least(100)),
            FigureSpec("kills under load on PostgreSQL", "kills", at_least(100)),
            FigureSpec("kills of the web", "kills", at_least(10)),
            FigureSpec("kills of the worker", "kills", at_least(10)),
            FigureSpec("kills of the sequencer", "kills"),
            FigureSpec("kills of the database", "kills", at_least(10)),
            FigureSpec("acknowledged changes lost", "changes", at_most(0)),
            FigureSpec("changes without exactly one leaf", "changes", at_most(0)),
            FigureSpec("ledger gaps", "places", at_most(0)),
            FigureSpec("ledger faults", "faults", at_most(0)),
            FigureSpec("leaves left without a place", "leaves", at_most(0)),
            FigureSpec("jobs lost", "jobs", at_most(0)),
            FigureSpec("jobs stuck", "jobs", at_most(0)),
            FigureSpec("jobs run twice with effect", "jobs", at_most(0)),
            FigureSpec("processes that ended by themselves", "processes", at_most(0)),
            FigureSpec("entries restored, the smaller database", "entries", at_least(100_000)),
            FigureSpec("restored databases that differ or do not verify", "databases", at_most(0)),
        ),
    ),
    Claim(
        "C4",
        "Failing disks, clocks and databases are refused clearly and recovered from",
        "Disk full, read-only disk, clock set back an hour, database restart under load: clear refusal, no "
        "corruption, self-recovery; a test for each.",
        "bench.c4_failures",
        (
            FigureSpec("tests of disk full that pass", "tests", at_least(1)),
            FigureSpec("tests of read-only disk that pass", "tests", at_least(1)),
            FigureSpec("tests of clock set back that pass", "tests", at_least(1)),
            FigureSpec("tests of database restart that pass", "tests", at_least(1)),
            FigureSpec("tests of database away that pass", "tests", at_least(1)),
            FigureSpec("tests of failures on SQLite that pass", "tests", at_least(1)),
            FigureSpec("tests of failures on PostgreSQL that pass", "tests", at_least(1)),
            FigureSpec("tests of failures that fail", "tests", at_most(0)),
        ),
    ),
    Claim(
        "C5",
        "The console is usable by everybody",
        "In a real Chromium: signing in with a second factor, use by keys alone, and every page in every "
        "appearance, at 320 pixels, with text at 200 % and from right to left, with no violation that axe-core "
        "finds; pictures in docs.",
        "bench.c5_browser",
        (
            FigureSpec("pages and states of pages", "pages", at_least(70)),
            FigureSpec("of these, looked at in every way", "pages", at_least(70)),
            FigureSpec("ways of looking by axe-core", "ways", at_least(4)),
            FigureSpec("pages with a violation or another fault", "pages", at_most(0)),
            FigureSpec("journeys, sign-in", "journeys", at_least(5)),
            FigureSpec("journeys, keys alone", "journeys", at_least(10)),
            FigureSpec("journeys, without scripts", "journeys", at_least(3)),
            FigureSpec("pictures kept", "pictures", at_least(20)),
            FigureSpec("tests in the browser", "tests"),
            FigureSpec("tests that do not pass", "tests", at_most(0)),
            FigureSpec("the whole run", "s"),
        ),
    ),
    Claim(
        "C6",
        "A job whose worker is killed is done once",
        "The queue of apps/jobs beside the library that the design had in mind, under the same kills: nothing lost,"
        " stuck or done twice with effect, on SQLite and PostgreSQL.",
        "bench.c6_job_queue",
        (
            FigureSpec("kills", "kills", at_least(40), peer=_QUEUE),
            FigureSpec("pieces of work lost", "pieces", at_most(0), peer=_QUEUE, less_is_better=True),
            FigureSpec("pieces stuck", "pieces", at_most(0), peer=_QUEUE, less_is_better=True),
            FigureSpec("pieces done twice", "pieces", at_most(0), peer=_QUEUE, less_is_better=True),
        ),
    ),
)
