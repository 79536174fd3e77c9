// SPDX-License-Identifier: MIT
#include "tests/fuzz/fuzz.h"

#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "parser/aggregate/xml_text.h"

#if defined(__SANITIZE_ADDRESS__)
#define DMARCQ_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DMARCQ_SANITIZED 1
#endif
#endif

namespace {

std::atomic<std::ptrdiff_t> held = 0, peak = 0;

/// Larger blocks are dictionaries that liblzma reserves because a header of some bytes says so (512
/// MiB and more). What is not written to takes no memory, and no more is written to than is
/// unpacked.
constexpr std::size_t largest_counted = 48u << 20;

void allocated(std::size_t size) {
  if (size > largest_counted) return;
  const std::ptrdiff_t now = held += static_cast<std::ptrdiff_t>(size);
  if (now > peak) peak = now;
}
void freed(std::size_t size) {
  if (size <= largest_counted) held -= static_cast<std::ptrdiff_t>(size);
}

}  // namespace

#ifdef DMARCQ_SANITIZED
// Of both compilers' runtimes; Debian's g++ comes without the header that declares them.
extern "C" {
int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*, std::size_t),
                                              void (*)(const volatile void*));
std::size_t __sanitizer_get_allocated_size(const volatile void*);
}
namespace {
constexpr double slack = 20;
[[maybe_unused]] const int hooks = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t size) { allocated(size); },
    [](const volatile void* p) { freed(__sanitizer_get_allocated_size(p)); });
}  // namespace
#else
// glibc's own functions with a count around them: zlib, libarchive and pugixml do not use operator
// new.
namespace {
constexpr double slack = 4;
}
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t size) noexcept {
  void* const p = __libc_malloc(size);
  allocated(malloc_usable_size(p));
  return p;
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  void* const p = __libc_calloc(count, size);
  allocated(malloc_usable_size(p));
  return p;
}
void* realloc(void* old, std::size_t size) noexcept {
  freed(malloc_usable_size(old));
  void* const p = __libc_realloc(old, size);
  allocated(malloc_usable_size(p));
  return p;
}
void free(void* p) noexcept {
  freed(malloc_usable_size(p));
  __libc_free(p);
}
}
#endif

namespace dmarcq::fuzz {
namespace {

double cpu_milliseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

}  // namespace

void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", property);
  std::abort();
}

int checked(const std::uint8_t* data, std::size_t size, const Allowance& allowance,
            void (*properties)(std::string_view)) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const double allowed = slack * (allowance.milliseconds + allowance.microseconds_per_byte *
                                                               static_cast<double>(size) / 1e3);
  const auto allowed_bytes =
      static_cast<std::ptrdiff_t>(allowance.bytes + allowance.bytes_per_byte * size);
  for (int attempt = 1;; ++attempt) {
    const std::ptrdiff_t before = held;
    peak = before;
    const double start = cpu_milliseconds();
    properties(input);
    const double took = cpu_milliseconds() - start;
    const std::ptrdiff_t took_bytes = peak - before;
    if (took <= allowed && took_bytes <= allowed_bytes) return 0;
    if (attempt < 3) continue;
    std::fprintf(stderr, "%zu bytes cost %.0f ms CPU (%.0f allowed) and %td bytes (%td allowed)\n",
                 size, took, allowed, took_bytes, allowed_bytes);
    std::abort();
  }
}

Limits small_limits() {
  Limits limits;
  limits.mail_size = 1u << 20;
  limits.mime_depth = 8;
  limits.mime_parts = 40;
  limits.header_size = 16u << 10;
  limits.document_size = 2u << 20;
  limits.ratio_free_size = 256u << 10;
  limits.archive_entries = 10;
  limits.xml_depth = 16;
  limits.field_size = 1000;
  limits.dkim_results = 10;
  limits.spf_results = 4;
  limits.reasons = 4;
  return limits;
}

bool is_clean(std::string_view text, std::string_view but) {
  return is_utf8(text) && std::ranges::all_of(text, [&](char c) {
           return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) ||
                  but.find(c) != std::string_view::npos;
         });
}

}  // namespace dmarcq::fuzz

#ifdef DMARCQ_LIBFUZZER
// libFuzzer reads seeds and words from files: with DMARCQ_FUZZ_SEEDS=FOLDER they are written to
// FOLDER and FOLDER.dict before it looks.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* const folder = std::getenv("DMARCQ_FUZZ_SEEDS");
  if (folder == nullptr) return 0;
  const std::filesystem::path path = folder;
  std::filesystem::create_directories(path);
  int number = 0;
  for (const std::string& seed : dmarcq::fuzz::seeds())
    std::ofstream(path / ("seed-" + std::to_string(++number)), std::ios::binary) << seed;
  std::ofstream words(path.string() + ".dict", std::ios::binary);
  for (const std::string_view word : dmarcq::fuzz::words()) {
    words << '"';
    for (const char c : word) {
      char text[5];
      std::snprintf(text, sizeof text, "\\x%02x",
                    static_cast<unsigned>(static_cast<unsigned char>(c)));
      words << text;
    }
    words << "\"\n";
  }
  return 0;
}
#endif
