/* One vector type per instruction set: GCC and clang vector extensions, intrinsics only where a plain expression compiles badly.
 * VL lanes a vector; a register block holds PX pixels by NV vectors of outputs. */
#ifndef VECTOR_H
#define VECTOR_H

#include "host.h"


#define PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define UNROLLED PRAGMA(clang loop unroll(full))
#else
#define UNROLLED PRAGMA(GCC unroll 64)
#endif

#if defined(__AVX512F__)
#include <immintrin.h>
#define VL 16
#define PX 14
#define NV 2
#define KB 12
#elif defined(__AVX2__)
#include <immintrin.h>
#define VL 8
#define PX 6
#define NV 2
#define KB 6
#elif defined(__aarch64__)
#include <arm_neon.h>
#define VL 4
#define PX 6
#define NV 4
#define KB 6
#else /* SSE2 and WebAssembly have 16 registers, of which compilers keep some for themselves */
#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif
#define VL 4
#define PX 4
#define NV 2
#define KB 4
#endif

typedef float vec __attribute__((vector_size(4 * VL), aligned(4), may_alias));
typedef int32_t ivec __attribute__((vector_size(4 * VL), aligned(4), may_alias));
/* For sums and shifts of bit patterns, which may overflow. */
typedef uint32_t uvec __attribute__((vector_size(4 * VL), aligned(4), may_alias));

INLINE vec load(const float *from) { return *(const vec *)from; }
INLINE void store(float *to, vec value) { *(vec *)to = value; }
INLINE vec broadcast(float value) { return value - (vec){0}; }
INLINE uvec broadcast_bits(uint32_t value) { return value - (uvec){0}; }

/* a * b + c, fused where the instruction set has it. */
INLINE vec madd(vec a, vec b, vec c) {
#if defined(__wasm_relaxed_simd__)
  typedef float plain __attribute__((vector_size(16)));
  return (vec)__builtin_wasm_relaxed_madd_f32x4((plain)a, (plain)b, (plain)c);
#else
  return a * b + c;
#endif
}

INLINE vec choose(ivec mask, vec yes, vec no) {
#if defined(__AVX512F__)
  return (vec)_mm512_mask_blend_ps(_mm512_movepi32_mask((__m512i)mask), (__m512)no, (__m512)yes);
#else
  return (vec)(((ivec)yes & mask) | ((ivec)no & ~mask));
#endif
}

INLINE vec larger(vec a, vec b) {
#if defined(__AVX512F__)
  return (vec)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
  return (vec)_mm256_max_ps((__m256)a, (__m256)b);
#elif defined(__aarch64__)
  return (vec)vmaxq_f32((float32x4_t)a, (float32x4_t)b);
#elif defined(__wasm_simd128__)
  return (vec)wasm_f32x4_pmax((v128_t)a, (v128_t)b);
#else
  return choose((ivec)(a > b), a, b);
#endif
}

INLINE float sum_lanes(vec value) {
  float sum[VL];
  store(sum, value);
  for (int half = VL / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) sum[i] += sum[i + half];
  }
  return sum[0];
}

INLINE float largest_lane(vec value) {
  float all[VL];
  store(all, value);
  for (int half = VL / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) all[i] = all[i] > all[i + half] ? all[i] : all[i + half];
  }
  return all[0];
}

/* e^x for x <= 88, 0 below -87: n = round(x / ln 2), 2^n times a polynomial of the remainder (relative error 2e-7). */
INLINE vec exponential(vec x) {
  const vec magic = broadcast(12582912.0f); /* 1.5 * 2^23: adding it rounds to an integer in the low bits */
  ivec tiny = (ivec)(x < broadcast(-87.0f));
  vec shifted = madd(x, broadcast(1.44269504f), magic);
  vec n = shifted - magic;
  vec r = madd(n, broadcast(-0.693359375f), x);
  r = madd(n, broadcast(2.12194440e-4f), r);
  vec p = broadcast(1.9875691500e-4f);
  p = madd(p, r, broadcast(1.3981999507e-3f));
  p = madd(p, r, broadcast(8.3334519073e-3f));
  p = madd(p, r, broadcast(4.1665795894e-2f));
  p = madd(p, r, broadcast(1.6666665459e-1f));
  p = madd(p, r, broadcast(5.0000001201e-1f));
  p = madd(p * r, r, r) + 1.0f;
  vec scale = (vec)(((uvec)shifted << 23) + broadcast_bits(127 << 23));
  return choose(tiny, broadcast(0), p * scale);
}

/* Natural logarithm of a positive normal number: exponent and a polynomial of the mantissa in [sqrt(1/2), sqrt(2)). */
INLINE vec logarithm(vec x) {
  ivec exponent = (ivec)((uvec)x - broadcast_bits(0x3f3504f3)) >> 23;
  vec m = (vec)((uvec)x - ((uvec)exponent << 23)) - 1.0f;
  vec e = __builtin_convertvector(exponent, vec);
  vec p = broadcast(7.0376836292e-2f);
  p = madd(p, m, broadcast(-1.1514610310e-1f));
  p = madd(p, m, broadcast(1.1676998740e-1f));
  p = madd(p, m, broadcast(-1.2420140846e-1f));
  p = madd(p, m, broadcast(1.4249322787e-1f));
  p = madd(p, m, broadcast(-1.6668057665e-1f));
  p = madd(p, m, broadcast(2.0000714765e-1f));
  p = madd(p, m, broadcast(-2.4999993993e-1f));
  p = madd(p, m, broadcast(3.3333331174e-1f));
  vec z = m * m;
  vec y = p * m * z;
  y = madd(e, broadcast(-2.12194440e-4f), y);
  y = y - 0.5f * z;
  return madd(e, broadcast(0.693359375f), m + y);
}

/* tanh x = sign(x) (1 - e) / (1 + e) with e = exp(-2 |x|). */
INLINE vec hyperbolic_tangent(vec x) {
  ivec negative = (ivec)(x < broadcast(0));
  vec magnitude = choose(negative, -x, x);
  vec e = exponential(-2.0f * magnitude);
  vec result = (1.0f - e) / (1.0f + e);
  return choose(negative, -result, result);
}

#endif
