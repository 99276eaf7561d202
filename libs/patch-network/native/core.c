/* The patch network as a table of calls, compiled once for each instruction set: TABLE names the table, NAME what it runs on. */
#include "backward.h"
#include "peak.h"

static engine *engine_open(void *pool, int threads) {
  engine *e = host_allocate(sizeof(engine));
  if (e != NULL) *e = (engine){.pool = pool, .threads = threads};
  return e;
}

static void engine_close(engine *e) {
  arena_free(&e->workspace);
  host_free(e, sizeof(engine));
}

/* Forward with batch statistics, loss and backward of one batch. */
static int learn(network *n, const int32_t *batch, const float *images, float *gradient, float *pictures,
                 double *loss) {
  arena *memory = &n->engine->workspace;
  arena_reset(memory);
  plan *p = make_plan(batch, n->spec.same, memory);
  if (p == NULL) return 1;
  pass *f = forward(n, p, images, 1, memory);
  if (f == NULL) return 1;
  float *outputs = TAKE(memory, float, p->pixels[BLOCKS] * (size_t)n->logits);
  if (outputs == NULL) return 1;
  float *bias = gradient == NULL ? NULL : gradient + trainable_offset(n, BLOCKS - 1, BIAS);
  if (run_outputs(n, f, LOSS, -1, outputs, loss, bias)) return 1;
  return backward(n, f, outputs, gradient, pictures);
}

static int step(network *n, const int32_t *real, const float *real_images, const int32_t *fake,
                const float *fake_images, const double *adam, double *losses) {
  zero(n->gradient, (ptrdiff_t)n->trainable);
  if (learn(n, real, real_images, n->gradient, NULL, &losses[0])) return 1;
  if (fake != NULL && learn(n, fake, fake_images, n->gradient, NULL, &losses[1])) return 1;
  adam_step(n, adam);
  return 0;
}

static int input_gradient(network *n, const int32_t *batch, const float *images, float *gradients, double *loss) {
  return learn(n, batch, images, NULL, gradients, loss);
}

static int forward_only(network *n, const int32_t *batch, const float *images, int trained, purpose purpose,
                        int excluded, float *to) {
  arena *memory = &n->engine->workspace;
  arena_reset(memory);
  plan *p = make_plan(batch, n->spec.same, memory);
  if (p == NULL) return 1;
  pass *f = forward(n, p, images, trained, memory);
  if (f == NULL) return 1;
  return run_outputs(n, f, purpose, excluded, to, NULL, NULL);
}

static int score(network *n, const int32_t *batch, const float *images, int excluded, float *scores) {
  return forward_only(n, batch, images, 0, SCORE, excluded, scores);
}

static int logits(network *n, const int32_t *batch, const float *images, int trained, float *to) {
  return forward_only(n, batch, images, trained, LOGITS, -1, to);
}

static record *next_record(network *n) {
  record *r = n->spare_records;
  if (r != NULL) {
    n->spare_records = r->next;
  } else {
    r = host_allocate(sizeof(record));
    if (r == NULL) return NULL;
    *r = (record){0};
  }
  r->next = NULL;
  arena_reset(&r->memory);
  return r;
}

static int generate(network *n, int count, int height, int width, const float *images, int mode, float *outputs) {
  arena_reset(&n->engine->workspace);
  int32_t one[] = {count, 0, 1, height, width, 0};
  if (mode < 2) return forward_only(n, one, images, mode, TANH, -1, outputs);
  record *r = next_record(n);
  if (r == NULL) return 1;
  arena *memory = &r->memory;
  int32_t *batch = TAKE(memory, int32_t, 6);
  size_t size = (size_t)count * height * width * n->spec.input;
  float *kept = TAKE(memory, float, size);
  pass *f = NULL;
  if (!memory->failed) {
    for (int i = 0; i < 6; i++) batch[i] = one[i];
    copy(kept, images, (ptrdiff_t)size);
    plan *p = make_plan(batch, n->spec.same, memory);
    if (p != NULL) f = forward(n, p, kept, 1, memory);
    if (f != NULL) f->outputs = TAKE(memory, float, p->pixels[BLOCKS] * (size_t)n->spec.output);
  }
  if (f == NULL || f->outputs == NULL || run_outputs(n, f, TANH, -1, f->outputs, NULL, NULL)) {
    r->next = n->spare_records;
    n->spare_records = r;
    return 1;
  }
  r->pass = f;
  copy(outputs, f->outputs, (ptrdiff_t)(f->plan->pixels[BLOCKS] * (size_t)n->spec.output));
  if (n->last_record == NULL) n->records = r;
  else n->last_record->next = r;
  n->last_record = r;
  return 0;
}

/* The gradient before tanh, padded to the logit stride; adds its sum to the last bias's gradient. */
static void before_tanh(network *n, const pass *f, const float *after, float *before, float *bias_gradient) {
  int channels = n->spec.output;
  double sum[channels];
  for (int c = 0; c < channels; c++) sum[c] = 0;
  for (size_t i = 0; i < f->plan->pixels[BLOCKS]; i++) {
    float *to = before + i * n->logits;
    for (int c = 0; c < n->logits; c++) to[c] = 0;
    for (int c = 0; c < channels; c++) {
      float y = f->outputs[i * channels + c];
      to[c] = after[i * channels + c] * (1 - y * y);
      sum[c] += to[c];
    }
  }
  for (int c = 0; c < channels; c++) bias_gradient[c] += (float)sum[c];
}

static int generator_step(network *n, const float *gradients, const double *adam) {
  arena *memory = &n->engine->workspace;
  zero(n->gradient, (ptrdiff_t)n->trainable);
  for (record *r = n->records; r != NULL; r = r->next) {
    arena_reset(memory);
    size_t pixels = r->pass->plan->pixels[BLOCKS];
    float *outputs = TAKE(memory, float, pixels * (size_t)n->logits);
    if (outputs == NULL) return 1;
    before_tanh(n, r->pass, gradients, outputs, n->gradient + trainable_offset(n, BLOCKS - 1, BIAS));
    if (backward(n, r->pass, outputs, n->gradient, NULL)) return 1;
    gradients += pixels * (size_t)n->spec.output;
  }
  adam_step(n, adam);
  retire_records(n);
  return 0;
}

const kernels TABLE = {
    .name = NAME,
    .open = engine_open,
    .close = engine_close,
    .create = network_create,
    .destroy = network_destroy,
    .state = network_state,
    .changed = network_changed,
    .step = step,
    .input_gradient = input_gradient,
    .score = score,
    .logits = logits,
    .generate = generate,
    .generator_step = generator_step,
    .peak = peak,
};
