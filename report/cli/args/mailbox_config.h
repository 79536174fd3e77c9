// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ingest/base/https.h"
#include "ingest/oauth/oauth_client.h"
#include "ingest/source/source.h"
#include "report/cli/args/oauth_config.h"
#include "report/cli/command.h"

namespace dmarcq {

/// Where mail is read from, and how to get in: a SOURCE of the command line with its flags, or a
/// [[mailbox]] of the configuration.
///
///     [[mailbox]]
///     source = "imaps://dmarc@example.com@imap.example.com/Reports"   # or a path
///     password_file = "/etc/dmarcq/password"   # or password_command, password_env, token_command
///     move_to = "Reports/done"                 # or mark_seen = true; without either nothing
///                                              # changes on the server
///     ca_file = "/etc/ssl/our-ca.pem"
///     timeout = 60
///     [mailbox.oauth2]                         # instead of a password: oauth_config.h
struct MailboxConfig {
  std::string source;
  std::string name;  ///< of the configuration; "": mailbox_name() has another
  std::string password_file, password_command, password_env, token_command;
  std::string move_to, ca_file;
  bool mark_seen = false, insecure_plaintext = false;
  unsigned timeout = 60;
  std::optional<OAuthConfig> oauth2;
};

/// What the mailbox is called in messages and by 'dmarcq login': its name, else the user of its
/// URL, else its source.
std::string mailbox_name(const MailboxConfig&);

/// What is wrong with a mailbox that has an oauth2; the text begins with the key.
std::optional<OAuthMistake> mailbox_mistake(const MailboxConfig&);

/// What is wrong with mailboxes beside each other: the tokens of different clients in one file, or
/// tokens in a file that holds something else. Mailboxes of one client share its tokens.
/// `database`: see open_configured().
std::optional<OAuthMistake> token_cache_mistake(std::span<const MailboxConfig>,
                                                const std::filesystem::path& database);

/// The client of a mailbox with oauth2, and how its token server is asked.
OAuthClient oauth_client_of(const MailboxConfig&);
HttpsSettings token_server_settings(const MailboxConfig&, const std::atomic<bool>* stop);

/// The files that hold its secrets.
std::vector<std::string> secret_files(const MailboxConfig&);

/// A key of [[mailbox]], for the configuration and the manual.
struct MailboxKey {
  std::string_view name;
  std::string_view meaning;
  std::variant<std::string MailboxConfig::*, bool MailboxConfig::*, unsigned MailboxConfig::*>
      member;  ///< unsigned: seconds, 1 to 3600
};
std::span<const MailboxKey> mailbox_keys();

/// The [[mailbox]] tables of the configuration that is in force (see settings_of()).
std::vector<MailboxConfig> configured_mailboxes(const Args&);

/// The sources of the command line, or the configured ones when it names none. Throws UsageError.
std::vector<MailboxConfig> mailboxes_to_read(const Args&);

/// Opens a path or a server's folder. Secrets are asked for only now. `database`: beside it lies
/// the cache of tokens.
std::expected<std::unique_ptr<ItemSource>, Error> open_configured(
    const MailboxConfig&, const OpenOptions&, const std::filesystem::path& database);

}  // namespace dmarcq
