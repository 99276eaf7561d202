/* Direct 3x3 convolution and filter gradient on rows that lie in cache.
 * A row of pixels with `stride` channels each: the three taps of a filter row are then 3 * stride consecutive numbers, so both kernels
 * see a filter row as one vector of that length. Register blocks of PX pixels by NV vectors, or KB filter entries by NV vectors. */
#ifndef DIRECT_H
#define DIRECT_H

#include "vector.h"

/* One tile: out[p][v] = sum over the three rows and k of row[k + p * stride] * filter[row][k][v]. */
INLINE void convolve_tile(const int pixels, const int vectors, const float *in, ptrdiff_t pitch, ptrdiff_t stride,
                          const float *filter, float *out, ptrdiff_t out_stride) {
  vec sum[PX][NV];
  UNROLLED for (int p = 0; p < pixels; p++) UNROLLED for (int v = 0; v < vectors; v++) sum[p][v] = broadcast(0);
  for (int row = 0; row < 3; row++, in += pitch) {
    for (ptrdiff_t k = 0; k < 3 * stride; k++, filter += vectors * VL) {
      vec f[NV];
      UNROLLED for (int v = 0; v < vectors; v++) f[v] = load(filter + v * VL);
      UNROLLED for (int p = 0; p < pixels; p++) {
        vec x = broadcast(in[k + p * stride]);
        UNROLLED for (int v = 0; v < vectors; v++) sum[p][v] = madd(x, f[v], sum[p][v]);
      }
    }
  }
  UNROLLED for (int p = 0; p < pixels; p++)
    UNROLLED for (int v = 0; v < vectors; v++) store(out + p * out_stride + v * VL, sum[p][v]);
}

#define TILE(n) \
  case n: convolve_tile(n, vectors, in, pitch, stride, filter, out, out_stride); break;

/* A row of `width` pixels in tiles of nearly equal length. */
INLINE void convolve_tiles(const int vectors, ptrdiff_t width, const float *in, ptrdiff_t pitch, ptrdiff_t stride,
                           const float *filter, float *out, ptrdiff_t out_stride) {
  ptrdiff_t tiles = (width + PX - 1) / PX, base = width / tiles, longer = width % tiles;
  for (ptrdiff_t tile = 0; tile < tiles; tile++) {
    ptrdiff_t pixels = base + (tile < longer);
    switch (pixels) {
      TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)
#if PX > 6
      TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12) TILE(13) TILE(14)
#endif
    }
    in += pixels * stride;
    out += pixels * out_stride;
  }
}

/* One output row. `in`: three rows `pitch` apart; `filter`: blocks of at most NV output vectors, each [3][3 * stride][vectors * VL]. */
static void convolve_row(ptrdiff_t width, const float *in, ptrdiff_t pitch, ptrdiff_t stride, const float *filter,
                         int out_vectors, float *out, ptrdiff_t out_stride) {
  int done = 0;
  for (; done + NV <= out_vectors; done += NV) {
    convolve_tiles(NV, width, in, pitch, stride, filter, out + done * VL, out_stride);
    filter += 9 * stride * NV * VL;
  }
  switch (out_vectors - done) {
    case 1: convolve_tiles(1, width, in, pitch, stride, filter, out + done * VL, out_stride); break;
#if NV > 2
    case 2: convolve_tiles(2, width, in, pitch, stride, filter, out + done * VL, out_stride); break;
    case 3: convolve_tiles(3, width, in, pitch, stride, filter, out + done * VL, out_stride); break;
#endif
  }
}

/* Adds to `entries` x `vectors` entries of the filter gradient what `rows` rows of `width` pixels give. */
INLINE void gradient_block(const int entries, const int vectors, int rows, ptrdiff_t width, const float *in,
                           ptrdiff_t in_pitch, ptrdiff_t stride, const float *gradient, ptrdiff_t gradient_pitch,
                           ptrdiff_t gradient_stride, float *into, ptrdiff_t into_stride) {
  vec sum[KB][NV];
  UNROLLED for (int e = 0; e < entries; e++)
    UNROLLED for (int v = 0; v < vectors; v++) sum[e][v] = load(into + e * into_stride + v * VL);
  for (int row = 0; row < rows; row++, in += in_pitch, gradient += gradient_pitch) {
    const float *x = in, *g = gradient;
    for (ptrdiff_t p = 0; p < width; p++, x += stride, g += gradient_stride) {
      vec d[NV];
      UNROLLED for (int v = 0; v < vectors; v++) d[v] = load(g + v * VL);
      UNROLLED for (int e = 0; e < entries; e++) {
        vec value = broadcast(x[e]);
        UNROLLED for (int v = 0; v < vectors; v++) sum[e][v] = madd(value, d[v], sum[e][v]);
      }
    }
  }
  UNROLLED for (int e = 0; e < entries; e++)
    UNROLLED for (int v = 0; v < vectors; v++) store(into + e * into_stride + v * VL, sum[e][v]);
}

#define ENTRIES(n)                                                                                                      \
  case n:                                                                                                               \
    gradient_block(n, vectors, rows, width, in, in_pitch, stride, gradient, gradient_pitch, gradient_stride, into,      \
                   into_stride);                                                                                        \
    break;

INLINE void gradient_blocks(const int vectors, int rows, ptrdiff_t width, const float *in, ptrdiff_t in_pitch,
                            ptrdiff_t stride, const float *gradient, ptrdiff_t gradient_pitch,
                            ptrdiff_t gradient_stride, float *into, ptrdiff_t into_stride) {
  ptrdiff_t left = 3 * stride;
  while (left > 0) {
    ptrdiff_t entries = left < KB ? left : KB;
    switch (entries) {
      ENTRIES(1) ENTRIES(2) ENTRIES(3) ENTRIES(4) ENTRIES(5) ENTRIES(6)
#if KB > 6
      ENTRIES(7) ENTRIES(8) ENTRIES(9) ENTRIES(10) ENTRIES(11) ENTRIES(12)
#endif
    }
    left -= entries;
    in += entries;
    into += entries * into_stride;
  }
}

/* Adds the filter gradient of `rows` output rows to `into` [3][3 * stride][out_vectors * VL]. */
static void filter_gradient(int rows, ptrdiff_t width, const float *in, ptrdiff_t in_pitch, ptrdiff_t stride,
                            const float *gradient, ptrdiff_t gradient_pitch, ptrdiff_t gradient_stride,
                            int out_vectors, float *into) {
  ptrdiff_t into_stride = (ptrdiff_t)out_vectors * VL;
  for (int tap = 0; tap < 3; tap++, in += in_pitch, into += 3 * stride * into_stride) {
    int done = 0;
    for (; done + NV <= out_vectors; done += NV) {
      gradient_blocks(NV, rows, width, in, in_pitch, stride, gradient + done * VL, gradient_pitch, gradient_stride,
                      into + done * VL, into_stride);
    }
    for (; done < out_vectors; done++) {
      gradient_blocks(1, rows, width, in, in_pitch, stride, gradient + done * VL, gradient_pitch, gradient_stride,
                      into + done * VL, into_stride);
    }
  }
}

#endif
