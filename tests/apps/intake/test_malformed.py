"""E5, small: whatever comes to a door, it is answered clearly, breaks nothing and leaves nothing half stored."""

from __future__ import annotations

import pytest

from tests.malformed import DOORS, World, knock

EXAMPLES = 60  # of each door; `make evidence ID=E5` sends 10,000


@pytest.mark.django_db
@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("door", DOORS)
def test_malformed_input_is_refused_clearly_and_leaves_nothing_half_stored(door):
    tally = knock(door, World.make(), EXAMPLES)
    assert tally.faults == []
    assert (tally.server_errors, tally.unclear, tally.half_stored) == (0, 0, 0)
    assert tally.sent >= EXAMPLES * 0.8
