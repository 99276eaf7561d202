/* What the kernels need of the place they run in (a Node-API addon or WebAssembly), and the table each instruction set offers it. */
#ifndef HOST_H
#define HOST_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

/* 64-byte aligned memory, contents undefined; NULL where there is none left. */
void *host_allocate(size_t bytes);
void host_free(void *memory, size_t bytes);

/* Calls task(context, index, worker) for every index below count, spread over the engine's threads; returns when all are done.
 * `worker` is below the number of threads and no two tasks run at once with the same. */
typedef void (*task)(void *context, int index, int worker);
void host_parallel(void *pool, task run, void *context, int count);

/* For the pool: sleep unless `word` has changed from `seen` (or wake early), and wake all who sleep on `word`. */
void host_sleep(_Atomic int *word, int seen);
void host_wake(_Atomic int *word);

typedef struct {
  int32_t input, width, output, same;
} network_spec;

typedef struct engine engine;
typedef struct network network;

/* Every call returns 0, or 1 where memory ran out. Descriptors of batches are explained in plan.h. */
typedef struct {
  const char *name;
  engine *(*open)(void *pool, int threads);
  void (*close)(engine *);
  network *(*create)(engine *, const network_spec *);
  void (*destroy)(network *);
  /* [trainable][first moments][second moments][running statistics], each in the order of the named tensors. */
  float *(*state)(network *);
  /* The state was written from outside: forget what was derived from it, and recorded forwards. */
  void (*changed)(network *);
  /* adam: learning rate, beta1, beta2, epsilon, 1 - beta1^t, 1 - beta2^t. losses: real and fake. */
  int (*step)(network *, const int32_t *real, const float *real_images, const int32_t *fake, const float *fake_images,
              const double *adam, double *losses);
  int (*input_gradient)(network *, const int32_t *batch, const float *images, float *gradients, double *loss);
  /* excluded: a label, or -1. */
  int (*score)(network *, const int32_t *batch, const float *images, int excluded, float *scores);
  int (*logits)(network *, const int32_t *batch, const float *images, int trained, float *logits);
  /* mode: 0 frozen, 1 trained, 2 recorded. */
  int (*generate)(network *, int count, int height, int width, const float *images, int mode, float *outputs);
  /* gradients: those of all recorded forwards, one after another. */
  int (*generator_step)(network *, const float *gradients, const double *adam);
  /* See peak.h. */
  double (*peak)(int repetitions);
} kernels;

#endif
