// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <optional>

#include "ingest/base/limits.h"
#include "report/analysis/readiness.h"
#include "report/cli/command.h"

namespace dmarcq {

/// What the configuration file may say. Every key is known; an unknown one is an error with a suggestion.
///
///     db = "/var/lib/dmarcq/dmarcq.db"
///     [[mailbox]]               # what 'dmarcq ingest' without arguments reads: mailbox_config.h
///     source = "imaps://user@host/Folder"
///     [limits]
///     mail_size = "128 MiB"     # a number of bytes, or with KiB, MiB, GiB; counts are plain numbers
///     [readiness]               # 'dmarcq readiness DOMAIN --explain' lists all keys
///     observe_days = 60
///     own_rate_reject = "99.9 %"
///     expected = ["Salesforce marketing-cloud"]
struct Config {
  std::optional<std::filesystem::path> database;
  Limits limits;
  ReadinessLimits readiness;
};

/// Reads a configuration file. Throws UsageError with file, line and cause; FileError when it cannot be read.
Config read_config(const std::filesystem::path&);

/// All settings of a run: flags beat the environment, which beats the file.
struct Settings {
  std::filesystem::path database;
  Limits limits;
  ReadinessLimits readiness;
};

/// Looks for --config, DMARCQ_CONFIG, $XDG_CONFIG_HOME/dmarcq/config.toml (which may be missing), then for the database.
Settings settings_of(const Args&);

}  // namespace dmarcq
