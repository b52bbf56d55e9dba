#include "order.h"

/* What each value of each byte becomes. */
static words turned[HASH_BYTES][256];

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void order_prepare(void)
{
    uint8_t order[HASH_BITS], place[HASH_BITS];
    uint64_t state = ORDER_SEED;
    for (int k = 0; k < HASH_BITS; k++)
        order[k] = (uint8_t)k;
    for (int k = HASH_BITS - 1; k > 0; k--) {
        int other = (int)(splitmix64(&state) % (uint64_t)(k + 1));
        uint8_t taken = order[k];
        order[k] = order[other];
        order[other] = taken;
    }
    for (int k = 0; k < HASH_BITS; k++)
        place[order[k]] = (uint8_t)k;
    for (int byte = 0; byte < HASH_BYTES; byte++)
        for (int value = 1; value < 256; value++) {
            int to = place[byte * 8 + __builtin_ctz((unsigned)value)];
            turned[byte][value] = turned[byte][value & (value - 1)]; /* one bit more than a smaller value */
            turned[byte][value].word[to / 64] |= (uint64_t)1 << to % 64;
        }
}

void order_lay(const uint8_t *hashes, size_t count, uint8_t *laid)
{
    for (size_t at = 0; at < count; at++) {
        const uint8_t *hash = hashes + at * HASH_BYTES;
        words made = {{0}};
        for (int byte = 0; byte < HASH_BYTES; byte++)
            for (int k = 0; k < WORDS; k++)
                made.word[k] |= turned[byte][hash[byte]].word[k];
        memcpy(laid + at * HASH_BYTES, made.word, HASH_BYTES);
    }
}
