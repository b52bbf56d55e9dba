"""The sequencer and writers die at random moments. No acknowledged leaf is lost, no place left out or given twice."""

from __future__ import annotations

import random
import time

LEAVES = 400
WRITERS = 4
KILLS = 8


def kill_sequencers(stage, leaves, writers, kills, seed):
    """Kill the sequencer (and sometimes a writer) under load; return what was acknowledged and the end state."""
    rng = random.Random(seed)
    share = leaves // writers
    crew = [stage.start("write", share, writer * share) for writer in range(writers)]
    sequencers = [stage.start("sequence"), stage.start("sequence")]  # only one is ever at it
    said = []
    for kill in range(kills):
        time.sleep(rng.uniform(0.2, 0.8))
        victim = rng.randrange(2)
        stage.kill(sequencers[victim])
        sequencers[victim] = stage.start("sequence")
        if kill == kills // 2:
            said.append(stage.kill(crew[0]))
    said += [writer.communicate(timeout=120)[0] for writer in crew[1:]]
    acknowledged = {line for lines in said for line in lines.split("\n") if line.isdigit()}
    state = stage.wait_for(lambda state: not state["waiting"])
    for process in sequencers:
        stage.kill(process)
    return acknowledged, state


def test_no_acknowledged_leaf_is_lost_and_no_place_left_out_when_the_sequencer_is_killed(stage):
    acknowledged, state = kill_sequencers(stage, LEAVES, WRITERS, KILLS, seed=20261122)
    assert len(acknowledged) >= LEAVES * (WRITERS - 1) // WRITERS
    assert acknowledged <= set(state["times"])
    assert set(state["times"].values()) == {1}
    assert state["positions"] == list(range(len(state["times"])))
    assert state["checkpoint"] == len(state["positions"])
    assert state["faults"] == []
