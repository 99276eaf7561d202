/* The checking build: random networks on random batches, every call, in a program of its own. scripts/check-kernels.mjs compiles it for
 * each instruction set under the sanitizers and runs it: check CASES [FIRST]. Each case runs several times, with other nonsense in
 * undefined memory and on other numbers of threads; all results must be finite and have the same bits. */
#define CHECKED
#include <math.h>
#include <stdio.h>

#include "core.c"
#include "threads.h"

void *host_allocate(size_t bytes) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, bytes) != 0) return NULL;
  memset(memory, nonsense, bytes);
  return memory;
}

void host_free(void *memory, size_t bytes) {
  (void)bytes;
  free(memory);
}

static uint64_t random_state;

static int between(int least, int most) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return least + (int)((random_state >> 33) % (uint64_t)(most - least + 1));
}
static float uniform(float most) { return most * (float)between(-32767, 32767) / 32768; }

/* FNV-1a over the bits of all results of a case. */
typedef struct {
  uint64_t hash;
  int unreal;
} results;

static void note(results *r, const void *values, size_t bytes) {
  const unsigned char *byte = values;
  for (size_t i = 0; i < bytes; i++) r->hash = (r->hash ^ byte[i]) * 1099511628211u;
}
static void note_floats(results *r, const float *values, size_t count) {
  note(r, values, count * sizeof(float));
  for (size_t i = 0; i < count; i++) r->unreal |= !isfinite(values[i]);
}

/* Arrays end where their contents end, so that the address sanitizer sees a step too far. */
static float *numbers(size_t count) { return malloc(count * sizeof(float)); }
static float *random_numbers(size_t count, float most) {
  float *to = numbers(count);
  for (size_t i = 0; i < count; i++) to[i] = uniform(most);
  return to;
}

typedef struct {
  int32_t *descriptor;
  float *images;
  size_t inputs, scores, logits;
} batch;

static int after(const network *n, int side) { return n->spec.same ? side : side - 2 * BLOCKS; }

/* Windows on canvases with labels below `labels`; one window each with padding `same`. */
static batch random_batch(const network *n, int side, int labels) {
  int count = between(1, 3), canvases = between(1, 3), length = 3;
  int32_t all[3 + 3 * (3 + 3 * 5)] = {count, side, canvases};
  batch b = {0};
  size_t patches = (size_t)after(n, side) * after(n, side);
  for (int i = 0; i < canvases; i++) {
    int alone = n->spec.same || between(0, 2) == 0, windows = alone ? 1 : between(1, 5);
    int height = side + (alone ? 0 : between(0, 9)), width = side + (alone ? 0 : between(0, 9));
    all[length++] = height, all[length++] = width, all[length++] = windows;
    for (int w = 0; w < windows; w++)
      all[length++] = between(0, height - side), all[length++] = between(0, width - side), all[length++] = between(0, labels - 1);
    b.inputs += (size_t)count * height * width * n->spec.input;
    b.logits += (size_t)count * after(n, height) * after(n, width) * n->spec.output;
    b.scores += (size_t)count * windows * patches;
  }
  b.descriptor = malloc((size_t)length * sizeof(int32_t));
  memcpy(b.descriptor, all, (size_t)length * sizeof(int32_t));
  b.images = random_numbers(b.inputs, 1);
  return b;
}

static void free_batch(batch b) {
  free(b.descriptor);
  free(b.images);
}

static const double ADAM[6] = {5e-4, 0.5, 0.999, 1e-8, 0.5, 0.001};

static network *random_network(engine *e, network_spec spec) {
  network *n = TABLE.create(e, &spec);
  for (size_t i = 0; i < 3 * n->trainable + n->running; i++) n->state[i] = i < n->trainable ? uniform(0.2f) : 0;
  for (int b = 0; b < BLOCKS - 1; b++)
    for (int c = 0; c < spec.width; c++) parameter(n, b, NORM_WEIGHT)[c] += 1, running_variance(n, b)[c] = 1;
  TABLE.changed(n);
  return n;
}

static void note_state(results *r, network *n) { note_floats(r, TABLE.state(n), 3 * n->trainable + n->running); }

static int random_side(const network_spec *spec) {
  /* Few pixels for wide networks: a case takes a second or less. */
  int most = spec->width > 40 ? 30 : spec->width > 16 ? 45 : 70;
  return spec->same ? between(2, most) : between(2 * BLOCKS + 1, most);
}

static void discriminator_calls(network *n, results *r) {
  int side = random_side(&n->spec), labels = n->spec.output - 1;
  batch real = random_batch(n, side, labels), fake = random_batch(n, random_side(&n->spec), labels);
  double losses[2] = {0, 0}, *loss = malloc(sizeof(double));
  for (int i = 0; i < 2; i++) {
    r->unreal |= TABLE.step(n, real.descriptor, real.images, i ? NULL : fake.descriptor, fake.images, ADAM, losses);
    note(r, losses, sizeof losses);
  }
  float *gradient = numbers(real.inputs), *logits = numbers(real.logits), *scores = numbers(fake.scores);
  r->unreal |= TABLE.input_gradient(n, real.descriptor, real.images, gradient, loss);
  note_floats(r, gradient, real.inputs);
  for (int trained = 0; trained < 2; trained++) {
    r->unreal |= TABLE.logits(n, real.descriptor, real.images, trained, logits);
    note_floats(r, logits, real.logits);
    r->unreal |= TABLE.score(n, fake.descriptor, fake.images, trained ? labels : -1, scores);
    note_floats(r, scores, fake.scores);
  }
  note(r, loss, sizeof *loss);
  free(gradient), free(logits), free(scores), free(loss);
  free_batch(real), free_batch(fake);
}

static void generator_calls(network *n, results *r) {
  for (int round = 0; round < 2; round++) {
    size_t total = 0;
    for (int mode = 0; mode < 5; mode++) {
      int count = between(1, 3), height = random_side(&n->spec), width = random_side(&n->spec);
      size_t pixels = (size_t)count * after(n, height) * after(n, width) * n->spec.output;
      float *images = random_numbers((size_t)count * height * width * n->spec.input, 1), *outputs = numbers(pixels);
      r->unreal |= TABLE.generate(n, count, height, width, images, mode % 3, outputs);
      note_floats(r, outputs, pixels);
      if (mode % 3 == 2) total += pixels;
      if (round == 1 && mode == 2) TABLE.changed(n), total = 0;
      free(images), free(outputs);
    }
    if (total == 0) continue;
    float *gradients = random_numbers(total, 1);
    r->unreal |= TABLE.generator_step(n, gradients, ADAM);
    free(gradients);
  }
}

static results run_case(uint64_t seed, int threads, unsigned char fill) {
  random_state = seed * 2654435761u + 1, nonsense = fill;
  results r = {14695981039346656037u, 0};
  thread_pool *pool = pool_open(threads);
  engine *e = TABLE.open(pool, threads);
  network_spec spec = {between(1, 20), between(1, 64), between(2, 60), between(0, 1)};
  if (spec.input > 5 && between(0, 3)) spec.input = 3;
  network *discriminator = random_network(e, spec);
  spec.output = between(1, 4);
  network *generator = random_network(e, spec);
  discriminator_calls(discriminator, &r);
  generator_calls(generator, &r);
  note_state(&r, discriminator);
  note_state(&r, generator);
  TABLE.destroy(discriminator);
  TABLE.destroy(generator);
  TABLE.close(e);
  pool_close(pool);
  return r;
}

static int runs_here(void) {
#if defined(__AVX512F__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
#elif defined(__AVX2__)
  return __builtin_cpu_supports("avx2");
#else
  return 1;
#endif
}

int main(int count, char **argument) {
  if (!runs_here()) return printf("%s: this processor does not have it\n", NAME), 0;
  int cases = count > 1 ? atoi(argument[1]) : 10, first = count > 2 ? atoi(argument[2]) : 0, failed = 0;
  for (int i = first; i < first + cases; i++) {
    results once = run_case((uint64_t)i, 1, 255), again = run_case((uint64_t)i, 2 + i % 3, 63);
    if (!once.unreal && !again.unreal && once.hash == again.hash) continue;
    printf("%s, case %d: %s\n", NAME, i, once.unreal || again.unreal ? "results are not finite" : "results differ");
    failed = 1;
  }
  printf("%s: %d cases\n", NAME, cases);
  return failed;
}
