// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace dmarcq {

/// A JSON value that was read whole: a view of it that never fails. What is missing, or of another
/// type than asked for, is empty.
class JsonValue {
 public:
  JsonValue() = default;
  /// Nothing when the text is no JSON, or nested deeper than `depth`.
  static std::optional<JsonValue> parse(std::string_view text, std::size_t depth);
  /// Where a text stops to be JSON, in bytes; its size where it ends too early, or is JSON.
  static std::size_t fault_in(std::string_view text);

  JsonValue operator[](std::string_view name) const;
  /// The elements of an array, at most `most`.
  std::vector<JsonValue> elements(std::size_t most) const;
  bool is_object() const;
  bool is_array() const;
  bool is_text() const;
  bool is_number() const;
  bool is_null() const;  ///< a null that stands there
  /// Of this object and of all that is inside. A name that occurs twice in an object is one, whose
  /// last value counts.
  std::size_t members_at_all_depths() const;
  bool has(std::string_view name) const;
  /// A text, or a number or a truth value in words; "" for all else.
  std::string text() const;
  std::string text(std::string_view name) const { return (*this)[name].text(); }

 private:
  std::shared_ptr<const void> document_;  ///< keeps what `node_` is part of
  const void* node_ = nullptr;
};

struct JsonMember {
  std::string_view name;
  std::variant<std::string, std::int64_t> value;
};
/// {"alg":"RS256","iat":1788912000}: an object of these members, in their order, on one line. What
/// is no UTF-8 becomes U+FFFD.
std::string json_object(std::span<const JsonMember>);

/// Makes a JSON text of nested values, on one line. What is no UTF-8 becomes U+FFFD. The caller
/// ends what he begins, and gives each member of an object its key first.
class JsonText {
 public:
  JsonText& object() { return begin('{'); }
  JsonText& array() { return begin('['); }
  JsonText& end();
  JsonText& key(std::string_view);
  JsonText& value(std::string_view);
  JsonText& value(const char* text) { return value(std::string_view(text)); }
  JsonText& value(std::uint64_t);
  JsonText& value(bool);
  template <class Value>
  JsonText& member(std::string_view name, const Value& of) {
    return key(name).value(of);
  }
  /// "name": "text", unless the text is empty.
  JsonText& member_if(std::string_view name, std::string_view text) {
    return text.empty() ? *this : member(name, text);
  }
  std::string take() { return std::move(text_); }

 private:
  JsonText& begin(char bracket);
  void separate();
  std::string text_, closing_;
  bool first_ = true;  ///< of the object or array, or behind a key
};

}  // namespace dmarcq
