/* The backward pass, block by block from the last: one pass over the pictures gives the filter gradient and the gradient at the
 * block's input, with the sums the batch normalisation before it needs. */
#ifndef BACKWARD_H
#define BACKWARD_H

#include "outputs.h"

typedef struct {
  network *network;
  const pass *pass;
  int block, want_filter, want_input;
  const float *from; /* gradient after this block's LeakyReLU derivative (the last block: at its outputs) */
  float *to;         /* the same for the block before; block 0: gradient at the pictures */
  scratch *scratch;
  float *filter_gradient; /* [tasks][9 * input stride][lanes] */
  double *sums;           /* [tasks][2][hidden] */
} backward_job;

/* Row `row` of the gradient at what `block` wrote, from `pad` zero pixels on; zeros outside the picture and up to `pitch`. */
static void output_gradient_row(const backward_job *job, const picture *of, int row, int pad, float *to,
                                ptrdiff_t pitch) {
  const network *n = job->network;
  const plan *p = job->pass->plan;
  int level = job->block + 1, stride = gradient_stride(n, job->block);
  int width = width_at(p, of, level), height = height_at(p, of, level);
  ptrdiff_t padding = (ptrdiff_t)pad * stride, length = (ptrdiff_t)width * stride;
  if (row < 0 || row >= height) {
    zero(to, pitch);
    return;
  }
  size_t pixel = of->offset[level] + (size_t)row * width;
  zero(to, padding);
  if (job->block == BLOCKS - 1) {
    copy(to + padding, job->from + pixel * stride, length);
  } else {
    const float *coverage = p->canvas[of->canvas].coverage[level];
    gradient_row(to + padding, job->from + pixel * stride, job->pass->value[job->block] + pixel * stride, width, stride,
                 &job->pass->norm[job->block], coverage == NULL ? NULL : coverage + (size_t)row * width);
  }
  zero(to + padding + length, pitch - padding - length);
}

/* Expects what `rows` rows of the gradient from `row` on are made of. */
static void expect_gradients(ahead *next, const backward_job *job, const picture *of, int row, int rows) {
  const plan *p = job->pass->plan;
  int level = job->block + 1, width = width_at(p, of, level), stride = gradient_stride(job->network, job->block);
  if (row >= height_at(p, of, level)) return;
  size_t from = (of->offset[level] + (size_t)row * width) * stride, count = (size_t)rows * width * stride;
  expect(next, job->from + from, count, 0);
  if (job->block < BLOCKS - 1) expect(next, job->pass->value[job->block] + from, count, 0);
}

/* Adds what two strips give to the filter gradient: of the first block to `filter` itself, of others at Winograd's points. */
static void add_filter_gradient(const network *n, int block, const scratch *s, ptrdiff_t in_pitch,
                                const float *gradients, ptrdiff_t out_pitch, int rows, int width, float *filter) {
  int in_stride = input_stride(n, block), out_stride = gradient_stride(n, block), vectors = forward_vectors(n, block);
  if (block == 0) {
    filter_gradient(rows, width, s->inputs, in_pitch, in_stride, gradients, out_pitch, out_stride, vectors, filter);
    return;
  }
  int across = tiles_across(width), down = tiles_across(rows);
  ptrdiff_t in_plane = plane_size(across * down, in_stride), out_plane = plane_size(across * down, out_stride);
  for (int i = 0; i < down; i++) {
    transform_inputs(s->inputs + i * TILE * in_pitch, in_pitch, in_stride, across,
                     s->points + (ptrdiff_t)i * across * in_stride, in_plane);
    transform_gradients(gradients + i * TILE * out_pitch, out_pitch, out_stride, across,
                        s->products + (ptrdiff_t)i * across * out_stride, out_plane);
  }
  add_point_gradients(across * down, s->points, in_plane, in_stride, inputs_of(n, block), s->products, out_plane,
                      vectors, s->filter);
}

static void backward_task(void *context, int index, int worker) {
  const backward_job *job = context;
  network *n = job->network;
  const pass *f = job->pass;
  const plan *p = f->plan;
  const slice *task = &p->task[index];
  const picture *of = &p->picture[task->picture];
  const scratch *s = scratch_of(n, p, job->scratch, worker);
  int block = job->block, same = n->spec.same;
  int in_height = height_at(p, of, block), in_width = width_at(p, of, block);
  int out_height = height_at(p, of, block + 1), out_width = width_at(p, of, block + 1);
  int in_stride = input_stride(n, block), out_stride = gradient_stride(n, block);
  int first = band_start(in_height, task->band, task->bands), last = band_start(in_height, task->band + 1, task->bands);
  int pad = same ? 1 : 2; /* zeros around the gradient: what the filter reaches beyond it */
  int step = block_rows(n, block, in_width), lanes = forward_vectors(n, block) * VL;
  ptrdiff_t in_pitch = (ptrdiff_t)strip_pixels(in_width) * in_stride;
  ptrdiff_t out_pitch = (ptrdiff_t)strip_pixels(in_width) * out_stride;
  float *filter = job->want_filter ? job->filter_gradient + (size_t)index * 9 * in_stride * lanes : NULL;
  double *totals = job->sums + (size_t)index * 2 * n->hidden;
  if (job->want_filter) {
    zero(filter, (ptrdiff_t)9 * in_stride * lanes);
    zero(s->filter, (ptrdiff_t)POINTS * inputs_of(n, block) * lanes);
  }
  zero(s->sums, 2 * n->hidden);
  for (int i = 0; i < 2 * n->hidden; i++) totals[i] = 0;

  for (int row = first; row < last; row += step) {
    int rows = last - row < step ? last - row : step, shared = row > first ? 2 : 0;
    if (job->want_filter) input_strip(n, f, block, of, row - same, rows, shared, s->inputs, in_pitch);
    for (int i = 0; i < shared; i++)
      copy(s->gradients + i * out_pitch, s->gradients + (i + step) * out_pitch, out_pitch);
    for (int i = shared; i < TILE * tiles_across(rows) + 2; i++)
      output_gradient_row(job, of, row - pad + i, pad, s->gradients + i * out_pitch, out_pitch);
    int kept = out_height - row < rows ? out_height - row : rows;
    if (job->want_filter && kept > 0)
      add_filter_gradient(n, block, s, in_pitch, s->gradients + pad * (out_pitch + out_stride), out_pitch, kept,
                          out_width, filter);
    if (!job->want_input) continue;
    size_t pixel = of->offset[block] + (size_t)row * in_width;
    ahead next = {0};
    expect_inputs(&next, n, f, block, of, row);
    expect_gradients(&next, job, of, row + step + 2 - pad, step);
    if (block == 0) {
      int back = backward_vectors(n, 0) * VL;
      convolve(n, 0, 1, s->gradients, out_pitch, rows, in_width, s, s->rows, back, &next);
      for (int i = 0; i < rows * in_width; i++)
        copy(job->to + (pixel + i) * in_stride, s->rows + (ptrdiff_t)i * back, in_stride);
    } else {
      float *to = job->to + pixel * in_stride;
      expect(&next, to, (size_t)rows * in_width * in_stride, 1);
      convolve(n, block, 1, s->gradients, out_pitch, rows, in_width, s, to, in_stride, &next);
      leaky_gradient(to, f->value[block - 1] + pixel * in_stride, (ptrdiff_t)rows * in_width, in_stride,
                     &f->norm[block - 1], s->sums);
    }
    flush_sums(totals, s->sums, 2 * n->hidden);
  }
  if (job->want_filter && block > 0) transform_filter_gradient(filter, in_stride, s->filter, inputs_of(n, block), lanes);
}

typedef struct {
  const backward_job *from;
  float *gradient;
  int tasks;
} sum_job;

/* Adds the tasks' filter gradients up, one tap and input channel after another. */
static void sum_task(void *context, int index, int worker) {
  (void)worker;
  const sum_job *job = context;
  const backward_job *from = job->from;
  const network *n = from->network;
  int block = from->block, inputs = inputs_of(n, block), outputs = outputs_of(n, block);
  int stride = input_stride(n, block), lanes = forward_vectors(n, block) * VL;
  size_t size = (size_t)9 * stride * lanes;
  float row[lanes];
  for (int i = index * inputs; i < (index + 1) * inputs; i++) {
    const float *part = from->filter_gradient + ((size_t)(i / inputs) * stride + i % inputs) * lanes;
    zero(row, lanes);
    for (int t = 0; t < job->tasks; t++, part += size)
      for (int c = 0; c < lanes; c++) row[c] += part[c];
    float *to = job->gradient + (size_t)i * outputs;
    for (int c = 0; c < outputs; c++) to[c] += row[c];
  }
}

/* From the sums over the batch: what gradient_row needs, and the gradients of the norm's weight and shift. */
static void finish_norm(network *n, const pass *f, int block, const double *sums, float *gradient) {
  const plan *p = f->plan;
  const norm *to = &f->norm[block];
  double weight = p->weight[block + 1];
  for (int c = 0; c < n->hidden; c++) {
    double first = 0, second = 0;
    for (int t = 0; t < p->tasks; t++) {
      first += sums[(size_t)t * 2 * n->hidden + c];
      second += sums[(size_t)t * 2 * n->hidden + n->hidden + c];
    }
    to->constant[c] = (float)(to->scale[c] / weight * (first + to->centre[c] * second));
    to->slope[c] = (float)(to->scale[c] / weight * to->inverse[c] * second);
    if (gradient == NULL || c >= n->spec.width) continue;
    gradient[trainable_offset(n, block, NORM_WEIGHT) + c] += (float)second;
    gradient[trainable_offset(n, block, NORM_BIAS) + c] += (float)first;
  }
}

/* Backward from `outputs`, the gradient at the outputs [pixels of level 5][logit stride]. Adds to `gradient` where given; writes the
 * gradient at the pictures to `pictures` where given. Returns 1 where memory ran out. */
static int backward(network *n, const pass *f, const float *outputs, float *gradient, float *pictures) {
  const plan *p = f->plan;
  arena *memory = &n->engine->workspace;
  int most_inputs = n->hidden > n->spec.input ? n->hidden : n->spec.input;
  int most_lanes = n->logits > n->hidden ? n->logits : n->hidden;
  backward_job job = {.network = n, .pass = f, .from = outputs, .scratch = make_scratch(n, p->widest)};
  job.sums = TAKE(memory, double, (size_t)p->tasks * 2 * n->hidden);
  job.want_filter = gradient != NULL;
  if (job.want_filter) job.filter_gradient = TAKE(memory, float, (size_t)p->tasks * 9 * most_inputs * most_lanes);
  float *buffers[2];
  for (int i = 0; i < 2; i++) buffers[i] = TAKE(memory, float, p->pixels[1] * (size_t)n->hidden);
  if (memory->failed) return 1;
  for (int block = BLOCKS - 1; block >= 0; block--) {
    job.block = block;
    job.want_input = block > 0 || pictures != NULL;
    job.to = block > 0 ? buffers[block % 2] : pictures;
    host_parallel(n->engine->pool, backward_task, &job, p->tasks);
    if (job.want_filter) {
      sum_job sum = {&job, gradient + trainable_offset(n, block, WEIGHT), p->tasks};
      host_parallel(n->engine->pool, sum_task, &sum, 9);
    }
    if (block > 0) finish_norm(n, f, block - 1, job.sums, gradient);
    job.from = job.to;
  }
  return 0;
}

#endif
