"""Distances, searches and histograms equal a naive count of bits, in every variant."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.native.pictures import hashes, near
from tutela.engine.native import distance, distance_histogram, search, use, variants

VARIANTS = variants()


def naive_distance(left: bytes, right: bytes) -> int:
    """Count differing bits one by one."""
    return sum((a ^ b) >> bit & 1 for a, b in zip(left, right, strict=True) for bit in range(8))


def naive(queries: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return all distances (Q, N)."""
    return np.unpackbits(queries[:, None] ^ table[None], axis=2).sum(axis=2, dtype=np.int64)


def planted(query_count: int, row_count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return queries and a table that holds neighbours of theirs at distances 0, 1, 2 ... up to the opposite."""
    queries, table = hashes(query_count, seed), hashes(row_count, seed + 1)
    if query_count:
        for row in range(0, row_count, 3):
            table[row] = near(queries[row % query_count], row * 5 % 257, seed + row)
    return queries, table


@given(left=st.binary(min_size=32, max_size=32), right=st.binary(min_size=32, max_size=32))
def test_distance_counts_bits(left, right):
    for variant in VARIANTS:
        with use(variant):
            assert distance(left, right) == naive_distance(left, right)


@given(
    query_count=st.integers(0, 13),
    row_count=st.one_of(st.integers(0, 40), st.sampled_from([255, 256, 257, 263, 264, 511, 512, 520, 769])),
    distance_max=st.one_of(st.integers(0, 256), st.sampled_from([0, 31, 34, 35, 64, 255, 256])),
    seed=st.integers(0, 1000),
)
@settings(max_examples=120, deadline=None)
def test_search_finds_what_a_naive_search_finds(query_count, row_count, distance_max, seed):
    queries, table = planted(query_count, row_count, seed)
    every = naive(queries, table)
    query, row = np.nonzero(every <= distance_max)
    for variant in VARIANTS:
        with use(variant):
            hits = search(queries, table, distance_max)
        assert (hits.query.dtype, hits.row.dtype, hits.distance.dtype) == (np.uint32, np.uint32, np.uint16)
        assert hits.query.tolist() == query.tolist()
        assert hits.row.tolist() == row.tolist()
        assert hits.distance.tolist() == every[query, row].tolist()


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("query_count", [1, 3, 4, 5, 9])
@pytest.mark.parametrize("distance_max", [*range(0, 257, 32), 31, 33, 34, 35, 36])
def test_the_radius_is_a_sharp_edge(variant, query_count, distance_max):
    queries = hashes(query_count, 3)
    table = np.array([near(query, bits, 11 * bits) for query in queries for bits in range(257)])
    with use(variant):
        hits = search(queries, table, distance_max)
    own = hits.row // 257 == hits.query
    assert (hits.row[own] % 257).tolist() == list(range(distance_max + 1)) * query_count
    assert (hits.distance[own] == hits.row[own] % 257).all()


@given(left_count=st.integers(0, 20), right_count=st.integers(0, 600), seed=st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_histogram_counts_all_pairs(left_count, right_count, seed):
    left, right = planted(left_count, right_count, seed)
    expected = np.bincount(naive(left, right).ravel(), minlength=257)
    for variant in VARIANTS:
        with use(variant):
            counts = distance_histogram(left, right)
        assert counts.dtype == np.int64
        assert counts.tolist() == expected.tolist()


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_opposite_hash_is_counted_too(variant):
    with use(variant):
        counts = distance_histogram(np.zeros((300, 32), np.uint8), np.full((300, 32), 255, np.uint8))
    assert (counts[256], counts.sum()) == (90_000, 90_000)


@pytest.mark.parametrize("variant", VARIANTS)
def test_more_hits_than_asked_for_are_refused_not_cut(variant):
    table = np.zeros((2_000, 32), np.uint8)
    with use(variant):
        assert len(search(table[:5], table, 0, hits_max=10_000).row) == 10_000
        with pytest.raises(OverflowError, match="more than 9999 pairs are within 0 bits"):
            search(table[:5], table, 0, hits_max=9_999)
        with pytest.raises(OverflowError):
            search(table[:1], table, 0, hits_max=0)
        assert len(search(table[:0], table, 256, hits_max=0).row) == 0


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_mapped_read_only_table_is_searched_in_place(variant):
    table = hashes(1_000, 9)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        path.write_bytes(bytes(5) + table.tobytes())
        mapped = np.memmap(path, np.uint8, "r", offset=5, shape=table.shape)  # not aligned to words either
        with use(variant):
            assert search(table[700:701], mapped, 0).row.tolist() == [700]
            assert search(table[700:708], mapped, 0).row.tolist() == list(range(700, 708))
            assert distance_histogram(table[:9], mapped)[0] == 9
        del mapped
