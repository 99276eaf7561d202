/* The calls of host.h by number, with every argument a double (pointers fit), so that both hosts pass them on alike. The numbers are
 * those of `Call` in src/kernels/host.ts. */
#ifndef CALLS_H
#define CALLS_H

#include "host.h"

enum { ALLOCATE, FREE, CREATE, DESTROY, STATE, CHANGED, STEP, INPUT_GRADIENT, SCORE_CALL, LOGITS_CALL, GENERATE, GENERATOR_STEP, PEAK };

#define POINTER(i) ((void *)(uintptr_t)a[i])
#define NUMBER(i) ((int)a[i])

static double call(const kernels *k, engine *e, int which, const double *a) {
  switch (which) {
    case ALLOCATE: return (double)(uintptr_t)host_allocate((size_t)a[0]);
    case FREE: host_free(POINTER(0), (size_t)a[1]); return 0;
    case CREATE: {
      network_spec spec = {NUMBER(0), NUMBER(1), NUMBER(2), NUMBER(3)};
      return (double)(uintptr_t)k->create(e, &spec);
    }
    case DESTROY: k->destroy(POINTER(0)); return 0;
    case STATE: return (double)(uintptr_t)k->state(POINTER(0));
    case CHANGED: k->changed(POINTER(0)); return 0;
    case STEP: return k->step(POINTER(0), POINTER(1), POINTER(2), POINTER(3), POINTER(4), POINTER(5), POINTER(6));
    case INPUT_GRADIENT: return k->input_gradient(POINTER(0), POINTER(1), POINTER(2), POINTER(3), POINTER(4));
    case SCORE_CALL: return k->score(POINTER(0), POINTER(1), POINTER(2), NUMBER(3), POINTER(4));
    case LOGITS_CALL: return k->logits(POINTER(0), POINTER(1), POINTER(2), NUMBER(3), POINTER(4));
    case GENERATE:
      return k->generate(POINTER(0), NUMBER(1), NUMBER(2), NUMBER(3), POINTER(4), NUMBER(5), POINTER(6));
    case PEAK: return k->peak(NUMBER(0));
    case GENERATOR_STEP: return k->generator_step(POINTER(0), POINTER(1), POINTER(2));
  }
  return -1;
}

#endif
