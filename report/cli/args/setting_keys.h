// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "report/cli/args/config.h"

namespace dmarcq {

/// The names that a table of the configuration knows: "dns", "mailbox"; "" for the top, where the
/// tables themselves are among them.
std::vector<std::string> known_keys(std::string_view table);

/// One setting as it is in force.
struct SettingLine {
  std::string key;     ///< "limits.mail_size", "mailbox[1].source"
  std::string value;   ///< as it could stand in the file, without quotes
  std::string origin;  ///< "flag --db", "variable DMARCQ_DB", "/etc/dmarcq/config.toml:3", "built
                       ///< in"
};
/// All settings, in the order of the manual. Secrets are not among them: the file names where they
/// are found, not what they are.
std::vector<SettingLine> setting_lines(const Args&);

/// A key with what it means and what holds without it, for the manual.
struct SettingHelp {
  std::string key;  ///< "dns.ask", "mailbox.source"
  std::string_view meaning;
  std::string built_in;  ///< "" where there is none
};
/// Every key that a configuration may have, grouped by table in the order of the manual; "" is the
/// top.
struct SettingTable {
  std::string_view name;  ///< "dns"
  std::string_view head;  ///< "[dns]", "[[mailbox]]"; "" for the top
  std::string_view about;
  std::vector<SettingHelp> keys;
};
std::vector<SettingTable> setting_tables();

}  // namespace dmarcq
