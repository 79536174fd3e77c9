// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "report/cli/command.h"
#include "store/base/location.h"

namespace dmarcq {

/// The configuration of a machine, as packages and the systemd units know it.
inline constexpr const char* machine_config = "/etc/dmarcq/config.toml";

/// A file that a run uses, and what named it.
struct LocatedFile {
  std::filesystem::path path;
  std::string origin;  ///< "flag --db", "variable DMARCQ_CONFIG", "of this machine" …
};

/// The first of --config, DMARCQ_CONFIG, $XDG_CONFIG_HOME/dmarcq/config.toml and machine_config;
/// the last two may be missing. Only one is read: a user's own replaces that of the machine.
std::optional<LocatedFile> locate_config(const Args&);
/// Its path.
std::optional<std::filesystem::path> config_file(const Args&);

/// A database, and what named it.
struct LocatedDatabase {
  Location where;
  std::string origin;
};
/// The first of --db, DMARCQ_DB, `configured` and $XDG_DATA_HOME/dmarcq/dmarcq.db. Throws
/// UsageError when there is no home either.
LocatedDatabase locate_database(const Args&, const std::optional<Location>& configured,
                                const std::string& origin_of_configured);

}  // namespace dmarcq
