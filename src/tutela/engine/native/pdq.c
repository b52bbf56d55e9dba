#include "pdq.h"

#include "axis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FREQUENCIES 16
#define COEFFICIENTS (FREQUENCIES * FREQUENCIES)
#define MEDIAN_RANK 127 /* the 128th smallest of 256 */
#define NEAR 0.5f
#define SIGN 0x80000000u
#define PARTS 8 /* of a sum over columns: taps are padded to a multiple of this many values */
#define PART_WEIGHT_MAX (UINT16_MAX / UINT8_MAX) /* rows of this weight together fit sums of 16 bits */

static const int LUMA_RGB[3] = {299, 587, 114};
#define LUMA_DIVISOR 1000

/* ---- The inner loops, once for each variant ---- */

/* One way of reading a side, with its weights spread over interleaved channels for the passes over columns. */
typedef struct {
    axis taps;
    double *spread;      /* weight times luma weight, each tap padded with zeros to whole vectors */
    int at[TAPS_MAX];    /* where a tap's weights begin in spread */
    int first[TAPS_MAX]; /* where its values begin in a row */
    int count[TAPS_MAX]; /* and how many there are of both */
} side;

/* See pdq_loops.h. */
typedef struct {
    void (*rows_of_bytes)(int32_t *restrict sum, uint16_t *restrict part, const uint8_t *row, ptrdiff_t stride,
                          size_t n, const int32_t *weights, int count);
    void (*rows_of_floats)(double *restrict sum, const char *row, ptrdiff_t stride, size_t n, const int32_t *weights,
                           int count);
    void (*columns_of_ints)(const int32_t *sum, const side *columns, double *totals);
    void (*columns_of_doubles)(const double *sum, const side *columns, double *totals);
    void (*transform)(const float *samples, float *coefficients);
} kernel;

static float cosines[SAMPLES][FREQUENCIES];

void pdq_prepare(void)
{
    const double pi = 3.14159265358979323846;
    const float scale = (float)sqrt(2.0 / SAMPLES); /* the reference rounds here */
    for (int i = 0; i < FREQUENCIES; i++)
        for (int j = 0; j < SAMPLES; j++)
            cosines[j][i] = (float)((double)scale * cos((pi / 2.0 / SAMPLES) * (i + 1) * (2 * j + 1)));
}

#define NAME portable
#define TARGET
#define VECTOR_BYTES 16
#include "pdq_loops.h"

#if X86
#define NAME avx2
#define TARGET TARGET_AVX2
#define VECTOR_BYTES 32
#include "pdq_loops.h"

#define NAME avx512
#define TARGET TARGET_AVX512
#define VECTOR_BYTES 64
#include "pdq_loops.h"
#endif

static const kernel *kernel_of(enum variant with)
{
#if X86
    /* Counting bits is no part of PDQ: the second is the first again. */
    static const kernel *const kernels[VARIANT_COUNT] = {&kernel_portable, &kernel_portable, &kernel_avx2,
                                                         &kernel_avx512};
    return kernels[with];
#else
    (void)with;
    return &kernel_portable;
#endif
}

/* ---- Samples ---- */

typedef double grid[SAMPLES][SAMPLES];

/* Everything one picture needs while it is sampled; index 0 is forwards, 1 backwards. */
typedef struct {
    const kernel *run;
    const picture *of;
    int channels;
    axis rows[2]; /* without taps where no orientation asks for that way */
    side columns[2];
    void *sum;      /* ints or doubles, a row of them and a padding of zeros */
    uint16_t *part; /* a row */
    grid *grids[2][2];
} sampling;

static size_t padded(int count, int channels)
{
    return ((size_t)count * (size_t)channels + PARTS - 1) / PARTS * PARTS;
}

static bool side_spread(side *made, int channels, const int *luma)
{
    const axis *taps = &made->taps;
    size_t room = 0;
    for (int at = 0; at < taps->taps; at++)
        if (at == 0 || taps->tap[at].weights != taps->tap[at - 1].weights)
            room += padded(taps->tap[at].count, channels);
    double *next = made->spread = calloc(room, sizeof(double));
    if (!next)
        return false;
    for (int at = 0; at < taps->taps; at++) {
        const tap *now = &taps->tap[at];
        made->first[at] = now->first * channels;
        made->count[at] = (int)padded(now->count, channels);
        if (at && now->weights == now[-1].weights) {
            made->at[at] = made->at[at - 1];
            continue;
        }
        made->at[at] = (int)(next - made->spread);
        for (int k = 0; k < now->count; k++)
            for (int channel = 0; channel < channels; channel++)
                next[k * channels + channel] = (double)taps->weights[now->weights + k] * luma[channel];
        next += made->count[at];
    }
    return true;
}

/* Weigh one set of rows into the grids, with columns read both ways where needed. */
static void sample_rows(sampling *now, int row_way, int at)
{
    const picture *of = now->of;
    const axis *rows = &now->rows[row_way];
    const tap *row = &rows->tap[at];
    const char *first = of->pixels + (ptrdiff_t)row->first * of->row_stride;
    const int32_t *weights = rows->weights + row->weights;
    size_t n = (size_t)of->width * (size_t)now->channels;
    if (of->kind == PIXELS_FLOAT)
        now->run->rows_of_floats(now->sum, first, of->row_stride, n, weights, row->count);
    else
        now->run->rows_of_bytes(now->sum, now->part, (const uint8_t *)first, of->row_stride, n, weights, row->count);
    for (int way = 0; way < 2; way++) {
        grid *into = now->grids[row_way][way];
        if (!into)
            continue;
        const side *columns = &now->columns[way];
        double totals[TAPS_MAX], *samples = (*into)[row->sample];
        if (of->kind == PIXELS_FLOAT)
            now->run->columns_of_doubles(now->sum, columns, totals);
        else
            now->run->columns_of_ints(now->sum, columns, totals);
        double divisor = (double)row->divisor * (now->channels == 3 ? LUMA_DIVISOR : 1);
        for (int t = 0; t < columns->taps.taps; t++)
            samples[columns->taps.tap[t].sample] += totals[t] / (divisor * columns->taps.tap[t].divisor);
    }
}

/* Fill the grids, going down the picture once: taps of both ways come in the order of their rows. */
static void sample(sampling *now)
{
    const axis *down = &now->rows[0], *up = &now->rows[1];
    int next_down = 0, next_up = up->taps - 1;
    while (next_down < down->taps || next_up >= 0) {
        if (next_up < 0 || (next_down < down->taps && down->tap[next_down].first <= up->tap[next_up].first))
            sample_rows(now, 0, next_down++);
        else
            sample_rows(now, 1, next_up--);
    }
}

static bool sampling_make(sampling *now)
{
    const picture *of = now->of;
    static const int plain[1] = {1};
    now->channels = of->kind == PIXELS_RGB ? 3 : 1;
    size_t n = (size_t)of->width * (size_t)now->channels;
    size_t each = of->kind == PIXELS_FLOAT ? sizeof(double) : sizeof(int32_t);
    now->sum = malloc((n + PARTS) * each);
    now->part = malloc(n * sizeof *now->part);
    if (!now->sum || !now->part)
        return false;
    memset((char *)now->sum + n * each, 0, PARTS * each);
    for (int way = 0; way < 2; way++) {
        bool rows = now->grids[way][0] || now->grids[way][1], columns = now->grids[0][way] || now->grids[1][way];
        if (rows && !axis_make(&now->rows[way], of->full_height, of->scale, way))
            return false;
        if (columns && !(axis_make(&now->columns[way].taps, of->full_width, of->scale, way) &&
                         side_spread(&now->columns[way], now->channels, now->channels == 3 ? LUMA_RGB : plain)))
            return false;
    }
    return true;
}

static void sampling_free(sampling *now)
{
    for (int way = 0; way < 2; way++) {
        axis_free(&now->rows[way]);
        axis_free(&now->columns[way].taps);
        free(now->columns[way].spread);
        free(now->grids[way][0]);
        free(now->grids[way][1]);
    }
    free(now->sum);
    free(now->part);
}

/* ---- Bits ---- */

static int quality_of(const float samples[SAMPLES][SAMPLES])
{
    int gradients = 0;
    for (int i = 0; i < SAMPLES; i++)
        for (int j = 0; j < SAMPLES; j++) {
            if (i + 1 < SAMPLES)
                gradients += abs((int)((samples[i][j] - samples[i + 1][j]) * 100 / 255));
            if (j + 1 < SAMPLES)
                gradients += abs((int)((samples[i][j] - samples[i][j + 1]) * 100 / 255));
        }
    return gradients / 90 > 100 ? 100 : gradients / 90;
}

/* The value of MEDIAN_RANK, found bit by bit: the greatest that no more than its rank are below. Floats are compared
   as whole numbers of the same order: the sign bit turned, negative ones turned altogether. */
static float median_of(const float *values)
{
    uint32_t keys[COEFFICIENTS], median = 0;
    memcpy(keys, values, sizeof keys);
    for (int k = 0; k < COEFFICIENTS; k++)
        keys[k] ^= keys[k] >> 31 ? UINT32_MAX : SIGN;
    for (uint32_t bit = SIGN; bit; bit >>= 1) {
        int below = 0;
        for (int k = 0; k < COEFFICIENTS; k++)
            below += keys[k] < (median | bit);
        if (below <= MEDIAN_RANK)
            median |= bit;
    }
    median ^= median & SIGN ? SIGN : UINT32_MAX;
    float value;
    memcpy(&value, &median, sizeof value);
    return value;
}

static bool hash_samples(const kernel *run, const float samples[SAMPLES][SAMPLES], pdq_result *made)
{
    float values[COEFFICIENTS];
    for (int k = 0; k < SAMPLES * SAMPLES; k++)
        if (!(fabsf((&samples[0][0])[k]) <= PDQ_LUMA_MAX)) /* also true of what is not a number */
            return false;
    run->transform(&samples[0][0], values);
    float median = median_of(values);
    *made = (pdq_result){.quality = quality_of(samples)};
    for (int k = 0; k < COEFFICIENTS; k++) {
        if (values[k] > median)
            made->hash[PDQ_BYTES - 1 - k / 8] |= (uint8_t)(1 << (k % 8));
        made->near_median += fabsf(values[k] - median) < NEAR;
    }
    return true;
}

/* How each EXIF orientation reads the stored picture; turned: its rows are the stored columns. */
typedef struct {
    bool rows_backwards, columns_backwards, turned;
} reading;

static const reading READING[ORIENTATIONS + 1] = {
    [1] = {false, false, false}, [2] = {false, true, false}, [3] = {true, true, false}, [4] = {true, false, false},
    [5] = {false, false, true},  [6] = {true, false, true},  [7] = {true, true, true},  [8] = {false, true, true},
};

static bool hash_reading(const sampling *now, const reading *as, pdq_result *made)
{
    const grid *from = now->grids[as->rows_backwards][as->columns_backwards];
    float samples[SAMPLES][SAMPLES];
    for (int i = 0; i < SAMPLES; i++)
        for (int j = 0; j < SAMPLES; j++)
            samples[i][j] = (float)(as->turned ? (*from)[j][i] : (*from)[i][j]);
    return hash_samples(now->run, samples, made);
}

static pdq_status hash_readings(sampling *now, const uint8_t *orientations, int count, pdq_result *made)
{
    for (int k = 0; k < count; k++) {
        const reading *as = &READING[orientations[k]];
        grid **into = &now->grids[as->rows_backwards][as->columns_backwards];
        if (!*into && !(*into = calloc(1, sizeof **into)))
            return PDQ_NO_MEMORY;
    }
    if (!sampling_make(now))
        return PDQ_NO_MEMORY;
    sample(now);
    for (int k = 0; k < count; k++)
        if (!hash_reading(now, &READING[orientations[k]], &made[k]))
            return PDQ_OUT_OF_RANGE;
    return PDQ_DONE;
}

pdq_status pdq_views(enum variant with, const picture *of, const uint8_t *orientations, int count, pdq_result *made)
{
    if (of->full_height < PDQ_SIDE_MIN || of->full_width < PDQ_SIDE_MIN) {
        for (int k = 0; k < count; k++)
            made[k] = (pdq_result){.near_median = COEFFICIENTS};
        return PDQ_DONE;
    }
    sampling now = {.run = kernel_of(with), .of = of};
    pdq_status status = hash_readings(&now, orientations, count, made);
    sampling_free(&now);
    return status;
}
