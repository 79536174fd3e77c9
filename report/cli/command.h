// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "report/cli/terminal/exit_code.h"
#include "report/cli/terminal/io.h"

namespace dmarcq {

/// The command line, or the configuration, asks for something that does not exist. Ends with
/// Exit::usage.
struct UsageError : std::runtime_error {
  explicit UsageError(const std::string& text, std::string the_hint = {})
      : std::runtime_error(text), hint(std::move(the_hint)) {}
  std::string hint;
};

/// A file that is needed cannot be used. Ends with Exit::io.
struct FileError : std::runtime_error {
  explicit FileError(const std::string& text, std::string the_hint = {})
      : std::runtime_error(text), hint(std::move(the_hint)) {}
  std::string hint;
};

struct Flag {
  std::string_view name = {};   ///< "--domain"
  std::string_view value = {};  ///< what stands for its value in help, "D"; "" for a switch
  std::string_view help = {};
  std::string_view choices = {};  ///< "table|json": the only values allowed; shown in help
  bool repeatable = false;
  std::string_view letter = {};  ///< "-q"
};

/// Flags that several commands share; help shows them under this heading.
struct FlagGroup {
  std::string_view heading = {};
  std::span<const Flag> flags = {};
};

struct Example {
  std::string_view line = {};  ///< "dmarcq sources --failing --salesforce"; a test runs it
  std::string_view says = {};
};

struct Args;

/// One command. Help, did-you-mean, tests, the man page and completions are made from the table of
/// these.
struct Command {
  std::string_view name = {};          ///< "ingest", "problems list"
  std::string_view summary = {};       ///< one line for `dmarcq help`
  std::string_view operands = {};      ///< "SOURCE…", "[DOMAIN…]"
  std::string_view about = {};         ///< the paragraphs of its help
  std::vector<FlagGroup> groups = {};  ///< without the global flags
  std::vector<Example> examples = {};
  unsigned least_operands = 0, most_operands = 0;
  bool pages = false;  ///< its answer may be longer than a screen: on a terminal it goes through
                       ///< the pager
  Exit (*run)(const Args&, Io&) = nullptr;
};

inline constexpr unsigned any_number = 1'000'000;

/// A parsed command line.
struct Args {
  const Command* command = nullptr;
  std::vector<std::string> operands;
  std::map<std::string, std::vector<std::string>, std::less<>> given;  ///< by flag name

  bool has(std::string_view flag) const { return given.contains(flag); }
  /// The last value given.
  std::optional<std::string> value(std::string_view flag) const {
    const auto found = given.find(flag);
    if (found == given.end() || found->second.empty()) return std::nullopt;
    return found->second.back();
  }
  std::vector<std::string> values(std::string_view flag) const {
    const auto found = given.find(flag);
    return found == given.end() ? std::vector<std::string>() : found->second;
  }
};

const std::vector<Command>& commands();
std::span<const Flag> global_flags();
const Command* find_command(std::string_view name);
/// Commands whose name starts with this word and a space: "problems" → list, show, retry, dismiss.
std::vector<const Command*> commands_below(std::string_view word);

}  // namespace dmarcq
