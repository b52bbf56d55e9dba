"""A store that is killed at every step it takes, and at random moments: the list in force is always a whole one."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time

from tests.engine.matching.world import full_entry, store_of
from tutela.engine.matching import ListStore

# Runs `add` of version two in a fork, and ends it at the k-th thing it does to the file system.
_KILLED_AT_EVERY_STEP = """
import sys
from pathlib import Path
from tests.engine.matching.world import full_entry, store_of
from tests.steps import killed_at
from tutela.engine.matching import ListStore

folder = Path(sys.argv[1])

def state(store):
    return [store.open(name).info.label for name in store.names()]

two = [full_entry(n) for n in range(50, 60)]
def add_two():
    ListStore(folder).add("demo", "owner", "v2", "scheme", store.open("demo").info.policy, two, imported_at="")

for step in range(1, 1000):
    store = store_of(folder, [full_entry(n) for n in range(10)])
    was_killed = killed_at(step, add_two)
    assert state(ListStore(folder)) in (["v1"], ["v2"]), step
    if not was_killed:
        break
added_in = step
assert state(ListStore(folder)) == ["v2"]

for step in range(1, 1000):
    store = store_of(folder, [full_entry(1)])
    was_killed = killed_at(step, lambda: ListStore(folder).remove("demo"))
    assert state(ListStore(folder)) in (["v1"], []), step
    if not was_killed:
        break
assert state(ListStore(folder)) == []
store_of(folder, [full_entry(1)])
print(added_in, step, sorted(path.name for path in folder.rglob("*") if "tutelalist" not in path.name))
"""

_ADDS_FOR_EVER = """
import sys
from pathlib import Path
from tests.engine.matching.world import full_entry, store_of
print("ready", flush=True)
while True:
    for first in (0, 2000):
        store_of(Path(sys.argv[1]), (full_entry(n) for n in range(first, first + 2000)))
"""


def test_killed_at_every_step_of_adding_and_removing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_AT_EVERY_STEP, tmp_path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    added_in, removed_in, left = done.stdout.split(maxsplit=2)
    assert int(added_in) > 8
    assert int(removed_in) > 3
    assert left.strip() == "['.lock', 'CURRENT', 'demo']"


def test_killed_at_random_moments(tmp_path):
    whole = {
        store_of(tmp_path, (full_entry(n) for n in range(first, first + 2000))).info("demo").version
        for first in (0, 2000)
    }
    store = ListStore(tmp_path)
    rng = random.Random(7)
    for _ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", _ADDS_FOR_EVER, tmp_path], stdout=subprocess.PIPE, start_new_session=True
        )
        with writer:
            writer.stdout.readline()
            time.sleep(rng.uniform(0.01, 0.25))
            writer.send_signal(signal.SIGKILL)
        assert store.open("demo").info.version in whole
    store_of(tmp_path, [full_entry(1)])
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "demo"]
    assert len(list(tmp_path.glob("demo/*"))) == 2
