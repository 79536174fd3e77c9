// SPDX-License-Identifier: MIT
#include "parser/dns_record/spf_macro.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "ingest/base/percent.h"
#include "ingest/base/text.h"
#include "parser/dns_record/reverse_name.h"
#include "parser/domain_name.h"

namespace dmarcq {
namespace {

constexpr std::string_view delimiters = ".-+,/_=";
constexpr std::size_t most_bytes = 65'536;

/// "%{l2r+-}".
struct Macro {
  char letter = 0;                ///< as written: an upper-case one is escaped as in a URL
  std::optional<unsigned> parts;  ///< how many, from the right
  bool reversed = false;
  std::string_view delimiters;  ///< "" stands for "."
};

/// The macro at the start of `text`, which is taken off.
std::expected<Macro, std::string> take_macro(std::string_view& text) {
  const std::size_t end = text.find('}');
  if (!text.starts_with("%{") || end == text.npos)
    return std::unexpected("a '%' that does not start a macro");
  std::string_view body = text.substr(2, end - 2);
  text.remove_prefix(end + 1);
  Macro macro;
  if (body.empty()) return std::unexpected("a macro without a letter");
  macro.letter = body.front();
  body.remove_prefix(1);
  if (!std::string_view("slodiphcrtv").contains(lower(macro.letter)))
    return std::unexpected(std::string("unknown macro letter '") + macro.letter + "'");
  for (; !body.empty() && body.front() >= '0' && body.front() <= '9'; body.remove_prefix(1))
    macro.parts =
        std::min(macro.parts.value_or(0) * 10 + static_cast<unsigned>(body.front() - '0'), 1000u);
  if (macro.parts == 0) return std::unexpected("a macro that keeps 0 parts");
  if (!body.empty() && lower(body.front()) == 'r') {
    macro.reversed = true;
    body.remove_prefix(1);
  }
  if (body.find_first_not_of(delimiters) != body.npos)
    return std::unexpected("a macro with an unknown transformer");
  macro.delimiters = body;
  return macro;
}

std::string value_of(char letter, const SpfMacroValues& values) {
  switch (letter) {
    case 's': return values.local_part + "@" + values.sender_domain;
    case 'l': return values.local_part;
    case 'o': return values.sender_domain;
    case 'd': return values.domain;
    case 'i': return dotted_address(values.ip);
    case 'p': {
      const std::string name = values.validated_name ? values.validated_name() : "";
      return name.empty() ? "unknown" : name;
    }
    case 'v': return values.ip.is_v4() ? "in-addr" : "ip6";
    case 'h': return values.helo;
    case 'c': return values.ip.to_text();
    case 'r': return values.receiver.empty() ? "unknown" : values.receiver;
    case 't': return std::to_string(values.now);
    default: return "";
  }
}

std::string transformed(const std::string& value, const Macro& macro) {
  const std::string_view at = macro.delimiters.empty() ? "." : macro.delimiters;
  if (!macro.parts && !macro.reversed && at == ".") return value;
  std::vector<std::string_view> parts;
  for (std::size_t start = 0; start <= value.size();) {
    const std::size_t end = std::min(value.find_first_of(at, start), value.size());
    parts.push_back(std::string_view(value).substr(start, end - start));
    start = end + 1;
  }
  if (macro.reversed) std::ranges::reverse(parts);
  const std::size_t keep = std::min<std::size_t>(macro.parts.value_or(parts.size()), parts.size());
  std::string text;
  for (std::size_t i = parts.size() - keep; i < parts.size(); ++i) {
    if (i > parts.size() - keep) text += '.';
    text += parts[i];
  }
  return text;
}

/// "%%", "%_" and "%-"; nothing when the text starts with none of them.
std::optional<std::string_view> fixed_text(std::string_view text) {
  if (text.starts_with("%%")) return "%";
  if (text.starts_with("%_")) return " ";
  if (text.starts_with("%-")) return "%20";
  return std::nullopt;
}

/// Tells `take` each macro, until it says false. The error is the first malformed one.
template <class Take>
std::expected<void, std::string> each_macro(std::string_view text, Take take) {
  while (!text.empty()) {
    if (text.front() != '%') {
      text.remove_prefix(1);
    } else if (fixed_text(text)) {
      text.remove_prefix(2);
    } else {
      const auto macro = take_macro(text);
      if (!macro) return std::unexpected(macro.error());
      if (!take(*macro)) return {};
    }
  }
  return {};
}

}  // namespace

std::expected<void, std::string> check_spf_macros(std::string_view text, SpfMacroUse use) {
  char misplaced = 0;
  const auto read = each_macro(text, [&](const Macro& macro) {
    if (use == SpfMacroUse::domain_spec && std::string_view("crt").contains(lower(macro.letter)))
      misplaced = macro.letter;
    return misplaced == 0;
  });
  if (misplaced != 0)
    return std::unexpected(std::string("macro letter '") + misplaced + "' outside an explanation");
  return read;
}

bool has_spf_macros(std::string_view text) {
  bool found = false;
  const auto read = each_macro(text, [&](const Macro& macro) {
    found = lower(macro.letter) != 'd';
    return !found;
  });
  return found || !read;
}

std::string expand_spf_macros(std::string_view text, const SpfMacroValues& values) {
  std::string out;
  while (!text.empty() && out.size() < most_bytes) {
    if (text.front() != '%') {
      out += text.front();
      text.remove_prefix(1);
    } else if (const auto fixed = fixed_text(text)) {
      out += *fixed;
      text.remove_prefix(2);
    } else {
      const auto macro = take_macro(text);
      if (!macro) break;
      const std::string value = transformed(value_of(lower(macro->letter), values), *macro);
      const bool upper = macro->letter != lower(macro->letter);
      out += upper ? percent_encoded(value, "-._~") : value;
    }
  }
  out.resize(std::min(out.size(), most_bytes));
  return out;
}

std::string expand_spf_domain(std::string_view domain_spec, const SpfMacroValues& values) {
  const std::string name = folded_domain(expand_spf_macros(domain_spec, values));
  if (name.size() <= longest_domain_name) return name;
  const std::size_t dot = name.find('.', name.size() - longest_domain_name - 1);
  return dot == name.npos ? name : name.substr(dot + 1);
}

}  // namespace dmarcq
