/* What a core can do, for comparison: a plain 3x3 convolution of one row, 32 to 32 channels, 60 pixels, everything in cache. */
#ifndef PEAK_H
#define PEAK_H

#include "vector.h"

#define PEAK_PIXELS 60
#define PEAK_CHANNELS 32
#define PEAK_BLOCK (VL == 16 ? 12 : VL == 8 ? 6 : 4)
#define PEAK_VECTORS 2

/* Runs the convolution `repetitions` times: 2 * 9 * 32 * 32 * 60 operations each. Returns a number that depends on the result. */
static double peak(int repetitions) {
  float in[3 * (PEAK_PIXELS + 2) * PEAK_CHANNELS], filter[9 * PEAK_CHANNELS * PEAK_CHANNELS];
  static float out[PEAK_PIXELS * PEAK_CHANNELS];
  for (size_t i = 0; i < sizeof in / sizeof in[0]; i++) in[i] = 1e-3f * (float)(i % 7);
  for (size_t i = 0; i < sizeof filter / sizeof filter[0]; i++) filter[i] = 1e-3f * (float)(i % 5);
  for (int r = 0; r < repetitions; r++) {
    for (int x = 0; x < PEAK_PIXELS; x += PEAK_BLOCK) {
      for (int c = 0; c < PEAK_CHANNELS; c += PEAK_VECTORS * VL) {
        vec sum[PEAK_BLOCK][PEAK_VECTORS] = {0};
        const float *f = filter + c;
        for (int row = 0; row < 3; row++) {
          const float *from = in + (row * (PEAK_PIXELS + 2) + x) * PEAK_CHANNELS;
          for (int k = 0; k < 3 * PEAK_CHANNELS; k++, from++, f += PEAK_CHANNELS)
            UNROLLED for (int p = 0; p < PEAK_BLOCK; p++) UNROLLED for (int v = 0; v < PEAK_VECTORS; v++)
              sum[p][v] = madd(broadcast(from[p * PEAK_CHANNELS]), load(f + v * VL), sum[p][v]);
        }
        UNROLLED for (int p = 0; p < PEAK_BLOCK; p++) UNROLLED for (int v = 0; v < PEAK_VECTORS; v++)
          store(out + (x + p) * PEAK_CHANNELS + c + v * VL, sum[p][v]);
      }
    }
    in[r % 100] = out[r % 100];
  }
  return out[0];
}

#endif
