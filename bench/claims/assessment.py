"""Issue D: assessment. Published answers, honest errors."""

from __future__ import annotations

from typing import Final

from bench.claim import Claim, FigureSpec, at_least, at_most, below

_REGRESSION: Final = "segmented regression, Newey-West (statsmodels)"
_LOCAL_LEVEL: Final = "local level model, z-test (statsmodels)"
_KINDS: Final = ("malformed", "unknown", "duplicate", "mis-dated", "mis-united", "contradictory", "unsourced")

CLAIMS: Final = (
    Claim(
        "D1",
        "Published answers come out",
        "Published answers reproduced from the published data: California Proposition 99 (synthetic control about "
        "-19.5 packs, synthetic difference -15.6, difference in differences -27.3), West Germany (about -1,554), UK "
        "seat belts (about -21 %), UK modern slavery (10 to 13 thousand people), the index that COINr publishes for 51 "
        "countries (every rank and score), CyberTipline rows of GTA 2018 (1,106,071 and 10,214,753).",
        "bench.d1_published",
        (
            FigureSpec("California, synthetic control, off -19.5", "packs", at_most(0.2)),
            FigureSpec("California, synthetic difference, off -15.6", "packs", at_most(0.1)),
            FigureSpec("California, difference in differences, off -27.3", "packs", at_most(0.1)),
            FigureSpec("West Germany, synthetic control, off -1,554", "USD", at_most(5)),
            FigureSpec("seat belts, drivers, off -21", "percentage points", at_most(1)),
            FigureSpec("seat belts, place of the real date among pretended ones", "place", at_most(1)),
            FigureSpec("United Kingdom, people outside 10 to 13 thousand", "people", at_most(0)),
            FigureSpec("the same, interval when the model is chosen again, over the plain one", "times"),
            FigureSpec("Nile, off -247", "%", at_most(5)),
            FigureSpec("ASEM index, countries", "countries", at_least(51)),
            FigureSpec("ASEM index, scores, largest difference", "points of 100", at_most(1e-9)),
            FigureSpec("ASEM index, ranks that differ", "countries", at_most(0)),
            FigureSpec("CyberTipline, 2014, off 1,106,071", "reports", at_most(0)),
            FigureSpec("CyberTipline, 2017, off 10,214,753", "reports", at_most(0)),
        ),
    ),
    Claim(
        "D2",
        "It does not cry wolf, and its intervals hold",
        "On simulated series without an effect (autocorrelated), false alarms at most 8 % at a nominal 5 %; with a "
        "known effect, intervals hold it in 90 to 97 %; nowcasts are off by less than 2 % on average; a study of 120 "
        "months with pretended dates and units takes under 2 s.",
        "bench.d2_calibration",
        (
            FigureSpec("false alarms, all kinds of series", "%", at_most(8)),
            FigureSpec("false alarms, the worst kind", "%", at_most(8)),
            FigureSpec("false alarms, AR(1) 0.7", "%", at_most(8), peer=_REGRESSION, less_is_better=True),
            FigureSpec("false alarms, AR(1) 0.7 again", "%", at_most(8), peer=_LOCAL_LEVEL, less_is_better=True),
            FigureSpec("a step of 20 % is inside the interval, least of the kinds", "%", at_least(90)),
            FigureSpec("the same, all kinds, at least", "%", at_least(90)),
            FigureSpec("the same, all kinds, at most", "%", at_most(97)),
            FigureSpec("a ramp is inside the interval", "%", at_least(90)),
            FigureSpec("an effect is inside the interval of the synthetic difference", "%", at_least(90)),
            FigureSpec("an effect is inside the interval of staggered starts", "%", at_least(90)),
            FigureSpec("nowcast of the latest month, off on average", "%", below(2)),
            FigureSpec("the latest months raw, off on average", "%"),
            FigureSpec("the total is inside the nowcast's interval, at least", "%", at_least(90)),
            FigureSpec("the total is inside the nowcast's interval, at most", "%", at_most(97)),
            FigureSpec("people on no list are inside the interval, model chosen again", "%", at_least(90)),
            FigureSpec("the same, model taken as given", "%"),
            FigureSpec("a study of 120 months with all pretences", "s CPU", below(2)),
        ),
    ),
    Claim(
        "D3",
        "Every requirement of the text has its answer",
        "Each of the 68 things that GTA 2018 asks of an assessment maps to a feature, a test or a reasoned 'not ours'; "
        "what the table names exists, and the tests that it names pass.",
        "bench.d3_requirements",
        (
            FigureSpec("requirements", "requirements", at_least(68)),
            FigureSpec("without an answer, or that name what does not exist", "requirements", at_most(0)),
            FigureSpec("not there yet, with what is missing", "requirements", at_most(2)),
            FigureSpec("not ours, with the reason", "requirements"),
            FigureSpec("tests that they name", "tests"),
            FigureSpec("of these, not passed", "tests", at_most(0)),
        ),
    ),
    Claim(
        "D4",
        "A whole edition in a minute",
        "The full build of an edition with all shipped data (report as PDF and HTML, briefs, data package) takes under "
        "60 s on two cores from a cold start, and the same data make the same bytes; a study of 120 months with its "
        "pretences takes under 2 s, an explorer page under 200 ms.",
        "bench.d4_edition",
        (
            FigureSpec("the whole edition", "s", below(60)),
            FigureSpec("the same, CPU", "s CPU"),
            FigureSpec("a study of 120 months with all pretences, the first of a process", "s CPU", below(2)),
            FigureSpec("pages measured", "pages", at_least(50)),
            FigureSpec("the slowest page, once drawn", "ms CPU", below(200)),
            FigureSpec("the slowest page, drawn for the first time", "ms CPU"),
            FigureSpec("the page in the middle, drawn for the first time", "ms CPU"),
            FigureSpec("files that differ between two builds", "files", at_most(0)),
            FigureSpec("files", "files"),
        ),
    ),
    Claim(
        "D5",
        "No bare number, no count drawn as prevalence, nobody pointed at",
        "Every page and every document is walked: no number without source, period, unit and what it is not; no count "
        "drawn as prevalence; small numbers about people are suppressed.",
        "bench.d5_honest",
        (
            FigureSpec("pages walked", "pages", at_least(50)),
            FigureSpec("documents walked", "documents", at_least(100)),
            FigureSpec("figures seen", "figures", at_least(1_000)),
            FigureSpec("figures without source, period, unit or what they are not", "figures", at_most(0)),
            FigureSpec("charts seen", "charts", at_least(50)),
            FigureSpec("counts drawn as prevalence", "charts", at_most(0)),
            FigureSpec("small numbers about people, planted and real", "figures", at_least(4)),
            FigureSpec("small numbers about people that are shown", "figures", at_most(0)),
        ),
    ),
    Claim(
        "D6",
        "An import is whole or nothing, and says why",
        "Malformed, duplicated, mis-dated, mis-united or contradictory import rows are refused with row and reason, "
        "nothing half-imported: 10,000 rows and more, made by properties.",
        "bench.d6_imports",
        (
            FigureSpec("rows spoilt", "rows", at_least(10_000)),
            *(FigureSpec(f"of these, {kind}", "rows", at_least(1_000)) for kind in _KINDS),
            FigureSpec("tables with a row that was not refused with its line and reason", "tables", at_most(0)),
            FigureSpec("tables taken in part", "tables", at_most(0)),
            FigureSpec("tables given to the service's door", "tables", at_least(500)),
            FigureSpec(
                "tables that left a figure in the database, or a refusal that cannot be found", "tables", at_most(0)
            ),
        ),
    ),
)
