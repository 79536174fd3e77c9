// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace dmarcq {

// Names, comments and results in a report were written by strangers. Each output has its own way to
// be fooled, and nothing from a report reaches one without passing its function here. All results
// are well-formed UTF-8.

/// For a terminal or a plain line: no control characters (ANSI sequences lose their ESC and are
/// harmless text, line breaks and tabs become spaces), no C1 controls, no bidirectional overrides,
/// isolates or marks, no invisible format characters that could hide a difference.
std::string terminal_text(std::string_view);

/// A field of a spreadsheet: as on a terminal, and, where it is to be guarded, with a leading
/// apostrophe where a spreadsheet would take text for a formula (= + - @, tab, CR at the start).
enum class Formulas { guarded, as_they_are };
std::string field_text(std::string_view, Formulas = Formulas::guarded);

/// One CSV field: quoted where RFC 4180 asks for it.
std::string csv_text(std::string_view, Formulas = Formulas::guarded);

/// One cell of a Markdown table: pipes, backticks, emphasis, links and HTML are shown, not obeyed.
std::string markdown_text(std::string_view);

/// JSON string contents, with quotes.
void append_json_string(std::string& to, std::string_view);

}  // namespace dmarcq
