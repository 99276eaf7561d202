/* Threads that share the tasks of one job after another. A ticket names the job, how many tasks it has and the next one: whoever moves
 * it on has taken that task, so late threads never hold a finished job up. Waiting spins briefly, then sleeps. */
#ifndef POOL_H
#define POOL_H

#include "host.h"

#define SPINS 4000
#define FIELD 20
#define FIELD_MASK (((uint64_t)1 << FIELD) - 1)

typedef struct {
  /* 24 bits of job number, then tasks and next task, FIELD bits each. */
  _Alignas(64) _Atomic uint64_t ticket;
  _Alignas(64) _Atomic int done;
  _Alignas(64) _Atomic int published; /* counts jobs, and the end */
  _Atomic int closing, sleeping, waiting;
  int workers; /* beside the calling thread */
  task run;
  void *context;
  uint64_t job;
} pool;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static inline int tasks_left(uint64_t ticket) { return (ticket & FIELD_MASK) < ((ticket >> FIELD) & FIELD_MASK); }

/* Takes tasks until none is left. */
static void work_off(pool *p, int worker) {
  uint64_t ticket = atomic_load(&p->ticket);
  while (tasks_left(ticket)) {
    if (!atomic_compare_exchange_weak(&p->ticket, &ticket, ticket + 1)) continue;
    int tasks = (int)((ticket >> FIELD) & FIELD_MASK);
    p->run(p->context, (int)(ticket & FIELD_MASK), worker);
    if (atomic_fetch_add(&p->done, 1) + 1 == tasks && atomic_load(&p->waiting)) host_wake(&p->done);
    ticket = atomic_load(&p->ticket);
  }
}

/* The life of worker 1 and on. */
static void work(pool *p, int worker) {
  while (!atomic_load(&p->closing)) {
    int seen = atomic_load(&p->published);
    work_off(p, worker);
    for (int i = 0; i < SPINS && atomic_load(&p->published) == seen; i++) pause_briefly();
    if (atomic_load(&p->published) != seen) continue;
    atomic_fetch_add(&p->sleeping, 1);
    if (!atomic_load(&p->closing)) host_sleep(&p->published, seen);
    atomic_fetch_sub(&p->sleeping, 1);
  }
}

void host_parallel(void *of, task run, void *context, int count) {
  pool *p = of;
  if (count <= 0) return;
  if (p->workers == 0 || count == 1) {
    for (int i = 0; i < count; i++) run(context, i, 0);
    return;
  }
  p->run = run;
  p->context = context;
  p->job++;
  atomic_store(&p->done, 0);
  atomic_store(&p->ticket, p->job << (2 * FIELD) | (uint64_t)count << FIELD);
  atomic_fetch_add(&p->published, 1);
  if (atomic_load(&p->sleeping) > 0) host_wake(&p->published);
  work_off(p, 0);
  for (int i = 0; i < SPINS && atomic_load(&p->done) < count; i++) pause_briefly();
  if (atomic_load(&p->done) == count) return;
  atomic_store(&p->waiting, 1);
  for (int done; (done = atomic_load(&p->done)) < count;) host_sleep(&p->done, done);
  atomic_store(&p->waiting, 0);
}

static void end_work(pool *p) {
  atomic_store(&p->closing, 1);
  atomic_fetch_add(&p->published, 1);
  host_wake(&p->published);
}

#endif
