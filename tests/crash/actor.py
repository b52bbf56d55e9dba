"""What runs on the stage: one process, told what to be by its first argument. See `tests.crash.stage`."""

# ruff: noqa: E402  - Django is set up before its models are imported

from __future__ import annotations

import json
import os
import sys
import time
from uuid import UUID

import django

django.setup()

from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.db.models import Count

from tutela.apps.custody import sequencer, verifying
from tutela.apps.custody.models import Checkpoint, Leaf
from tutela.apps.custody.public import Action, ObjectKind, record
from tutela.apps.jobs.models import DeadJob, Job
from tutela.apps.jobs.public import enqueue, job, run_worker_process
from tutela.domain.actors import SYSTEM

WORK_S = 0.03


def number_id(number: int) -> UUID:
    return UUID(int=(0x019A4F3C6E20 << 80) | (0x7 << 76) | (0x2 << 62) | number)


@job("crash.effect", attempts_max=100, lease_s=2)
def effect(number: int) -> None:
    """The effect is a leaf; how many of them a number has tells how often the work took effect."""
    time.sleep(WORK_S / 2)
    record(Action.PROBE_DONE, kind=ObjectKind.PROBE, object_id=number_id(number), actor=SYSTEM)
    if sys.argv[1] == "work-aloud":
        say(f"at {number}")
    time.sleep(WORK_S / 2)


@job("crash.suicide", attempts_max=2, lease_s=1)
def suicide() -> None:
    os.kill(os.getpid(), 9)


def add(count: str, first: str = "0") -> None:
    """Enqueue work, each piece in a transaction of its own, and say so after the commit."""
    for number in range(int(first), int(first) + int(count)):
        with transaction.atomic():
            enqueue("crash.effect", {"number": number})
        say(number)


def kill_its_worker() -> None:
    with transaction.atomic():
        enqueue("crash.suicide", {})


def write(count: str, first: str = "0") -> None:
    """Record state changes, and acknowledge each after its commit. An error of the database is told and survived."""
    for number in range(int(first), int(first) + int(count)):
        try:
            with transaction.atomic():
                record(Action.CASE_OPENED, kind=ObjectKind.CASE, object_id=number_id(number), actor=SYSTEM)
        except DatabaseError as error:
            say(f"refused {type(error).__qualname__}")
            time.sleep(0.05)
        else:
            say(number)


def settled_state() -> None:
    while sequencer.sequence():
        pass
    state()


def sequence() -> None:
    sequencer.run_sequencer(interval_s=0.02)


def state() -> None:
    report = verifying.verify_log()
    leaves = Leaf.objects.values("object_id").annotate(times=Count("serial"))
    json.dump(
        {
            "times": {str(row["object_id"].int & 0xFFFFFFFF): row["times"] for row in leaves},
            "jobs": Job.objects.filter(name__startswith="crash.").count(),
            "leased": Job.objects.filter(name__startswith="crash.").exclude(lease=None).count(),
            "dead": list(DeadJob.objects.values_list("name", "error", "attempts")),
            "positions": list(
                Leaf.objects.exclude(position=None).order_by("position").values_list("position", flat=True)
            ),
            "waiting": report.waiting,
            "faults": report.faults,
            "checkpoint": Checkpoint.objects.values_list("size", flat=True).first() or 0,
        },
        sys.stdout,
    )


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


PARTS = {
    "migrate": lambda: call_command("migrate", verbosity=0),
    "add": add,
    "kill-its-worker": kill_its_worker,
    "work": run_worker_process,
    "work-aloud": run_worker_process,
    "write": write,
    "sequence": sequence,
    "state": state,
    "settled-state": settled_state,
}

if __name__ == "__main__":
    PARTS[sys.argv[1]](*sys.argv[2:])
