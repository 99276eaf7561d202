/* Memory that is wanted soon, fetched bit by bit while the products keep the processor busy: maps are far larger than any cache, and
 * waiting for them took an eighth of a step. */
#ifndef AHEAD_H
#define AHEAD_H

#include "vector.h"

#define MOST_AHEAD 4
#define LINE 64

typedef struct {
  int count;
  struct {
    const char *from;
    size_t bytes;
    int written;
  } piece[MOST_AHEAD];
} ahead;

/* `count` numbers from `from` on will be read, or written where `written`. Addresses that do not exist do no harm. */
INLINE void expect(ahead *a, const float *from, size_t count, int written) {
  a->piece[a->count].from = (const char *)from;
  a->piece[a->count].bytes = count * sizeof(float);
  a->piece[a->count++].written = written;
}

/* Fetches part `part` of `parts` of every piece. */
INLINE void fetch(const ahead *a, int part, int parts) {
#if defined(__wasm__)
  (void)a, (void)part, (void)parts;
#else
  for (int i = 0; i < a->count; i++) {
    size_t lines = a->piece[i].bytes / LINE, start = lines * part / parts, end = lines * (part + 1) / parts;
    const char *from = a->piece[i].from;
    if (a->piece[i].written) for (; start < end; start++) __builtin_prefetch(from + start * LINE, 1, 3);
    else for (; start < end; start++) __builtin_prefetch(from + start * LINE, 0, 2);
  }
#endif
}

#endif
