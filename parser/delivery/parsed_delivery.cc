// SPDX-License-Identifier: MIT
#include "parser/delivery/parsed_delivery.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ingest/base/digest.h"
#include "ingest/base/percent.h"
#include "ingest/base/text.h"
#include "ingest/mail/encoded_text.h"
#include "parser/aggregate/field_text.h"
#include "parser/delivery/address_mask.h"
#include "parser/domain_name.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_local_part = 256;

/// Without angle brackets around it, and what stands before them.
std::string_view without_brackets(std::string_view text) {
  text = trimmed(text);
  if (!text.ends_with('>')) return text;
  const std::size_t open = text.rfind('<');
  return open == text.npos ? text : trimmed(text.substr(open + 1, text.size() - open - 2));
}

void settle(std::string& text, std::size_t most) {
  if (text.size() <= most && (text.empty() || shape_of(text).plain)) return;
  text = one_line(text, most);
}

/// Folding leaves runs of blanks, which differ where the words are the same.
void collapse_blanks(std::string& text) {
  if (!text.contains("  ")) return;
  const auto both = [](char a, char b) { return a == ' ' && b == ' '; };
  text.erase(std::ranges::unique(text, both).begin(), text.end());
}

/// What is said of a recipient that is none. It may be an address all the same, or a name: no more
/// than its domain is told.
std::string no_address(std::string_view text) {
  text = trimmed(text);
  const std::size_t at = text.rfind('@');
  if (at != text.npos) {
    const std::string_view behind = text.substr(at, text.find_first_of(" <>()[]{}\"',;", at) - at);
    return "not a mail address: '[...]" + shortened(valid_utf8(behind.substr(0, 200)), 100) + "'";
  }
  return "not a mail address (" + counted(valid_utf8(text).size(), "byte") + ")";
}

/// Is it a date, if a damaged one: digits with something between them, and names of months and days
/// of the week?
bool looks_like_date(std::string_view text) {
  static constexpr std::array<std::string_view, 28> words = {
      "jan", "feb", "mar", "apr",  "may", "jun", "jul", "aug", "sep", "oct",
      "nov", "dec", "mon", "tue",  "wed", "thu", "fri", "sat", "sun", "am",
      "pm",  "t",   "z",   "sept", "gmt", "utc", "at",  "of"};
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_letter = [](char c) { return lower(c) >= 'a' && lower(c) <= 'z'; };
  constexpr std::string_view separators = " .,:/-+";
  const auto is_separator = [&](char c) { return separators.contains(c); };
  if (std::ranges::none_of(text, is_digit) || std::ranges::none_of(text, is_separator))
    return false;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_letter(text[end])) ++end;
    if (end == i) {
      if (!is_digit(text[i]) && !is_separator(text[i])) return false;
      ++i;
      continue;
    }
    if (std::ranges::find(words, lower(text.substr(i, end - i))) == words.end()) return false;
    i = end;
  }
  return true;
}

/// What a problem quotes of a cell may be anything, a person's name among it, if columns are mixed
/// up. One character and dates are told, of all else the length.
std::string without_quoted_cell(std::string text) {
  const std::size_t open = text.find(" '"), close = text.rfind('\'');
  if (open == text.npos || open == 0 || close <= open + 1) return text;
  const std::string_view cell = std::string_view(text).substr(open + 2, close - open - 2);
  if (cell.size() <= 1 || cell.starts_with("[...]@") || looks_like_date(cell)) return text;
  return text.substr(0, text[open - 1] == ':' ? open - 1 : open) + " (" +
         counted(cell.size(), "byte") + ")" + text.substr(close + 1);
}

/// The start of a text that is cut at `most` bytes, at a character's border.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace

std::string one_line(std::string_view text, std::size_t most) {
  text = trimmed(text);
  if (text.size() <= most && shape_of(text).plain) return std::string(text);
  // White space and what becomes U+FFFD change the length; more than this is cut anyway.
  std::string out = valid_utf8(text.substr(0, 2 * most + 64));
  TextFlaws flaws;
  tidy(out, most, flaws);
  return out;
}

std::string delivery_address(std::string_view text) {
  text = without_brackets(text);
  if (lower(text.substr(0, 7)) == "mailto:") text.remove_prefix(7);
  while (text.size() > 1 && (text.front() == '\'' || text.front() == '"') &&
         text.back() == text.front())
    text = trimmed(text.substr(1, text.size() - 2));
  const std::size_t at = text.rfind('@');
  if (at == text.npos || at == 0 || at > longest_local_part) return {};
  const std::string_view local = text.substr(0, at);
  const bool quoted = local.size() > 2 && local.starts_with('"') && local.ends_with('"');
  for (const char c : local)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F ||
        (!quoted && std::string_view(" <>@,;:\"()").find(c) != std::string_view::npos))
      return {};
  std::string domain = folded_domain(to_a_labels(std::string(text.substr(at + 1))));
  if (!is_domain_name(domain)) return {};
  const std::string clean = one_line(local, longest_local_part);
  if (clean != local) return {};
  return clean + "@" + domain;
}

void add_more(std::string& more, std::string_view name, std::string_view value) {
  value = trimmed(value);
  if (value.empty()) return;
  const std::string line = one_line(name, longest_delivery_field / 4) + ": " +
                           one_line(value, longest_delivery_field);
  if (more.size() + 1 + line.size() > longest_delivery_more) return;
  if (!more.empty()) more += '\n';
  more += line;
}

std::string delivery_key(std::initializer_list<std::string_view> fields) {
  std::string key;
  bool first = true;
  for (const std::string_view field : fields) {
    if (!std::exchange(first, false)) key += '|';
    const std::size_t before = key.size();
    for (const char c : field) {
      if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != '|' && c != '%') {
        key += c;
        continue;
      }
      append_percent(key, c);
    }
    if (is_ascii(std::string_view(key).substr(before))) continue;
    // C1 control characters and bytes that are no UTF-8.
    key.replace(before, key.npos, one_line(key.substr(before), 4 * key.size()));
  }
  if (key.size() <= longest_delivery_key) return key;
  const std::string digest = to_hex(sha256(key));
  return std::string(cut(key, longest_delivery_key - digest.size() - 1)) + "|" + digest;
}

void DeliveryWriter::write(DeliveryEvent&& event, std::string_view part) {
  std::string recipient = delivery_address(event.recipient);
  // "@example.net": of the recipient only the domain is known.
  if (event.recipient.starts_with('@')) {
    recipient = folded_domain(to_a_labels(std::string(trimmed(event.recipient).substr(1))));
    recipient = is_domain_name(recipient) ? "@" + recipient : "";
  }
  if (recipient.empty()) {
    damage(part, {Fault::invalid_report,
                  event.recipient.empty() ? "no recipient" : no_address(event.recipient),
                  {}});
    return;
  }
  event.recipient = std::move(recipient);
  event.envelope_sender = without_brackets(event.envelope_sender);
  event.message_id = without_brackets(event.message_id);
  event.header_from = delivery_address(event.header_from);
  for (std::string* field : {&event.envelope_sender, &event.message_id, &event.queue_id,
                             &event.sending_ip, &event.remote_host, &event.stage, &event.user_id})
    settle(*field, longest_delivery_field);
  settle(event.text, longest_refusal_text);
  collapse_blanks(event.text);
  event.text = without_recipient(event.text, event.recipient);
  event.stage = without_recipient(event.stage, event.recipient);
  settle(event.text, longest_refusal_text);
  settle(event.stage, longest_delivery_field);
  ++result_.events;
  sink_(std::move(event));
}

void DeliveryWriter::damage(std::string_view part, Error error) {
  ++result_.damaged;
  remark(part, std::move(error));
}

void DeliveryWriter::remark(std::string_view part, Error error) {
  error.text = without_local_parts(without_quoted_cell(std::move(error.text)));
  ++told_;
  if (result_.damages.size() < most_delivery_damages)
    result_.damages.push_back({std::string(part), std::move(error)});
}

ParsedDelivery DeliveryWriter::finish() && {
  if (told_ > most_delivery_damages)
    result_.damages.push_back(
        {"",
         {Fault::invalid_report,
          with_thousands(told_ - most_delivery_damages) + " more of this document are damaged",
          {}}});
  return std::move(result_);
}

}  // namespace dmarcq
