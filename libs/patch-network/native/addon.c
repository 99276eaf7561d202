/* The Node-API addon: memory, and the calls of calls.h run on a thread of libuv, with promises. Pointers are JavaScript numbers; only
 * src/kernels uses them. */
#include <node_api.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "calls.h"
#include "threads.h"

#define LARGE ((size_t)1 << 21)

/* HAVE_AVX512 and HAVE_AVX2 say which tables the build could compile. */
extern const kernels kernels_avx512, kernels_avx2, kernels_baseline;

void *host_allocate(size_t bytes) {
  if (bytes >= LARGE) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return NULL;
#if defined(MADV_HUGEPAGE)
    madvise(memory, bytes, MADV_HUGEPAGE);
#endif
    return memory;
  }
  void *memory = NULL;
  return posix_memalign(&memory, 64, bytes) == 0 ? memory : NULL;
}

void host_free(void *memory, size_t bytes) {
  if (memory == NULL) return;
  if (bytes >= LARGE) munmap(memory, bytes);
  else free(memory);
}

typedef struct {
  const kernels *kernels;
  thread_pool *pool;
  engine *engine;
} opened;

/* Best first. */
static int supported_sets(const kernels **sets) {
  int count = 0;
#if defined(HAVE_AVX512)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw"))
    sets[count++] = &kernels_avx512;
#endif
#if defined(HAVE_AVX2)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets[count++] = &kernels_avx2;
#endif
  sets[count++] = &kernels_baseline;
  return count;
}

static double number(napi_env env, napi_value value) {
  double result = 0;
  napi_get_value_double(env, value, &result);
  return result;
}

static napi_value to_number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

static napi_value fail(napi_env env, const char *message) {
  napi_throw_error(env, NULL, message);
  return NULL;
}

/* instructionSets(): names of those this processor runs, best first. */
static napi_value instruction_sets(napi_env env, napi_callback_info info) {
  (void)info;
  const kernels *sets[3];
  int count = supported_sets(sets);
  napi_value list, name;
  napi_create_array(env, &list);
  for (int i = 0; i < count; i++) {
    napi_create_string_utf8(env, sets[i]->name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, list, (uint32_t)i, name);
  }
  return list;
}

/* open(instructionSet, threads): a handle. */
static napi_value open_engine(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value argument[2];
  char name[32] = "";
  napi_get_cb_info(env, info, &count, argument, NULL, NULL);
  napi_get_value_string_utf8(env, argument[0], name, sizeof name, NULL);
  const kernels *sets[3];
  int known = supported_sets(sets);
  for (int i = 0; i < known; i++) {
    if (strcmp(sets[i]->name, name) != 0) continue;
    int threads = (int)number(env, argument[1]);
    opened *o = calloc(1, sizeof(opened));
    if (o == NULL) return fail(env, "out of memory");
    o->kernels = sets[i];
    o->pool = pool_open(threads);
    if (o->pool != NULL) o->engine = o->kernels->open(o->pool, threads);
    if (o->engine != NULL) return to_number(env, (double)(uintptr_t)o);
    if (o->pool != NULL) pool_close(o->pool);
    free(o);
    return fail(env, "the threads could not be started");
  }
  return fail(env, "this processor does not have that instruction set");
}

/* close(handle) */
static napi_value close_engine(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument[1];
  napi_get_cb_info(env, info, &count, argument, NULL, NULL);
  opened *o = (opened *)(uintptr_t)number(env, argument[0]);
  o->kernels->close(o->engine);
  pool_close(o->pool);
  free(o);
  return NULL;
}

#define ARGUMENTS 8

typedef struct {
  napi_async_work work;
  napi_deferred promise;
  opened *opened;
  int which;
  double argument[ARGUMENTS], result;
} running;

static void execute(napi_env env, void *data) {
  (void)env;
  running *r = data;
  r->result = call(r->opened->kernels, r->opened->engine, r->which, r->argument);
}

static void complete(napi_env env, napi_status status, void *data) {
  (void)status;
  running *r = data;
  napi_resolve_deferred(env, r->promise, to_number(env, r->result));
  napi_delete_async_work(env, r->work);
  free(r);
}

/* run(handle, call, ...arguments): a promise of the result. */
static napi_value run(napi_env env, napi_callback_info info) {
  size_t count = 2 + ARGUMENTS;
  napi_value argument[2 + ARGUMENTS], promise, name;
  napi_get_cb_info(env, info, &count, argument, NULL, NULL);
  running *r = calloc(1, sizeof(running));
  if (r == NULL) return fail(env, "out of memory");
  r->opened = (opened *)(uintptr_t)number(env, argument[0]);
  r->which = (int)number(env, argument[1]);
  for (size_t i = 2; i < count && i < 2 + ARGUMENTS; i++) r->argument[i - 2] = number(env, argument[i]);
  napi_create_promise(env, &r->promise, &promise);
  napi_create_string_utf8(env, "patch-network", NAPI_AUTO_LENGTH, &name);
  napi_create_async_work(env, NULL, name, execute, complete, r, &r->work);
  napi_queue_async_work(env, r->work);
  return promise;
}

static napi_value copy_memory(napi_env env, napi_callback_info info, int write) {
  size_t count = 2, length = 0;
  napi_value argument[2];
  void *data = NULL;
  napi_typedarray_type type;
  napi_get_cb_info(env, info, &count, argument, NULL, NULL);
  if (napi_get_typedarray_info(env, argument[1], &type, &length, &data, NULL, NULL) != napi_ok)
    return fail(env, "a typed array is needed");
  size_t bytes = length * (type == napi_float64_array ? 8 : 4);
  void *memory = (void *)(uintptr_t)number(env, argument[0]);
  if (bytes > 0) memcpy(write ? memory : data, write ? data : memory, bytes);
  return NULL;
}

/* write(pointer, array), read(pointer, array) */
static napi_value write_memory(napi_env env, napi_callback_info info) { return copy_memory(env, info, 1); }
static napi_value read_memory(napi_env env, napi_callback_info info) { return copy_memory(env, info, 0); }

NAPI_MODULE_INIT() {
  const struct {
    const char *name;
    napi_callback function;
  } exported[] = {
      {"instructionSets", instruction_sets}, {"open", open_engine},   {"close", close_engine}, {"run", run},
      {"write", write_memory},               {"read", read_memory},
  };
  for (size_t i = 0; i < sizeof exported / sizeof exported[0]; i++) {
    napi_value function;
    napi_create_function(env, exported[i].name, NAPI_AUTO_LENGTH, exported[i].function, NULL, &function);
    napi_set_named_property(env, exports, exported[i].name, function);
  }
  return exports;
}
