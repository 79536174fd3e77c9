// SPDX-License-Identifier: MIT
#pragma once
#include <string_view>

namespace dmarcq {

/// Compares ASCII letters without their case.
bool same_word(std::string_view, std::string_view) noexcept;
bool ends_with_word(std::string_view text, std::string_view ending) noexcept;
bool starts_with_word(std::string_view text, std::string_view start) noexcept;

/// What a file name promises. A name alone proves nothing; but what is named like a report and is
/// none becomes a problem, where other bytes are passed over in silence.
bool named_xml(std::string_view name) noexcept;     ///< ends in .xml
bool named_packed(std::string_view name) noexcept;  ///< ends in .gz, .zip and the like
bool named_report(std::string_view name) noexcept;  ///< either

/// Leavings of an operating system or a mail server: .DS_Store, __MACOSX/, Thumbs.db, dovecot.index
/// … Takes a path.
bool is_system_junk(std::string_view path) noexcept;

std::string_view last_component(std::string_view path) noexcept;

}  // namespace dmarcq
