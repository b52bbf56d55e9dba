"""Workers die at random moments, mid-job. Nothing is lost, stuck, or done twice with effect."""

from __future__ import annotations

import random
import signal
import time

JOBS = 120
KILLS = 6


def kill_workers(stage, jobs, kills, seed, workers=2):
    """Kill random workers while they have work, then let others finish; return the end state and the kills made."""
    rng = random.Random(seed)
    stage.run("add", jobs)
    crew = [stage.start("work") for _ in range(workers)]
    time.sleep(1.5)
    for _ in range(kills):
        time.sleep(rng.uniform(0.1, 0.6))
        victim = rng.randrange(workers)
        stage.kill(crew[victim])
        crew[victim] = stage.start("work")
    state = stage.wait_for(lambda state: not state["jobs"], 60 + kills * 6)
    for worker in crew:
        stage.kill(worker)
    return state


def test_no_job_is_lost_stuck_or_done_twice_when_workers_are_killed(stage):
    state = kill_workers(stage, JOBS, KILLS, seed=20261122)
    assert state["dead"] == []
    assert state["times"] == {str(number): 1 for number in range(JOBS)}


def test_a_job_that_kills_its_worker_ends_among_the_dead_letters(stage):
    stage.run("kill-its-worker")
    stage.run("add", 5)
    crew = []

    def given_up(state):
        crew.append(stage.start("work"))
        return state["dead"] and not state["jobs"]

    state = stage.wait_for(given_up)
    assert state["dead"] == [["crash.suicide", "worker-died", 2]]
    assert state["times"] == {str(number): 1 for number in range(5)}


def test_a_worker_that_is_told_to_stop_finishes_its_job_first(stage):
    stage.run("add", 60)
    worker = stage.start("work-aloud")
    stage.hear(worker, "at 5")
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=20)
    assert worker.returncode == 0
    state = stage.state()
    assert state["leased"] == 0
    assert state["jobs"] + len(state["times"]) == 60
