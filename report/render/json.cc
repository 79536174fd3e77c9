// SPDX-License-Identifier: MIT
#include "report/render/json.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "report/render/escape.h"

namespace dmarcq {
namespace {
constexpr std::size_t pass_on_at = 64 * 1024;
constexpr std::size_t lines_down_to = 2;  // levels whose members have lines of their own, in pretty
                                          // form
}  // namespace

void JsonWriter::new_line() {
  text_ += '\n';
  text_.append(2 * levels_.size(), ' ');
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (levels_.empty()) return;
  if (!levels_.back().empty) text_ += ',';
  const bool first = levels_.back().empty;
  levels_.back().empty = false;
  if (!pretty_) return;
  if (levels_.size() <= lines_down_to && (levels_.size() == 1 || levels_.back().close == ']'))
    new_line();
  else if (!first)
    text_ += ' ';
}

JsonWriter& JsonWriter::open(char bracket) {
  before_value();
  text_ += bracket;
  levels_.push_back({bracket == '{' ? '}' : ']', true});
  return *this;
}

JsonWriter& JsonWriter::end() {
  const Level level = levels_.back();
  levels_.pop_back();
  if (pretty_ && !level.empty && levels_.size() < lines_down_to &&
      (levels_.empty() || level.close == ']'))
    new_line();
  text_ += level.close;
  if (text_.size() > pass_on_at) pass_on();
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  before_value();
  append_json_string(text_, name);
  text_ += pretty_ ? ": " : ":";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::null() {
  before_value();
  text_ += "null";
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  before_value();
  append_json_string(text_, text);
  return *this;
}

JsonWriter& JsonWriter::value(bool yes) {
  before_value();
  text_ += yes ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  before_value();
  std::string digits = fmt::format("{:.6f}", number);
  while (digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits += '0';
  text_ += digits;
  return *this;
}

JsonWriter& JsonWriter::value(const std::vector<std::string>& texts) {
  array();
  for (const std::string& text : texts) value(text);
  return end();
}

JsonWriter& JsonWriter::signed_value(std::int64_t number) {
  before_value();
  fmt::format_to(std::back_inserter(text_), FMT_STRING("{}"), number);
  return *this;
}

JsonWriter& JsonWriter::unsigned_value(std::uint64_t number) {
  before_value();
  fmt::format_to(std::back_inserter(text_), FMT_STRING("{}"), number);
  return *this;
}

void JsonWriter::pass_on() {
  out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
  text_.clear();
}

void JsonWriter::finish() {
  text_ += '\n';
  pass_on();
}

}  // namespace dmarcq
