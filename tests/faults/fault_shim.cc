// SPDX-License-Identifier: MIT
// LD_PRELOAD library. Counts the calls that change files (or allocate) from the moment the database
// is opened, and at the n-th one does what it was told to:
//   FAULT_WHAT   kill: SIGKILL before the call    nomem: malloc returns nothing    a number: the
//   call fails with this errno FAULT_AT     n; 0 only counts FAULT_STAYS  1: all later calls fail
//   too (a full disk stays full) FAULT_COUNT  file that gets the number of calls at the end
// Errors are given to the files of the database only; kills come at any file.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

extern "C" void* __libc_malloc(size_t);

namespace {

std::atomic<long> count{0};
std::atomic<bool> armed{false};
bool ready = false, kills = false, no_memory = false, stays = false;
long wanted = 0;
int error_number = 0;

__attribute__((constructor)) void begin() {
  if (const char* what = getenv("FAULT_WHAT")) {
    kills = strcmp(what, "kill") == 0;
    no_memory = strcmp(what, "nomem") == 0;
    error_number = atoi(what);
  }
  if (const char* at = getenv("FAULT_AT")) wanted = atol(at);
  stays = getenv("FAULT_STAYS") != nullptr;
  ready = true;
}

__attribute__((destructor)) void end() {
  const char* file = getenv("FAULT_COUNT");
  if (file == nullptr) return;
  ready = false;
  if (FILE* out = fopen(file, "w")) {
    fprintf(out, "%ld\n", count.load());
    fclose(out);
  }
}

bool names_database(const char* path) {
  return path != nullptr && strstr(path, ".db") != nullptr && strstr(path, ".lock") == nullptr;
}

bool is_database(int descriptor) {
  char link[64], path[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return false;
  path[size] = 0;
  return names_database(path);
}

/// True when this call is to fail.
bool strikes(bool of_database) {
  if (!ready || !armed || no_memory) return false;
  if (!kills && !of_database) return false;
  const long number = ++count;
  if (wanted == 0 || (number != wanted && !(stays && number > wanted))) return false;
  if (kills) {
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    pause();
  }
  errno = error_number;
  return true;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

#define ON_DESCRIPTOR(name, result, parameters, arguments)         \
  extern "C" result name parameters {                              \
    static const auto real = next<result(*) parameters>(#name);    \
    return strikes(is_database(descriptor)) ? -1 : real arguments; \
  }

ON_DESCRIPTOR(write, ssize_t, (int descriptor, const void* data, size_t size),
              (descriptor, data, size))
ON_DESCRIPTOR(pwrite, ssize_t, (int descriptor, const void* data, size_t size, off_t at),
              (descriptor, data, size, at))
ON_DESCRIPTOR(pwrite64, ssize_t, (int descriptor, const void* data, size_t size, off64_t at),
              (descriptor, data, size, at))
ON_DESCRIPTOR(fsync, int, (int descriptor), (descriptor))
ON_DESCRIPTOR(fdatasync, int, (int descriptor), (descriptor))
ON_DESCRIPTOR(ftruncate, int, (int descriptor, off_t size), (descriptor, size))
ON_DESCRIPTOR(ftruncate64, int, (int descriptor, off64_t size), (descriptor, size))
ON_DESCRIPTOR(fallocate, int, (int descriptor, int mode, off_t at, off_t size),
              (descriptor, mode, at, size))
ON_DESCRIPTOR(posix_fallocate, int, (int descriptor, off_t at, off_t size), (descriptor, at, size))

extern "C" int rename(const char* from, const char* to) noexcept {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  return strikes(names_database(to)) ? -1 : real(from, to);
}
extern "C" int unlink(const char* path) noexcept {
  static const auto real = next<int (*)(const char*)>("unlink");
  return strikes(names_database(path)) ? -1 : real(path);
}

// Opening the database starts the count: before that nothing of ours is at stake.
#define ON_OPEN(name)                                                                    \
  extern "C" int name(const char* path, int flags, ...) {                                \
    static const auto real = next<int (*)(const char*, int, ...)>(#name);                \
    va_list more;                                                                        \
    va_start(more, flags);                                                               \
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0; \
    va_end(more);                                                                        \
    if (names_database(path)) armed = true;                                              \
    return real(path, flags, mode);                                                      \
  }
ON_OPEN(open)
ON_OPEN(open64)

extern "C" void* malloc(size_t size) {
  if (ready && no_memory && armed && ++count == wanted) {
    errno = ENOMEM;
    return nullptr;
  }
  return __libc_malloc(size);
}
