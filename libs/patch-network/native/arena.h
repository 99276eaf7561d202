/* Memory that is taken piece by piece and given back all at once. Steady use costs no allocation: after the first round everything lies
 * in one block. */
#ifndef ARENA_H
#define ARENA_H

#include "checked.h"

typedef struct block {
  struct block *next;
  size_t bytes, used;
} block;

typedef struct {
  block *blocks;
  size_t total;
  int failed;
} arena;

#define HEADER 64
#define CHUNK ((size_t)1 << 20)

static void arena_free(arena *a) {
  while (a->blocks != NULL) {
    block *next = a->blocks->next;
    host_free(a->blocks, a->blocks->bytes);
    a->blocks = next;
  }
  a->total = 0;
}

static int arena_grow(arena *a, size_t bytes) {
  if (bytes < CHUNK) bytes = CHUNK;
  bytes += HEADER;
  block *fresh = host_allocate(bytes);
  if (fresh == NULL) return 0;
  *fresh = (block){a->blocks, bytes, HEADER};
  a->blocks = fresh;
  a->total += bytes;
  forbid((char *)fresh + HEADER, bytes - HEADER);
  return 1;
}

/* Gives everything back, keeping one block as large as all there were. */
static void arena_reset(arena *a) {
  a->failed = 0;
  if (a->blocks == NULL) return;
  if (a->blocks->next != NULL) {
    size_t total = a->total;
    arena_free(a);
    arena_grow(a, total);
  } else {
    a->blocks->used = HEADER;
    forbid((char *)a->blocks + HEADER, a->blocks->bytes - HEADER);
  }
}

/* 64-byte aligned, contents undefined; NULL and `failed` set where memory ran out. */
static void *arena_take(arena *a, size_t bytes) {
  size_t room = ((bytes + 63) & ~(size_t)63) + APART;
  if (a->failed) return NULL;
  if (a->blocks == NULL || a->blocks->used + room > a->blocks->bytes) {
    if (!arena_grow(a, room)) {
      a->failed = 1;
      return NULL;
    }
  }
  char *taken = (char *)a->blocks + a->blocks->used;
  a->blocks->used += room;
  undefine(taken, bytes);
  return taken;
}

#define TAKE(arena, type, count) ((type *)arena_take(arena, sizeof(type) * (size_t)(count)))

#endif
