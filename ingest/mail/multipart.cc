// SPDX-License-Identifier: MIT
#include "ingest/mail/multipart.h"

#include <algorithm>
#include <cstring>

#include "ingest/base/text.h"
#include "ingest/names.h"

namespace dmarcq {
namespace {

/// Is there a delimiter line of this boundary at `at` (where "--" is)? Gives the end of the line. A
/// boundary that only begins like this one is another.
struct Delimiter {
  std::size_t next;
  bool closing;
};
std::optional<Delimiter> delimiter_at(std::string_view body, std::size_t at, std::size_t length) {
  std::size_t i = at + length;
  const bool closing = body.substr(i).starts_with("--");
  if (closing) i += 2;
  while (i < body.size() && (body[i] == ' ' || body[i] == '\t' || body[i] == '\r')) ++i;
  if (i < body.size() && body[i] != '\n') return {};
  return Delimiter{std::min(i + 1, body.size()), closing};
}

}  // namespace

std::optional<std::vector<std::string_view>> split_multipart(std::string_view body,
                                                             const std::string& boundary,
                                                             std::size_t most) {
  std::vector<std::string_view> parts;
  const std::string delimiter = "--" + boundary;
  constexpr std::size_t outside = std::string_view::npos;
  std::size_t start = outside;
  for (std::size_t at = 0; at < body.size();) {
    const void* hit =
        ::memmem(body.data() + at, body.size() - at, delimiter.data(), delimiter.size());
    if (hit == nullptr) break;
    const auto found_at = static_cast<std::size_t>(static_cast<const char*>(hit) - body.data());
    at = found_at + 1;
    if (found_at != 0 && body[found_at - 1] != '\n') continue;
    const auto found = delimiter_at(body, found_at, delimiter.size());
    if (!found) continue;
    if (start != outside) {
      std::size_t end = found_at;  // the line end before the delimiter belongs to it
      if (end > start && body[end - 1] == '\n') --end;
      if (end > start && body[end - 1] == '\r') --end;
      parts.push_back(body.substr(start, end - start));
      if (parts.size() > most) return {};
    }
    start = found->closing ? outside : found->next;
    at = found->next;
    // Behind the closing delimiter there may be the same boundary again: mails glued together by
    // mailing lists.
  }
  if (start < body.size()) {
    if (parts.size() == most) return {};
    parts.push_back(body.substr(start));
  }
  return parts;
}

std::string guess_boundary(std::string_view body) {
  std::size_t at = 0;
  for (int lines = 0; lines < 200 && at < body.size(); ++lines) {
    const std::size_t end = std::min(body.find('\n', at), body.size());
    const std::string_view line = trimmed(body.substr(at, end - at));
    at = end + 1;
    if (line.size() > 2 && line.size() < 200 && line.starts_with("--") &&
        line.find_first_not_of('-') != line.npos) {
      const std::string_view following = trimmed(body.substr(std::min(at, body.size()), 40));
      if (starts_with_word(following, "content")) return std::string(line.substr(2));
    }
  }
  return {};
}

}  // namespace dmarcq
