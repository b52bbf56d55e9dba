/* The inner loops of PDQ. Included by pdq.c once for each variant, with NAME (its suffix), TARGET (the attribute its
   functions carry) and VECTOR_BYTES (the registers it has). */

#define JOIN_(WHAT, WHICH) WHAT##_##WHICH
#define JOIN(WHAT, WHICH) JOIN_(WHAT, WHICH)
#define OWN(WHAT) JOIN(WHAT, NAME)
#define FLOATS (VECTOR_BYTES / (int)sizeof(float))

typedef float OWN(floats) __attribute__((vector_size(VECTOR_BYTES)));

/* part = (or +=, unless it is the `first`) four weighted rows of bytes; missing ones have weight zero. */
TARGET static inline void OWN(four_rows)(uint16_t *restrict part, bool first, const uint8_t *row, ptrdiff_t stride,
                                          size_t n, const int32_t *weights, int count)
{
    const uint8_t *a = row, *b = count > 1 ? a + stride : a, *c = count > 2 ? b + stride : a,
                  *d = count > 3 ? c + stride : a;
    uint16_t u = (uint16_t)weights[0], v = count > 1 ? (uint16_t)weights[1] : 0,
             w = count > 2 ? (uint16_t)weights[2] : 0, x = count > 3 ? (uint16_t)weights[3] : 0;
    if (first)
        for (size_t k = 0; k < n; k++)
            part[k] = (uint16_t)(u * a[k] + v * b[k] + w * c[k] + x * d[k]);
    else
        for (size_t k = 0; k < n; k++)
            part[k] += (uint16_t)(u * a[k] + v * b[k] + w * c[k] + x * d[k]);
}

/* sum[0..n) = the weighted sum of `count` rows of bytes; `part` is room for n. */
TARGET static void OWN(rows_of_bytes)(int32_t *restrict sum, uint16_t *restrict part, const uint8_t *row,
                                      ptrdiff_t stride, size_t n, const int32_t *weights, int count)
{
    bool empty = true;
    for (int at = 0; at < count;) {
        int begin = at, end = at, total = 0;
        while (end < count && total + weights[end] <= PART_WEIGHT_MAX)
            total += weights[end++];
        if (end == at) { /* a row too heavy for 16 bits */
            const uint8_t *a = row + at * stride;
            int32_t weight = weights[at++];
            if (empty)
                memset(sum, 0, n * sizeof *sum);
            for (size_t k = 0; k < n; k++)
                sum[k] += weight * a[k];
        } else {
            for (; at < end; at = at + 4 < end ? at + 4 : end)
                OWN(four_rows)(part, at == begin, row + at * stride, stride, n, weights + at, end - at);
            if (empty)
                for (size_t k = 0; k < n; k++)
                    sum[k] = part[k];
            else
                for (size_t k = 0; k < n; k++)
                    sum[k] += part[k];
        }
        empty = false;
    }
}

/* The same for floats, in doubles. */
TARGET static void OWN(rows_of_floats)(double *restrict sum, const char *row, ptrdiff_t stride, size_t n,
                                       const int32_t *weights, int count)
{
    memset(sum, 0, n * sizeof *sum);
    for (int at = 0; at < count; at++) {
        const float *values = (const float *)(row + at * stride);
        double weight = weights[at];
        for (size_t k = 0; k < n; k++)
            sum[k] += weight * values[k];
    }
}

/* The weighted sum of every tap of `columns`, in eight parts that are added in one order whatever the registers (which
   matters to floats only: sums of whole numbers are exact). */
#define COLUMNS(WHAT, TYPE)                                                                                          \
    TARGET static void OWN(WHAT)(const TYPE *sum, const side *columns, double *totals)                               \
    {                                                                                                                \
        for (int t = 0; t < columns->taps.taps; t++) {                                                               \
            const TYPE *values = sum + columns->first[t];                                                            \
            const double *weights = columns->spread + columns->at[t];                                                \
            double part[PARTS] = {0};                                                                                \
            for (int k = 0; k < columns->count[t]; k += PARTS)                                                       \
                _Pragma("GCC unroll 8") for (int p = 0; p < PARTS; p++) part[p] += values[k + p] * weights[k + p];   \
            totals[t] = ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));   \
        }                                                                                                            \
    }

COLUMNS(columns_of_ints, int32_t)
COLUMNS(columns_of_doubles, double)

/* made[0..16)[0..n) = the product of a matrix left[row * across + k * down] of 16 x 64 with right[64][n], each sum taken
   in the order of k as the reference does; four rows at a time, so that the sums stay in registers. */
TARGET static inline __attribute__((always_inline)) void OWN(product)(float *made, const float *left, int across,
                                                                      int down, const float *right, int n)
{
    for (int i = 0; i < FREQUENCIES; i += 4)
        for (int j = 0; j < n; j += FLOATS) {
            OWN(floats) a = {0}, b = {0}, c = {0}, d = {0};
            for (int k = 0; k < SAMPLES; k++) {
                OWN(floats) value;
                memcpy(&value, right + k * n + j, sizeof value);
                const float *factor = left + i * across + k * down;
                a += factor[0] * value;
                b += factor[across] * value;
                c += factor[2 * across] * value;
                d += factor[3 * across] * value;
            }
            memcpy(made + i * n + j, &a, sizeof a);
            memcpy(made + (i + 1) * n + j, &b, sizeof b);
            memcpy(made + (i + 2) * n + j, &c, sizeof c);
            memcpy(made + (i + 3) * n + j, &d, sizeof d);
        }
}

/* coefficients = cosines * samples * transposed cosines. */
TARGET static void OWN(transform)(const float *samples, float *coefficients)
{
    float half[FREQUENCIES * SAMPLES];
    OWN(product)(half, &cosines[0][0], 1, FREQUENCIES, samples, SAMPLES);
    OWN(product)(coefficients, half, SAMPLES, 1, &cosines[0][0], FREQUENCIES);
}

static const kernel OWN(kernel) = {OWN(rows_of_bytes), OWN(rows_of_floats), OWN(columns_of_ints),
                                   OWN(columns_of_doubles), OWN(transform)};

#undef JOIN_
#undef JOIN
#undef OWN
#undef COLUMNS
#undef FLOATS
#undef NAME
#undef TARGET
#undef VECTOR_BYTES
