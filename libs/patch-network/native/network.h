/* A network's learned numbers, where they lie, and the forms of its filters the kernels read. */
#ifndef NETWORK_H
#define NETWORK_H

#include "plan.h"
#include "winograd.h"

#define EPSILON 1e-5
#define MOMENTUM 0.1
#define SLOPE 0.2f
#define HIDDEN_STEP 16

struct engine {
  void *pool;
  int threads;
  arena workspace;
};

/* What batch normalisation does to one level's channels: normalised = value * scale + shift before LeakyReLU, and for the way back
 * d(value) = scale * d(normalised) - coverage * (constant + slope * value). All padded with zeros to the channel stride. */
typedef struct {
  float *scale, *shift;
  float *inverse, *centre; /* (value - mean) / deviation = value * inverse + centre */
  float *constant, *slope;
} norm;

/* What a forward pass leaves behind for its backward pass. */
typedef struct {
  plan *plan;
  const float *images;
  float *value[BLOCKS]; /* output of convolution l before batch normalisation, [pixels of level l + 1][hidden]; l < 4 */
  norm norm[BLOCKS];
  float *outputs; /* the generator's, [pixels of level 5][output]; else NULL */
} pass;

typedef struct record {
  struct record *next;
  arena memory;
  pass *pass;
} record;

struct network {
  engine *engine;
  network_spec spec;
  int hidden, logits;        /* channel strides of hidden maps and of the gradient at the outputs */
  size_t trainable, running; /* how many numbers */
  float *state;
  float *gradient; /* [trainable] of the step under way */
  arena memory;
  /* [block] filters as the kernels read them, forward and for the gradient at the input: those of the first block's forward as rows of
   * taps, all others at Winograd's points. */
  float *forward[BLOCKS], *backward[BLOCKS];
  int packed;
  record *records, *last_record, *spare_records; /* the generator's, in order of the forwards */
};

INLINE int round_up(int value, int step) { return (value + step - 1) / step * step; }
INLINE int inputs_of(const network *n, int block) { return block == 0 ? n->spec.input : n->spec.width; }
INLINE int outputs_of(const network *n, int block) { return block == BLOCKS - 1 ? n->spec.output : n->spec.width; }
/* Channel strides of what a block reads, and of the gradient at what it writes. */
INLINE int input_stride(const network *n, int block) { return block == 0 ? n->spec.input : n->hidden; }
INLINE int gradient_stride(const network *n, int block) { return block == BLOCKS - 1 ? n->logits : n->hidden; }
/* Vectors of outputs a block computes, forward and backward. */
INLINE int forward_vectors(const network *n, int block) {
  return gradient_stride(n, block) / VL;
}
INLINE int backward_vectors(const network *n, int block) {
  return block == 0 ? round_up(n->spec.input, VL) / VL : n->hidden / VL;
}

enum { WEIGHT, BIAS, NORM_WEIGHT, NORM_BIAS };

/* Offset of a trainable tensor in the order of the named tensors. */
static size_t trainable_offset(const network *n, int block, int which) {
  size_t offset = 0;
  for (int b = 0; b <= block; b++) {
    size_t sizes[4] = {(size_t)9 * inputs_of(n, b) * outputs_of(n, b), (size_t)outputs_of(n, b), 0, 0};
    if (b < BLOCKS - 1) sizes[2] = sizes[3] = (size_t)outputs_of(n, b);
    for (int i = 0; i < 4; i++) {
      if (b == block && i == which) return offset;
      offset += sizes[i];
    }
  }
  return offset;
}

INLINE float *parameter(network *n, int block, int which) { return n->state + trainable_offset(n, block, which); }
INLINE float *running_mean(network *n, int block) {
  return n->state + 3 * n->trainable + (size_t)2 * block * n->spec.width;
}
INLINE float *running_variance(network *n, int block) { return running_mean(n, block) + n->spec.width; }

static network *network_create(engine *e, const network_spec *spec) {
  network *n = host_allocate(sizeof(network));
  if (n == NULL) return NULL;
  *n = (network){.engine = e, .spec = *spec};
  n->hidden = round_up(spec->width, HIDDEN_STEP);
  n->logits = round_up(spec->output, VL);
  n->trainable = trainable_offset(n, BLOCKS, 0);
  n->running = (size_t)2 * (BLOCKS - 1) * spec->width;
  n->state = TAKE(&n->memory, float, 3 * n->trainable + n->running);
  n->gradient = TAKE(&n->memory, float, n->trainable);
  for (int b = 0; b < BLOCKS; b++) {
    n->forward[b] = TAKE(&n->memory, float, POINTS * inputs_of(n, b) * forward_vectors(n, b) * VL);
    n->backward[b] = TAKE(&n->memory, float, POINTS * outputs_of(n, b) * backward_vectors(n, b) * VL);
  }
  if (!n->memory.failed) return n;
  arena_free(&n->memory);
  host_free(n, sizeof(network));
  return NULL;
}

static void free_records(record *r) {
  while (r != NULL) {
    record *next = r->next;
    arena_free(&r->memory);
    host_free(r, sizeof(record));
    r = next;
  }
}

/* Keeps the memory of the recorded forwards for the next ones. */
static void retire_records(network *n) {
  if (n->last_record != NULL) {
    n->last_record->next = n->spare_records;
    n->spare_records = n->records;
  }
  n->records = n->last_record = NULL;
}

static void network_destroy(network *n) {
  free_records(n->records);
  free_records(n->spare_records);
  arena_free(&n->memory);
  host_free(n, sizeof(network));
}

static float *network_state(network *n) { return n->state; }

static void network_changed(network *n) {
  n->packed = 0;
  retire_records(n);
}

/* to[block][3][3][in][lanes of at most NV vectors] = filter[tap][in][out], absent outputs zero. */
static void pack_rows(float *to, const float *filter, int inputs, int outputs, int vectors) {
  for (int done = 0; done < vectors; done += NV) {
    int lanes = (vectors - done < NV ? vectors - done : NV) * VL;
    for (int i = 0; i < 9 * inputs; i++, to += lanes)
      for (int lane = 0; lane < lanes; lane++) {
        int o = done * VL + lane;
        to[lane] = o < outputs ? filter[(size_t)i * outputs + o] : 0;
      }
  }
}

static void pack_filters(network *n) {
  if (n->packed) return;
  for (int b = 0; b < BLOCKS; b++) {
    const float *filter = parameter(n, b, WEIGHT);
    int in = inputs_of(n, b), out = outputs_of(n, b);
    if (b == 0) pack_rows(n->forward[b], filter, in, out, forward_vectors(n, b));
    else transform_filter(n->forward[b], filter, in, out, forward_vectors(n, b), 0);
    transform_filter(n->backward[b], filter, out, in, backward_vectors(n, b), 1);
  }
  n->packed = 1;
}

/* One Adam step on all trainable numbers; see host.h for `adam`. */
static void adam_step(network *n, const double *adam) {
  const float *restrict gradient = n->gradient;
  float rate = (float)(adam[0] / adam[4]), beta1 = (float)adam[1], beta2 = (float)adam[2], epsilon = (float)adam[3];
  float rest1 = (float)(1 - adam[1]), rest2 = (float)(1 - adam[2]), correction = (float)(1 / adam[5]);
  float *restrict w = n->state, *restrict m = w + n->trainable, *restrict v = m + n->trainable;
  for (size_t i = 0; i < n->trainable; i++) {
    m[i] = beta1 * m[i] + rest1 * gradient[i];
    v[i] = beta2 * v[i] + rest2 * gradient[i] * gradient[i];
    w[i] -= rate * m[i] / (__builtin_sqrtf(v[i] * correction) + epsilon);
  }
  n->packed = 0;
}

#endif
