/* The forward pass of blocks 0 to 3: normalise what the block before wrote, convolve, and take the statistics of the result. */
#ifndef FORWARD_H
#define FORWARD_H

#include "rows.h"
#include "scratch.h"

typedef struct {
  network *network;
  pass *pass;
  int block;
  scratch *scratch; /* [threads] */
  double *moments;  /* [tasks][2 * hidden + 1]: origin-free mean, sum of squares about it, weight */
} forward_job;

/* Row `row` of what `block` reads, from a row of zeros where the padding is `same`; zeros outside the picture and up to `pitch`. */
static void input_row(const network *n, const pass *f, int block, const picture *of, int row, float *to,
                      ptrdiff_t pitch) {
  const plan *p = f->plan;
  int width = width_at(p, of, block), height = height_at(p, of, block), stride = input_stride(n, block);
  ptrdiff_t padding = n->spec.same ? stride : 0, length = (ptrdiff_t)width * stride;
  if (row < 0 || row >= height) {
    zero(to, pitch);
    return;
  }
  size_t offset = (of->offset[block] + (size_t)row * width) * stride;
  zero(to, padding);
  if (block == 0) copy(to + padding, f->images + offset, length);
  else normalise_row(to + padding, f->value[block - 1] + offset, width, stride, &f->norm[block - 1]);
  zero(to + padding + length, pitch - padding - length);
}

/* Fills a strip with the rows from `first` on that `rows` output rows read. Rows `shared` with the strip before are moved up. */
static void input_strip(const network *n, const pass *f, int block, const picture *of, int first, int rows, int shared,
                        float *strip, ptrdiff_t pitch) {
  for (int i = 0; i < shared; i++) copy(strip + i * pitch, strip + (i + block_rows(n, block, width_at(f->plan, of, block))) * pitch, pitch);
  for (int i = shared; i < TILE * tiles_across(rows) + 2; i++)
    input_row(n, f, block, of, first + i, strip + i * pitch, pitch);
}

/* Expects the rows that the strip after the one from output row `row` on adds to it. */
static void expect_inputs(ahead *next, const network *n, const pass *f, int block, const picture *of, int row) {
  int width = width_at(f->plan, of, block), step = block_rows(n, block, width);
  if (block == 0 || row + step >= height_at(f->plan, of, block + 1)) return;
  size_t pixel = of->offset[block] + (size_t)(row + step + 2 - n->spec.same) * width;
  expect(next, f->value[block - 1] + pixel * n->hidden, (size_t)step * width * n->hidden, 0);
}

/* Convolves a strip to `rows` x `width` pixels; `back` takes the filter for the gradient at the input. Fetches `next` meanwhile. */
static void convolve(const network *n, int block, int back, const float *strip, ptrdiff_t pitch, int rows, int width,
                     const scratch *s, float *out, int out_stride, const ahead *next) {
  int stride = back ? gradient_stride(n, block) : input_stride(n, block);
  int channels = back ? outputs_of(n, block) : inputs_of(n, block);
  int vectors = back ? backward_vectors(n, block) : forward_vectors(n, block);
  const float *filter = back ? n->backward[block] : n->forward[block];
  ptrdiff_t out_pitch = (ptrdiff_t)width * out_stride;
  if (!back && block == 0) {
    for (int i = 0; i < rows; i++)
      convolve_row(width, strip + i * pitch, pitch, stride, filter, vectors, out + i * out_pitch, out_stride);
    return;
  }
  int across = tiles_across(width), down = tiles_across(rows), lanes = vectors * VL;
  ptrdiff_t plane = plane_size(across * down, stride), product_plane = plane_size(across * down, lanes);
  for (int i = 0; i < down; i++)
    transform_inputs(strip + i * TILE * pitch, pitch, stride, across, s->points + (ptrdiff_t)i * across * stride, plane);
  multiply_points(across * down, s->points, plane, stride, channels, filter, vectors, s->products, product_plane,
                  next);
  for (int i = 0; i < down; i++)
    transform_outputs(s->products + (ptrdiff_t)i * across * lanes, product_plane, lanes, across,
                      out + i * TILE * out_pitch, out_pitch, out_stride, rows - i * TILE, width);
}

/* Merges sums about an origin into a mean and the sum of squares about it (Chan et al.). */
static void merge_moments(double *mean, double *squares, double weight, double other_mean, double other_squares,
                          double other_weight) {
  double total = weight + other_weight, difference = other_mean - *mean;
  if (total <= 0) return;
  *mean += difference * other_weight / total;
  *squares += other_squares + difference * difference * weight * other_weight / total;
}

static void forward_task(void *context, int index, int worker) {
  const forward_job *job = context;
  network *n = job->network;
  pass *f = job->pass;
  const plan *p = f->plan;
  const slice *task = &p->task[index];
  const picture *of = &p->picture[task->picture];
  const scratch *s = scratch_of(n, p, job->scratch, worker);
  int block = job->block, level = block + 1, channels = n->hidden;
  int height = height_at(p, of, level), width = width_at(p, of, level), in_width = width_at(p, of, block);
  int first = band_start(height, task->band, task->bands), last = band_start(height, task->band + 1, task->bands);
  int step = block_rows(n, block, in_width);
  ptrdiff_t pitch = (ptrdiff_t)strip_pixels(in_width) * input_stride(n, block);
  const float *coverage = p->canvas[of->canvas].coverage[level];
  float *sums = s->sums, *origin = sums + 2 * channels;
  double *moments = job->moments + (size_t)index * (2 * channels + 1), weight = 0;
  for (int i = 0; i < 2 * channels + 1; i++) moments[i] = 0;
  zero(sums, 2 * channels);
  for (int row = first; row < last; row += step) {
    int rows = last - row < step ? last - row : step;
    input_strip(n, f, block, of, row - n->spec.same, rows, row > first ? 2 : 0, s->inputs, pitch);
    float *out = f->value[block] + (of->offset[level] + (size_t)row * width) * channels;
    ahead next = {0};
    expect(&next, out, (size_t)rows * width * channels, 1);
    expect_inputs(&next, n, f, block, of, row);
    convolve(n, block, 0, s->inputs, pitch, rows, width, s, out, channels, &next);
    if (row == first) copy(origin, out, channels);
    const float *weights = coverage == NULL ? NULL : coverage + (size_t)row * width;
    if (weights == NULL) weight += rows * width;
    else for (int i = 0; i < rows * width; i++) weight += weights[i];
    for (int i = 0; i < rows; i++)
      add_moments(sums, out + (ptrdiff_t)i * width * channels, width, channels, origin,
                  weights == NULL ? NULL : weights + i * width);
    flush_sums(moments, sums, 2 * channels);
  }
  for (int c = 0; c < channels && weight > 0; c++) {
    double shift = moments[c] / weight;
    moments[channels + c] -= shift * shift * weight;
    moments[c] = origin[c] + shift;
  }
  moments[2 * channels] = weight;
}

/* The affine form of batch normalisation with the statistics given. The convolution's bias is left out of what is written and so of
 * `mean`; absent channels stay zero. */
static void set_norm(network *n, norm *to, int block, const double *mean, const double *variance) {
  const float *weight = parameter(n, block, NORM_WEIGHT), *shift = parameter(n, block, NORM_BIAS);
  for (int c = 0; c < n->hidden; c++) {
    to->scale[c] = to->shift[c] = to->inverse[c] = to->centre[c] = 0;
    if (c >= n->spec.width) continue;
    double inverse = 1 / __builtin_sqrt(variance[c] + EPSILON);
    to->inverse[c] = (float)inverse;
    to->centre[c] = (float)(-mean[c] * inverse);
    to->scale[c] = (float)(weight[c] * inverse);
    to->shift[c] = (float)(shift[c] - mean[c] * weight[c] * inverse);
  }
}

static void use_batch_statistics(forward_job *job) {
  network *n = job->network;
  const plan *p = job->pass->plan;
  int channels = n->hidden, width = n->spec.width, block = job->block;
  double mean[width], variance[width];
  float *running = running_mean(n, block), *spread = running_variance(n, block);
  const float *bias = parameter(n, block, BIAS);
  for (int c = 0; c < width; c++) {
    double centre = 0, squares = 0, weight = 0;
    for (int t = 0; t < p->tasks; t++) {
      const double *m = job->moments + (size_t)t * (2 * channels + 1);
      merge_moments(&centre, &squares, weight, m[c], m[channels + c], m[2 * channels]);
      weight += m[2 * channels];
    }
    mean[c] = centre;
    variance[c] = squares > 0 ? squares / weight : 0;
    running[c] = (float)(running[c] + MOMENTUM * (centre + bias[c] - running[c]));
    spread[c] = (float)(spread[c] + MOMENTUM * (variance[c] * weight / (weight - 1) - spread[c]));
  }
  set_norm(n, &job->pass->norm[block], block, mean, variance);
}

static void use_running_statistics(network *n, pass *f, int block) {
  double mean[n->spec.width], variance[n->spec.width];
  for (int c = 0; c < n->spec.width; c++) {
    mean[c] = running_mean(n, block)[c] - parameter(n, block, BIAS)[c];
    variance[c] = running_variance(n, block)[c];
  }
  set_norm(n, &f->norm[block], block, mean, variance);
}

/* Forwards the batch of `p` through blocks 0 to 3 with batch statistics or running ones; NULL where memory ran out. */
static pass *forward(network *n, plan *p, const float *images, int trained, arena *memory) {
  pass *f = TAKE(memory, pass, 1);
  if (f == NULL) return NULL;
  *f = (pass){.plan = p, .images = images};
  pack_filters(n);
  for (int b = 0; b < BLOCKS - 1; b++) {
    f->value[b] = TAKE(memory, float, p->pixels[b + 1] * (size_t)n->hidden);
    float *norms = TAKE(memory, float, 6 * n->hidden);
    f->norm[b] = (norm){norms,
                        norms + n->hidden,
                        norms + 2 * n->hidden,
                        norms + 3 * n->hidden,
                        norms + 4 * n->hidden,
                        norms + 5 * n->hidden};
  }
  arena *workspace = &n->engine->workspace;
  forward_job job = {.network = n, .pass = f, .scratch = make_scratch(n, p->widest)};
  job.moments = TAKE(workspace, double, (size_t)p->tasks * (size_t)(2 * n->hidden + 1));
  if (memory->failed || workspace->failed) return NULL;
  for (job.block = 0; job.block < BLOCKS - 1; job.block++) {
    host_parallel(n->engine->pool, forward_task, &job, p->tasks);
    if (trained) use_batch_statistics(&job);
    else use_running_statistics(n, f, job.block);
  }
  return f;
}

#endif
