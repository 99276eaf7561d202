/* The last block: convolve, then at once what is made of the outputs: patch cross entropy with its gradient, scores, logits or tanh. */
#ifndef OUTPUTS_H
#define OUTPUTS_H

#include "forward.h"

typedef enum { LOSS, SCORE, LOGITS, TANH } purpose;

#define ABSENT -1e30f

typedef struct {
  network *network;
  pass *pass;
  purpose purpose;
  scratch *scratch;
  const float *bias; /* padded with ABSENT, so that absent and excluded channels have probability 0 */
  float *to;         /* gradients at the outputs, scores, logits or pictures */
  double *loss;      /* [tasks] */
  double *bias_gradient; /* [tasks][lanes] */
} output_job;

/* Exponentials of a row of logits against each pixel's largest, their sums, and optionally the sums' logarithm plus the largest. */
static void exponentiate(float *restrict row, ptrdiff_t width, int lanes, float *restrict sums,
                         float *restrict normaliser) {
  for (ptrdiff_t x = 0; x < width; x++) {
    float *z = row + x * lanes;
    vec top = load(z);
    for (int c = VL; c < lanes; c += VL) top = larger(top, load(z + c));
    float most = largest_lane(top);
    vec sum = broadcast(0);
    for (int c = 0; c < lanes; c += VL) {
      vec e = exponential(load(z + c) - most);
      sum += e;
      store(z + c, e);
    }
    sums[x] = sum_lanes(sum);
    normaliser[x] = most;
  }
  for (ptrdiff_t x = 0; x < width; x += VL) store(normaliser + x, load(normaliser + x) + logarithm(load(sums + x)));
}

/* The part of a window's patches that lies in row `y` of level 5: calls for each window over it. */
#define FOR_WINDOWS(p, c, y, top, left, label)                                                             \
  for (int w = 0; w < (c)->windows; w++)                                                                   \
    for (int top = (c)->window[3 * w], left = (c)->window[3 * w + 1], label = (c)->window[3 * w + 2];      \
         top >= 0 && (y) >= top && (y) < top + side_at(p, (p)->side, BLOCKS); top = -1)

/* Adds the row's loss and writes its gradient: coverage * softmax - the labels of the windows over a position, over the number of patches. */
static double loss_row(const output_job *job, const picture *of, int y, float *row, int lanes, float *sums,
                       float *normaliser, float *gradient, double *bias_gradient) {
  const network *n = job->network;
  const plan *p = job->pass->plan;
  const canvas *c = &p->canvas[of->canvas];
  int width = width_at(p, of, BLOCKS), patches = side_at(p, p->side, BLOCKS), stride = n->logits;
  const float *coverage = c->coverage[BLOCKS] == NULL ? NULL : c->coverage[BLOCKS] + (size_t)y * width;
  float share = (float)(1 / p->weight[BLOCKS]);
  double loss = 0;
  FOR_WINDOWS(p, c, y, top, left, label) {
    for (int x = left; x < left + patches; x++) loss -= row[(size_t)x * lanes + label];
  }
  exponentiate(row, width, lanes, sums, normaliser);
  for (int x = 0; x < width; x++) loss += coverage == NULL ? normaliser[x] : coverage[x] * (double)normaliser[x];
  for (int x = 0; x < width; x++) {
    float factor = (coverage == NULL ? share : coverage[x] * share) / sums[x];
    for (int i = 0; i < stride; i++) gradient[(size_t)x * stride + i] = row[(size_t)x * lanes + i] * factor;
  }
  FOR_WINDOWS(p, c, y, top, left, label) {
    for (int x = left; x < left + patches; x++) gradient[(size_t)x * stride + label] -= share;
  }
  float sum[stride];
  zero(sum, stride);
  for (int x = 0; x < width; x++)
    for (int i = 0; i < stride; i++) sum[i] += gradient[(size_t)x * stride + i];
  for (int i = 0; i < stride; i++) bias_gradient[i] += sum[i];
  return loss;
}

/* Probability of each window's label at the patches of this row; scores [windows][count][patches][patches] a canvas. */
static void score_row(const output_job *job, const picture *of, int y, float *row, int lanes, float *sums,
                      float *normaliser) {
  const plan *p = job->pass->plan;
  const canvas *c = &p->canvas[of->canvas];
  int width = width_at(p, of, BLOCKS), patches = side_at(p, p->side, BLOCKS);
  exponentiate(row, width, lanes, sums, normaliser);
  FOR_WINDOWS(p, c, y, top, left, label) {
    float *to = job->to + c->scores + (((size_t)w * p->count + of->image) * patches + (y - top)) * (size_t)patches;
    for (int x = 0; x < patches; x++) to[x] = row[(size_t)(left + x) * lanes + label] / sums[left + x];
  }
}

/* What becomes of one row of outputs, at row `y`. */
static double use_row(const output_job *job, const picture *of, int y, float *row, int lanes, float *sums,
                      double *bias_gradient) {
  const network *n = job->network;
  int width = width_at(job->pass->plan, of, BLOCKS), channels = n->spec.output;
  size_t pixel = of->offset[BLOCKS] + (size_t)y * width;
  float *normaliser = sums + width + VL;
  for (int x = 0; x < width; x++)
    for (int c = 0; c < lanes; c += VL) {
      float *z = row + (size_t)x * lanes + c;
      store(z, load(z) + load(job->bias + c));
    }
  if (job->purpose == LOSS)
    return loss_row(job, of, y, row, lanes, sums, normaliser, job->to + pixel * n->logits, bias_gradient);
  if (job->purpose == SCORE) {
    score_row(job, of, y, row, lanes, sums, normaliser);
    return 0;
  }
  if (job->purpose == TANH)
    for (int i = 0; i < width * lanes; i += VL) store(row + i, hyperbolic_tangent(load(row + i)));
  for (int x = 0; x < width; x++) copy(job->to + (pixel + x) * channels, row + (size_t)x * lanes, channels);
  return 0;
}

static void output_task(void *context, int index, int worker) {
  const output_job *job = context;
  network *n = job->network;
  const pass *f = job->pass;
  const plan *p = f->plan;
  const slice *task = &p->task[index];
  const picture *of = &p->picture[task->picture];
  const scratch *s = scratch_of(n, p, job->scratch, worker);
  int block = BLOCKS - 1, lanes = n->logits;
  int height = height_at(p, of, BLOCKS), width = width_at(p, of, BLOCKS), in_width = width_at(p, of, block);
  int first = band_start(height, task->band, task->bands), last = band_start(height, task->band + 1, task->bands);
  int step = block_rows(n, block, in_width);
  ptrdiff_t pitch = (ptrdiff_t)strip_pixels(in_width) * input_stride(n, block);
  double loss = 0, *bias_gradient = NULL;
  if (job->purpose == LOSS) {
    bias_gradient = job->bias_gradient + (size_t)index * n->logits;
    for (int i = 0; i < n->logits; i++) bias_gradient[i] = 0;
  }
  for (int row = first; row < last; row += step) {
    int rows = last - row < step ? last - row : step;
    input_strip(n, f, block, of, row - n->spec.same, rows, row > first ? 2 : 0, s->inputs, pitch);
    ahead next = {0};
    if (job->purpose == LOSS)
      expect(&next, job->to + (of->offset[BLOCKS] + (size_t)row * width) * lanes, (size_t)rows * width * lanes, 1);
    expect_inputs(&next, n, f, block, of, row);
    convolve(n, block, 0, s->inputs, pitch, rows, width, s, s->rows, lanes, &next);
    for (int i = 0; i < rows; i++)
      loss += use_row(job, of, row + i, s->rows + (ptrdiff_t)i * width * lanes, lanes, s->sums, bias_gradient);
  }
  if (job->purpose == LOSS) job->loss[index] = loss;
}

/* Runs the last block of a forward pass. `loss` gets the mean patch cross entropy and `bias_gradient` that of the last bias where the
 * purpose is LOSS. `excluded` is a label without probability or -1. Returns 1 where memory ran out. */
static int run_outputs(network *n, pass *f, purpose purpose, int excluded, float *to, double *loss,
                       float *bias_gradient) {
  const plan *p = f->plan;
  arena *memory = &n->engine->workspace;
  int lanes = n->logits;
  output_job job = {.network = n, .pass = f, .purpose = purpose, .to = to, .scratch = make_scratch(n, p->widest)};
  float *bias = TAKE(memory, float, lanes);
  job.bias = bias;
  job.loss = TAKE(memory, double, p->tasks);
  job.bias_gradient = TAKE(memory, double, (size_t)p->tasks * n->logits);
  if (memory->failed) return 1;
  const float *learned = parameter(n, BLOCKS - 1, BIAS);
  for (int c = 0; c < lanes; c++) bias[c] = c < n->spec.output && c != excluded ? learned[c] : ABSENT;
  host_parallel(n->engine->pool, output_task, &job, p->tasks);
  if (purpose != LOSS) return 0;
  double sum = 0;
  for (int t = 0; t < p->tasks; t++) sum += job.loss[t];
  *loss = sum / p->weight[BLOCKS];
  for (int c = 0; c < n->spec.output && bias_gradient != NULL; c++) {
    double total = 0;
    for (int t = 0; t < p->tasks; t++) total += job.bias_gradient[(size_t)t * n->logits + c];
    bias_gradient[c] += (float)total;
  }
  return 0;
}

#endif
