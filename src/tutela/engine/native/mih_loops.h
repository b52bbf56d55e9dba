/* Looking one query up. Included by mih.c once for each variant, with NAME (its suffix), TARGET (the attribute its
   functions carry), BITS (its count of bits) and SCAN (its way to read a run of what follows). */

#define JOIN_(WHAT, WHICH) WHAT##_##WHICH
#define JOIN(WHAT, WHICH) JOIN_(WHAT, WHICH)
#define OWN(WHAT) JOIN(WHAT, NAME)

/* Whether chunk `c` finds a pair whose words differ so. */
TARGET INLINE bool OWN(finds)(const reach *of, int c, const words *off)
{
    const chunk *one = &of->in->chunk[c];
    int prefix = BITS(bits_from(off, one->first_bit, one->prefix_bits));
    int both = prefix + BITS(bits_from(off, one->follow_bit, FOLLOW_BITS));
    return prefix <= of->radius[c] && both <= of->bound[c];
}

/* Measure one pair that chunk `c` has found; where an earlier chunk finds it as well, it was that one's to report. */
TARGET INLINE bool OWN(measure_pair)(const reach *of, int c, const words *query, size_t query_at, uint32_t row_at,
                                     hits *found)
{
    words off = load(of->in->hash + (size_t)row_at * HASH_BYTES);
    for (int k = 0; k < WORDS; k++)
        off.word[k] ^= query->word[k];
    int distance = BITS(off.word[0]) + BITS(off.word[1]) + BITS(off.word[2]) + BITS(off.word[3]);
    if (__builtin_expect(distance > of->distance_max, 1))
        return true;
    for (int before = 0; before < c; before++)
        if (OWN(finds)(of, before, &off))
            return true;
    return hits_add(found, query_at, row_at, distance);
}

TARGET static bool OWN(measure)(const lookup *of, const stage *at, hits *found)
{
    for (int k = 0; k < at->candidate_count; k++)
        if (!OWN(measure_pair)(of->reach, at->chunk, &of->query, of->query_at, at->candidate[k], found))
            return false;
    return true;
}

/* Read the runs of a stage: places where what follows is near enough become candidates. */
TARGET static bool OWN(read_runs)(lookup *of, stage *at, hits *found)
{
    const chunk *one = &of->reach->in->chunk[at->chunk];
    int count = 0;
    for (int k = 0; k < at->count; k++) {
        for (uint32_t from = at->from[k], until; from < at->to[k]; from = until) {
            until = at->to[k] - from > RUN_MAX ? from + RUN_MAX : at->to[k];
            if (__builtin_expect(count > CANDIDATES_MAX - RUN_MAX, 0)) { /* a swollen bucket: measure what there is */
                at->candidate_count = count;
                if (!resolve(of, at, found) || !OWN(measure)(of, at, found))
                    return false;
                count = 0;
            }
            count = SCAN(one->follow, from, until, of->follow[at->chunk], at->left[k], at->candidate, count);
        }
    }
    at->candidate_count = count;
    for (int k = 0; k < count; k++)
        __builtin_prefetch(one->row + at->candidate[k]);
    return true;
}

/* One query: stages follow each other so that each one's memory is on its way while others are worked on. */
TARGET static bool OWN(look_up)(lookup *of, hits *found)
{
    stage stages[STAGES];
    cursor next = {0};
    int made = 0;
    bool more = true;
    for (int step = 0; more || step < made + STAGES - 1; step++) {
        more = more && aim(of, &next, &stages[made % STAGES]);
        made += more;
#define STAGE(BACK) (step >= (BACK) && step - (BACK) < made)
#define AT(BACK) &stages[(step - (BACK)) % STAGES]
        if ((STAGE(1) && !find_runs(of, AT(1), found)) || (STAGE(2) && !OWN(read_runs)(of, AT(2), found)) ||
            (STAGE(3) && !resolve(of, AT(3), found)) || (STAGE(4) && !OWN(measure)(of, AT(4), found)))
            return false;
#undef STAGE
#undef AT
    }
    return true;
}

/* ---- Many queries at once ---- */

/* Measure the pairs gathered so far: rows first, so that their hashes are on their way together. */
TARGET static bool OWN(measure_pairs)(gathering *of, hits *found)
{
    const mih *in = of->reach->in;
    const uint32_t *order = in->chunk[of->chunk].row;
    for (int k = 0; k < of->count; k++) {
        of->place[k] = order[of->place[k]];
        if (__builtin_expect(of->place[k] >= in->row_count, 0))
            return stop(found, HITS_CORRUPT);
        __builtin_prefetch(in->hash + (size_t)of->place[k] * HASH_BYTES);
    }
    for (int k = 0; k < of->count; k++) {
        words query = load(of->queries + (size_t)of->query[k] * HASH_BYTES);
        if (!OWN(measure_pair)(of->reach, of->chunk, &query, of->query[k], of->place[k], found))
            return false;
    }
    of->pairs_left -= of->count < of->pairs_left ? of->count : of->pairs_left;
    of->count = 0;
    return of->pairs_left > 0 || stop(found, HITS_SWOLLEN);
}

/* The rows of one prefix against the queries of another. */
TARGET static bool OWN(meet)(gathering *of, const grouped *queries, uint32_t from, uint32_t to, uint32_t prefix,
                             int left, hits *found)
{
    const uint16_t *follow = of->reach->in->chunk[of->chunk].follow;
    for (uint32_t at = queries->offset[prefix]; at < queries->offset[prefix + 1]; at++) {
        for (uint32_t begin = from, until; begin < to; begin = until) {
            until = to - begin > RUN_MAX ? begin + RUN_MAX : to;
            if (of->count > GATHERED_MAX - RUN_MAX && !OWN(measure_pairs)(of, found))
                return false;
            int count = SCAN(follow, begin, until, queries->follow[at], left, of->place, of->count);
            for (; of->count < count; of->count++)
                of->query[of->count] = queries->query[at];
        }
    }
    return true;
}

/* One chunk: every prefix's rows against the queries of every prefix within the radius. */
TARGET static bool OWN(join_chunk)(gathering *of, const grouped *queries, hits *found)
{
    const chunk *one = &of->reach->in->chunk[of->chunk];
    int radius = of->reach->radius[of->chunk], bound = of->reach->bound[of->chunk];
    for (uint32_t prefix = 0; prefix < (uint32_t)1 << one->prefix_bits; prefix++) {
        uint32_t from = one->offset[prefix], to = one->offset[prefix + 1];
        if (__builtin_expect(from > to || to > of->reach->in->row_count, 0))
            return stop(found, HITS_CORRUPT);
        if (from == to)
            continue;
        for (int weight = 0; weight <= radius; weight++)
            for (int k = 0; k < masks_of(one->prefix_bits, weight); k++)
                if (!OWN(meet)(of, queries, from, to, prefix ^ mask_of(weight, k), bound - weight, found))
                    return false;
    }
    return OWN(measure_pairs)(of, found);
}

static const kernel NAME = {OWN(look_up), OWN(join_chunk)};

#undef JOIN_
#undef JOIN
#undef OWN
