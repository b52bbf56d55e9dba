"""What C3 runs in processes of its own: a signed-in administrator, a stream of jobs, and the state at the end.

python -m bench.kill_load fill 100000       give the record that many entries, all with their place
python -m bench.kill_load session           make two teams of people; say the cookie of one who may add teams
python -m bench.kill_load enqueue           enqueue jobs until killed, saying each number after its commit
python -m bench.kill_load state             what is there, as JSON
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from contextlib import suppress
from itertools import count
from typing import Final

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.test import Client

from tests.crash import actor  # sets Django up, and brings the job `crash.effect`
from tests.world import make_desk, sign_in
from tutela.apps.access.models import Person, Team
from tutela.apps.custody import sequencer, verifying
from tutela.apps.custody.models import Checkpoint, Leaf
from tutela.apps.custody.public import Action, ObjectKind, record
from tutela.apps.jobs.models import DeadJob, Job
from tutela.apps.jobs.public import enqueue
from tutela.domain.actors import SYSTEM
from tutela.engine import clock
from tutela.entry import store

_PACE_S: Final = 0.08
_AWAY_S: Final = 0.1
_LEAVES_A_TRANSACTION: Final = 1000
_LEAVES_A_CASE: Final = 10


def fill(leaves: str) -> None:
    """Record what a desk records over a long time, a case of ten entries after the other, and let it be placed."""
    for begin in range(0, int(leaves), _LEAVES_A_TRANSACTION):
        with transaction.atomic():
            for number in range(begin, min(begin + _LEAVES_A_TRANSACTION, int(leaves))):
                if number % _LEAVES_A_CASE == 0:
                    case = clock.new_id()
                record(Action.ITEM_ADDED, kind=ObjectKind.ITEM, object_id=clock.new_id(), case_id=case, actor=SYSTEM)
        while sequencer.sequence():
            pass


def session() -> None:
    """Make the people; say the session of the administrator."""
    make_desk()
    client = Client()
    sign_in(client, Person.objects.with_email("administrator@example-hotline.example").get())
    actor.say(client.cookies["session"].value)


def enqueue_on() -> None:
    """One job a transaction, for ever."""
    for number in count():
        try:
            with transaction.atomic():
                enqueue("crash.effect", {"number": number})
        except (DatabaseError, InterfaceError):
            with suppress(DatabaseError, InterfaceError):
                connection.close()
            time.sleep(_AWAY_S)
        else:
            actor.say(number)
        time.sleep(_PACE_S)


def state() -> None:
    """Teams by name with their leaves, effects by number, what is left to do, the rows of each table, the record."""
    report = verifying.verify_log()
    created = Counter(Leaf.objects.filter(action=Action.TEAM_CREATED).values_list("object_id", flat=True))
    effects = Counter(Leaf.objects.filter(action=Action.PROBE_DONE).values_list("object_id", flat=True))
    positions = list(Leaf.objects.exclude(position=None).order_by("position").values_list("position", flat=True))
    newest = Checkpoint.objects.first()
    tables = store.POSTGRES_TABLES if connection.vendor == "postgresql" else store.SQLITE_TABLES
    with connection.cursor() as cursor:
        contents = store.contents(cursor, tables)
    work = Job.objects.filter(name__startswith="crash.")
    found = {
        "teams": [(team.name, created[team.id]) for team in Team.objects.all()],
        "leaves without a team": len(created.keys() - set(Team.objects.values_list("id", flat=True))),
        "effects": {str(each.int & 0xFFFFFFFF): times for each, times in effects.items()},
        "jobs left": work.count(),
        "dead": DeadJob.objects.count(),
        "gaps": sum(place != position for place, position in enumerate(positions)),
        "entries": len(positions),
        "signed": newest.size if newest else 0,
        "waiting": report.waiting,
        "faults": report.faults,
        "rows": contents.counts,
        "root": contents.root,
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    {"fill": fill, "session": session, "enqueue": enqueue_on, "state": state}[sys.argv[1]](*sys.argv[2:])
