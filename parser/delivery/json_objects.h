// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dmarcq {

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
