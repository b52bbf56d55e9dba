/* PDQ: 256 bits of how a picture looks, as the reference makes them, at about a fifth of a nanosecond a pixel.

   1. Samples. Rows, then columns, are weighted into 64 x 64 samples (axis.h). Pixels, weights and the luma weights 299,
      587, 114 are whole numbers and every sum stays below 2^53, so it is exact in 16 and 32-bit integers and doubles:
      no order of adding can change it. Hence all variants agree in every bit, and so do a picture turned and a picture
      read backwards. Float pictures are summed in doubles in one fixed order.
   2. Transform. A cosine transform gives 16 x 16 coefficients, in floats and in the reference's own order of adding, so
      it must not be compiled into fused multiply-adds (setup.py: -ffp-contract=off).
   3. Bits. A bit says whether its coefficient is above the 128th smallest of the 256.

   The eight orientations need four sets of samples at most (rows and columns forwards or backwards), read in one pass,
   because the reference's sampling is not symmetric; turning by 90 degrees then only exchanges rows and columns. */

#ifndef TUTELA_PDQ_H
#define TUTELA_PDQ_H

#include "variant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PDQ_BYTES 32
#define PDQ_SIDE_MIN 5 /* the reference gives smaller pictures the hash zero, quality zero */
#define PDQ_LUMA_MAX 65536.0f /* of float pictures, either sign: beyond it, and for what is no number, no hash */
#define ORIENTATIONS 8

typedef enum { PIXELS_RGB, PIXELS_LUMA, PIXELS_FLOAT } pixel_kind;

typedef struct {
    const char *pixels; /* of row 0 */
    ptrdiff_t row_stride;
    int height, width;           /* as decoded */
    int full_height, full_width; /* as stored: the same, or up to `scale` times as many */
    int scale;                   /* 1, 2, 4 or 8 */
    pixel_kind kind;
} picture;

typedef struct {
    uint8_t hash[PDQ_BYTES]; /* most significant bit first: hex is the reference's */
    int quality;             /* 0..100 */
    int near_median;         /* coefficients less than 0.5 from the median, itself included */
} pdq_result;

typedef enum { PDQ_DONE, PDQ_NO_MEMORY, PDQ_OUT_OF_RANGE } pdq_status;

/* Fill the table of cosines; once, before anything else. */
void pdq_prepare(void);

/* Hash `of` as it looks after each of `count` EXIF orientations (1..8). */
pdq_status pdq_views(enum variant with, const picture *of, const uint8_t *orientations, int count, pdq_result *made);

#endif
