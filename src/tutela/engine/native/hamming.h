/* Hamming distance over tables of 256-bit hashes: exhaustive, exact, blocked.

   Few queries: the table streams past once; memory is the limit. Many: a block of the table is turned into planes (word
   0 of every row, word 1 ...) that stay in the first cache while every query passes over them, four at a time.

   Where the distance asked for is small, most rows are refused by one count: bits that differ in word 0 *or* word 1
   cannot be more than bits that differ in the whole, and two unrelated hashes have about 48 of 64 there. */

#ifndef TUTELA_HAMMING_H
#define TUTELA_HAMMING_H

#include "bits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t query, row;
    uint16_t distance;
} hit;

typedef struct {
    hit *hit;
    size_t count, room, limit;
    enum { HITS_FINE, HITS_NO_MEMORY, HITS_TOO_MANY, HITS_SWOLLEN, HITS_CORRUPT } state;
} hits;

/* Append one pair; false where there is no room for it. */
bool hits_add(hits *found, size_t query, size_t row, int distance);

int hamming_distance(const uint8_t *left, const uint8_t *right);

/* Append every pair within `distance_max` to `found`; of one query in the order of rows. False when it had to stop. */
bool hamming_search(enum variant with, const uint8_t *queries, size_t query_count, const uint8_t *table,
                    size_t row_count, int distance_max, hits *found);

/* The same for one query, whose number is `query_at`. */
bool hamming_stream(enum variant with, const uint8_t *query, size_t query_at, const uint8_t *table, size_t row_count,
                    int distance_max, hits *found);

/* Count all pairs by distance: counts[0..HASH_BITS]. */
void hamming_histogram(enum variant with, const uint8_t *left, size_t left_count, const uint8_t *right,
                       size_t right_count, int64_t *counts);

#endif
