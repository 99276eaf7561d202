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
  float *scratch;
  size_t scratch_size;
  float *filter_gradient; /* [tasks][9 * input stride][lanes] */
  double *sums;           /* [tasks][2][hidden] */
} backward_job;

/* Row `row` of the gradient at what `block` wrote, with `pad` zero pixels on both sides; zeros outside the picture. */
static void output_gradient_row(const backward_job *job, const picture *of, int row, int pad, float *to) {
  const network *n = job->network;
  const plan *p = job->pass->plan;
  int level = job->block + 1, stride = gradient_stride(n, job->block);
  int width = width_at(p, of, level), height = height_at(p, of, level);
  ptrdiff_t padding = (ptrdiff_t)pad * stride, length = (ptrdiff_t)width * stride;
  if (row < 0 || row >= height) {
    zero(to, length + 2 * padding);
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
  zero(to + padding + length, padding);
}

static void backward_task(void *context, int index, int worker) {
  const backward_job *job = context;
  network *n = job->network;
  const pass *f = job->pass;
  const plan *p = f->plan;
  const slice *task = &p->task[index];
  const picture *of = &p->picture[task->picture];
  int block = job->block, same = n->spec.same;
  int in_height = height_at(p, of, block), in_width = width_at(p, of, block);
  int out_height = height_at(p, of, block + 1), out_width = width_at(p, of, block + 1);
  int in_stride = input_stride(n, block), out_stride = gradient_stride(n, block);
  int first = band_start(in_height, task->band, task->bands), last = band_start(in_height, task->band + 1, task->bands);
  int pad = same ? 1 : 2; /* zeros around the gradient: what the filter reaches beyond it */
  int vectors = forward_vectors(n, block), back = backward_vectors(n, block);
  ptrdiff_t in_pitch = (ptrdiff_t)(in_width + 2) * in_stride;
  ptrdiff_t out_pitch = (ptrdiff_t)(out_width + 2 * pad) * out_stride;

  float *inputs = job->scratch + (size_t)worker * job->scratch_size;
  float *gradients = inputs + (ROWS + 2) * in_pitch, *sums = gradients + (ROWS + 2) * out_pitch + 64;
  float *picture_row = sums + 2 * n->hidden;
  float *filter = job->filter_gradient + (size_t)index * 9 * in_stride * vectors * VL;
  double *totals = job->sums + (size_t)index * 2 * n->hidden;
  if (job->want_filter) zero(filter, (ptrdiff_t)9 * in_stride * vectors * VL);
  zero(sums, 2 * n->hidden);
  for (int i = 0; i < 2 * n->hidden; i++) totals[i] = 0;

  for (int row = first; row < last; row += ROWS) {
    int rows = last - row < ROWS ? last - row : ROWS, ready = 0;
    if (row > first) {
      scroll(inputs, in_pitch, 2, ROWS);
      scroll(gradients, out_pitch, 2, ROWS);
      ready = 2;
    }
    /* strip row i: input row `row - same + i`, gradient row `row - pad + i` */
    for (int i = ready; i < rows + 2; i++) {
      if (job->want_filter) input_row(n, f, block, of, row - same + i, inputs + i * in_pitch);
      output_gradient_row(job, of, row - pad + i, pad, gradients + i * out_pitch);
    }
    if (job->want_filter) {
      int kept = out_height - row < rows ? out_height - row : rows;
      if (kept > 0)
        filter_gradient(kept, out_width, inputs, in_pitch, in_stride, gradients + pad * (out_pitch + out_stride),
                        out_pitch, out_stride, vectors, filter);
    }
    for (int i = 0; i < rows && job->want_input; i++) {
      size_t pixel = of->offset[block] + (size_t)(row + i) * in_width;
      const float *strip = gradients + i * out_pitch;
      if (block == 0) {
        convolve_row(in_width, strip, out_pitch, out_stride, n->backward[0], back, picture_row, back * VL);
        for (int x = 0; x < in_width; x++)
          copy(job->to + (pixel + x) * in_stride, picture_row + (ptrdiff_t)x * back * VL, in_stride);
      } else {
        float *to = job->to + pixel * in_stride;
        convolve_row(in_width, strip, out_pitch, out_stride, n->backward[block], back, to, in_stride);
        leaky_gradient(to, f->value[block - 1] + pixel * in_stride, in_width, in_stride, &f->norm[block - 1], sums);
      }
    }
    flush_sums(totals, sums, 2 * n->hidden);
  }
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
  int most_lanes = forward_vectors(n, BLOCKS - 1) * VL > n->hidden ? forward_vectors(n, BLOCKS - 1) * VL : n->hidden;
  backward_job job = {.network = n, .pass = f, .from = outputs, .scratch_size = scratch_size(n, p)};
  job.scratch = TAKE(memory, float, job.scratch_size * (size_t)n->engine->threads);
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
