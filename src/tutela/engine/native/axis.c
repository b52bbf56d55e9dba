#include "axis.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    int side, width, before, after; /* the box: pixels before and after its own */
} box;

static box box_for(int side)
{
    int width = (side + 2 * SAMPLES - 1) / (2 * SAMPLES);
    return (box){.side = side, .width = width, .before = (width - 1) / 2, .after = width / 2};
}

static int box_first(const box *of, int at) { return at < of->before ? 0 : at - of->before; }
static int box_last(const box *of, int at) { return at + of->after < of->side ? at + of->after : of->side - 1; }
static int box_size(const box *of, int at) { return box_last(of, at) - box_first(of, at) + 1; }

/* The pixel that a sample is taken at: the middle of its 64th of the side. */
static int sample_at(int side, int sample) { return (int)((sample + 0.5) * side / SAMPLES); }

/* Write the tap made of the boxes at pixels from..to, all of one size, that feed a sample of `outer` boxes. */
static bool add_tap(axis *made, const box *of, int sample, int outer, int from, int to, int shift, bool reversed)
{
    int first = box_first(of, from), last = box_last(of, to), full = last - first + 1;
    if (made->taps == TAPS_MAX)
        return false;
    int32_t *weights = made->weights + made->weight_count;
    int start = reversed ? of->side - 1 - last : first;
    int decoded_first = start >> shift, decoded = ((start + full - 1) >> shift) - decoded_first + 1;
    memset(weights, 0, (size_t)decoded * sizeof *weights);
    /* How many of the boxes cover each pixel: up by one where a box begins, down by one after it ends. */
    for (int offset = 0, covering = 0, begun = from, ended = from; offset < full; offset++) {
        for (; begun <= to && box_first(of, begun) <= first + offset; begun++)
            covering++;
        for (; ended <= to && box_last(of, ended) < first + offset; ended++)
            covering--;
        int pixel = reversed ? of->side - 1 - (first + offset) : first + offset;
        weights[(pixel >> shift) - decoded_first] += covering;
    }
    tap *now = &made->tap[made->taps];
    *now = (tap){.sample = sample,
                 .first = decoded_first,
                 .count = decoded,
                 .divisor = outer * box_size(of, from),
                 .weights = made->weight_count};
    const tap *before = made->taps ? now - 1 : NULL;
    if (before && before->count == decoded &&
        memcmp(made->weights + before->weights, weights, (size_t)decoded * sizeof *weights) == 0)
        now->weights = before->weights;
    else
        made->weight_count += decoded;
    made->taps++;
    return true;
}

bool axis_make(axis *made, int side, int scale, bool reversed)
{
    box of = box_for(side);
    int shift = __builtin_ctz((unsigned)scale);
    /* A tap spans less than two boxes, and one decoded pixel more where it is not aligned. */
    size_t room = (size_t)TAPS_MAX * (2 * (size_t)of.width + 2);
    *made = (axis){.weights = malloc(room * sizeof(int32_t))};
    if (!made->weights)
        return false;
    for (int sample = 0; sample < SAMPLES; sample++) {
        int at = sample_at(side, sample);
        int from = box_first(&of, at), last = box_last(&of, at), outer = box_size(&of, at);
        while (from <= last) {
            int to = from;
            while (to < last && box_size(&of, to + 1) == box_size(&of, from))
                to++;
            if (!add_tap(made, &of, sample, outer, from, to, shift, reversed)) {
                axis_free(made);
                return false;
            }
            from = to + 1;
        }
    }
    return true;
}

void axis_free(axis *made)
{
    free(made->weights);
    made->weights = NULL;
}
