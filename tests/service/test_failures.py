"""What fails around the service: refused clearly (503, never 500), nothing half done, well again by itself."""

from __future__ import annotations

import contextlib
import subprocess

import pytest
from django.db import transaction

from tests.world import make_desk
from tutela.apps.access import services
from tutela.apps.access.public import SYSTEM
from tutela.apps.custody import sequencer, verifying
from tutela.apps.custody.models import Leaf

ASKED = "/api/v1/self"  # looks a key up, and writes when it was first used


def is_refusal(answer):
    return answer.status == 503 and answer.retry_after == "10" and '"unavailable"' in answer.body


def fill_up(ballast):
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as stream:
        while True:
            stream.write(bytes(4096))


@pytest.fixture
def small_disk(embedded):
    """The home on a disk of its own, of 8 MB."""
    embedded.home.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", str(embedded.home)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a disk of its own can only be mounted by root with that capability")
    yield embedded
    embedded.close()
    subprocess.run(["umount", "-l", str(embedded.home)], check=True)


def test_a_full_disk_is_answered_with_503_and_mends_itself_when_there_is_room(small_disk):
    key = small_disk.act("fill")["key"]
    small_disk.start("serve")
    wait_until_alive(small_disk)
    ballast = small_disk.home / "ballast"
    fill_up(ballast)
    assert is_refusal(small_disk.get(ASKED, key))
    ballast.unlink()
    assert small_disk.get(ASKED, key).status == 200
    assert small_disk.tutela("custody", "verify")[0] == 0


def wait_until_alive(here):
    """`/readyz` rightly says that a disk of 8 MB is too small to work."""
    import time
    import urllib.error

    for _ in range(450):
        try:
            if here.get("/healthz").status == 200:
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    pytest.fail("it never answered")


@pytest.mark.django_db
def test_a_clock_set_back_an_hour_changes_no_place_in_the_record_and_is_remarked_on(standing_clock):
    desk = make_desk()
    standing_clock.forward(hours=-1)
    with transaction.atomic():
        later = services.create_team(SYSTEM, desk.organisation.id, "Later in fact")
    while sequencer.sequence():
        pass
    last = Leaf.objects.order_by("-position")[0]
    report = verifying.verify_log()
    assert last.object_id == later.id
    assert report.holds
    assert report.remarks
