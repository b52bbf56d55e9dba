/* Multi-index hashing: every row of a table within a small distance of a query, without looking at every row.

   The 256 bits are cut into chunks, laid in a ring, each with a radius. Let a chunk's quota be its radius plus one, and
   let the quotas add up to more than the distance D asked for. Then two hashes within D have a chunk from which on, going
   round the ring, the differing bits of one, two, three ... chunks together always stay below the quotas of those chunks
   together: were there none, the whole ring would exceed D. (The general pigeonhole principle is the first step of this;
   the further steps are the pigeonring of Qin and Xiao, 2018.)

   So for each chunk: rows stand in order of the chunk's first bits, its prefix, and `offset` says where those of each
   prefix begin. Every prefix within the radius is tried (first step). Beside each row stand the FOLLOW_BITS bits that
   follow the prefix, which reach into the next chunk; rows that already differ by the quotas there are left (second
   step). What remains, some in a thousand of those read, is measured in full. Every row within D passes in at least one
   chunk, so nothing is missed.

   Nothing here trusts the index: offsets and row numbers are checked before they are followed. */

#ifndef TUTELA_MIH_H
#define TUTELA_MIH_H

#include "hamming.h"

#define CHUNKS_MAX 32
#define RADIUS_MAX 2
#define PREFIX_BITS_MAX 24
#define WIDTH_MAX 32
#define FOLLOW_BITS 16

typedef struct {
    int width, radius, prefix_bits;
    int first_bit, follow_bit;
    const uint32_t *offset; /* 2^prefix_bits + 1 places in the chunk's order */
    const uint16_t *follow; /* in the chunk's order: the bits after the prefix */
    const uint32_t *row;    /* and the row of the table */
} chunk;

typedef struct {
    const uint8_t *hash;
    size_t row_count;
    int count;
    chunk chunk[CHUNKS_MAX];
} mih;

void mih_prepare(void); /* once, before anything else */

/* Describe an index: `plan` is width, radius and prefix bits of each chunk. False where that cannot be. The chunks'
   tables follow each other: `*offsets_wanted` offsets, and a follow and a row for each row of each chunk. */
bool mih_describe(const uint8_t *plan, size_t chunk_count, size_t row_count, mih *made, size_t *offsets_wanted);
void mih_attach(mih *made, const uint8_t *hash, const uint32_t *offset, const uint16_t *follow, const uint32_t *row);

/* The farthest distance within which an index misses nothing. */
int mih_reach(const mih *in);

/* Append every pair within `distance_max`, which is at most the index's reach. False when it had to stop; the state of
   `found` says why. Where buckets are swollen it reads the whole table instead. */
bool mih_search(enum variant with, const mih *in, const uint8_t *queries, size_t query_count, int distance_max,
                hits *found);

/* The same, in no order, for many queries: those of one prefix pass over the rows of one prefix together. */
bool mih_join(enum variant with, const mih *in, const uint8_t *queries, size_t query_count, int distance_max,
              hits *found);

/* Lay out one chunk of a table: 2^prefix_bits + 1 offsets, as many of the others as rows. */
void mih_fill(const uint8_t *hash, size_t row_count, const chunk *of, uint32_t *offset, uint16_t *follow,
              uint32_t *order);

#endif
