#include "mih.h"

#include "bits.h"

#include <stdlib.h>

#if X86
#include <immintrin.h>
#endif

#define STAGE_PROBES 64
#define STAGES 5
#define RUN_MAX 256
#define RUN_LINES 16 /* of a run that are asked for beforehand; a longer one is streamed */
#define LINE_BYTES 64
#define CANDIDATES_MAX 2048
#define GATHERED_MAX 1024
#define PAIRS_MAX (PREFIX_BITS_MAX * (PREFIX_BITS_MAX - 1) / 2)

/* What may be read for one query, as a share of the rows, before reading the whole table is cheaper. */
#define RECORDS_EACH 2
#define RECORDS_FREE 65536
#define CANDIDATES_SHARE 128
#define CANDIDATES_FREE 1024
/* And of all pairs of a join, before comparing every pair is cheaper. */
#define JOIN_PLACES_SHARE 4
#define JOIN_PAIRS_SHARE 256

/* Prefixes to try, as what is turned in them: by weight, the lowest bits first, so that the pairs of a narrower prefix
   are the first of this table. */
static uint32_t pair_mask[PAIRS_MAX];

void mih_prepare(void)
{
    int at = 0;
    for (int high = 1; high < PREFIX_BITS_MAX; high++)
        for (int low = 0; low < high; low++)
            pair_mask[at++] = (uint32_t)1 << high | (uint32_t)1 << low;
}

/* An index, and how far from a query its chunks have to look for one distance. */
typedef struct {
    const mih *in;
    int distance_max;
    int radius[CHUNKS_MAX]; /* -1: the chunk is not needed for this distance */
    int bound[CHUNKS_MAX];  /* bits that may differ in prefix and what follows together */
} reach;

/* One query being looked up. */
typedef struct {
    const reach *reach;
    words query;
    size_t query_at;
    uint64_t records_left, candidates_left;
    uint32_t prefix[CHUNKS_MAX];
    uint16_t follow[CHUNKS_MAX];
} lookup;

/* Some probes of one chunk on their way. Candidates are places in the chunk's order, then rows. */
typedef struct {
    int chunk, count, candidate_count;
    const uint32_t *offset[STAGE_PROBES];
    uint32_t from[STAGE_PROBES], to[STAGE_PROBES];
    int8_t left[STAGE_PROBES]; /* bits that may still differ in what follows */
    uint32_t candidate[CANDIDATES_MAX];
} stage;

typedef struct {
    int chunk, weight, at;
} cursor;

/* Queries in the order of one chunk's prefix. */
typedef struct {
    uint32_t *offset, *query;
    uint16_t *follow;
} grouped;

/* Pairs of a join waiting to be measured: places in the chunk's order, then rows. */
typedef struct {
    const reach *reach;
    const uint8_t *queries;
    int chunk, count;
    int64_t pairs_left;
    uint32_t query[GATHERED_MAX], place[GATHERED_MAX];
} gathering;

typedef struct {
    bool (*look_up)(lookup *of, hits *found);
    bool (*join_chunk)(gathering *of, const grouped *queries, hits *found);
} kernel;

static int masks_of(int prefix_bits, int weight)
{
    return weight == 0 ? 1 : weight == 1 ? prefix_bits : prefix_bits * (prefix_bits - 1) / 2;
}

INLINE uint32_t mask_of(int weight, int k) { return weight == 0 ? 0 : weight == 1 ? (uint32_t)1 << k : pair_mask[k]; }

/* Fill a stage with the next probes; false where there are no more. */
static bool aim(const lookup *of, cursor *next, stage *made)
{
    const mih *in = of->reach->in;
    while (next->chunk < in->count && next->weight > of->reach->radius[next->chunk])
        *next = (cursor){.chunk = next->chunk + 1};
    if (next->chunk >= in->count)
        return false;
    const chunk *one = &in->chunk[next->chunk];
    int count = 0;
    made->chunk = next->chunk;
    while (count < STAGE_PROBES && next->weight <= of->reach->radius[next->chunk]) {
        int all = masks_of(one->prefix_bits, next->weight), room = STAGE_PROBES - count;
        int until = all - next->at < room ? all : next->at + room;
        for (; next->at < until; next->at++, count++) {
            made->offset[count] = one->offset + (of->prefix[next->chunk] ^ mask_of(next->weight, next->at));
            made->left[count] = (int8_t)(of->reach->bound[next->chunk] - next->weight);
            __builtin_prefetch(made->offset[count]);
        }
        if (next->at == all) {
            next->weight++;
            next->at = 0;
        }
    }
    made->count = count;
    return true;
}

static bool stop(hits *found, int state)
{
    found->state = state;
    return false;
}

/* Follow the offsets of a stage; false where the index is altered or the whole table is cheaper. */
static bool find_runs(lookup *of, stage *at, hits *found)
{
    const chunk *one = &of->reach->in->chunk[at->chunk];
    uint64_t records = 0;
    for (int k = 0; k < at->count; k++) {
        uint32_t from = at->offset[k][0], to = at->offset[k][1];
        if (__builtin_expect(from > to || to > of->reach->in->row_count, 0))
            return stop(found, HITS_CORRUPT);
        at->from[k] = from;
        at->to[k] = to;
        records += to - from;
        const char *line = (const char *)(one->follow + from), *last = (const char *)(one->follow + to) - 1;
        __builtin_prefetch(line); /* what is read at once, whether the run is as long or not: nothing to guess */
        __builtin_prefetch(line + LINE_BYTES - 1);
        for (int lines = 1; __builtin_expect(last - line >= LINE_BYTES, 0) && lines < RUN_LINES; lines++)
            __builtin_prefetch((line += LINE_BYTES) + LINE_BYTES - 1);
    }
    if (__builtin_expect(records > of->records_left, 0))
        return stop(found, HITS_SWOLLEN);
    of->records_left -= records;
    return true;
}

/* From places in the chunk's order to rows. */
static bool resolve(lookup *of, stage *at, hits *found)
{
    const uint32_t *row = of->reach->in->chunk[at->chunk].row;
    if (__builtin_expect((uint64_t)at->candidate_count > of->candidates_left, 0))
        return stop(found, HITS_SWOLLEN);
    of->candidates_left -= (uint64_t)at->candidate_count;
    for (int k = 0; k < at->candidate_count; k++) {
        at->candidate[k] = row[at->candidate[k]];
        if (__builtin_expect(at->candidate[k] >= of->reach->in->row_count, 0))
            return stop(found, HITS_CORRUPT);
        __builtin_prefetch(of->reach->in->hash + (size_t)at->candidate[k] * HASH_BYTES);
    }
    return true;
}

INLINE int scan_each(const uint16_t *follow, uint32_t from, uint32_t to, uint16_t wanted, int left,
                     uint32_t *candidate, int count, int (*bits)(uint64_t))
{
    for (uint32_t at = from; at < to; at++) {
        candidate[count] = at;
        count += bits(follow[at] ^ wanted) <= left;
    }
    return count;
}

static int scan_portable(const uint16_t *follow, uint32_t from, uint32_t to, uint16_t wanted, int left,
                         uint32_t *candidate, int count)
{
    return scan_each(follow, from, to, wanted, left, candidate, count, bits_portable);
}

#define NAME portable
#define TARGET
#define BITS bits_portable
#define SCAN scan_portable
#include "mih_loops.h"
#undef NAME
#undef TARGET
#undef BITS
#undef SCAN

#if X86
TARGET_POPCNT static int scan_popcnt(const uint16_t *follow, uint32_t from, uint32_t to, uint16_t wanted, int left,
                                     uint32_t *candidate, int count)
{
    return scan_each(follow, from, to, wanted, left, candidate, count, bits_popcnt);
}

#define NAME popcnt
#define TARGET TARGET_POPCNT
#define BITS bits_popcnt
#define SCAN scan_popcnt
#include "mih_loops.h"
#undef NAME
#undef TARGET
#undef BITS
#undef SCAN

TARGET_AVX512 INLINE int scan_avx512(const uint16_t *follow, uint32_t from, uint32_t to, uint16_t wanted, int left,
                                     uint32_t *candidate, int count)
{
    const __m512i want = _mm512_set1_epi16((short)wanted), limit = _mm512_set1_epi16((short)left);
    for (uint32_t at = from; at < to; at += 32) {
        __mmask32 there = to - at >= 32 ? 0xffffffffu : (1u << (to - at)) - 1;
        __m512i off = _mm512_popcnt_epi16(_mm512_xor_si512(_mm512_maskz_loadu_epi16(there, follow + at), want));
        for (uint32_t near = _mm512_mask_cmple_epi16_mask(there, off, limit); near; near &= near - 1)
            candidate[count++] = at + (uint32_t)__builtin_ctz(near);
    }
    return count;
}

TARGET_AVX2 INLINE int scan_avx2(const uint16_t *follow, uint32_t from, uint32_t to, uint16_t wanted, int left,
                                 uint32_t *candidate, int count)
{
    const __m256i bits_of_nibble = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2,
                                                    3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(15), ones = _mm256_set1_epi8(1);
    const __m256i want = _mm256_set1_epi16((short)wanted), over = _mm256_set1_epi16((short)(left + 1));
    uint32_t at = from;
    for (; to - at >= 16; at += 16) {
        __m256i off = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(follow + at)), want);
        __m256i bits = _mm256_add_epi8(
            _mm256_shuffle_epi8(bits_of_nibble, _mm256_and_si256(off, nibble)),
            _mm256_shuffle_epi8(bits_of_nibble, _mm256_and_si256(_mm256_srli_epi16(off, 4), nibble)));
        __m256i is_near = _mm256_cmpgt_epi16(over, _mm256_maddubs_epi16(bits, ones));
        for (uint32_t near = (uint32_t)_mm256_movemask_epi8(is_near) & 0x55555555u; near; near &= near - 1)
            candidate[count++] = at + (uint32_t)__builtin_ctz(near) / 2;
    }
    return scan_each(follow, at, to, wanted, left, candidate, count, bits_popcnt);
}

#define NAME avx2
#define TARGET TARGET_AVX2
#define BITS bits_popcnt
#define SCAN scan_avx2
#include "mih_loops.h"
#undef NAME
#undef TARGET
#undef BITS
#undef SCAN

#define NAME avx512
#define TARGET TARGET_AVX512
#define BITS bits_popcnt
#define SCAN scan_avx512
#include "mih_loops.h"
#undef NAME
#undef TARGET
#undef BITS
#undef SCAN
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

/* ---- Searching ---- */

/* What may differ in prefix and follow together: below the quotas of every chunk that they reach into. */
static int bound_of(const reach *of, int c)
{
    const mih *in = of->in;
    int bound = -1;
    for (int bits = in->chunk[c].prefix_bits + FOLLOW_BITS; bits > 0; c = (c + 1) % in->count) {
        bound += of->radius[c] + 1;
        bits -= in->chunk[c].width;
    }
    return bound;
}

/* Smaller distances need smaller quotas: take away where it saves most. */
static reach reach_for(const mih *in, int distance_max)
{
    reach made = {.in = in, .distance_max = distance_max};
    for (int c = 0; c < in->count; c++)
        made.radius[c] = in->chunk[c].radius;
    for (int spare = mih_reach(in) - distance_max; spare > 0; spare--) {
        int widest = 0;
        for (int c = 1; c < in->count; c++)
            if (made.radius[c] > made.radius[widest])
                widest = c;
        made.radius[widest]--;
    }
    for (int c = 0; c < in->count; c++)
        made.bound[c] = bound_of(&made, c);
    return made;
}

bool mih_search(enum variant with, const mih *in, const uint8_t *queries, size_t query_count, int distance_max,
                hits *found)
{
    const reach within = reach_for(in, distance_max);
    for (size_t at = 0; at < query_count; at++) {
        const uint8_t *query = queries + at * HASH_BYTES;
        size_t before = found->count;
        lookup of = {.reach = &within,
                     .query = load(query),
                     .query_at = at,
                     .records_left = in->row_count * RECORDS_EACH + RECORDS_FREE,
                     .candidates_left = in->row_count / CANDIDATES_SHARE + CANDIDATES_FREE};
        for (int c = 0; c < in->count; c++) {
            of.prefix[c] = bits_from(&of.query, in->chunk[c].first_bit, in->chunk[c].prefix_bits);
            of.follow[c] = (uint16_t)bits_from(&of.query, in->chunk[c].follow_bit, FOLLOW_BITS);
        }
        if (kernel_of(with)->look_up(&of, found))
            continue;
        if (found->state != HITS_SWOLLEN)
            return false;
        found->state = HITS_FINE;
        found->count = before;
        if (!hamming_stream(with, query, at, in->hash, in->row_count, distance_max, found))
            return false;
    }
    return true;
}

/* Places that would be read. The offsets are not checked yet: a lie makes this number wrong only. */
static double places_to_read(const reach *within, int c, const grouped *queries)
{
    const chunk *one = &within->in->chunk[c];
    double places = 0;
    for (uint32_t prefix = 0; prefix < (uint32_t)1 << one->prefix_bits; prefix++) {
        uint64_t near = 0;
        for (int weight = 0; weight <= within->radius[c]; weight++)
            for (int k = 0; k < masks_of(one->prefix_bits, weight); k++) {
                uint32_t other = prefix ^ mask_of(weight, k);
                near += queries->offset[other + 1] - queries->offset[other];
            }
        places += (double)near * (uint32_t)(one->offset[prefix + 1] - one->offset[prefix]);
    }
    return places;
}

static bool join_with(enum variant with, const reach *within, const uint8_t *queries, size_t query_count,
                      const grouped *room, hits *found)
{
    const mih *in = within->in;
    double pairs = (double)query_count * (double)in->row_count, read = 0;
    gathering of = {.reach = within, .queries = queries,
                    .pairs_left = (int64_t)(pairs / JOIN_PAIRS_SHARE) + CANDIDATES_FREE};
    grouped made = *room;
    for (; of.chunk < in->count; of.chunk++) {
        if (within->radius[of.chunk] < 0)
            continue;
        mih_fill(queries, query_count, &in->chunk[of.chunk], made.offset, made.follow, made.query);
        read += places_to_read(within, of.chunk, &made);
        if (read > pairs / JOIN_PLACES_SHARE + RECORDS_FREE)
            return stop(found, HITS_SWOLLEN);
        if (!kernel_of(with)->join_chunk(&of, &made, found))
            return false;
    }
    return true;
}

bool mih_join(enum variant with, const mih *in, const uint8_t *queries, size_t query_count, int distance_max,
              hits *found)
{
    const reach within = reach_for(in, distance_max);
    size_t before = found->count;
    int prefix_bits_max = 0;
    for (int c = 0; c < in->count; c++)
        prefix_bits_max = in->chunk[c].prefix_bits > prefix_bits_max ? in->chunk[c].prefix_bits : prefix_bits_max;
    grouped room = {.offset = malloc((((size_t)1 << prefix_bits_max) + 1) * sizeof *room.offset),
                    .query = malloc((query_count + 1) * sizeof *room.query),
                    .follow = malloc((query_count + 1) * sizeof *room.follow)};
    bool done = room.offset && room.query && room.follow
                    ? join_with(with, &within, queries, query_count, &room, found)
                    : stop(found, HITS_NO_MEMORY);
    free(room.offset);
    free(room.query);
    free(room.follow);
    if (done || found->state != HITS_SWOLLEN)
        return done;
    found->state = HITS_FINE;
    found->count = before;
    return hamming_search(with, queries, query_count, in->hash, in->row_count, distance_max, found);
}
