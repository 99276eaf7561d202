/* Where every picture of a batch lies on every level of the network, how often its positions count, and how the work is cut into tasks.
 *
 * Level 0 is the input, level l the map after l convolutions. A batch descriptor holds
 * [count, side, canvases] and for each canvas [height, width, windows] and for each of its windows [top, left, label];
 * side 0 stands for canvases that are one window each, whatever their size.
 * Tasks depend on the batch alone, never on the number of threads: what each adds up is added up in their order. */
#ifndef PLAN_H
#define PLAN_H

#include "arena.h"

#define BLOCKS 5
#define TASKS 32
#define LEAST_ROWS 8

typedef struct {
  int height, width, windows;
  const int32_t *window; /* [windows][3] */
  /* By level from 1, [height][width] of that level: how many windows cover a position; NULL where all count once. */
  float *coverage[BLOCKS + 1];
  size_t scores; /* first score of this canvas */
} canvas;

typedef struct {
  int canvas, image;
  size_t offset[BLOCKS + 1]; /* first pixel, by level */
} picture;

typedef struct {
  int picture, band, bands;
} slice;

typedef struct {
  int count, side, same, canvases, pictures, tasks;
  canvas *canvas;
  picture *picture;
  slice *task;
  size_t pixels[BLOCKS + 1];
  double weight[BLOCKS + 1]; /* sum of coverage over all pictures */
  int widest;                /* largest width of level 0 */
} plan;

INLINE int side_at(const plan *p, int side, int level) { return p->same ? side : side - 2 * level; }
INLINE int height_at(const plan *p, const picture *of, int level) {
  return side_at(p, p->canvas[of->canvas].height, level);
}
INLINE int width_at(const plan *p, const picture *of, int level) {
  return side_at(p, p->canvas[of->canvas].width, level);
}
/* First row of a band of a map of `height` rows, at a whole tile of four; that of the next band is its end. */
INLINE int band_start(int height, int band, int bands) {
  return band == bands ? height : 4 * (int)((int64_t)((height + 3) / 4) * band / bands);
}

static void count_coverage(const plan *p, canvas *c, int level, arena *memory) {
  int height = side_at(p, c->height, level), width = side_at(p, c->width, level), side = side_at(p, p->side, level);
  c->coverage[level] = NULL;
  if (p->side == 0 || (c->windows == 1 && c->height == p->side && c->width == p->side)) return;
  float *coverage = TAKE(memory, float, height * width);
  c->coverage[level] = coverage;
  if (coverage == NULL) return;
  for (int i = 0; i < height * width; i++) coverage[i] = 0;
  for (int w = 0; w < c->windows; w++) {
    int top = c->window[3 * w], left = c->window[3 * w + 1];
    for (int y = top; y < top + side; y++)
      for (int x = left; x < left + side; x++) coverage[y * width + x] += 1;
  }
}

static void cut_into_tasks(plan *p, arena *memory) {
  p->task = TAKE(memory, slice, p->pictures + TASKS);
  if (p->task == NULL) return;
  double area = (double)p->pixels[0];
  p->tasks = 0;
  for (int i = 0; i < p->pictures; i++) {
    int height = height_at(p, &p->picture[i], 0), last = height_at(p, &p->picture[i], BLOCKS);
    double share = TASKS * ((double)height * width_at(p, &p->picture[i], 0)) / area;
    int bands = (int)share, most = last / LEAST_ROWS;
    if (bands > most) bands = most;
    if (bands < 1) bands = 1;
    for (int band = 0; band < bands; band++) p->task[p->tasks++] = (slice){i, band, bands};
  }
}

/* NULL where memory ran out. */
static plan *make_plan(const int32_t *descriptor, int same, arena *memory) {
  plan *p = TAKE(memory, plan, 1);
  if (p == NULL) return NULL;
  *p = (plan){.count = descriptor[0], .side = descriptor[1], .canvases = descriptor[2], .same = same};
  p->pictures = p->count * p->canvases;
  p->canvas = TAKE(memory, canvas, p->canvases);
  p->picture = TAKE(memory, picture, p->pictures);
  if (memory->failed) return NULL;
  descriptor += 3;
  size_t scores = 0;
  for (int i = 0; i < p->canvases; i++) {
    canvas *c = &p->canvas[i];
    *c = (canvas){.height = descriptor[0], .width = descriptor[1], .windows = descriptor[2], .window = descriptor + 3};
    descriptor += 3 + 3 * c->windows;
    if (c->width > p->widest) p->widest = c->width;
    c->scores = scores;
    if (p->side > 0) scores += (size_t)c->windows * p->count * side_at(p, p->side, BLOCKS) * side_at(p, p->side, BLOCKS);
    for (int level = 1; level <= BLOCKS; level++) {
      double side = side_at(p, p->side, level);
      double once = p->side > 0 ? c->windows * side * side
                                : (double)side_at(p, c->height, level) * side_at(p, c->width, level);
      p->weight[level] += p->count * once;
      count_coverage(p, c, level, memory);
    }
  }
  for (int i = 0; i < p->pictures; i++) {
    picture *q = &p->picture[i];
    q->canvas = i / p->count;
    q->image = i % p->count;
    for (int level = 0; level <= BLOCKS; level++) {
      q->offset[level] = p->pixels[level];
      p->pixels[level] += (size_t)height_at(p, q, level) * width_at(p, q, level);
    }
  }
  cut_into_tasks(p, memory);
  return memory->failed ? NULL : p;
}

#endif
