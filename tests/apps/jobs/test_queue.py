from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tutela.apps.jobs import queue, rules
from tutela.apps.jobs.models import DeadJob, Job
from tutela.apps.jobs.public import (
    LeaseLostError,
    NoTransactionError,
    PayloadError,
    UnknownJobError,
    enqueue,
    job,
    run_worker,
)
from tutela.engine import clock

pytestmark = pytest.mark.django_db


def add(number=0, **more):
    with transaction.atomic():
        return enqueue("test.note", {"number": number}, **more)


def work():
    return run_worker(until_idle=True)


def test_work_is_done_once_and_is_gone(works):
    add(1)
    add(2)
    work()
    assert sorted(number for number in works.done if number != "tick") == [1, 2]
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_transaction_that_is_rolled_back_is_none(works):
    with transaction.atomic():
        enqueue("test.note", {"number": 1})
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    with pytest.raises(NoTransactionError):
        enqueue("test.note", {"number": 1})


@pytest.mark.parametrize(
    ("name", "payload", "error"),
    [
        ("test.unknown", {}, UnknownJobError),
        ("test.note", {}, PayloadError),
        ("test.note", {"number": 1, "more": 2}, PayloadError),
        ("test.note", {"number": "A Name"}, PayloadError),
    ],
)
def test_a_job_that_could_not_be_done_is_refused_at_once(works, name, payload, error):
    with pytest.raises(error), transaction.atomic():
        enqueue(name, payload)


def test_urgent_work_comes_first(works):
    add(1)
    with transaction.atomic():
        enqueue("test.urgent", {})
    queue.tick()
    work()
    assert works.done[0] == "urgent"


def test_work_for_later_waits(works, standing_clock):
    add(1, run_at=clock.now() + timedelta(hours=1))
    work()
    assert 1 not in works.done
    standing_clock.forward(hours=1)
    work()
    assert 1 in works.done


#### Keys ####


def test_asking_twice_for_what_waits_is_one_job(works):
    assert add(1, key="note:1") == add(1, key="note:1")
    assert add(1, key="note:2") != add(1)
    assert Job.objects.count() == 3


def test_asking_for_it_sooner_brings_it_forward(works, standing_clock):
    add(1, key="note:1", run_at=clock.now() + timedelta(hours=1))
    add(1, key="note:1")
    assert queue.claim("w")


def test_asking_for_what_runs_makes_it_run_once_more(works):
    add(1, key="note:1")
    lease = queue.claim("w")
    add(1, key="note:1")
    with queue.finishing(lease):
        pass
    assert Job.objects.get().lease is None
    work()
    assert works.done.count(1) == 1
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_ask_at_once_and_it_is_one_job(works):
    def ask():
        try:
            for _ in range(10):
                add(1, key="note:1")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Job.objects.count() == 1


#### Leases ####


def test_a_leased_job_is_nobody_elses(works):
    add()
    assert queue.claim("one")
    assert queue.claim("two") is None


def test_the_effects_of_a_run_that_lost_its_lease_are_rolled_back(works, standing_clock):
    add(key="note:1")
    slow = queue.claim("slow")
    standing_clock.forward(seconds=slow.lease_s)
    assert queue.reap() == 1
    standing_clock.forward(hours=1)
    quick = queue.claim("quick")
    with pytest.raises(LeaseLostError), queue.finishing(slow):
        add(99)
    assert not Job.objects.filter(payload={"number": 99}).exists()
    with queue.finishing(quick):
        add(100)
    assert Job.objects.get().payload == {"number": 100}


def test_a_heartbeat_keeps_the_reaper_away(works, standing_clock):
    add()
    lease = queue.claim("w")
    for _ in range(5):
        standing_clock.forward(seconds=lease.lease_s - 1)
        assert queue.beat(lease)
        assert queue.reap() == 0
    standing_clock.forward(seconds=lease.lease_s)
    assert queue.reap() == 1
    assert not queue.beat(lease)


def test_a_clock_set_back_an_hour_delays_no_dead_workers_job_by_an_hour(works, standing_clock):
    add()
    lease = queue.claim("w")
    standing_clock.moment -= timedelta(hours=1)
    assert queue.reap() == 0
    standing_clock.forward(seconds=lease.lease_s + 1)
    assert queue.reap() == 1
    add(7)
    assert queue.claim("other").payload == {"number": 7}


def test_a_clock_set_back_an_hour_delays_no_other_try_by_an_hour(works, standing_clock):
    works.fail_with = OSError()
    add(3)
    add(4, run_at=clock.now() + timedelta(minutes=5))
    work()
    standing_clock.moment -= timedelta(hours=1)
    assert queue.reap() == 0
    standing_clock.forward(seconds=rules.BACKOFF_S_MIN)
    assert queue.claim("w").payload == {"number": 3}
    assert queue.claim("w") is None


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_connection_broke_goes_back_into_the_queue_before_its_lease_ends(works, database):
    if database == "sqlite":
        pytest.skip("the embedded database has no connection that another could end")

    @job("test.broken", lease_s=3600)
    def broken() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    def work_until_told():
        try:
            run_worker(stop=stop, poll_s=0.01)
        finally:
            connection.close()

    with transaction.atomic():
        enqueue("test.broken", {})
    stop = threading.Event()
    worker = threading.Thread(target=work_until_told)
    worker.start()
    for _ in range(600):
        if put_back := Job.objects.filter(name="test.broken", lease=None, error=rules.ErrorCode.DATABASE).exists():
            break
        stop.wait(0.05)
    stop.set()
    worker.join()
    assert put_back


def test_a_worker_that_stops_gives_its_job_back_as_if_never_taken(works):
    add()
    queue.give_back(queue.claim("w"))
    assert (Job.objects.get().attempts, Job.objects.get().lease) == (0, None)
    assert queue.claim("other").attempt == 1


def test_a_job_whose_workers_always_die_is_given_up(works, standing_clock):
    with transaction.atomic():
        enqueue("test.twice", {})
    for _ in range(2):
        lease = queue.claim("w")
        standing_clock.forward(seconds=lease.lease_s)
        queue.reap()
        standing_clock.forward(hours=1)
    assert queue.claim("w") is None
    assert DeadJob.objects.get().error == rules.ErrorCode.WORKER_DIED


def test_work_that_this_version_does_not_know_is_put_off_then_given_up(works, standing_clock):
    with transaction.atomic():
        Job.objects.create(name="test.future")
    for _ in range(20):
        work()
        standing_clock.forward(hours=2)
    assert DeadJob.objects.get().error == rules.ErrorCode.UNKNOWN_NAME


#### Periodic work ####


def test_a_tick_has_one_run_however_many_ask(works, standing_clock):
    assert [queue.tick() for _ in range(5)] == [1, 0, 0, 0, 0]
    work()
    assert works.done == ["tick"]
    standing_clock.forward(minutes=59)
    assert queue.tick() == 0
    standing_clock.forward(minutes=1)
    assert queue.tick() == 1


def test_missed_ticks_are_not_made_up_for(works, standing_clock):
    queue.tick()
    work()
    standing_clock.forward(days=3)
    queue.tick()
    work()
    assert works.done == ["tick", "tick"]


def test_a_clock_set_back_does_not_stop_the_clockwork(works, standing_clock):
    queue.tick()
    standing_clock.moment -= timedelta(days=1)
    assert queue.tick() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_workers_run_one_tick_once(works):
    barrier = threading.Barrier(8)
    ran = []

    def tick():
        try:
            barrier.wait()
            ran.append(queue.tick())
        finally:
            connection.close()

    threads = [threading.Thread(target=tick) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(ran) == 1
    assert Job.objects.count() == 1


#### The transaction of the work itself ####


def test_work_with_its_own_transaction_commits_effects_and_completion_together(works):
    @job("test.own", own_transaction=True)
    def own(*, finish) -> None:
        with finish():
            add(5)

    @job("test.own-fails", own_transaction=True)
    def own_fails(*, finish) -> None:
        with finish():
            add(6)
            raise ZeroDivisionError

    @job("test.own-forgets", own_transaction=True)
    def own_forgets(*, finish) -> None:
        works.done.append("forgot")

    with transaction.atomic():
        for name in ("test.own", "test.own-fails", "test.own-forgets"):
            enqueue(name, {})
    work()
    assert "forgot" in works.done
    assert 5 in works.done
    assert 6 not in works.done
    assert Job.objects.get().name == "test.own-fails"
