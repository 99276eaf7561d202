/* 3x3 convolution by Winograd's F(4x4, 3x3): 36 products instead of 144 for 16 outputs (Lavin and Gray 2016).
 *
 * Over tiles of 4x4 outputs that read 6x6 inputs, Y = A' [(G g G') . (B' d B)] A, and for the gradient of the filter
 * dg = G' [(B' d B) . (A dY A')] G summed over tiles (' transposes, . multiplies entry by entry). The entries are 36 points; at each the
 * sum over channels is a matrix product. Evaluated at 0, +-sqrt(1/2), +-sqrt(2) and infinity, which costs about one bit of accuracy
 * against direct convolution (with the usual 0, +-1, +-2 it is three). */
#ifndef WINOGRAD_H
#define WINOGRAD_H

#include "ahead.h"
#include "direct.h"

#define POINTS 36
#define TILE 4

#define LOW 0.70710678118654752f  /* sqrt(1/2) */
#define HIGH 1.41421356237309505f /* sqrt(2) */

/* Numbers between two points' planes: kept off powers of two, which would compete for the same cache lines. */
INLINE ptrdiff_t plane_size(ptrdiff_t tiles, ptrdiff_t channels) { return tiles * channels + 16; }

/* t = B' d for six numbers. */
INLINE void input_points(const vec d[6], vec t[6]) {
  vec even = madd(broadcast(-2), d[2], d[4]), odd = madd(broadcast(-2), d[1], d[3]);
  vec even2 = madd(broadcast(-0.5f), d[2], d[4]), odd2 = madd(broadcast(-0.5f), d[1], d[3]);
  t[0] = madd(broadcast(-2.5f), d[2], d[0]) + d[4];
  t[1] = madd(broadcast(LOW), odd, even);
  t[2] = madd(broadcast(-LOW), odd, even);
  t[3] = madd(broadcast(HIGH), odd2, even2);
  t[4] = madd(broadcast(-HIGH), odd2, even2);
  t[5] = madd(broadcast(-2.5f), d[3], d[1]) + d[5];
}

/* y = A' m: four outputs from six points. */
INLINE void outputs_of_points(const vec m[6], vec y[4]) {
  vec sum = m[1] + m[2], difference = m[1] - m[2], sum2 = m[3] + m[4], difference2 = m[3] - m[4];
  y[0] = m[0] + sum + sum2;
  y[1] = madd(broadcast(LOW), difference, HIGH * difference2);
  y[2] = madd(broadcast(0.5f), sum, 2.0f * sum2);
  y[3] = madd(broadcast(LOW / 2), difference, madd(broadcast(HIGH * 2), difference2, m[5]));
}

/* d = A y: six points from four gradients. */
INLINE void points_of_outputs(const vec y[4], vec d[6]) {
  vec even = madd(broadcast(0.5f), y[2], y[0]), odd = madd(broadcast(0.5f), y[3], y[1]);
  vec even2 = madd(broadcast(2), y[2], y[0]), odd2 = madd(broadcast(2), y[3], y[1]);
  d[0] = y[0];
  d[1] = madd(broadcast(LOW), odd, even);
  d[2] = madd(broadcast(-LOW), odd, even);
  d[3] = madd(broadcast(HIGH), odd2, even2);
  d[4] = madd(broadcast(-HIGH), odd2, even2);
  d[5] = y[3];
}

/* u = G g: six points from three filter taps. */
INLINE void points_of_filter(const vec g[3], vec u[6]) {
  const float third = -2.0f / 3, sixth = 1.0f / 6;
  vec even = third * madd(broadcast(0.5f), g[2], g[0]), odd = (third * LOW) * g[1];
  vec even2 = sixth * madd(broadcast(2), g[2], g[0]), odd2 = (sixth * HIGH) * g[1];
  u[0] = g[0];
  u[1] = even + odd;
  u[2] = even - odd;
  u[3] = even2 + odd2;
  u[4] = even2 - odd2;
  u[5] = g[2];
}

/* w = G' m: three filter taps from six points. */
INLINE void filter_of_points(const vec m[6], vec w[3]) {
  const float third = -2.0f / 3, sixth = 1.0f / 6;
  vec sum = third * (m[1] + m[2]), sum2 = sixth * (m[3] + m[4]);
  w[0] = m[0] + sum + sum2;
  w[1] = madd(broadcast(third * LOW), m[1] - m[2], (sixth * HIGH) * (m[3] - m[4]));
  w[2] = madd(broadcast(0.5f), sum, madd(broadcast(2), sum2, m[5]));
}

/* One row of tiles of a strip, six pixel rows: to[point][tile][channel]. */
static void transform_inputs(const float *strip, ptrdiff_t pitch, ptrdiff_t channels, int tiles, float *to,
                             ptrdiff_t plane) {
  for (ptrdiff_t c = 0; c < channels; c += VL) {
    for (int tile = 0; tile < tiles; tile++) {
      const float *from = strip + (ptrdiff_t)tile * TILE * channels + c;
      vec columns[6][6];
      UNROLLED for (int x = 0; x < 6; x++) {
        vec d[6], t[6];
        UNROLLED for (int y = 0; y < 6; y++) d[y] = load(from + y * pitch + x * channels);
        input_points(d, t);
        UNROLLED for (int y = 0; y < 6; y++) columns[y][x] = t[y];
      }
      float *at = to + (ptrdiff_t)tile * channels + c;
      UNROLLED for (int y = 0; y < 6; y++) {
        vec t[6];
        input_points(columns[y], t);
        UNROLLED for (int x = 0; x < 6; x++) store(at + (y * 6 + x) * plane, t[x]);
      }
    }
  }
}

/* One row of tiles of gradients, four pixel rows: to[point][tile][channel]. */
static void transform_gradients(const float *strip, ptrdiff_t pitch, ptrdiff_t channels, int tiles, float *to,
                                ptrdiff_t plane) {
  for (ptrdiff_t c = 0; c < channels; c += VL) {
    for (int tile = 0; tile < tiles; tile++) {
      const float *from = strip + (ptrdiff_t)tile * TILE * channels + c;
      vec columns[6][4];
      UNROLLED for (int x = 0; x < 4; x++) {
        vec d[4], t[6];
        UNROLLED for (int y = 0; y < 4; y++) d[y] = load(from + y * pitch + x * channels);
        points_of_outputs(d, t);
        UNROLLED for (int y = 0; y < 6; y++) columns[y][x] = t[y];
      }
      float *at = to + (ptrdiff_t)tile * channels + c;
      UNROLLED for (int y = 0; y < 6; y++) {
        vec t[6];
        points_of_outputs(columns[y], t);
        UNROLLED for (int x = 0; x < 6; x++) store(at + (y * 6 + x) * plane, t[x]);
      }
    }
  }
}

/* One tile of products at points `plane` apart to `rows` x `columns` outputs. */
INLINE void transform_output_tile(const float *products, ptrdiff_t plane, float *to, ptrdiff_t pitch, ptrdiff_t stride,
                                  int rows, int columns) {
  vec half[4][6];
  UNROLLED for (int x = 0; x < 6; x++) {
    vec m[6], y[4];
    UNROLLED for (int p = 0; p < 6; p++) m[p] = load(products + (p * 6 + x) * plane);
    outputs_of_points(m, y);
    UNROLLED for (int i = 0; i < 4; i++) half[i][x] = y[i];
  }
  UNROLLED for (int i = 0; i < 4; i++) {
    vec y[4];
    outputs_of_points(half[i], y);
    UNROLLED for (int x = 0; x < 4; x++)
      if (i < rows && x < columns) store(to + i * pitch + x * stride, y[x]);
  }
}

/* One row of tiles of products [point][tile][channel] to `rows` x `width` outputs of at most 4 x 4 * tiles. */
static void transform_outputs(const float *products, ptrdiff_t plane, ptrdiff_t channels, int tiles, float *to,
                              ptrdiff_t pitch, ptrdiff_t stride, int rows, int width) {
  for (int tile = 0; tile < tiles; tile++, width -= TILE) {
    for (ptrdiff_t c = 0; c < channels; c += VL, products += VL) {
      float *out = to + (ptrdiff_t)tile * TILE * stride + c;
      if (rows >= TILE && width >= TILE) transform_output_tile(products, plane, out, pitch, stride, TILE, TILE);
      else transform_output_tile(products, plane, out, pitch, stride, rows, width);
    }
  }
}

/* to[block][point][in][lanes of at most NV vectors] = G g G'; filter[tap][in][out] or, for the way back, filter[8 - tap][out][in]. */
static void transform_filter(float *to, const float *filter, int inputs, int outputs, int vectors, int back) {
  for (int done = 0; done < vectors; done += NV) {
    int block = vectors - done < NV ? vectors - done : NV;
    ptrdiff_t lanes = block * VL;
    for (int i = 0; i < inputs; i++) {
      for (int v = 0; v < block; v++) {
        vec g[9], columns[6][3];
        for (int tap = 0; tap < 9; tap++) {
          float taps[VL];
          for (int lane = 0; lane < VL; lane++) {
            int o = (done + v) * VL + lane;
            size_t from = back ? ((size_t)(8 - tap) * outputs + o) * inputs + i : ((size_t)tap * inputs + i) * outputs + o;
            taps[lane] = o < outputs ? filter[from] : 0;
          }
          g[tap] = load(taps);
        }
        UNROLLED for (int x = 0; x < 3; x++) {
          vec column[3] = {g[x], g[3 + x], g[6 + x]}, u[6];
          points_of_filter(column, u);
          UNROLLED for (int y = 0; y < 6; y++) columns[y][x] = u[y];
        }
        UNROLLED for (int y = 0; y < 6; y++) {
          vec u[6];
          points_of_filter(columns[y], u);
          UNROLLED for (int x = 0; x < 6; x++) store(to + ((ptrdiff_t)(y * 6 + x) * inputs + i) * lanes + v * VL, u[x]);
        }
      }
    }
    to += POINTS * inputs * lanes;
  }
}

/* Half a vector of floats, and as many doubles. */
typedef float half_vec __attribute__((vector_size(2 * VL), aligned(4), may_alias));
typedef double double_vec __attribute__((vector_size(4 * VL)));
#define HALF (VL / 2)

/* w = G' m: three filter taps from six points, in double. */
INLINE void filter_of_points_d(const double_vec m[6], double_vec w[3]) {
  const double low = 0.70710678118654752, high = 1.41421356237309505;
  double_vec sum = (-2.0 / 3) * (m[1] + m[2]), sum2 = (1.0 / 6) * (m[3] + m[4]);
  w[0] = m[0] + sum + sum2;
  w[1] = (-2.0 / 3 * low) * (m[1] - m[2]) + (high / 6) * (m[3] - m[4]);
  w[2] = 0.5 * sum + 2.0 * sum2 + m[5];
}

/* The filter gradient [tap][stride][lanes] from its sums [point][in][lanes]. */
static void transform_filter_gradient(float *to, ptrdiff_t stride, const float *points, ptrdiff_t inputs,
                                      ptrdiff_t lanes) {
  for (ptrdiff_t i = 0; i < inputs; i++) {
    for (ptrdiff_t c = 0; c < lanes; c += HALF) {
      double_vec rows[6][3], m[6], w[3];
      UNROLLED for (int y = 0; y < 6; y++) {
        UNROLLED for (int x = 0; x < 6; x++)
          m[x] = __builtin_convertvector(*(const half_vec *)(points + ((y * 6 + x) * inputs + i) * lanes + c), double_vec);
        filter_of_points_d(m, rows[y]);
      }
      UNROLLED for (int x = 0; x < 3; x++) {
        UNROLLED for (int y = 0; y < 6; y++) m[y] = rows[y][x];
        filter_of_points_d(m, w);
        UNROLLED for (int y = 0; y < 3; y++)
          *(half_vec *)(to + ((y * 3 + x) * stride + i) * lanes + c) = __builtin_convertvector(w[y], half_vec);
      }
    }
  }
}

/* products[point][tile][out] = sum over in of inputs[point][tile][in] filter[point][in][out], `stride` numbers between tiles of `inputs`;
 * fetches `next` meanwhile. */
static void multiply_points(int tiles, const float *inputs, ptrdiff_t input_plane, ptrdiff_t stride, ptrdiff_t count,
                            const float *filter, int vectors, float *products, ptrdiff_t product_plane,
                            const ahead *next) {
  for (int done = 0; done < vectors; done += NV) {
    int block = vectors - done < NV ? vectors - done : NV;
    for (int p = 0; p < POINTS; p++, filter += count * block * VL) {
      if (done == 0) fetch(next, p, POINTS);
      multiply_rows(block, tiles, inputs + p * input_plane, 0, stride, 1, count, filter,
                    products + p * product_plane + done * VL, (ptrdiff_t)vectors * VL);
    }
  }
}

/* sums[point][in][out] += sum over tiles of inputs[point][tile][in] gradients[point][tile][out]. */
static void add_point_gradients(int tiles, const float *inputs, ptrdiff_t input_plane, ptrdiff_t stride,
                                ptrdiff_t count, const float *gradients, ptrdiff_t gradient_plane, int vectors,
                                float *sums) {
  ptrdiff_t lanes = (ptrdiff_t)vectors * VL;
  for (int p = 0; p < POINTS; p++, inputs += input_plane, gradients += gradient_plane, sums += count * lanes)
    add_products(vectors, 1, tiles, inputs, 0, stride, count, gradients, 0, lanes, sums);
}

#endif
