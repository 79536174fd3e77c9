// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// A JSON value that was read whole: a view of it that never fails. What is missing, or of another
/// type than asked for, is empty.
class JsonValue {
 public:
  JsonValue() = default;
  /// Nothing when the text is no JSON, or nested deeper than `depth`.
  static std::optional<JsonValue> parse(std::string_view text, std::size_t depth);

  JsonValue operator[](std::string_view name) const;
  /// The elements of an array, at most `most`.
  std::vector<JsonValue> elements(std::size_t most) const;
  bool is_object() const;
  bool has(std::string_view name) const;
  /// A text, or a number or a truth value in words; "" for all else.
  std::string text() const;
  std::string text(std::string_view name) const { return (*this)[name].text(); }

 private:
  std::shared_ptr<const void> document_;  ///< keeps what `node_` is part of
  const void* node_ = nullptr;
};

/// Cuts a text into its objects, without reading them: one, the elements of an array, those of the
/// list that a service wraps them in ({"items": […], …}), or objects one behind the other (NDJSON).
/// An object that begins like an event ({"email": …, "items": […]}) wraps none.
/// Goes on behind what is damaged: an object that does not end is left where a line begins with the
/// next one. Linear.
class JsonObjects {
 public:
  /// Objects are followed down to `deepest` levels.
  JsonObjects(std::string_view text, std::size_t deepest) : text_(text), deepest_(deepest) {}
  enum class Kind {
    object,
    interrupted,    ///< an object that does not end before the next one begins, or is too deep
    cut,            ///< the text ends within the object
    stray,          ///< something that is no object
    unclosed_list,  ///< the text ends within a list; always the last piece
  };
  struct Piece {
    Kind kind = Kind::object;
    std::string_view text;
    std::uint64_t line = 1;  ///< where it begins
  };
  /// Nothing at the end.
  std::optional<Piece> next();

 private:
  Piece piece(Kind kind, std::size_t begin, std::size_t end);
  std::optional<Piece> scan_object();
  bool begins_object_on_next_line(std::size_t line_end) const;
  std::size_t next_line_with_object(std::size_t from) const;
  bool pass_rest_of_wrapper();
  void count_lines(std::size_t up_to);

  std::string_view text_;
  std::size_t deepest_;
  std::size_t at_ = 0;
  std::size_t lists_ = 0;    ///< that are open
  std::size_t wrapper_ = 0;  ///< which of them is the one in an object; 0: none
  std::uint64_t line_ = 1;
  std::size_t counted_ = 0;  ///< so far lines are counted
  std::size_t indent_ = 0;   ///< of the line where the present object begins
};

}  // namespace dmarcq
