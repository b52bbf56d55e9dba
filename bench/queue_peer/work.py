"""The site's one task, and what is asked of it.

python -m bench.queue_peer.work add 400     enqueue so many tasks
python -m bench.queue_peer.work state       how many wait, and how often each took effect
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.core.management import call_command
from django.db import transaction
from django_q.models import OrmQ
from django_q.tasks import async_task

from bench.queue_peer.models import Effect

WORK_S: Final = 0.03


def work(number: int) -> None:
    """Say who is at it, take some time, take effect in one transaction, take some more time."""
    Path(os.environ["QUEUE_PEER_WORKER"]).write_text(str(os.getpid()), encoding="ascii")
    time.sleep(WORK_S / 2)
    with transaction.atomic():
        Effect.objects.create(number=number)
    time.sleep(WORK_S / 2)


def add(count: str) -> None:
    """Make the tables and enqueue."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    for number in range(int(count)):
        async_task("bench.queue_peer.work.work", number)


def state() -> None:
    """As JSON."""
    times = Counter(Effect.objects.values_list("number", flat=True))
    json.dump({"waiting": OrmQ.objects.count(), "times": times}, sys.stdout)


if __name__ == "__main__":
    {"add": add, "state": state}[sys.argv[1]](*sys.argv[2:])
