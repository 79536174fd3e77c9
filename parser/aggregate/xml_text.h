// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "parser/aggregate/aggregate_report.h"

namespace dmarcq {

/// A document as UTF-8. The common case, ASCII or valid UTF-8, is a view of the given bytes;
/// anything else is a copy.
struct XmlText {
  std::string converted;
  std::size_t skip = 0;  ///< bytes of a byte order mark
  bool is_converted = false;
  std::vector<Deviation> deviations;  ///< path "encoding"

  /// `bytes` is what to_utf8() was given; it must outlive the view, and so must this object.
  std::string_view view(std::string_view bytes) const {
    return is_converted ? std::string_view(converted) : bytes.substr(skip);
  }
};

/// Finds the encoding (byte order mark, then the shape of the first characters, then the XML
/// declaration, then UTF-8) and gives valid UTF-8 whatever the bytes:
/// - bytes that are no UTF-8 in a document that should be (mail-dmarc and others write Latin-1 into
/// it), and bytes that
///   the declared encoding does not have, become U+FFFD one by one: the good characters beside them
///   stay good, and no name is made up by a guess at what was meant;
/// - an encoding that is not known, or not the one of the bytes ("utf-16" in front of ASCII, as
/// .NET writes it), is
///   read as UTF-8.
/// Each of these is a deviation. ISO-8859-1 is read as windows-1252, as everywhere on the web: the
/// two differ only in control characters that nobody means.
XmlText to_utf8(std::string_view bytes);

bool is_ascii(std::string_view);
bool is_utf8(std::string_view);

}  // namespace dmarcq
