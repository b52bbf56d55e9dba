#include "hamming.h"

#include "bits.h"

#include <stdlib.h>
#include <string.h>

#if X86
#include <immintrin.h>
#endif

#define BLOCK_ROWS 256 /* 8 KiB of planes, and as much of the table itself: the first cache */
#define GROUP 4        /* queries that pass over a block together */
#define FILTER_MAX 34  /* above this distance too many unrelated rows pass the filter */
#define HITS_ROOM_MIN 256
#define TURNS 4                /* sets of counters */
#define LEFT_TALLIED (1 << 20) /* hashes whose pairs with a block cannot overflow one counter */

/* A block of the table: as stored, and as planes. Rows beyond `count` up to a multiple of 8 repeat the last. */
typedef struct {
    const uint8_t *rows;
    size_t first, count;
    uint64_t plane[WORDS][BLOCK_ROWS] __attribute__((aligned(64)));
} block;

int hamming_distance(const uint8_t *left, const uint8_t *right)
{
    words one = load(left), other = load(right);
    return DISTANCE(bits_portable, one, other.word[0], other.word[1], other.word[2], other.word[3]);
}

/* ---- Hits ---- */

bool hits_add(hits *found, size_t query, size_t row, int distance)
{
    if (found->count == found->room) {
        if (found->room >= found->limit) {
            found->state = HITS_TOO_MANY;
            return false;
        }
        size_t room = found->room ? found->room * 2 : HITS_ROOM_MIN;
        room = room < found->limit ? room : found->limit;
        hit *grown = realloc(found->hit, room * sizeof *grown);
        if (!grown) {
            found->state = HITS_NO_MEMORY;
            return false;
        }
        found->hit = grown;
        found->room = room;
    }
    found->hit[found->count++] = (hit){(uint32_t)query, (uint32_t)row, (uint16_t)distance};
    return true;
}

/* ---- The inner loops, once for each variant ---- */

typedef struct {
    /* One query over rows as stored. */
    bool (*stream)(const uint8_t *query, size_t query_at, const block *in, int distance_max, hits *found);
    /* `count` queries (1..GROUP) over a block's planes. */
    bool (*pass)(const uint8_t *queries, size_t query_at, int count, const block *in, int distance_max, hits *found);
    /* distances[0..in->count) of one query to a block's planes. */
    void (*measure)(const uint8_t *query, const block *in, uint16_t *distances);
} kernel;

#define SCALAR_KERNEL(NAME, TARGET, BITS)                                                                            \
    TARGET static bool stream_##NAME(const uint8_t *query, size_t query_at, const block *in, int distance_max,       \
                                     hits *found)                                                                    \
    {                                                                                                                \
        words q = load(query);                                                                                       \
        for (size_t row = 0; row < in->count; row++) {                                                               \
            words r = load(in->rows + row * HASH_BYTES);                                                             \
            if (BITS((q.word[0] ^ r.word[0]) | (q.word[1] ^ r.word[1])) > distance_max)                              \
                continue;                                                                                            \
            int distance = DISTANCE(BITS, q, r.word[0], r.word[1], r.word[2], r.word[3]);                            \
            if (distance <= distance_max && !hits_add(found, query_at, in->first + row, distance))                    \
                return false;                                                                                        \
        }                                                                                                            \
        return true;                                                                                                 \
    }                                                                                                                \
    TARGET static bool pass_##NAME(const uint8_t *queries, size_t query_at, int count, const block *in,              \
                                   int distance_max, hits *found)                                                    \
    {                                                                                                                \
        for (int k = 0; k < count; k++)                                                                              \
            if (!stream_##NAME(queries + k * HASH_BYTES, query_at + (size_t)k, in, distance_max, found))             \
                return false;                                                                                        \
        return true;                                                                                                 \
    }                                                                                                                \
    TARGET static void measure_##NAME(const uint8_t *query, const block *in, uint16_t *distances)                    \
    {                                                                                                                \
        words q = load(query);                                                                                       \
        for (size_t row = 0; row < in->count; row++) {                                                               \
            words r = load(in->rows + row * HASH_BYTES);                                                             \
            distances[row] = (uint16_t)DISTANCE(BITS, q, r.word[0], r.word[1], r.word[2], r.word[3]);                \
        }                                                                                                            \
    }                                                                                                                \
    static const kernel NAME = {stream_##NAME, pass_##NAME, measure_##NAME}

SCALAR_KERNEL(portable, , bits_portable);
#if X86
SCALAR_KERNEL(popcnt, TARGET_POPCNT, bits_popcnt);

/* A candidate: measure it in full. */
static bool check(const block *in, const uint8_t *query, size_t query_at, size_t row, int distance_max, hits *found)
{
    int distance = hamming_distance(query, in->rows + row * HASH_BYTES);
    return distance > distance_max || hits_add(found, query_at, in->first + row, distance);
}

/* AVX2 has no instruction that counts bits in a vector: the bits of each half byte are looked up, then added up over
   each 64-bit word. One query, four rows at a time, and only the filter; few queries stream as POPCNT does. */
TARGET_AVX2 static bool pass_avx2(const uint8_t *queries, size_t query_at, int count, const block *in,
                                  int distance_max, hits *found)
{
    if (distance_max > FILTER_MAX)
        return pass_popcnt(queries, query_at, count, in, distance_max, found);
    const __m256i bits_of_nibble = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2,
                                                    3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(15), over = _mm256_set1_epi64x(distance_max + 1);
    for (int k = 0; k < count; k++) {
        words q = load(queries + k * HASH_BYTES);
        const __m256i first = _mm256_set1_epi64x((long long)q.word[0]);
        const __m256i second = _mm256_set1_epi64x((long long)q.word[1]);
        for (size_t row = 0; row < in->count; row += 4) {
            __m256i differing = _mm256_or_si256(
                _mm256_xor_si256(first, _mm256_load_si256((const __m256i *)&in->plane[0][row])),
                _mm256_xor_si256(second, _mm256_load_si256((const __m256i *)&in->plane[1][row])));
            __m256i bits = _mm256_add_epi8(
                _mm256_shuffle_epi8(bits_of_nibble, _mm256_and_si256(differing, nibble)),
                _mm256_shuffle_epi8(bits_of_nibble, _mm256_and_si256(_mm256_srli_epi16(differing, 4), nibble)));
            __m256i near = _mm256_cmpgt_epi64(over, _mm256_sad_epu8(bits, _mm256_setzero_si256()));
            if (_mm256_testz_si256(near, near))
                continue;
            for (size_t each = row; each < row + 4 && each < in->count; each++)
                if (!check(in, queries + k * HASH_BYTES, query_at + (size_t)k, each, distance_max, found))
                    return false;
        }
    }
    return true;
}

static const kernel avx2 = {stream_popcnt, pass_avx2, measure_popcnt};

/* Eight rows as stored, four words each, to their distances from a query. */
TARGET_AVX512 INLINE __m512i distances_as_stored(const uint8_t *rows, __m512i query)
{
    __m512i a = _mm512_popcnt_epi64(_mm512_xor_si512(query, _mm512_loadu_si512(rows)));
    __m512i b = _mm512_popcnt_epi64(_mm512_xor_si512(query, _mm512_loadu_si512(rows + 64)));
    __m512i c = _mm512_popcnt_epi64(_mm512_xor_si512(query, _mm512_loadu_si512(rows + 128)));
    __m512i d = _mm512_popcnt_epi64(_mm512_xor_si512(query, _mm512_loadu_si512(rows + 192)));
    /* Half a row a word: rows 0 2 0 2 1 3 1 3, then 4 6 4 6 5 7 5 7. */
    __m512i low = _mm512_add_epi64(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
    __m512i high = _mm512_add_epi64(_mm512_unpacklo_epi64(c, d), _mm512_unpackhi_epi64(c, d));
    const __m512i one_half = _mm512_setr_epi64(0, 4, 1, 5, 8, 12, 9, 13);
    const __m512i other_half = _mm512_setr_epi64(2, 6, 3, 7, 10, 14, 11, 15);
    return _mm512_add_epi64(_mm512_permutex2var_epi64(low, one_half, high),
                            _mm512_permutex2var_epi64(low, other_half, high));
}

/* Eight rows of a block's planes to their distances from a query. */
TARGET_AVX512 INLINE __m512i distances_in_planes(const block *in, size_t row, const words *query)
{
    __m512i total = _mm512_setzero_si512();
    for (int k = 0; k < WORDS; k++)
        total = _mm512_add_epi64(total, _mm512_popcnt_epi64(_mm512_xor_si512(
                                            _mm512_set1_epi64((long long)query->word[k]),
                                            _mm512_load_si512(&in->plane[k][row]))));
    return total;
}

/* Check the rows of `mask`, counted from `row`. */
static bool check_mask(unsigned mask, const block *in, const uint8_t *query, size_t query_at, size_t row,
                       int distance_max, hits *found)
{
    for (; mask; mask &= mask - 1) {
        size_t each = row + (size_t)__builtin_ctz(mask);
        if (each < in->count && !check(in, query, query_at, each, distance_max, found))
            return false;
    }
    return true;
}

TARGET_AVX512 static bool stream_avx512(const uint8_t *query, size_t query_at, const block *in, int distance_max,
                                        hits *found)
{
    const __m512i limit = _mm512_set1_epi64(distance_max);
    const __m512i q = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)query));
    size_t row = 0;
    for (; row + 8 <= in->count; row += 8) {
        __mmask8 near = _mm512_cmple_epu64_mask(distances_as_stored(in->rows + row * HASH_BYTES, q), limit);
        if (near && !check_mask(near, in, query, query_at, row, distance_max, found))
            return false;
    }
    return check_mask((1u << (in->count - row)) - 1, in, query, query_at, row, distance_max, found);
}

TARGET_AVX512 static bool filter_avx512(const uint8_t *queries, size_t query_at, int count, const block *in,
                                        int distance_max, hits *found)
{
    const __m512i limit = _mm512_set1_epi64(distance_max);
    __m512i first[GROUP], second[GROUP];
    for (int k = 0; k < GROUP; k++) { /* a group that is not full repeats its last query, unheard */
        words q = load(queries + (k < count ? k : count - 1) * HASH_BYTES);
        first[k] = _mm512_set1_epi64((long long)q.word[0]);
        second[k] = _mm512_set1_epi64((long long)q.word[1]);
    }
    for (size_t row = 0; row < in->count; row += 8) {
        __m512i zero = _mm512_load_si512(&in->plane[0][row]), one = _mm512_load_si512(&in->plane[1][row]);
        __m512i bits[GROUP];
        _Pragma("GCC unroll 4") for (int k = 0; k < GROUP; k++)
            /* 0xf6: a | (b ^ c) */
            bits[k] = _mm512_popcnt_epi64(
                _mm512_ternarylogic_epi64(_mm512_xor_si512(zero, first[k]), one, second[k], 0xf6));
        __m512i least = _mm512_min_epu64(_mm512_min_epu64(bits[0], bits[1]), _mm512_min_epu64(bits[2], bits[3]));
        if (__builtin_expect(_mm512_cmple_epu64_mask(least, limit) == 0, 1))
            continue;
        for (int k = 0; k < count; k++)
            if (!check_mask(_mm512_cmple_epu64_mask(bits[k], limit), in, queries + k * HASH_BYTES,
                            query_at + (size_t)k, row, distance_max, found))
                return false;
    }
    return true;
}

TARGET_AVX512 static bool pass_avx512(const uint8_t *queries, size_t query_at, int count, const block *in,
                                      int distance_max, hits *found)
{
    if (distance_max <= FILTER_MAX)
        return filter_avx512(queries, query_at, count, in, distance_max, found);
    const __m512i limit = _mm512_set1_epi64(distance_max);
    for (int k = 0; k < count; k++) {
        const uint8_t *query = queries + k * HASH_BYTES;
        words q = load(query);
        for (size_t row = 0; row < in->count; row += 8) {
            __mmask8 near = _mm512_cmple_epu64_mask(distances_in_planes(in, row, &q), limit);
            if (near && !check_mask(near, in, query, query_at + (size_t)k, row, distance_max, found))
                return false;
        }
    }
    return true;
}

TARGET_AVX512 static void measure_avx512(const uint8_t *query, const block *in, uint16_t *distances)
{
    words q = load(query);
    for (size_t row = 0; row < in->count; row += 8)
        _mm_storeu_si128((__m128i *)(distances + row), _mm512_cvtepi64_epi16(distances_in_planes(in, row, &q)));
}

static const kernel avx512 = {stream_avx512, pass_avx512, measure_avx512};
#endif

static const kernel *kernel_of(enum variant with)
{
#if X86
    static const kernel *const kernels[VARIANT_COUNT] = {&portable, &popcnt, &avx2, &avx512};
    return kernels[with];
#else
    (void)with;
    return &portable;
#endif
}

/* ---- Blocks ---- */

static void block_set(block *in, const uint8_t *table, size_t first, size_t row_count)
{
    in->rows = table + first * HASH_BYTES;
    in->first = first;
    in->count = row_count - first < BLOCK_ROWS ? row_count - first : BLOCK_ROWS;
}

static void block_turn(block *in)
{
    for (size_t row = 0; row < in->count; row++) {
        words r = load(in->rows + row * HASH_BYTES);
        for (int k = 0; k < WORDS; k++)
            in->plane[k][row] = r.word[k];
    }
    for (size_t row = in->count; row % 8; row++)
        for (int k = 0; k < WORDS; k++)
            in->plane[k][row] = in->plane[k][in->count - 1];
}

bool hamming_search(enum variant with, const uint8_t *queries, size_t query_count, const uint8_t *table,
                    size_t row_count, int distance_max, hits *found)
{
    const kernel *run = kernel_of(with);
    block in;
    for (size_t first = 0; first < row_count; first += BLOCK_ROWS) {
        block_set(&in, table, first, row_count);
        if (query_count < GROUP) {
            for (size_t at = 0; at < query_count; at++)
                if (!run->stream(queries + at * HASH_BYTES, at, &in, distance_max, found))
                    return false;
            continue;
        }
        block_turn(&in);
        for (size_t at = 0; at < query_count; at += GROUP) {
            int count = query_count - at < GROUP ? (int)(query_count - at) : GROUP;
            if (!run->pass(queries + at * HASH_BYTES, at, count, &in, distance_max, found))
                return false;
        }
    }
    return true;
}

bool hamming_stream(enum variant with, const uint8_t *query, size_t query_at, const uint8_t *table, size_t row_count,
                    int distance_max, hits *found)
{
    const kernel *run = kernel_of(with);
    block in;
    for (size_t first = 0; first < row_count; first += BLOCK_ROWS) {
        block_set(&in, table, first, row_count);
        if (!run->stream(query, query_at, &in, distance_max, found))
            return false;
    }
    return true;
}

/* Most distances are near 128: counters used in turn do not wait for each other. */
static void tally(const uint16_t *distances, size_t count, uint32_t turns[TURNS][HASH_BITS + 1])
{
    size_t at = 0;
    for (; at + TURNS <= count; at += TURNS)
        for (int k = 0; k < TURNS; k++)
            turns[k][distances[at + (size_t)k]]++;
    for (; at < count; at++)
        turns[0][distances[at]]++;
}

void hamming_histogram(enum variant with, const uint8_t *left, size_t left_count, const uint8_t *right,
                       size_t right_count, int64_t *counts)
{
    const kernel *run = kernel_of(with);
    uint16_t distances[BLOCK_ROWS];
    block in;
    for (size_t first = 0; first < right_count; first += BLOCK_ROWS) {
        block_set(&in, right, first, right_count);
        block_turn(&in);
        for (size_t from = 0; from < left_count; from += LEFT_TALLIED) {
            uint32_t turns[TURNS][HASH_BITS + 1] = {{0}};
            size_t to = left_count - from < LEFT_TALLIED ? left_count : from + LEFT_TALLIED;
            for (size_t at = from; at < to; at++) {
                run->measure(left + at * HASH_BYTES, &in, distances);
                tally(distances, in.count, turns);
            }
            for (int k = 0; k < TURNS; k++)
                for (int bits = 0; bits <= HASH_BITS; bits++)
                    counts[bits] += turns[k][bits];
        }
    }
}
