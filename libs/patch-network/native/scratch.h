/* What one thread works in: a block of pixel rows and everything made of it, sized to stay in the second cache. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include "network.h"

/* Tiles a block aims at: BLOCK_NUMBERS / channels, so that their points take about 150 KB. */
#define BLOCK_NUMBERS 1024
#define MOST_TILES 32
#define LEAST_TILES 8

typedef struct {
  float *inputs;    /* strip of the rows a block reads */
  float *gradients; /* strip of the gradient at the rows it writes */
  float *points;    /* [point][tile][channel] of a strip */
  float *products;  /* the same of the other strip, or after the sum over channels */
  float *filter;    /* [point][in][out], sums of the filter gradient */
  float *rows;      /* outputs that are used at once */
  float *sums;
} scratch;

INLINE int tiles_across(int width) { return (width + TILE - 1) / TILE; }

/* Rows of a picture `width` pixels wide that `block` takes at once. */
INLINE int block_rows(const network *n, int block, int width) {
  int in = input_stride(n, block), out = gradient_stride(n, block);
  int tiles = BLOCK_NUMBERS / (in > out ? in : out);
  if (tiles > MOST_TILES) tiles = MOST_TILES;
  if (tiles < LEAST_TILES) tiles = LEAST_TILES;
  int rows = tiles / tiles_across(width);
  return TILE * (rows < 1 ? 1 : rows);
}

/* Pixels from one row of a strip to the next, for pictures `width` pixels wide: whole tiles and what they read beyond. */
INLINE int strip_pixels(int width) { return TILE * tiles_across(width) + 2; }

INLINE void enlarge(size_t *size, size_t to) {
  if (to > *size) *size = to;
}

/* Numbers each part of one thread's scratch needs for pictures up to `widest` pixels wide. */
static void scratch_sizes(const network *n, int widest, size_t sizes[7]) {
  for (int i = 0; i < 7; i++) sizes[i] = 0;
  for (int b = 0; b < BLOCKS; b++) {
    size_t in = (size_t)input_stride(n, b), out = (size_t)gradient_stride(n, b);
    size_t back = (size_t)backward_vectors(n, b) * VL, most = in > out ? in : out;
    enlarge(&most, back);
    enlarge(&sizes[4], POINTS * in * out);
    for (int width = 1; width <= widest; width++) {
      size_t rows = (size_t)block_rows(n, b, width), across = (size_t)tiles_across(width);
      size_t strip = (rows + 2) * (size_t)strip_pixels(width);
      size_t points = POINTS * (size_t)plane_size((ptrdiff_t)(rows / TILE * across), (ptrdiff_t)most);
      enlarge(&sizes[0], strip * in);
      enlarge(&sizes[1], strip * out);
      enlarge(&sizes[2], points);
      enlarge(&sizes[3], points);
      enlarge(&sizes[5], strip * (out > back ? out : back));
    }
  }
  sizes[6] = 6 * (size_t)n->hidden + 2 * (size_t)(widest + VL);
}

/* Numbers of one thread's scratch in all, in whole cache lines. */
static size_t scratch_total(const network *n, int widest) {
  size_t sizes[7], total = 0;
  scratch_sizes(n, widest, sizes);
  for (int i = 0; i < 7; i++) total += (sizes[i] + 47) & ~(size_t)15;
  return total;
}

static scratch scratch_at(const network *n, int widest, float *memory) {
  size_t sizes[7];
  float *part[7];
  scratch_sizes(n, widest, sizes);
  for (int i = 0; i < 7; i++) {
    size_t room = (sizes[i] + 47) & ~(size_t)15;
    part[i] = memory;
    forbid(memory + sizes[i], (room - sizes[i]) * sizeof(float));
    memory += room;
  }
  return (scratch){part[0], part[1], part[2], part[3], part[4], part[5], part[6]};
}

/* The scratch of every thread; NULL where memory ran out. */
static scratch *make_scratch(network *n, int widest) {
  arena *memory = &n->engine->workspace;
  scratch *all = TAKE(memory, scratch, n->engine->threads);
  if (all == NULL) return NULL;
  for (int i = 0; i < n->engine->threads; i++) {
    float *one = TAKE(memory, float, scratch_total(n, widest));
    if (one == NULL) return NULL;
    all[i] = scratch_at(n, widest, one);
  }
  return all;
}

/* What a task of `worker` works in; what earlier tasks left there is not for reading. */
static const scratch *scratch_of(const network *n, const plan *p, const scratch *all, int worker) {
  const scratch *s = &all[worker];
#if defined(CHECKED)
  float *parts[7] = {s->inputs, s->gradients, s->points, s->products, s->filter, s->rows, s->sums};
  size_t sizes[7];
  scratch_sizes(n, p->widest, sizes);
  for (int i = 0; i < 7; i++) undefine(parts[i], sizes[i] * sizeof(float));
#else
  (void)n, (void)p;
#endif
  return s;
}

#endif
