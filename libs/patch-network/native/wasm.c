/* The kernels as WebAssembly: one memory, shared where there are threads, an allocator for it, and the pool on atomic waits. The first worker calls `start` once
 * and then `run_call`; each other one calls `help` on a stack of its own and stays until `stop`. */
#include "core.c"
#include "calls.h"
#include "pool.h"

#define EXPORT(name) __attribute__((export_name(#name)))
#define PAGE ((size_t)65536)
#define STACK ((size_t)131072)

#ifdef __wasm_atomics__
void host_sleep(_Atomic int *word, int seen) { __builtin_wasm_memory_atomic_wait32((int *)word, seen, -1); }
void host_wake(_Atomic int *word) { __builtin_wasm_memory_atomic_notify((int *)word, ~0u); }
#else
/* Alone: one thread, which never waits. */
void host_sleep(_Atomic int *word, int seen) { (void)word, (void)seen; }
void host_wake(_Atomic int *word) { (void)word; }
#endif

/* Free memory, in order of addresses; neighbours are joined. Every piece is a multiple of 64 bytes. */
typedef struct hole {
  struct hole *next;
  size_t bytes;
} hole;

static hole *holes;

INLINE size_t whole_lines(size_t bytes) { return bytes < 64 ? 64 : (bytes + 63) & ~(size_t)63; }

void host_free(void *memory, size_t bytes) {
  if (memory == NULL) return;
  hole **link = &holes, *before = NULL, *freed = memory;
  while (*link != NULL && (char *)*link < (char *)memory) {
    before = *link;
    link = &before->next;
  }
  *freed = (hole){*link, whole_lines(bytes)};
  *link = freed;
  if (freed->next != NULL && (char *)freed + freed->bytes == (char *)freed->next) {
    freed->bytes += freed->next->bytes;
    freed->next = freed->next->next;
  }
  if (before != NULL && (char *)before + before->bytes == (char *)freed) {
    before->bytes += freed->bytes;
    before->next = freed->next;
  }
}

static void *take_hole(size_t bytes) {
  for (hole **link = &holes; *link != NULL; link = &(*link)->next) {
    hole *found = *link;
    if (found->bytes < bytes) continue;
    if (found->bytes == bytes) {
      *link = found->next;
    } else {
      hole *rest = (hole *)((char *)found + bytes);
      *rest = (hole){found->next, found->bytes - bytes};
      *link = rest;
    }
    return found;
  }
  return NULL;
}

void *host_allocate(size_t bytes) {
  bytes = whole_lines(bytes);
  void *found = take_hole(bytes);
  if (found != NULL) return found;
  size_t pages = (bytes + PAGE - 1) / PAGE;
  size_t before = __builtin_wasm_memory_grow(0, pages);
  if (before == (size_t)-1) return NULL;
  host_free((void *)(before * PAGE), pages * PAGE);
  return take_hole(bytes);
}

static pool threads;
static engine *opened;
static char *stacks;

/* Prepares `count` threads; 0 where memory ran out. */
EXPORT(start) int start(int count) {
  threads.workers = count - 1;
  stacks = host_allocate(STACK * (size_t)count);
  opened = TABLE.open(&threads, count);
  return stacks != NULL && opened != NULL;
}

/* Top of the stack of worker 1 and on. */
EXPORT(stack_of) uintptr_t stack_of(int worker) { return (uintptr_t)stacks + STACK * (size_t)(worker + 1); }

EXPORT(help) void help(int worker) { work(&threads, worker); }

EXPORT(stop) void stop(void) { end_work(&threads); }

static double arguments[8];

EXPORT(arguments_of_call) double *arguments_of_call(void) { return arguments; }

EXPORT(run_call) double run_call(int which) { return call(&TABLE, opened, which, arguments); }
