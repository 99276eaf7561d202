/* What is done to one row of pixels while it lies in cache: batch normalisation and LeakyReLU on the way into a convolution, their
 * gradient on the way back, and the sums both need. */
#ifndef ROWS_H
#define ROWS_H

#include "network.h"

INLINE void zero(float *to, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) to[i] = 0;
}
INLINE void copy(float *to, const float *from, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) to[i] = from[i];
}
INLINE vec leaky(vec z) { return larger(z, SLOPE * z); }

/* to = leaky(value * scale + shift) */
static void normalise_row(float *restrict to, const float *restrict value, ptrdiff_t width, int channels,
                          const norm *with) {
  for (int c = 0; c < channels; c += VL) {
    vec scale = load(with->scale + c), shift = load(with->shift + c);
    for (ptrdiff_t i = c; i < width * channels; i += channels) store(to + i, leaky(madd(load(value + i), scale, shift)));
  }
}

/* to = scale * d - coverage * (constant + slope * value) */
static void gradient_row(float *restrict to, const float *restrict d, const float *restrict value, ptrdiff_t width,
                         int channels, const norm *with, const float *coverage) {
  for (int c = 0; c < channels; c += VL) {
    vec scale = load(with->scale + c), constant = load(with->constant + c), slope = load(with->slope + c);
    for (ptrdiff_t p = 0, i = c; p < width; p++, i += channels) {
      vec mean = madd(load(value + i), slope, constant);
      if (coverage != NULL) mean *= coverage[p];
      store(to + i, madd(load(d + i), scale, -mean));
    }
  }
}

/* Weighted sums of (value - origin) and its square; `sums` [2][channels]. */
static void add_moments(float *restrict sums, const float *restrict value, ptrdiff_t width, int channels,
                        const float *restrict origin, const float *coverage) {
  for (int c = 0; c < channels; c += VL) {
    vec first = load(sums + c), second = load(sums + channels + c), from = load(origin + c);
    for (ptrdiff_t p = 0, i = c; p < width; p++, i += channels) {
      vec d = load(value + i) - from, weighted = d;
      if (coverage != NULL) weighted *= coverage[p];
      first += weighted;
      second = madd(weighted, d, second);
    }
    store(sums + c, first);
    store(sums + channels + c, second);
  }
}

/* Turns the gradient after LeakyReLU into that before it, and adds its sum and its sum times the normalised value to `sums` [2][channels]. */
static void leaky_gradient(float *restrict d, const float *restrict value, ptrdiff_t width, int channels,
                           const norm *with, float *restrict sums) {
  for (int c = 0; c < channels; c += VL) {
    vec scale = load(with->scale + c), shift = load(with->shift + c);
    vec inverse = load(with->inverse + c), centre = load(with->centre + c);
    vec first = load(sums + c), second = load(sums + channels + c);
    for (ptrdiff_t i = c; i < width * channels; i += channels) {
      vec h = load(value + i), g = load(d + i);
      g = choose((ivec)(madd(h, scale, shift) > broadcast(0)), g, SLOPE * g);
      first += g;
      second = madd(g, madd(h, inverse, centre), second);
      store(d + i, g);
    }
    store(sums + c, first);
    store(sums + channels + c, second);
  }
}

/* Adds float sums to double ones and clears them. */
static void flush_sums(double *to, float *sums, int count) {
  for (int i = 0; i < count; i++) {
    to[i] += sums[i];
    sums[i] = 0;
  }
}

#endif
