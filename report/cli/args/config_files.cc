// SPDX-License-Identifier: MIT
#include "report/cli/args/config_files.h"

#include <cstdlib>
#include <system_error>

namespace dmarcq {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

/// $XDG_…_HOME/dmarcq, or below the home directory where the variable is not set.
std::optional<fs::path> xdg_folder(const char* variable, std::string_view below_home) {
  if (const auto folder = environment(variable); folder && folder->front() == '/')
    return fs::path(*folder) / "dmarcq";
  if (const auto home = environment("HOME")) return fs::path(*home) / below_home / "dmarcq";
  return std::nullopt;
}

/// Also where one may not look: that is an error to be told, not a reason to go on without it.
bool may_exist(const fs::path& file) {
  std::error_code fault;
  return fs::exists(file, fault) || fault == std::errc::permission_denied;
}

}  // namespace

std::optional<LocatedFile> locate_config(const Args& args) {
  if (const auto file = args.value("--config")) return LocatedFile{*file, "flag --config"};
  if (const auto named = environment("DMARCQ_CONFIG"))
    return LocatedFile{*named, "variable DMARCQ_CONFIG"};
  if (const auto folder = xdg_folder("XDG_CONFIG_HOME", ".config");
      folder && may_exist(*folder / "config.toml"))
    return LocatedFile{*folder / "config.toml", "of this user"};
  if (may_exist(machine_config)) return LocatedFile{machine_config, "of this machine"};
  return std::nullopt;
}

std::optional<fs::path> config_file(const Args& args) {
  const auto located = locate_config(args);
  return located ? std::optional(located->path) : std::nullopt;
}

LocatedDatabase locate_database(const Args& args, const std::optional<Location>& configured,
                                const std::string& origin_of_configured) {
  if (const auto text = args.value("--db")) return {Location::parse(*text), "flag --db"};
  if (const auto variable = environment("DMARCQ_DB"))
    return {Location::parse(*variable), "variable DMARCQ_DB"};
  if (configured) return {*configured, origin_of_configured};
  if (const auto folder = xdg_folder("XDG_DATA_HOME", ".local/share"))
    return {Location(*folder / "dmarcq.db"), "built in"};
  throw UsageError("no database specified", "--db FILE, or set DMARCQ_DB");
}

}  // namespace dmarcq
