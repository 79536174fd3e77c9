// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "ingest/base/error.h"

namespace dmarcq {

/// imaps://user@host:port/Folder, taken apart (RFC 5092, without its search and section parts).
struct ImapUrl {
  bool tls = true;
  std::string user, host, port, folder;
  std::string name;  ///< without credentials: what people and the database know it by
};

/// Errors: Fault::unreadable, with a sentence that says which part is wrong. A password in the URL
/// is an error: command lines and databases are read by others.
std::expected<ImapUrl, Error> parse_imap_url(const std::string&);

/// Folder names travel in modified UTF-7 (RFC 3501 section 5.1.3), quoted.
std::string quoted_folder(std::string_view name);

}  // namespace dmarcq
