// SPDX-License-Identifier: MIT
#include "parser/tls_report/json_fields.h"

#include <algorithm>
#include <utility>

#include "ingest/base/text.h"
#include "parser/aggregate/field_text.h"
#include "parser/delivery/date_order.h"
#include "parser/domain_name.h"
#include "parser/tls_report/tls_report.h"

namespace dmarcq {
namespace {

constexpr std::string_view null_word = "null";

bool is_control(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte == '\t' || byte == '\n' || byte == '\r') return false;
  return byte < 0x20 || byte == 0x7F ||
         (byte == 0xC2 && at + 1 < text.size() &&
          static_cast<unsigned char>(text[at + 1]) < 0xA0);  // U+0080 … U+009F
}

/// What stands there, for a deviation.
std::string words_of(const JsonValue& value) {
  if (value.is_null()) return std::string(null_word);
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  return value.text();
}

constexpr std::size_t hour_at = 11;
/// RFC 8460 tells the day as "00:00-24:00", and ISO 8601 knows that hour. RFC 3339 does not.
bool is_end_of_day(std::string_view text) {
  return text.size() > hour_at && text.substr(hour_at).starts_with("24:00:00");
}

/// "2026-11-24T00:00:00Z", with a fraction or an offset: RFC 3339 section 5.6.
bool is_rfc3339(std::string_view text) {
  constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd", offset = "+dd:dd";
  const auto has_form = [](std::string_view part, std::string_view of) {
    return std::ranges::equal(part, of, [](char c, char f) {
      if (f == 'd') return c >= '0' && c <= '9';
      return c == f || (f == 'T' && (c == 't' || c == ' ')) || (f == '+' && c == '-');
    });
  };
  if (!has_form(text.substr(0, form.size()), form) || is_end_of_day(text)) return false;
  text.remove_prefix(form.size());
  if (text.starts_with('.')) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789", 1), text.size());
    if (end == 1) return false;
    text.remove_prefix(end);
  }
  return text == "Z" || text == "z" || has_form(text, offset);
}

/// Of texts that begin with a year, or are seconds since 1970: others may be read in two ways.
std::optional<EpochSeconds> unambiguous_time(std::string_view text) {
  std::string words(text);
  const std::size_t digits = std::min(words.find_first_not_of("0123456789"), words.size());
  const bool has_date = digits == 4 && words.size() > 4 && words[4] == '-';
  if (!has_date && digits < words.size()) return std::nullopt;
  if (has_date && words.size() > 10 && words[10] == 't') words[10] = 'T';
  const bool ends_day = has_date && is_end_of_day(words);
  if (ends_day) words.replace(hour_at, 2, "00");
  auto time = time_from_text(words, DateOrder::day_first);
  if (time && ends_day) *time += 86'400;
  return time;
}

}  // namespace

TlsText tls_text(std::string_view raw) {
  TlsText result;
  if (raw.size() <= longest_tls_text && shape_of(raw).plain) {
    result.text = raw;
    return result;
  }
  result.text.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size(); ++at) {
    if (!is_control(raw, at)) {
      result.text += raw[at];
      continue;
    }
    result.had_control = true;
    result.text += '\n';  // tidy() makes each run of these one blank
    if (raw[at] == '\xC2') ++at;
  }
  TextFlaws flaws;
  tidy(result.text, longest_tls_text, flaws);
  result.cut = flaws.cut;
  return result;
}

std::string tls_host(std::string_view text) {
  return std::string(trimmed(folded_domain(to_a_labels(lower(trimmed(text))))));
}

std::string tls_domain(std::string_view text) {
  std::string name = tls_host(text);
  return is_domain_name(name) ? name : std::string();
}

std::string JsonFields::below(std::string_view name) const {
  return place_.empty() ? std::string(name) : place_ + "/" + std::string(name);
}

JsonFields JsonFields::inside(std::string_view name) const {
  const JsonValue member = object_[name];
  if (object_.has(name) && !member.is_object()) note(name, words_of(member), "");
  return {member, below(name), log_};
}

/// An element alone counts as an array of it: RFC 8460 itself has "mx-host" so in its example.
std::vector<JsonValue> JsonFields::list(std::string_view name, std::size_t most) const {
  const JsonValue member = object_[name];
  if (!object_.has(name)) return {};
  if (member.is_array()) return member.elements(most);
  if (member.is_null() || (member.is_text() && member.text().empty())) {
    note(name, words_of(member), "no element");
    return {};
  }
  note(name, member.is_object() ? "an object" : "a text, not an array", "an array of it");
  return {member};
}

std::vector<JsonFields> JsonFields::objects(std::string_view name, std::size_t most,
                                            bool& more) const {
  std::vector<JsonFields> found;
  std::size_t number = 0;
  std::vector<JsonValue> elements = list(name, most + 1);
  more = elements.size() > most;
  if (more) elements.pop_back();
  for (const JsonValue& element : elements) {
    std::string place = below(name) + "[" + std::to_string(++number) + "]";
    if (element.is_object())
      found.emplace_back(element, std::move(place), log_);
    else
      log_.add_at(place, "", words_of(element), "left out: no object");
  }
  return found;
}

std::string JsonFields::clean(std::string_view name, std::string_view raw) const {
  TlsText cleaned = tls_text(raw);
  if (cleaned.had_control) note(name, "control characters", "blanks");
  if (cleaned.cut)
    note(name, raw,
         "cut to " + with_thousands(static_cast<std::uint64_t>(longest_tls_text)) + " bytes");
  return std::move(cleaned.text);
}

std::string JsonFields::text(std::string_view name) const {
  const JsonValue member = object_[name];
  if (member.is_text()) return clean(name, member.text());
  if (!object_.has(name)) return {};
  std::string words = member.text();
  note(name, words_of(member), words.empty() ? "" : "a text");
  return words;
}

std::string JsonFields::text(std::string_view name, std::string_view other_name) const {
  if (has(name) || !has(other_name)) return text(name);
  note(other_name, other_name, name);
  return text(other_name);
}

std::vector<std::string> JsonFields::raw_texts(std::string_view name, std::size_t most) const {
  std::vector<std::string> texts;
  for (const JsonValue& element : list(name, most + 1)) {
    if (texts.size() == most) {
      note(name, "more than " + with_thousands(most) + " elements", "the first ones");
      break;
    }
    if (element.is_text())
      texts.push_back(element.text());
    else
      note(name, words_of(element), "left out: no text");
  }
  return texts;
}

std::optional<std::uint64_t> JsonFields::count(std::string_view name) const {
  const JsonValue member = object_[name];
  const std::string words = words_of(member);
  const auto number = member.is_number() || member.is_text() ? count_from(trimmed(words))
                                                             : std::nullopt;
  if (!number)
    note(name, words, "unknown");
  else if (!member.is_number())
    note(name, "a text, not a number", "the number in it");
  return number;
}

std::optional<IpAddress> JsonFields::address(std::string_view name) const {
  const std::string words = text(name);
  if (words.empty()) return std::nullopt;
  if (const auto address = IpAddress::parse(words)) return address;
  const auto bracketed = address_in_brackets(words);
  note(name, words, bracketed ? bracketed->to_text() : "unknown");
  return bracketed;
}

std::optional<EpochSeconds> JsonFields::time(std::string_view name) const {
  const JsonValue member = object_[name];
  const std::string words = clean(name, words_of(member));
  const auto time = unambiguous_time(words);
  if (time && !is_rfc3339(words)) note(name, words, rfc3339(*time));
  return time;
}

}  // namespace dmarcq
