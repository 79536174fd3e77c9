// SPDX-License-Identifier: MIT
#include "report/cli/args/mailbox_config.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

#include "ingest/source/imap.h"
#include "ingest/source/imap_url.h"
#include "report/cli/args/secrets.h"
#include "report/cli/args/token_files.h"

namespace dmarcq {
namespace {

constexpr std::array<MailboxKey, 11> keys{{
    {"source", "what to read: imaps://user@host/Folder, or a path", &MailboxConfig::source},
    {"name", "what it is called in messages and by 'dmarcq login'; else the user of its URL",
     &MailboxConfig::name},
    {"password_file", "a file whose first line is the password", &MailboxConfig::password_file},
    {"password_command", "a command that prints the password", &MailboxConfig::password_command},
    {"password_env", "the environment variable that holds the password; else DMARCQ_IMAP_PASSWORD",
     &MailboxConfig::password_env},
    {"token_command", "a command that prints an OAuth 2 access token, used by XOAUTH2",
     &MailboxConfig::token_command},
    {"move_to", "the folder to which mail is moved after the commit that stored it",
     &MailboxConfig::move_to},
    {"ca_file", "certificates to trust, in PEM; else those of the machine",
     &MailboxConfig::ca_file},
    {"mark_seen", "marks mail as seen after the commit that stored it", &MailboxConfig::mark_seen},
    {"insecure_plaintext", "permits imap:// without STARTTLS", &MailboxConfig::insecure_plaintext},
    {"timeout", "seconds of silence after which the server is given up; 1 to 3600",
     &MailboxConfig::timeout},
}};

}  // namespace

std::span<const MailboxKey> mailbox_keys() { return keys; }

std::vector<MailboxConfig> mailboxes_to_read(const Args& args) {
  MailboxConfig common;
  const auto flag = [&](std::string_view name, std::string& value) {
    if (const auto given = args.value(name)) value = *given;
  };
  flag("--password-file", common.password_file);
  flag("--password-command", common.password_command);
  flag("--token-command", common.token_command);
  flag("--move-to", common.move_to);
  flag("--ca-file", common.ca_file);
  common.mark_seen = args.has("--mark-seen");
  common.insecure_plaintext = args.has("--insecure-plaintext");
  std::vector<MailboxConfig> mailboxes;
  for (const std::string& source : args.operands) {
    mailboxes.push_back(common);
    mailboxes.back().source = source;
  }
  if (!mailboxes.empty()) return mailboxes;
  for (const std::string_view name :
       {"--password-file", "--password-command", "--token-command", "--move-to", "--ca-file",
        "--mark-seen", "--insecure-plaintext"})
    if (args.has(name))
      throw UsageError(fmt::format("{} needs a SOURCE", name),
                       "without one, the configuration says how each mailbox is read");
  mailboxes = configured_mailboxes(args);
  if (mailboxes.empty())
    throw UsageError(
        "'ingest' needs SOURCE…",
        "or a [[mailbox]] in the configuration; 'dmarcq help ingest' shows how it is used");
  return mailboxes;
}

std::string mailbox_name(const MailboxConfig& mailbox) {
  if (!mailbox.name.empty()) return mailbox.name;
  if (!is_imap_url(mailbox.source)) return mailbox.source;
  const auto url = parse_imap_url(mailbox.source);
  return url ? url->user : mailbox.source;
}

std::optional<OAuthMistake> mailbox_mistake(const MailboxConfig& mailbox) {
  if (!mailbox.oauth2) return std::nullopt;
  if (!is_imap_url(mailbox.source))
    return OAuthMistake{"mailbox.oauth2 is for a mailbox on a server",
                        "source = \"imaps://user@host/Folder\""};
  for (const auto& [key, value] : {std::pair("password_file", &mailbox.password_file),
                                   std::pair("password_command", &mailbox.password_command),
                                   std::pair("password_env", &mailbox.password_env),
                                   std::pair("token_command", &mailbox.token_command)})
    if (!value->empty())
      return OAuthMistake{fmt::format("mailbox.{} does not go with mailbox.oauth2", key),
                          "one of them says how to log in"};
  return oauth_mistake(*mailbox.oauth2);
}

namespace {

/// As two names of one file are compared; there may be none yet.
std::filesystem::path place_of(const std::filesystem::path& file) {
  std::error_code ignored;
  const std::filesystem::path place =
      std::filesystem::weakly_canonical(std::filesystem::absolute(file, ignored), ignored);
  return place.empty() ? file : place;
}

/// Do they get the same tokens, whatever the mailboxes are called?
bool is_same_client(OAuthClient a, OAuthClient b) {
  a.mailbox = b.mailbox = {};
  return a == b;
}

}  // namespace

std::optional<OAuthMistake> token_cache_mistake(std::span<const MailboxConfig> mailboxes,
                                                const std::filesystem::path& database) {
  std::map<std::filesystem::path, const MailboxConfig*> caches;
  for (const MailboxConfig& mailbox : mailboxes) {
    if (!mailbox.oauth2) continue;
    const std::filesystem::path file =
        token_cache_file(*mailbox.oauth2, mailbox_name(mailbox), database);
    const auto [held, is_new] = caches.emplace(place_of(file), &mailbox);
    if (!is_new && !is_same_client(oauth_client_of(*held->second), oauth_client_of(mailbox)))
      return OAuthMistake{
          fmt::format("the mailboxes {} and {} would keep their tokens in the same file, {}",
                      held->second->source, mailbox.source, file.string()),
          "give each a name = \"…\", or a token_cache, of its own"};
  }
  const auto check = [&](const std::filesystem::path& file,
                         const std::string& what) -> std::optional<OAuthMistake> {
    const auto found = caches.find(place_of(file));
    if (found == caches.end()) return std::nullopt;
    return OAuthMistake{fmt::format("the tokens of mailbox {} would take the place of {}, {}",
                                    found->second->source, what, file.string()),
                        "give it a token_cache of its own"};
  };
  for (const MailboxConfig& mailbox : mailboxes)
    for (const std::string& file : secret_files(mailbox))
      if (auto found = check(file, fmt::format("a secret of mailbox {}", mailbox.source)))
        return found;
  return check(database, "the database");
}

OAuthClient oauth_client_of(const MailboxConfig& mailbox) {
  const auto url = parse_imap_url(mailbox.source);
  return oauth_client(*mailbox.oauth2, mailbox_name(mailbox), url ? url->user : std::string());
}

HttpsSettings token_server_settings(const MailboxConfig& mailbox, const std::atomic<bool>* stop) {
  return {.timeout = mailbox.timeout, .ca_file = mailbox.oauth2->ca_file, .stop = stop};
}

std::vector<std::string> secret_files(const MailboxConfig& mailbox) {
  std::vector<std::string> files{mailbox.password_file};
  if (mailbox.oauth2)
    files.insert(files.end(),
                 {mailbox.oauth2->client_secret_file, mailbox.oauth2->refresh_token_file,
                  mailbox.oauth2->service_account_file});
  std::erase(files, std::string());
  return files;
}

namespace {

/// The password, or the token of a command.
std::expected<std::string, Error> secret_of(const MailboxConfig& mailbox) {
  if (!mailbox.token_command.empty()) return secret_from_command(mailbox.token_command);
  if (!mailbox.password_command.empty()) return secret_from_command(mailbox.password_command);
  if (!mailbox.password_file.empty()) return secret_from_file(mailbox.password_file);
  const std::string variable = mailbox.password_env.empty() ? "DMARCQ_IMAP_PASSWORD"
                                                            : mailbox.password_env;
  if (const char* value = std::getenv(variable.c_str()); value != nullptr && *value != 0)
    return value;
  return std::unexpected(unreadable(
      "no password: use --password-file, --password-command, --token-command or " + variable));
}

}  // namespace

std::expected<std::unique_ptr<ItemSource>, Error> open_configured(
    const MailboxConfig& mailbox, const OpenOptions& options,
    const std::filesystem::path& database) {
  if (!is_imap_url(mailbox.source)) return open_mailbox(mailbox.source, options);
  ImapSettings imap;
  imap.url = mailbox.source;
  imap.token = mailbox.oauth2 || !mailbox.token_command.empty();
  imap.insecure_plaintext = mailbox.insecure_plaintext;
  imap.ca_file = mailbox.ca_file;
  imap.move_to = mailbox.move_to;
  imap.mark_seen = mailbox.mark_seen;
  imap.timeout = mailbox.timeout;
  if (mailbox.oauth2) {
    const OAuthClient client = oauth_client_of(mailbox);
    const auto tokens = access_tokens(client, token_server_settings(mailbox, options.stop),
                                      token_cache_file(*mailbox.oauth2, client.mailbox, database));
    imap.secret = [tokens] { return tokens->token(); };
    imap.another_secret = [tokens](const std::string& rejected) {
      return tokens->token_instead_of(rejected);
    };
    imap.rejection_advice = advice_for_rejected_token(client);
  } else {
    imap.secret = [mailbox] { return secret_of(mailbox); };
  }
  return open_imap(imap, options);
}

}  // namespace dmarcq
