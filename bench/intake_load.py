"""Reports taken in by the verbs of intake, in a process of the service: how long, and what it cost.

    python -m bench.intake_load bulk 20000 1000     # reports, reports at once; prints JSON

Reports are synthetic: a page and a file each, often an account; every second file was reported before.
"""

from __future__ import annotations

import json
import random
import sys
import time

import django

django.setup()

from tutela.apps.access.public import Desk, acting_as  # noqa: E402 - only now are they there
from tutela.apps.access.services import create_organisation, create_team  # noqa: E402
from tutela.apps.intake.models import Door, Report  # noqa: E402
from tutela.apps.intake.services import Submission, ground_of, receive_many  # noqa: E402
from tutela.domain.actors import SYSTEM  # noqa: E402
from tutela.domain.ids import OrganisationId, TeamId  # noqa: E402
from tutela.domain.reports import Account, Incident, Media, Reported  # noqa: E402
from tutela.engine import clock  # noqa: E402


def desk() -> Desk:
    """Make an organisation that takes reports in."""
    organisation = create_organisation(SYSTEM, f"Hotline {clock.new_id()}")
    team = create_team(SYSTEM, organisation.id, "Team")
    return Desk(OrganisationId(organisation.id), TeamId(team.id))


def submissions(count: int, seed: int) -> list[Submission]:
    """Return so many."""
    chance = random.Random(seed)
    made: list[Submission] = []
    digests: list[bytes] = []
    for number in range(count):
        if not digests or chance.random() < 0.5:
            digests.append(chance.randbytes(32))
        accounts = (Account("platform", f"user-{chance.randrange(count * 4)}"),) if chance.random() < 0.7 else ()
        reported = Reported(
            incident=Incident.MATERIAL,
            text="Sample text.",
            addresses=(f"https://files.example/{seed}/{chance.randrange(count)}",),
            media=(Media({"sha256": chance.choice(digests)}),),
            accounts=accounts,
        )
        made.append(Submission(Door.BULK, f"{seed}-{number:09}", reported, ground_of()))
    return made


def bulk(count: int, at_once: int) -> dict[str, float]:
    """Take reports in, so many at once."""
    with acting_as(SYSTEM):
        whose, given = desk(), submissions(count, seed=time.time_ns() % 1_000_000)
        start_s, start_cpu_s = time.perf_counter(), time.process_time()
        for at in range(0, count, at_once):
            receive_many(SYSTEM, whose, given[at : at + at_once])
        took_s, cpu_s = time.perf_counter() - start_s, time.process_time() - start_cpu_s
        kept = Report.objects.filter(organisation_id=whose.organisation_id).count()
    return {"reports": kept, "per_s": count / took_s, "cpu_ms_each": cpu_s / count * 1000}


if __name__ == "__main__":
    json.dump(bulk(*map(int, sys.argv[2:])), sys.stdout)
