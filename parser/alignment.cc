// SPDX-License-Identifier: MIT
#include "parser/alignment.h"

#include <libpsl.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <memory>
#include <unordered_map>

#include "ingest/base/seeded_hash.h"
#include "ingest/base/text.h"
#include "parser/domain_name.h"

namespace dmarcq {
namespace {

bool is_folded(std::string_view name) {
  return (name.empty() || name.back() != '.') &&
         std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

struct Psl {
  struct Free {
    void operator()(psl_ctx_t* list) const { psl_free(list); }
  };
  std::unique_ptr<psl_ctx_t, Free> latest;
  const psl_ctx_t* list = nullptr;
  SuffixList what;

  Psl() : latest(psl_latest(nullptr)), list(latest ? latest.get() : psl_builtin()) {
    // psl_latest() yields the distribution's file if it is newer than the built-in list, else the
    // latter; it does not say which.
    std::error_code ignored;
    const char* const file = psl_dist_filename();
    std::time_t time = psl_builtin_file_time();
    what.from = "libpsl";
    if (file != nullptr && *file != '\0' && std::filesystem::exists(file, ignored)) {
      const auto modified = std::filesystem::last_write_time(file, ignored);
      const auto seconds =
          std::chrono::system_clock::to_time_t(std::chrono::file_clock::to_sys(modified));
      if (!ignored && seconds >= time) {
        time = seconds;
        what.from = file;
      }
    }
    std::tm utc{};
    char text[16] = "";
    if (time > 0 && gmtime_r(&time, &utc) != nullptr &&
        std::strftime(text, sizeof text, "%Y-%m-%d", &utc) > 0)
      what.date = text;
  }
};

const Psl& psl() {
  static const Psl instance;  // the library only reads it afterwards
  return instance;
}

/// Names seen in reports repeat, except for bounce names, of which each mail may have its own: so
/// the cache is bounded. What is too long for a domain name is its own organisational domain, and
/// not kept: 50,000 of those could be gigabytes.
const std::string& cached_organizational_domain(const std::string& name) {
  if (name.size() > longest_domain_name) return name;
  thread_local std::unordered_map<std::string, std::string, SeededHash> cache;
  if (const auto found = cache.find(name); found != cache.end()) return found->second;
  if (cache.size() > 50'000) cache.clear();
  const char* const registrable = name.empty() ? nullptr
                                               : psl_registrable_domain(psl().list, name.c_str());
  return cache.emplace(name, registrable != nullptr ? registrable : name).first->second;
}

}  // namespace

std::string organizational_domain(std::string_view name) {
  return cached_organizational_domain(folded_domain(name));
}

bool aligned(std::string_view authenticated, std::string_view header_from, Alignment mode) {
  if (!is_folded(authenticated)) return aligned(folded_domain(authenticated), header_from, mode);
  if (!is_folded(header_from)) return aligned(authenticated, folded_domain(header_from), mode);
  if (authenticated.empty() || header_from.empty()) return false;
  if (authenticated == header_from) return true;
  if (mode == Alignment::strict) return false;
  const std::string own = cached_organizational_domain(std::string(header_from));  // a copy: the
                                                                                   // cache may be
                                                                                   // cleared below
  // The cheap test first: whatever shares an organisational domain lies at or below it.
  return at_or_below(authenticated, own) &&
         cached_organizational_domain(std::string(authenticated)) == own;
}

std::optional<Recomputed> recompute(std::string_view header_from,
                                    std::span<const DkimAuthResult> signatures,
                                    std::span<const SpfAuthResult> envelopes,
                                    const PolicyPublished& policy) {
  if (header_from.empty()) return std::nullopt;
  Recomputed result;
  const auto adkim = policy.adkim.known.value_or(Alignment::relaxed);
  for (const auto& signature : signatures)
    if (!result.dkim && signature.result.is(DkimResult::pass) &&
        aligned(signature.domain, header_from, adkim)) {
      result.dkim = true;
      result.dkim_domain = signature.domain;
    }
  const auto aspf = policy.aspf.known.value_or(Alignment::relaxed);
  for (const auto& spf : envelopes)
    if (!result.spf && !spf.scope.is(SpfScope::helo) && spf.result.is(SpfResult::pass) &&
        aligned(spf.domain, header_from, aspf)) {
      result.spf = true;
      result.spf_domain = spf.domain;
    }
  return result;
}

const SuffixList& suffix_list() { return psl().what; }

}  // namespace dmarcq
