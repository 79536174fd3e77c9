// SPDX-License-Identifier: MIT
#include "report/cli/config.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include "report/cli/suggest.h"

namespace dmarcq {
namespace {

namespace fs = std::filesystem;

struct LimitKey { std::string_view name; std::size_t Limits::*member; };
constexpr std::array<LimitKey, 15> limit_keys{{
    {"mail_size", &Limits::mail_size},
    {"mime_depth", &Limits::mime_depth},
    {"mime_parts", &Limits::mime_parts},
    {"header_size", &Limits::header_size},
    {"document_size", &Limits::document_size},
    {"ratio_free_size", &Limits::ratio_free_size},
    {"compression_ratio", &Limits::compression_ratio},
    {"archive_entries", &Limits::archive_entries},
    {"archive_nesting", &Limits::archive_nesting},
    {"xml_depth", &Limits::xml_depth},
    {"field_size", &Limits::field_size},
    {"records", &Limits::records},
    {"dkim_results", &Limits::dkim_results},
    {"spf_results", &Limits::spf_results},
    {"reasons", &Limits::reasons},
}};

std::string place(const fs::path& file, const toml::node& node) { return fmt::format("{}:{}", file.string(), node.source().begin.line); }

std::optional<std::size_t> size_from(std::string_view text) {
  std::size_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc()) return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  unsigned shift = 0;
  if (unit == "KiB") shift = 10;
  else if (unit == "MiB") shift = 20;
  else if (unit == "GiB") shift = 30;
  else if (!unit.empty()) return std::nullopt;
  if (number > (SIZE_MAX >> shift)) return std::nullopt;
  return number << shift;
}

[[noreturn]] void unknown_key(const fs::path& file, const toml::key& key, std::string_view table, const std::vector<std::string>& known) {
  throw UsageError(fmt::format("{}:{}: unknown key '{}{}'{}", file.string(), key.source().begin.line, table, key.str(), did_you_mean(key.str(), known)),
                   fmt::format("known here: {}", fmt::join(known, ", ")));
}

void read_limits(const fs::path& file, const toml::table& table, Limits& limits) {
  for (const auto& [key, node] : table) {
    const LimitKey* found = nullptr;
    for (const LimitKey& one : limit_keys)
      if (one.name == key.str()) found = &one;
    if (found == nullptr) {
      std::vector<std::string> known;
      for (const LimitKey& one : limit_keys) known.emplace_back(one.name);
      unknown_key(file, key, "limits.", known);
    }
    std::optional<std::size_t> value;
    if (const auto number = node.value_exact<std::int64_t>(); number && *number > 0) value = static_cast<std::size_t>(*number);
    if (const auto text = node.value_exact<std::string>()) value = size_from(*text);
    if (!value || *value == 0) throw UsageError(fmt::format("{}: limits.{} is no positive number", place(file, node), key.str()), "write 100, or \"64 MiB\"");
    limits.*found->member = *value;
  }
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

/// $XDG_…_HOME/dmarcq, or below the home directory where the variable is not set.
std::optional<fs::path> xdg_folder(const char* variable, std::string_view below_home) {
  if (const auto folder = environment(variable); folder && folder->front() == '/') return fs::path(*folder) / "dmarcq";
  if (const auto home = environment("HOME")) return fs::path(*home) / below_home / "dmarcq";
  return std::nullopt;
}

}  // namespace

Config read_config(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw FileError(fmt::format("{}: cannot be read", file.string()));
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  toml::table table;
  try {
    table = toml::parse(text, file.string());
  } catch (const toml::parse_error& fault) {
    throw UsageError(fmt::format("{}:{}: {}", file.string(), fault.source().begin.line, fault.description()));
  }
  Config config;
  for (const auto& [key, node] : table) {
    if (key.str() == "db") {
      const auto path = node.value_exact<std::string>();
      if (!path || path->empty()) throw UsageError(fmt::format("{}: db is no path", place(file, node)));
      config.database = fs::path(*path);
    } else if (key.str() == "limits") {
      if (!node.is_table()) throw UsageError(fmt::format("{}: limits is no table", place(file, node)), "write [limits] on a line of its own");
      read_limits(file, *node.as_table(), config.limits);
    } else {
      unknown_key(file, key, "", {"db", "limits"});
    }
  }
  return config;
}

Settings settings_of(const Args& args) {
  Config config;
  if (const auto file = args.value("--config")) config = read_config(*file);
  else if (const auto named = environment("DMARCQ_CONFIG")) config = read_config(*named);
  else if (const auto folder = xdg_folder("XDG_CONFIG_HOME", ".config")) {
    std::error_code ignored;
    if (fs::exists(*folder / "config.toml", ignored)) config = read_config(*folder / "config.toml");
  }
  Settings settings;
  settings.limits = config.limits;
  if (const auto path = args.value("--db")) settings.database = *path;
  else if (const auto variable = environment("DMARCQ_DB")) settings.database = *variable;
  else if (config.database) settings.database = *config.database;
  else if (const auto folder = xdg_folder("XDG_DATA_HOME", ".local/share")) settings.database = *folder / "dmarcq.db";
  if (settings.database.empty()) throw UsageError("no database given", "--db FILE, or set DMARCQ_DB");
  return settings;
}

}  // namespace dmarcq
