// SPDX-License-Identifier: MIT
#include "ingest/source/emlx.h"

#include <charconv>
#include <cstddef>
#include <optional>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_number_line = 32;

struct Emlx {
  std::size_t number = 0;
  std::string_view rest;  ///< what follows the line
};

std::optional<Emlx> read_number(std::string_view bytes) noexcept {
  const std::size_t end = bytes.substr(0, longest_number_line).find('\n');
  if (end == bytes.npos) return {};
  const std::string_view line = trimmed(bytes.substr(0, end));
  const char* const last = line.data() + line.size();
  Emlx emlx{.rest = bytes.substr(end + 1)};
  const auto [stop, problem] = std::from_chars(line.data(), last, emlx.number);
  if (problem != std::errc() || stop != last) return {};
  return emlx;
}

}  // namespace

std::string_view after_emlx_number(std::string_view bytes) noexcept {
  const auto emlx = read_number(bytes);
  return emlx ? emlx->rest : std::string_view();
}

std::string_view mail_of_emlx(std::string_view bytes) noexcept {
  const auto emlx = read_number(bytes);
  if (!emlx) return bytes;
  const std::string_view rest = emlx->rest;
  if (emlx->number <= rest.size()) {
    const std::string_view behind = trimmed(rest.substr(emlx->number));
    if (behind.empty() || behind.starts_with("<?xml")) return rest.substr(0, emlx->number);
  }
  const std::size_t type = rest.rfind("<!DOCTYPE plist");
  return type == rest.npos ? rest : rest.substr(0, rest.rfind("<?xml", type));
}

}  // namespace dmarcq
