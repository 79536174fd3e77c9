// SPDX-License-Identifier: MIT
#include "parser/message_auth/address_list.h"

#include <set>

#include "ingest/base/text.h"
#include "parser/domain_name.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_field = 256u << 10;

/// One part of a list: its plain text, and what was quoted or in angle brackets.
struct Part {
  std::string plain;   ///< outside of quotes, comments and brackets
  std::string quoted;  ///< in quotes outside of brackets
  std::string bracketed;
  bool has_bracket = false;
  void clear() { *this = {}; }
};

void take(const Part& part, std::vector<HeaderAddress>& list) {
  if (list.size() >= most_addresses) return;
  // "noreply@bank.example <evil@example.org>": the part in angle brackets is the address.
  std::string_view address = part.has_bracket ? trimmed(part.bracketed) : trimmed(part.plain);
  if (!part.has_bracket) address = address.substr(0, address.find_first_of(" \t"));
  if (address.find('@') == address.npos) return;
  std::string display = part.quoted;
  if (part.has_bracket) {
    const std::string_view words = trimmed(part.plain);
    if (!words.empty()) display += (display.empty() ? "" : " ") + std::string(words);
  }
  list.push_back({std::move(display), std::string(address), domain_in(address)});
}

}  // namespace

std::string domain_in(std::string_view text) {
  text = trimmed(text);
  if (const std::size_t at = text.rfind('@'); at != text.npos) text.remove_prefix(at + 1);
  text = text.substr(0, text.find_first_of(" \t<>,;"));
  std::string domain = to_a_labels(folded_domain(text));
  return is_domain_name(domain) && domain.find('.') != domain.npos ? domain : "";
}

std::vector<HeaderAddress> addresses_in(std::string_view field) {
  field = field.substr(0, longest_field);
  std::vector<HeaderAddress> list;
  Part part;
  bool quoted = false, bracket = false;
  int comments = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const char c = field[i];
    if ((quoted || comments > 0) && c == '\\') {
      if (++i < field.size() && quoted) (bracket ? part.bracketed : part.quoted) += field[i];
    } else if (quoted) {
      if (c == '"')
        quoted = false;
      else
        (bracket ? part.bracketed : part.quoted) += c;
    } else if (comments > 0) {
      comments += c == '(' ? 1 : c == ')' ? -1 : 0;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '(') {
      comments = 1;
    } else if (bracket) {
      if (c == '>')
        bracket = false;
      else
        part.bracketed += c;
    } else if (c == '<') {
      if (part.has_bracket) {  // a second address without a comma in between
        take(part, list);
        part.clear();
      }
      bracket = part.has_bracket = true;
    } else if (c == ',' || c == ';') {
      take(part, list);
      part.clear();
    } else if (c == ':' && !part.has_bracket && part.plain.find('@') == std::string::npos) {
      part.clear();  // the name of a group
    } else {
      part.plain += c;
    }
  }
  take(part, list);
  return list;
}

std::string from_domain(std::string_view from) {
  std::set<std::string> domains;
  for (const HeaderAddress& address : addresses_in(from)) domains.insert(address.domain);
  return domains.size() == 1 ? *domains.begin() : "";
}

}  // namespace dmarcq
