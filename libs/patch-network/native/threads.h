/* The pool on POSIX threads. */
#ifndef THREADS_H
#define THREADS_H

#include <pthread.h>
#include <stdlib.h>

#include "pool.h"

typedef struct {
  pool pool; /* first, so that a pointer to it is one to this */
  pthread_t *threads;
} thread_pool;

typedef struct {
  pool *pool;
  int worker;
} worker_start;

/* Sleepers of all pools share one condition: they are few, and each looks at its own word again. */
static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t sleep_condition = PTHREAD_COND_INITIALIZER;

void host_sleep(_Atomic int *word, int seen) {
  pthread_mutex_lock(&sleep_lock);
  if (atomic_load(word) == seen) pthread_cond_wait(&sleep_condition, &sleep_lock);
  pthread_mutex_unlock(&sleep_lock);
}

void host_wake(_Atomic int *word) {
  (void)word;
  pthread_mutex_lock(&sleep_lock);
  pthread_cond_broadcast(&sleep_condition);
  pthread_mutex_unlock(&sleep_lock);
}

static void *worker_main(void *argument) {
  worker_start start = *(worker_start *)argument;
  free(argument);
  work(start.pool, start.worker);
  return NULL;
}

static void pool_close(thread_pool *p) {
  end_work(&p->pool);
  for (int i = 0; i < p->pool.workers; i++) pthread_join(p->threads[i], NULL);
  free(p->threads);
  free(p);
}

/* A pool of `threads` in all; NULL where they could not be started. */
static thread_pool *pool_open(int threads) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, sizeof(thread_pool)) != 0) return NULL;
  thread_pool *p = memory;
  *p = (thread_pool){.threads = malloc(sizeof(pthread_t) * (size_t)threads)};
  for (int i = 1; i < threads && p->threads != NULL; i++) {
    worker_start *start = malloc(sizeof(worker_start));
    if (start != NULL) *start = (worker_start){&p->pool, i};
    if (start == NULL || pthread_create(&p->threads[i - 1], NULL, worker_main, start) != 0) {
      free(start);
      break;
    }
    p->pool.workers++;
  }
  if (p->pool.workers == threads - 1) return p;
  pool_close(p);
  return NULL;
}

#endif
