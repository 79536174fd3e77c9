// SPDX-License-Identifier: MIT
#include "parser/dns_record/mta_sts.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "ingest/base/text.h"
#include "parser/dns_record/tag_list.h"
#include "parser/domain_name.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_policy = 64u << 10, most_hosts = 100, longest_id = 32;
constexpr std::uint32_t longest_age = 31'557'600;  // RFC 8461 section 3.2

bool is_alphanumeric(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
}

std::expected<MtaStsPolicy::Mode, std::string> mode_of(std::string_view word) {
  for (const auto mode :
       {MtaStsPolicy::Mode::none, MtaStsPolicy::Mode::testing, MtaStsPolicy::Mode::enforce})
    if (word == to_text(mode)) return mode;
  return std::unexpected("its mode is '" + std::string(word.substr(0, 40)) +
                         "' (enforce, testing or none)");
}

std::expected<std::uint32_t, std::string> age_of(std::string_view digits) {
  std::uint32_t age = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), age);
  if (fault != std::errc() || end != digits.data() + digits.size() || age > longest_age)
    return std::unexpected("its max_age is not a number of seconds up to 31557600");
  return age;
}

bool is_host_pattern(std::string_view pattern) {
  if (pattern.starts_with("*.")) pattern.remove_prefix(2);
  return is_domain_name(pattern);
}

}  // namespace

bool is_mta_sts_record(std::string_view txt) {
  if (!txt.starts_with("v=STSv1")) return false;
  const std::string_view rest = trimmed(txt.substr(7));
  return rest.empty() || rest.front() == ';';
}

std::expected<std::string, std::string> mta_sts_id(std::string_view txt) {
  if (!is_mta_sts_record(txt)) return std::unexpected("it does not begin with v=STSv1");
  const auto tags = TagList::parse(txt);
  if (!tags) return std::unexpected("it is not a list of tag=value");
  const std::string_view id = tags->value("id");
  if (id.empty()) return std::unexpected("it has no id");
  if (id.size() > longest_id || !std::ranges::all_of(id, is_alphanumeric))
    return std::unexpected("its id is not 1 to 32 letters and digits");
  return std::string(id);
}

std::string_view to_text(MtaStsPolicy::Mode mode) noexcept {
  switch (mode) {
    case MtaStsPolicy::Mode::none: return "none";
    case MtaStsPolicy::Mode::testing: return "testing";
    case MtaStsPolicy::Mode::enforce: return "enforce";
  }
  return {};
}

bool MtaStsPolicy::covers(std::string_view host) const {
  const std::string name = folded_domain(host);
  return std::ranges::any_of(mx, [&](std::string_view pattern) {
    if (!pattern.starts_with("*.")) return name == pattern;
    const auto dot = name.find('.');
    return dot != name.npos && dot > 0 && std::string_view(name).substr(dot) == pattern.substr(1);
  });
}

std::expected<MtaStsPolicy, std::string> parse_mta_sts_policy(std::string_view text) {
  if (text.size() > longest_policy) return std::unexpected("it is larger than 64 KiB");
  MtaStsPolicy policy;
  bool has_version = false;
  std::optional<MtaStsPolicy::Mode> mode;
  std::optional<std::uint32_t> max_age;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trimmed(text.substr(at, end - at));
    at = end + 1;
    if (line.empty()) continue;
    const auto colon = line.find(':');
    if (colon == line.npos)
      return std::unexpected("'" + std::string(line.substr(0, 40)) + "' is not a key: value line");
    const std::string_view key = trimmed(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (key == "version") {
      if (value != "STSv1") return std::unexpected("its version is not STSv1");
      has_version = true;
    } else if (key == "mode" && !mode) {  // of a repeated key, the first counts
      const auto read = mode_of(value);
      if (!read) return std::unexpected(read.error());
      mode = *read;
    } else if (key == "max_age" && !max_age) {
      const auto read = age_of(value);
      if (!read) return std::unexpected(read.error());
      max_age = *read;
    } else if (key == "mx") {
      if (!is_host_pattern(value))
        return std::unexpected("mx: " + std::string(value.substr(0, 40)) + " is not a host");
      if (policy.mx.size() == most_hosts) return std::unexpected("it names more than 100 hosts");
      policy.mx.push_back(folded_domain(value));
    }
  }
  if (!has_version) return std::unexpected("it has no version: STSv1");
  if (!mode) return std::unexpected("it has no mode");
  if (!max_age) return std::unexpected("it has no max_age");
  if (*mode != MtaStsPolicy::Mode::none && policy.mx.empty())
    return std::unexpected("it names no mx");
  policy.mode = *mode;
  policy.max_age = *max_age;
  return policy;
}

}  // namespace dmarcq
