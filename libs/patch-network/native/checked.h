/* What the checking build (check.c) adds to memory, so that a fault shows where it happens: pieces are apart, what lies between them may
 * not be touched, and their contents start as nonsense. In other builds all of it is nothing. */
#ifndef CHECKED_H
#define CHECKED_H

#include "host.h"

#if defined(CHECKED)
#include <string.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(from, bytes) ((void)(from), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(from, bytes) ((void)(from), (void)(bytes))
#endif

#define APART 256

/* Undefined contents, byte by byte: 255 makes every number NaN. */
static unsigned char nonsense = 255;

INLINE void forbid(void *from, size_t bytes) { ASAN_POISON_MEMORY_REGION(from, bytes); }
INLINE void undefine(void *from, size_t bytes) {
  ASAN_UNPOISON_MEMORY_REGION(from, bytes);
  memset(from, nonsense, bytes);
}
#else
#define APART 0
INLINE void forbid(void *from, size_t bytes) { (void)from, (void)bytes; }
INLINE void undefine(void *from, size_t bytes) { (void)from, (void)bytes; }
#endif

#endif
