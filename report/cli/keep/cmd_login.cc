// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <expected>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ingest/base/text.h"
#include "ingest/oauth/device_login.h"
#include "ingest/oauth/secret_text.h"
#include "report/cli/args/mailbox_config.h"
#include "report/cli/args/token_files.h"
#include "report/cli/cmd.h"
#include "report/cli/terminal/file_modes.h"
#include "report/cli/terminal/signals.h"
#include "report/render/escape.h"
#include "store/base/new_file.h"

namespace dmarcq {
namespace {

/// The mailbox that is named, or the only one with [mailbox.oauth2].
MailboxConfig mailbox_to_log_in(const Args& args) {
  std::vector<MailboxConfig> found;
  std::vector<std::string> names;
  for (MailboxConfig& mailbox : configured_mailboxes(args)) {
    if (!mailbox.oauth2) continue;
    const std::string name = mailbox_name(mailbox);
    names.push_back(name);
    if (args.operands.empty() || args.operands.front() == name ||
        args.operands.front() == mailbox.source)
      found.push_back(std::move(mailbox));
  }
  if (names.empty())
    throw UsageError("no mailbox of the configuration has [mailbox.oauth2]",
                     "'dmarcq help login' shows how it is written");
  const std::string known = fmt::format("configured: {}", fmt::join(names, ", "));
  if (found.empty())
    throw UsageError(
        fmt::format("there is no mailbox '{}' with [mailbox.oauth2]", args.operands.front()),
        known);
  if (found.size() > 1)
    throw UsageError(args.operands.empty()
                         ? "'login' needs NAME, since several mailboxes have [mailbox.oauth2]"
                         : fmt::format("several mailboxes are called '{}'", args.operands.front()),
                     args.operands.empty() ? known : "give each a name = \"…\" of its own");
  return std::move(found.front());
}

void check_that_login_helps(const MailboxConfig& mailbox, const OAuthClient& client) {
  if (client.grant != TokenGrant::refresh_token)
    throw UsageError(
        fmt::format("mailbox '{}' needs no login", client.mailbox),
        fmt::format("its {} is all it takes; a person's login is for refresh_token_file",
                    client.grant == TokenGrant::service_account ? "service_account_file"
                                                                : "client_secret_file"));
  if (client.device_url.empty())
    throw UsageError(
        fmt::format("mailbox '{}' has no mailbox.oauth2.device_url", client.mailbox),
        mailbox.oauth2->token_url.empty()
            ? ""
            : "the address of the server's device authorization (RFC 8628), beside token_url");
}

bool wait(std::int64_t seconds, const std::atomic<bool>& stop) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!stop && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  return !stop;
}

/// A run that renews the older token at this moment must not put its successor in place of the new
/// one.
std::expected<FileLock, NoLock> wait_for_turn(Io& io, const std::string& refresh_token_file,
                                              const std::atomic<bool>& stop) {
  auto turn = lock_beside(refresh_token_file, 0, &stop);
  if (turn || turn.error() != NoLock::held) return turn;
  io.out << "Logged in. Another run is renewing the older token: waiting until it is done.\n";
  io.out.flush();
  return lock_beside(refresh_token_file, std::nullopt, &stop);
}

Exit exit_of(const StopOnSignal& stop) {
  return stop.signal() == SIGINT ? Exit::interrupted : Exit::terminated;
}

}  // namespace

Exit run_login(const Args& args, Io& io) {
  const MailboxConfig mailbox = mailbox_to_log_in(args);
  const OAuthClient client = oauth_client_of(mailbox);
  check_that_login_helps(mailbox, client);
  const StopOnSignal stop;
  const HttpsSettings https = token_server_settings(mailbox, &stop.flag());

  DeviceLogin login{.ask = token_server(https), .now = std::chrono::steady_clock::now};
  if (!client.client_secret_file.empty()) {
    warn_of_readers(io, client.client_secret_file);
    auto secret = secret_of_file(client.client_secret_file, "client secret");
    if (!secret) throw FileError(secret.error().text);
    login.secret = std::move(*secret);
  }
  // Made before anybody is sent to a browser: what cannot be stored is not asked for.
  NewFile token_file(client.refresh_token_file, NewFile::Readers::owner);
  login.wait = [&](std::int64_t seconds) { return wait(seconds, stop.flag()); };
  login.show = [&](const DeviceCode& code) {
    io.out << fmt::format(
        "Open {} in a browser on any machine, log in as\nsomebody who may read the mailbox {}, and "
        "enter this code:\n\n  {}\n\nIt is valid for {}.\n",
        terminal_text(code.verification_url), terminal_text(client.subject),
        terminal_text(code.user_code),
        code.lifetime < 120 ? counted(static_cast<std::uint64_t>(code.lifetime), "second")
                            : counted(static_cast<std::uint64_t>(code.lifetime / 60), "minute"));
    io.out.flush();
  };
  const auto refresh_token = log_in_by_device(client, login);
  if (stop.flag()) return exit_of(stop);
  if (!refresh_token) throw FileError(refresh_token.error().text);
  token_file.write(*refresh_token + '\n');
  {
    const auto turn = wait_for_turn(io, client.refresh_token_file, stop.flag());
    if (!turn && turn.error() == NoLock::stopped) return exit_of(stop);
    token_file.put_in_place();
  }
  io.out << terminal_text(fmt::format("the refresh token of mailbox '{}' is stored in {}",
                                      client.mailbox, client.refresh_token_file))
         << '\n';
  say_next(io, "next: dmarcq ingest");
  return Exit::done;
}

}  // namespace dmarcq
