// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "ingest/base/error.h"
#include "ingest/base/json_value.h"

namespace dmarcq {

/// One JSON value that was read past mistakes which hide nothing: a byte order mark, bytes that are
/// not UTF-8 and halves of UTF-16 pairs (now U+FFFD), control characters in texts (now blanks).
struct JsonDocument {
  JsonValue root;
  bool had_broken_text = false;     ///< bytes or halves became U+FFFD
  bool had_raw_controls = false;    ///< control characters became blanks
  bool had_repeated_names = false;  ///< of members with one name the last one counts
  std::string rest;                 ///< what follows the value, white space left out
};

/// What a document may hold.
struct JsonBounds {
  std::size_t depth = 0;
  std::size_t values = 0;  ///< members of objects and elements of arrays, roughly
};

/// Reads an object or an array. Errors: truncated (the text ends within it), invalid_report.
std::expected<JsonDocument, Error> read_json_document(std::string_view text, const JsonBounds&);

}  // namespace dmarcq
