"""Issue G: taking down until it is gone, and telling nobody who does not hold it."""

from __future__ import annotations

from typing import Final

from bench.claim import Claim, FigureSpec, at_least, at_most, below

CLAIMS: Final = (
    Claim(
        "G3",
        "On a simulated internet every address ends in the right state, and nobody is told who does not hold it",
        "Hosts that obey, ignore, bounce, geo-block, move, cloak, reappear and time out, with registries, mail and web "
        "servers of our own and a clock that is moved: 100,000 addresses over 90 simulated days on the pure state "
        "machine, and 2,000 through the whole service on the loopback, end in the right state; no notice goes to a "
        "party that does not hold the content, or about what is not there.",
        "bench.g3_removal",
        (
            FigureSpec("addresses on the pure state machine", "addresses", at_least(100_000)),
            FigureSpec("simulated days", "days", at_least(90)),
            FigureSpec("that ended in another state than the right one", "addresses", at_most(0)),
            FigureSpec("said to be removed while it was there", "addresses", at_most(0)),
            FigureSpec("rounds of notices about what was not there", "rounds", at_most(0)),
            FigureSpec("notices", "notices"),
            FigureSpec("rounds of notices that were sent again", "rounds"),
            FigureSpec("rounds of looks", "rounds"),
            FigureSpec("median from the order to gone", "h"),
            FigureSpec("90th percentile from the order to gone", "h"),
            FigureSpec("CPU of a step", "µs"),
            FigureSpec("addresses through the whole service", "addresses", at_least(2_000)),
            FigureSpec("of these in another state than the right one", "addresses", at_most(0)),
            FigureSpec("notices to a party that does not hold it, or about what is not there", "notices", at_most(0)),
            FigureSpec("notices of the service", "notices"),
            FigureSpec("of these sent again", "notices"),
            FigureSpec("work that was given up", "jobs", at_most(0)),
            FigureSpec("median from the first notice to gone", "h"),
        ),
    ),
    Claim(
        "G4",
        "The published scale of Project Arachnid takes a small part of two cores, and an outage of mail ends calmly",
        "5,900 notices and 120,000 detections a day (Project Arachnid's published scale) use under 10 % of two cores, "
        "the database, the hosts that are looked at and the mail server together; one worker recovers from a week's "
        "outage of mail without a storm: each notice that waits goes once, no faster than the pace.",
        "bench.g4_scale",
        (
            FigureSpec("detections a day", "detections", at_least(120_000)),
            FigureSpec("takedowns a day", "takedowns", at_least(5_900)),
            FigureSpec("CPU of a detection", "ms"),
            FigureSpec("CPU of a takedown, from the order to the end", "ms"),
            FigureSpec("of two cores", "%", below(10)),
            FigureSpec("notices that wait after a week without mail", "notices", at_least(4_000)),
            FigureSpec("sent twice", "notices", at_most(0)),
            FigureSpec("not sent in the end", "notices", at_most(0)),
            FigureSpec("most in a minute", "notices", at_most(120)),
            FigureSpec("most to one recipient in an hour", "notices", at_most(60)),
            FigureSpec("connections to the mail server in the week", "connections", at_most(10_080)),
            FigureSpec("it is made up for in", "h"),
        ),
    ),
    Claim(
        "G5",
        "Bad contacts, poisoned registries, mail loops, redirects and rebinding are refused and leak nothing",
        "Bad contact data, poisoned RDAP answers, mail loops, hostile redirects, DNS rebinding to private addresses: "
        "refused, recorded, nothing leaks.",
        "bench.g5_refusals",
        (
            FigureSpec("contacts that are none, or lead astray", "tests", at_least(20)),
            FigureSpec("poisoned answers of registries", "tests", at_least(15)),
            FigureSpec("redirects, rebinding, private addresses, vantage points", "tests", at_least(15)),
            FigureSpec("loops and hostile mail", "tests", at_least(10)),
            FigureSpec("circuits, holds, objections, and who is told", "tests", at_least(10)),
            FigureSpec("tests that do not pass", "tests", at_most(0)),
            FigureSpec("guards that were taken out, one at a time", "guards", at_least(15)),
            FigureSpec("that no test missed", "guards", at_most(0)),
        ),
    ),
)
