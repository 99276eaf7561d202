/* The two products everything is made of, in register blocks of PX pixels by NV vectors, or KB filter entries by NV vectors, and the
 * direct 3x3 convolution and filter gradient on rows that lie in cache.
 * A row of pixels has `stride` channels each: where that is also their count, the three taps of a filter row are 3 * stride
 * consecutive numbers, so a filter row is one vector of that length. */
#ifndef DIRECT_H
#define DIRECT_H

#include "vector.h"

/* One block: out[p][v] = sum over `rows` rows and k < length of row[k + p * stride] * filter[row][k][v]. */
INLINE void multiply_block(const int pixels, const int vectors, const float *in, ptrdiff_t pitch, ptrdiff_t stride,
                           int rows, ptrdiff_t length, const float *filter, float *out, ptrdiff_t out_stride) {
  vec sum[PX][NV];
  UNROLLED for (int p = 0; p < pixels; p++) UNROLLED for (int v = 0; v < vectors; v++) sum[p][v] = broadcast(0);
  for (int row = 0; row < rows; row++, in += pitch) {
    for (ptrdiff_t k = 0; k < length; k++, filter += vectors * VL) {
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

#define PIXELS(n) \
  case n: multiply_block(n, vectors, in, pitch, stride, rows, length, filter, out, out_stride); break;

/* `width` pixels in blocks of nearly equal length. */
INLINE void multiply_blocks(const int vectors, ptrdiff_t width, const float *in, ptrdiff_t pitch, ptrdiff_t stride,
                            int rows, ptrdiff_t length, const float *filter, float *out, ptrdiff_t out_stride) {
  ptrdiff_t blocks = (width + PX - 1) / PX, base = width / blocks, longer = width % blocks;
  for (ptrdiff_t block = 0; block < blocks; block++) {
    ptrdiff_t pixels = base + (block < longer);
    switch (pixels) {
      PIXELS(1) PIXELS(2) PIXELS(3) PIXELS(4)
#if PX > 4
      PIXELS(5) PIXELS(6)
#endif
#if PX > 6
      PIXELS(7) PIXELS(8) PIXELS(9) PIXELS(10) PIXELS(11) PIXELS(12) PIXELS(13) PIXELS(14)
#endif
    }
    in += pixels * stride;
    out += pixels * out_stride;
  }
}

/* multiply_blocks for at most NV vectors. */
static void multiply_rows(int vectors, ptrdiff_t width, const float *in, ptrdiff_t pitch, ptrdiff_t stride, int rows,
                          ptrdiff_t length, const float *filter, float *out, ptrdiff_t out_stride) {
  switch (vectors) {
    case 1: multiply_blocks(1, width, in, pitch, stride, rows, length, filter, out, out_stride); break;
    case 2: multiply_blocks(2, width, in, pitch, stride, rows, length, filter, out, out_stride); break;
#if NV > 2
    case 3: multiply_blocks(3, width, in, pitch, stride, rows, length, filter, out, out_stride); break;
    case 4: multiply_blocks(4, width, in, pitch, stride, rows, length, filter, out, out_stride); break;
#endif
  }
}

/* One output row of a direct convolution. `in`: three rows `pitch` apart; `filter`: blocks of at most NV output vectors, each
 * [3][3 * stride][vectors * VL]. */
static void convolve_row(ptrdiff_t width, const float *in, ptrdiff_t pitch, ptrdiff_t stride, const float *filter,
                         int vectors, float *out, ptrdiff_t out_stride) {
  for (int done = 0; done < vectors; done += NV) {
    int block = vectors - done < NV ? vectors - done : NV;
    multiply_rows(block, width, in, pitch, stride, 3, 3 * stride, filter, out + done * VL, out_stride);
    filter += 9 * stride * block * VL;
  }
}

/* One block: into[e][v] += sum over `rows` rows and `width` pixels of in[e] * gradient[v]. */
INLINE void add_block(const int entries, const int vectors, int rows, ptrdiff_t width, const float *in,
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

#define ENTRIES(n)                                                                                                  \
  case n:                                                                                                           \
    add_block(n, vectors, rows, width, in, in_pitch, stride, gradient, gradient_pitch, gradient_stride, into,       \
              into_stride);                                                                                         \
    break;

/* `count` entries in blocks of nearly equal length. */
INLINE void add_blocks(const int vectors, int rows, ptrdiff_t width, const float *in, ptrdiff_t in_pitch,
                       ptrdiff_t stride, ptrdiff_t count, const float *gradient, ptrdiff_t gradient_pitch,
                       ptrdiff_t gradient_stride, float *into, ptrdiff_t into_stride) {
  ptrdiff_t blocks = (count + KB - 1) / KB, base = count / blocks, longer = count % blocks;
  for (ptrdiff_t block = 0; block < blocks; block++) {
    ptrdiff_t entries = base + (block < longer);
    switch (entries) {
      ENTRIES(1) ENTRIES(2) ENTRIES(3) ENTRIES(4)
#if KB > 4
      ENTRIES(5) ENTRIES(6)
#endif
#if KB > 6
      ENTRIES(7) ENTRIES(8) ENTRIES(9) ENTRIES(10) ENTRIES(11) ENTRIES(12)
#endif
    }
    in += entries;
    into += entries * into_stride;
  }
}

/* into[e][lanes] += sum over `rows` rows and `width` pixels of in[e] * gradient[lanes], e < count. */
static void add_products(int vectors, int rows, ptrdiff_t width, const float *in, ptrdiff_t in_pitch, ptrdiff_t stride,
                         ptrdiff_t count, const float *gradient, ptrdiff_t gradient_pitch, ptrdiff_t gradient_stride,
                         float *into) {
  ptrdiff_t into_stride = (ptrdiff_t)vectors * VL;
  int done = 0;
  for (; done + NV <= vectors; done += NV)
    add_blocks(NV, rows, width, in, in_pitch, stride, count, gradient + done * VL, gradient_pitch, gradient_stride,
               into + done * VL, into_stride);
  for (; done < vectors; done++)
    add_blocks(1, rows, width, in, in_pitch, stride, count, gradient + done * VL, gradient_pitch, gradient_stride,
               into + done * VL, into_stride);
}

/* Adds the filter gradient of `rows` output rows to `into` [3][3 * stride][vectors * VL]. */
static void filter_gradient(int rows, ptrdiff_t width, const float *in, ptrdiff_t in_pitch, ptrdiff_t stride,
                            const float *gradient, ptrdiff_t gradient_pitch, ptrdiff_t gradient_stride, int vectors,
                            float *into) {
  for (int tap = 0; tap < 3; tap++, in += in_pitch, into += 3 * stride * vectors * VL)
    add_products(vectors, rows, width, in, in_pitch, stride, 3 * stride, gradient, gradient_pitch, gradient_stride,
                 into);
}

#endif
