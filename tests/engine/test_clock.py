from __future__ import annotations

import threading
from datetime import UTC, datetime

from tutela.domain.ids import unix_ms_of
from tutela.engine import clock

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_the_clock_can_be_replaced_and_comes_back():
    with clock.use(lambda: MOMENT):
        assert clock.now() == MOMENT
        assert unix_ms_of(clock.new_id()) == MOMENT.timestamp() * 1000
    assert clock.now() != MOMENT
    assert clock.now().tzinfo is UTC


def test_ids_differ_even_when_the_clock_stands():
    with clock.use(lambda: MOMENT):
        assert len({clock.new_id() for _ in range(1000)}) == 1000


def test_another_thread_keeps_its_own_clock():
    seen = []
    with clock.use(lambda: MOMENT):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen != [MOMENT]
