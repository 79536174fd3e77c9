// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// Writes JSON as it is told, keeping only what is not yet passed on: an export of millions of
/// records needs no more memory than one line (a document tree would grow with the data).
///
///   json.object().member("schema", "dmarcq.x/1").member("n", 3).key("list").array();
///   json.value("a"); json.end().end();
///
/// Pretty form: the members of the outermost value and the elements of its arrays each have a line;
/// deeper values stay in it.
class JsonWriter {
 public:
  enum class Style { compact, pretty };
  explicit JsonWriter(std::ostream& out, Style style = Style::compact)
      : out_(out), pretty_(style == Style::pretty) {}
  ~JsonWriter() = default;
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& object() { return open('{'); }
  JsonWriter& array() { return open('['); }
  JsonWriter& end();
  JsonWriter& key(std::string_view);

  JsonWriter& null();
  JsonWriter& value(std::string_view);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool);
  JsonWriter& value(double);  ///< at most six decimals
  template <std::integral Integer>
  JsonWriter& value(Integer number) {
    if constexpr (std::is_signed_v<Integer>)
      return signed_value(number);
    else
      return unsigned_value(number);
  }
  template <class T>
  JsonWriter& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : null();
  }
  JsonWriter& value(const std::vector<std::string>& texts);
  /// "" is written as null: absent and empty text are the same here
  /// (parser/aggregate/aggregate_report.h).
  JsonWriter& text_or_null(std::string_view text) { return text.empty() ? null() : value(text); }

  template <class T>
  JsonWriter& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }
  JsonWriter& member_or_null(std::string_view name, std::string_view text) {
    return key(name).text_or_null(text);
  }

  /// Ends the document with a line break and passes everything on. Call once for each document.
  void finish();

 private:
  JsonWriter& open(char bracket);
  JsonWriter& signed_value(std::int64_t);
  JsonWriter& unsigned_value(std::uint64_t);
  void before_value();
  void new_line();
  void pass_on();

  struct Level {
    char close;
    bool empty;
  };
  std::ostream& out_;
  std::string text_;
  std::vector<Level> levels_;
  bool pretty_;
  bool after_key_ = false;
};

}  // namespace dmarcq
