/* Threads that share the tasks of one job after another. A ticket names the job, how many tasks it has and the next one: whoever moves
 * it on has taken that task, so late threads never hold a finished job up. Waiting spins briefly, then sleeps. */
#ifndef POOL_H
#define POOL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "host.h"

#define SPINS 4000
#define FIELD 20
#define FIELD_MASK (((uint64_t)1 << FIELD) - 1)

typedef struct {
  /* 24 bits of job number, then tasks and next task, FIELD bits each. */
  _Alignas(64) _Atomic uint64_t ticket;
  _Alignas(64) _Atomic int done;
  _Alignas(64) task run;
  void *context;
  uint64_t job;
  int workers; /* beside the calling thread */
  pthread_t *threads;
  pthread_mutex_t lock;
  pthread_cond_t wake, finished;
  _Atomic int closing, sleeping, waiting;
} pool;

typedef struct {
  pool *pool;
  int worker;
} worker_start;

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
    if (atomic_fetch_add(&p->done, 1) + 1 == tasks && atomic_load(&p->waiting)) {
      pthread_mutex_lock(&p->lock);
      pthread_cond_signal(&p->finished);
      pthread_mutex_unlock(&p->lock);
    }
    ticket = atomic_load(&p->ticket);
  }
}

static void *worker_main(void *argument) {
  worker_start start = *(worker_start *)argument;
  pool *p = start.pool;
  free(argument);
  while (!atomic_load(&p->closing)) {
    work_off(p, start.worker);
    for (int i = 0; i < SPINS && !tasks_left(atomic_load(&p->ticket)) && !atomic_load(&p->closing); i++) pause_briefly();
    if (tasks_left(atomic_load(&p->ticket))) continue;
    pthread_mutex_lock(&p->lock);
    atomic_fetch_add(&p->sleeping, 1);
    while (!tasks_left(atomic_load(&p->ticket)) && !atomic_load(&p->closing)) pthread_cond_wait(&p->wake, &p->lock);
    atomic_fetch_sub(&p->sleeping, 1);
    pthread_mutex_unlock(&p->lock);
  }
  return NULL;
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
  if (atomic_load(&p->sleeping) > 0) {
    pthread_mutex_lock(&p->lock);
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
  }
  work_off(p, 0);
  for (int i = 0; i < SPINS && atomic_load(&p->done) < count; i++) pause_briefly();
  if (atomic_load(&p->done) == count) return;
  pthread_mutex_lock(&p->lock);
  atomic_store(&p->waiting, 1);
  while (atomic_load(&p->done) < count) pthread_cond_wait(&p->finished, &p->lock);
  atomic_store(&p->waiting, 0);
  pthread_mutex_unlock(&p->lock);
}

static void pool_close(pool *p) {
  pthread_mutex_lock(&p->lock);
  atomic_store(&p->closing, 1);
  pthread_cond_broadcast(&p->wake);
  pthread_mutex_unlock(&p->lock);
  for (int i = 0; i < p->workers; i++) pthread_join(p->threads[i], NULL);
  pthread_mutex_destroy(&p->lock);
  pthread_cond_destroy(&p->wake);
  pthread_cond_destroy(&p->finished);
  free(p->threads);
  free(p);
}

/* A pool of `threads` in all; NULL where they could not be started. */
static pool *pool_open(int threads) {
  pool *p = NULL;
  if (posix_memalign((void **)&p, 64, sizeof(pool)) != 0) return NULL;
  *p = (pool){.workers = 0};
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->wake, NULL);
  pthread_cond_init(&p->finished, NULL);
  p->threads = malloc(sizeof(pthread_t) * (size_t)threads);
  for (int i = 1; i < threads; i++) {
    worker_start *start = malloc(sizeof(worker_start));
    if (start != NULL) *start = (worker_start){p, i};
    if (start == NULL || pthread_create(&p->threads[p->workers], NULL, worker_main, start) != 0) {
      free(start);
      pool_close(p);
      return NULL;
    }
    p->workers++;
  }
  return p;
}

#endif
