"""How many groups hashes fall into if whatever looks alike, directly or through others, is one group.

>>> groups(np.zeros((3, 32), np.uint8))
1
"""

from __future__ import annotations

import numpy as np

from bench.pdq_hashes import MATCH_BITS, built
from bench.peers import FOLDER


def groups(hashes: np.ndarray) -> int:
    """Return how many groups these are if whatever looks alike, directly or through others, is one."""
    if not len(hashes):
        return 0
    FOLDER.mkdir(exist_ok=True)
    with built(hashes) as made:
        pairs = made.index.search(hashes, MATCH_BITS)
        left, rows, is_itself = np.array(pairs.query, np.int64), np.array(pairs.row, np.int64), pairs.distance == 0
    of_row = np.zeros(rows.max() + 1, np.int64)  # an index has rows of its own; each hash finds its own at distance 0
    of_row[rows[is_itself]] = left[is_itself]
    right = of_row[rows]
    label, before = np.arange(len(hashes)), None
    while before is None or not np.array_equal(before, label):
        before = label.copy()
        np.minimum.at(label, left, before[right])
        np.minimum.at(label, right, before[left])
    return len(np.unique(label))
