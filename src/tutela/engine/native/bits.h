/* Hashes of 256 bits as four words, and the bits that differ between them. */

#ifndef TUTELA_BITS_H
#define TUTELA_BITS_H

#include "variant.h"

#include <stdint.h>
#include <string.h>

#define HASH_BYTES 32
#define HASH_BITS 256
#define WORDS 4

typedef struct {
    uint64_t word[WORDS];
} words;

INLINE uint64_t word_of(const uint8_t *hash, int k)
{
    uint64_t word;
    memcpy(&word, hash + k * (int)sizeof word, sizeof word);
    return word;
}

INLINE words load(const uint8_t *hash)
{
    return (words){{word_of(hash, 0), word_of(hash, 1), word_of(hash, 2), word_of(hash, 3)}};
}

/* Bits set, for CPUs without an instruction for it (GCC's own fallback is a table). */
INLINE int bits_portable(uint64_t x)
{
#if defined(__aarch64__) || defined(__powerpc64__)
    return __builtin_popcountll(x);
#else
    x -= x >> 1 & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    return (int)(((x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu) * 0x0101010101010101u >> 56);
#endif
}

INLINE int bits_popcnt(uint64_t x) { return __builtin_popcountll(x); }

#define DISTANCE(BITS, Q, R0, R1, R2, R3)                                                                            \
    (BITS((Q).word[0] ^ (R0)) + BITS((Q).word[1] ^ (R1)) + BITS((Q).word[2] ^ (R2)) + BITS((Q).word[3] ^ (R3)))

/* `width` bits (1..32) of a hash from bit `first`, those of each word counted from its lowest, going round. */
INLINE uint32_t bits_from(const words *of, int first, int width)
{
    int k = first / 64, shift = first % 64;
    uint64_t low = of->word[k] >> shift;
    if (shift + width > 64)
        low |= of->word[(k + 1) % WORDS] << (64 - shift);
    return (uint32_t)(low & (((uint64_t)1 << width) - 1));
}

#endif
