"""Whatever an index finds, and in whatever plan and variant, is what comparing every pair finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.native.pictures import hashes, near, scrambled
from tutela.engine.native import HITS_MAX, Index, IndexColumns, index_fill, lay, search, use, variants

VARIANTS = variants()


def plan_of(*chunks: tuple[int, int, int, int]) -> bytes:
    """Return a plan from (count, width, radius, prefix bits)."""
    return b"".join(bytes(chunk) * count for count, *chunk in chunks)


PLANS = {
    "sixteen": plan_of((16, 16, 1, 16)),
    "short prefixes": plan_of((16, 16, 1, 5)),
    "unequal": plan_of((6, 24, 2, 10), (4, 23, 2, 9), (1, 20, 1, 20)),
    "mixed": plan_of((12, 8, 0, 8), (8, 16, 1, 11), (1, 32, 2, 12)),
    "bytes": plan_of((32, 8, 0, 8)),
    "one bit": plan_of((32, 8, 0, 1)),
}
REACH = {"sixteen": 31, "short prefixes": 31, "unequal": 31, "mixed": 30, "bytes": 31, "one bit": 31}


def index_of(table: np.ndarray, plan: bytes) -> IndexColumns:
    """Return an index of a table."""
    laid = lay(table)
    parts = [index_fill(plan, laid, chunk) for chunk in range(len(plan) // 3)]
    joined = (np.concatenate([getattr(part, name) for part in parts]) for name in ("offset", "follow", "row"))
    return IndexColumns(plan, laid, *joined)


def family(root: np.ndarray, count: int, seed: int, bits_max: int) -> np.ndarray:
    """Return hashes near one another."""
    return np.array([near(root, int(scrambled(1, seed + k)[0]) % (bits_max + 1), seed + k) for k in range(count)])


def adversarial(kind: str, count: int, seed: int) -> np.ndarray:
    """Return tables that swell buckets."""
    table = hashes(count, seed)
    if kind == "clustered":
        return np.concatenate([family(table[k], count // 8 + 1, seed + 97 * k, 40) for k in range(8)])[:count]
    if kind == "one hash":
        return np.repeat(table[:1], count, axis=0)
    if kind == "half equal":  # buckets of half of the chunks' bits hold everything
        return table & np.uint8(0x0F)
    return table


def same(found, expected) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("kind", ["random", "clustered", "one hash", "half equal"])
def test_every_plan_and_variant_finds_what_comparing_everything_finds(name, kind):
    table = adversarial(kind, 700, 5)
    queries = np.concatenate([[near(table[k * 17], k, k) for k in range(34)], hashes(6, 9), table[:3]])
    for distance_max in {0, 1, 9, 17, 30, REACH[name]}:
        expected = search(queries, table, distance_max)
        for variant in VARIANTS:
            with use(variant):
                assert same(Index(index_of(table, PLANS[name])).search(queries, distance_max), expected), variant


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", PLANS)
def test_the_radius_is_a_sharp_edge(variant, name):
    roots = hashes(40, 3)
    table = np.array([near(root, bits, 7 * number + bits) for number, root in enumerate(roots) for bits in range(34)])
    reach = REACH[name]
    with use(variant):
        hits = Index(index_of(table, PLANS[name])).search(roots, reach)
    own = hits.row // 34 == hits.query
    assert (hits.row[own] % 34).tolist() == list(range(reach + 1)) * 40
    assert (hits.distance[own] == hits.row[own] % 34).all()


@given(
    row_count=st.integers(0, 300),
    query_count=st.integers(0, 9),
    distance_max=st.integers(0, 30),
    name=st.sampled_from(sorted(PLANS)),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=60, deadline=None)
def test_any_table_is_searched_like_a_table_without_an_index(row_count, query_count, distance_max, name, seed):
    table, queries = hashes(row_count, seed), hashes(query_count, seed + 1)
    for row in range(0, row_count if query_count else 0, 3):
        table[row] = near(queries[row % query_count], row % 40, seed + row)
    expected = search(queries, table, distance_max)
    for variant in VARIANTS:
        with use(variant):
            assert same(Index(index_of(table, PLANS[name])).search(queries, distance_max), expected)


@pytest.mark.parametrize("kind", ["random", "clustered", "one hash"])
def test_a_join_finds_what_single_queries_find(kind):
    table = adversarial(kind, 300, 11)
    queries = np.concatenate([hashes(16_400, 12)] + [[near(table[k * 8], k, k) for k in range(34)]] * 3)
    expected = search(queries, table, 31)
    for variant in VARIANTS[:-1]:
        with use(variant):
            columns = index_of(table, PLANS["short prefixes"])
            assert same(Index(columns).search(queries, 31), expected), variant
            assert same(Index(columns).search(queries[-200:], 31), search(queries[-200:], table, 31)), variant


def test_a_join_of_nothing_but_one_hash_is_not_lost_in_it():
    table = adversarial("one hash", 50, 3)
    queries = np.repeat(table[:1], 17_000, axis=0)
    hits = Index(index_of(table, PLANS["sixteen"])).search(queries, 31)
    assert len(hits.row) == 50 * 17_000
    with pytest.raises(OverflowError, match="more than 849999 pairs"):
        Index(index_of(table, PLANS["sixteen"])).search(queries, 31, hits_max=849_999)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_order_of_bits_is_a_permutation_that_every_variant_shares(variant):
    table = hashes(1_000, 4)
    with use(variant):
        laid = lay(table)
    with use("numpy"):
        assert np.array_equal(laid, lay(table))
    assert np.array_equal(np.bitwise_count(laid).sum(axis=1), np.bitwise_count(table).sum(axis=1))
    single = lay(np.packbits(np.eye(256, dtype=np.uint8), axis=1))
    assert len(np.unique(single, axis=0)) == 256
    # The format of index files: a change of these bytes would make every file of before useless.
    assert lay(table[:1]).tobytes().hex() == LAID


LAID = "5ff082c2f247cddf452a577c662da91fd25bb356b0d924697fc9a20ad89670a8"


@pytest.mark.parametrize("variant", VARIANTS)
def test_more_hits_than_asked_for_are_refused_not_cut(variant):
    table = np.repeat(hashes(1, 1), 40, axis=0)
    with use(variant):
        columns = index_of(table, PLANS["short prefixes"])
        assert len(Index(columns).search(table[:2], 0, hits_max=80).row) == 80
        with pytest.raises(OverflowError, match="more than 79 pairs are within 0 bits"):
            Index(columns).search(table[:2], 0, hits_max=79)


#### Refusals ####


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(
    "plan",
    [
        b"",
        bytes(3),
        plan_of((15, 16, 1, 16)),
        plan_of((17, 16, 1, 16)),
        plan_of((16, 16, 3, 16)),
        plan_of((16, 16, 1, 17)),
        plan_of((16, 16, 1, 0)),
        plan_of((8, 32, 1, 25)),
        plan_of((64, 4, 0, 4)),
        plan_of((16, 16, 1, 16)) + b"\1",
    ],
)
def test_a_plan_that_cannot_be_is_refused(variant, plan):
    good = index_of(hashes(9, 1), PLANS["sixteen"])
    with use(variant), pytest.raises(ValueError, match="no index can be laid out so"):
        Index(good._replace(plan=plan)).search(hashes(1, 1), 3)


@pytest.mark.parametrize("variant", VARIANTS)
def test_columns_of_other_lengths_are_refused(variant):
    good = index_of(hashes(9, 1), PLANS["sixteen"])
    with use(variant):
        for name in ("offset", "follow", "row", "table"):
            with pytest.raises(ValueError, match=r"column|columns"):
                Index(good._replace(**{name: getattr(good, name)[:-1]})).search(hashes(1, 1), 3)
        for distance_max in (-1, 32):
            with pytest.raises(ValueError, match="0 to 31 bits"):
                Index(good).search(hashes(1, 1), distance_max)
        with pytest.raises(ValueError, match="no such chunk"):
            index_fill(PLANS["sixteen"], good.table, 16)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", ["sixteen", "unequal"])
def test_an_altered_index_leads_nowhere(variant, name):
    """Random numbers in place of offsets and rows: refused, or answered with true pairs only."""
    table, queries = hashes(500, 1), hashes(500, 1)[::7].copy()
    good = index_of(table, PLANS[name])
    truth = set(zip(*(column.tolist() for column in search(queries, table, 31)), strict=True))
    refused = 0
    for seed in range(30):
        noise = scrambled(4 * len(good.offset), seed).view(np.uint32)
        offset, row = good.offset.copy(), good.row.copy()
        if seed % 3 == 0:
            offset[:] = noise
        elif seed % 3 == 1:
            offset[noise[:2000] % len(offset)] = noise[2000:4000] % 600
        else:
            row[:] = noise[: len(row)] % (501 + seed)
        with use(variant):
            for asked in (queries, np.repeat(queries, 240, axis=0)) if variant != "numpy" else (queries,):
                try:
                    hits = Index(good._replace(offset=offset, row=row)).search(asked, 31, hits_max=HITS_MAX)
                except IndexError as error:
                    refused += "leads outside" in str(error)
                else:
                    every = len(asked) // len(queries)
                    pairs = zip((hits.query // every).tolist(), hits.row.tolist(), hits.distance.tolist(), strict=True)
                    assert set(pairs) <= truth
    assert refused > 10
