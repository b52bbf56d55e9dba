/* One side of a picture as PDQ sees it: which pixels make each of its 64 samples, and with what weight.

   The reference blurs a picture with a box filter along both sides, twice, then takes 64 x 64 of its pixels. All of that
   is linear, so each sample is a weighted sum, and the weights of rows and columns multiply. A box of width w run twice
   is a tent: integers 1, 2 .. w .. 2, 1 over w * w. Only where the second box is cut short by the border are the
   divisors others; such a sample is the sum of two taps, each with whole weights and one divisor.

   Worked example: side 256, w = 2. Sample 0 sits at pixel 2; a box of width 2 covers a pixel and the next, so the tap is
   pixels 2, 3, 4 with weights 1, 2, 1 over 4. Sample 63 sits at 254: pixels 254, 255 with weights 1, 1 over 4, and pixel
   255 alone, from a box cut down to one, with weight 1 over 2.

   Whole weights keep every sum exact (see pdq.h). Where a picture was decoded at 1/2, 1/4 or 1/8 of its size, the
   weights of the full side are added up over the pixels that each decoded pixel stands for. */

#ifndef TUTELA_AXIS_H
#define TUTELA_AXIS_H

#include <stdbool.h>
#include <stdint.h>

#define SAMPLES 64
#define TAPS_MAX (SAMPLES + 1) /* one sample at most meets the border: tests try every side */
#define SIDE_MAX 65535

typedef struct {
    int32_t sample;  /* 0..63 */
    int32_t first;   /* first decoded pixel */
    int32_t count;   /* decoded pixels */
    int32_t divisor; /* of the sum */
    int32_t weights; /* where its weights begin in axis.weights; equal taps share them */
} tap;

typedef struct {
    int taps;
    tap tap[TAPS_MAX];
    int32_t *weights;
    int32_t weight_count;
} axis;

/* Lay out an axis of `side` full-size pixels, each decoded pixel standing for `scale` (1, 2, 4, 8) of them, read
   backwards if `reversed`. False when memory is short. Sides from 1 to SIDE_MAX. */
bool axis_make(axis *made, int side, int scale, bool reversed);
void axis_free(axis *made);

#endif
