"""G4: a day of Project Arachnid's published scale, in CPU of two cores; and the end of a week without mail.

Everything runs on PostgreSQL, whose CPU is counted. A takedown's share is measured on whole lives: from the order,
through who can act, looks from two places, notices and answers, to the end, on the simulated internet of G3, whose
hosts, registry and mail server run in the same process and are counted, too. A detection is one more report of a
known file.
"""

from __future__ import annotations

from typing import Any, Final

from bench.cpu import Meter
from bench.postgres import Server
from bench.record import Measurement
from bench.service import Service

DETECTIONS: Final = 120_000
TAKEDOWNS: Final = 5_900
_CORE_S: Final = 2 * 86_400
_DETECT: Final = 10_000
_LIVES: Final = 300
_LIFE_DAYS: Final = 80
_WAIT_S_MAX: Final = 3_600
_WAITING: Final = 4_130  # a tenth of seven days of 5,900: the pace is what it is for any number
_WEEK_STEPS: Final = 672  # of a quarter of an hour
_DAY: Final = "bench.removal_day"


def measure() -> Measurement:
    """The day, then the week."""
    found = Measurement()
    with Server() as server:
        detection_ms = _detections(server)
        life_ms = _lives(server)
        calm = _outage(server)
    spent_s = (DETECTIONS * detection_ms + TAKEDOWNS * life_ms) / 1000
    found.put("detections a day", DETECTIONS)
    found.put("takedowns a day", TAKEDOWNS)
    found.put("CPU of a detection", detection_ms)
    found.put("CPU of a takedown, from the order to the end", life_ms)
    found.put("of two cores", 100 * spent_s / _CORE_S)
    found.put("notices that wait after a week without mail", calm["waiting"])
    found.put("sent twice", calm["twice"])
    found.put("not sent in the end", calm["unsent"])
    found.put("most in a minute", calm["a minute"])
    found.put("most to one recipient in an hour", calm["an hour"])
    found.put("connections to the mail server in the week", calm["came"])
    found.put("it is made up for in", calm["hours"])
    found.notes.append(
        f"{_DETECT:,} detections, {_LIVES} lives of {_LIFE_DAYS} days; the outage has a tenth of a week's notices and "
        "steps of a quarter of an hour, so that the worker tried once a step"
    )
    return found


def _detections(server: Server) -> float:
    server.wipe()
    with Service(server.url) as service:
        meter = Meter(server.pid)
        told = service.ask(_DAY, "detect", _DETECT)
        return told["cpu_ms"] + 1000 * meter.spent_s() / _DETECT


def _lives(server: Server) -> float:
    server.wipe()
    with Service(server.url) as service:
        meter = Meter(server.pid)
        told = service.ask("bench.removal_load", "play", _LIVES, _LIFE_DAYS, wait_s_max=_WAIT_S_MAX)
        return 1000 * (told["cpu_s"] + meter.spent_s()) / told["takedowns"]


def _outage(server: Server) -> dict[str, Any]:
    server.wipe()
    with Service(server.url) as service:
        return service.ask(_DAY, "outage", _WAITING, _WEEK_STEPS, wait_s_max=_WAIT_S_MAX)
