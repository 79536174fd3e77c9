// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <vector>

#include "ingest/source/source.h"
#include "report/cli/command.h"

namespace dmarcq {

/// Where mail is read from, and how to get in: a SOURCE of the command line with its flags, or a
/// [[mailbox]] of the configuration.
///
///     [[mailbox]]
///     source = "imaps://dmarc@example.com@imap.example.com/Reports"   # or a path
///     password_file = "/etc/dmarcq/password"   # or password_command, password_env, token_command
///     (XOAUTH2) move_to = "Reports/done"                 # or mark_seen = true; without either
///     nothing changes on the server ca_file = "/etc/ssl/our-ca.pem" timeout = 60
struct MailboxConfig {
  std::string source;
  std::string password_file, password_command, password_env, token_command;
  std::string move_to, ca_file;
  bool mark_seen = false, insecure_plaintext = false;
  unsigned timeout = 60;
};

/// The [[mailbox]] tables of the configuration that is in force (see settings_of()).
std::vector<MailboxConfig> configured_mailboxes(const Args&);

/// The sources of the command line, or the configured ones when it names none. Throws UsageError.
std::vector<MailboxConfig> mailboxes_to_read(const Args&);

/// Opens a path or a server's folder. Secrets are asked for only now.
std::expected<std::unique_ptr<ItemSource>, Error> open_configured(const MailboxConfig&,
                                                                  const OpenOptions&);

}  // namespace dmarcq
