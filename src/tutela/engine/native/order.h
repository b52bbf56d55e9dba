/* One fixed order of the bits of a hash, in which indexes are laid out.

   Neighbouring bits of a PDQ depend on each other, so chunks of neighbours would crowd into few prefixes. The order is a
   shuffle (Fisher and Yates) by splitmix64 from a fixed seed. It is part of the format of index files: never change it. */

#ifndef TUTELA_ORDER_H
#define TUTELA_ORDER_H

#include "bits.h"

#include <stddef.h>

#define ORDER_SEED 0x747574656c61u /* "tutela" */

void order_prepare(void); /* once, before anything else */

/* Bit k of each hash laid out is bit order[k] of the hash; bit k of a hash is bit k % 8 of byte k / 8. */
void order_lay(const uint8_t *hashes, size_t count, uint8_t *laid);

#endif
