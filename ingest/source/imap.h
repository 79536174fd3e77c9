// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ingest/source/source.h"

namespace dmarcq {

/// A folder on an IMAP server (RFC 3501, RFC 9051).
struct ImapSettings {
  /// imaps://user@host/Folder, or imap:// with STARTTLS. The folder is INBOX when there is none; no
  /// password belongs here.
  std::string url;
  /// Asked at each login: the password, or the token. Tokens expire, so a reconnection asks again.
  std::function<std::expected<std::string, Error>()> secret;
  bool token = false;  ///< the secret is an OAuth 2 token (XOAUTH2, or OAUTHBEARER of RFC 7628)
  /// Asked once when the server rejects a login: a secret instead of the rejected one. May be
  /// empty.
  std::function<std::expected<std::string, Error>(const std::string& rejected)> another_secret;
  std::string rejection_advice;     ///< what to look at when the login is rejected all the same
  bool insecure_plaintext = false;  ///< imap:// without STARTTLS, also when the server is another
                                    ///< machine
  std::string ca_file;              ///< trust these certificates instead of the system's
  std::string move_to;              ///< mails that gave reports go to this folder; "": they stay
  bool mark_seen = false;           ///< mails that gave reports are marked as read
  unsigned timeout = 60;            ///< seconds of silence after which the server is taken for gone
  unsigned attempts = 4;  ///< in a row, without any progress, with longer and longer pauses
};

bool is_imap_url(std::string_view source);
/// The server that an IMAP URL names; "" for anything else.
std::string imap_host(std::string_view source);

/// Connects and looks what is there. The folder is opened read-only and nothing in it changes,
/// unless acknowledge() is to move or mark what was saved; that has a connection of its own. Read
/// on from the last UID while UIDVALIDITY stays the same. What is no report, or a problem, stays
/// where it is. The index of an item is its UID. A mail of which the server gives no text is asked
/// for again by the next run; if that asks in vain too, it becomes a problem. A connection that
/// breaks is made again, and reading goes on with the mail that was cut; see ItemSource::failure().
std::expected<std::unique_ptr<ItemSource>, Error> open_imap(const ImapSettings&,
                                                            const OpenOptions&);

}  // namespace dmarcq
