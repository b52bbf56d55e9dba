#include "mih.h"

#include "bits.h"

bool mih_describe(const uint8_t *plan, size_t chunk_count, size_t row_count, mih *made, size_t *offsets_wanted)
{
    int first_bit = 0;
    *made = (mih){.row_count = row_count, .count = (int)chunk_count};
    *offsets_wanted = 0;
    if (chunk_count < 1 || chunk_count > CHUNKS_MAX || row_count > UINT32_MAX)
        return false;
    for (int c = 0; c < made->count; c++) {
        int width = *plan++, radius = *plan++, prefix_bits = *plan++;
        if (width < 1 || width > WIDTH_MAX || radius > RADIUS_MAX || prefix_bits < 1 || prefix_bits > width ||
            prefix_bits > PREFIX_BITS_MAX)
            return false;
        made->chunk[c] = (chunk){.width = width,
                                 .radius = radius,
                                 .prefix_bits = prefix_bits,
                                 .first_bit = first_bit,
                                 .follow_bit = (first_bit + prefix_bits) % HASH_BITS};
        first_bit += width;
        *offsets_wanted += ((size_t)1 << prefix_bits) + 1;
    }
    return first_bit == HASH_BITS;
}

void mih_attach(mih *made, const uint8_t *hash, const uint32_t *offset, const uint16_t *follow,
                const uint32_t *row)
{
    made->hash = hash;
    for (int c = 0; c < made->count; c++) {
        made->chunk[c].offset = offset;
        made->chunk[c].follow = follow;
        made->chunk[c].row = row;
        offset += ((size_t)1 << made->chunk[c].prefix_bits) + 1;
        follow += made->row_count;
        row += made->row_count;
    }
}

int mih_reach(const mih *in)
{
    int units = 0;
    for (int c = 0; c < in->count; c++)
        units += in->chunk[c].radius + 1;
    return units - 1;
}

void mih_fill(const uint8_t *hash, size_t row_count, const chunk *of, uint32_t *offset, uint16_t *follow,
              uint32_t *order)
{
    size_t prefixes = (size_t)1 << of->prefix_bits;
    memset(offset, 0, (prefixes + 1) * sizeof *offset);
    for (size_t row = 0; row < row_count; row++) {
        words r = load(hash + row * HASH_BYTES);
        offset[bits_from(&r, of->first_bit, of->prefix_bits)]++;
    }
    uint32_t total = 0;
    for (size_t k = 0; k <= prefixes; k++) {
        uint32_t count = offset[k];
        offset[k] = total;
        total += count;
    }
    for (size_t row = 0; row < row_count; row++) {
        words r = load(hash + row * HASH_BYTES);
        uint32_t to = offset[bits_from(&r, of->first_bit, of->prefix_bits)]++;
        if (to >= row_count) /* somebody changed the table between the two readings */
            continue;
        order[to] = (uint32_t)row;
        follow[to] = (uint16_t)bits_from(&r, of->follow_bit, FOLLOW_BITS);
    }
    memmove(offset + 1, offset, prefixes * sizeof *offset);
    offset[0] = 0;
}
