// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string>

#include "ingest/base/error.h"
#include "ingest/oauth/oauth_client.h"
#include "ingest/oauth/token_answer.h"

namespace dmarcq {

/// Why there is no token, for the owner of the mailbox: which server, which mailbox, what the
/// server says, and what to do. The server's words are bounded, and shown only where they repeat
/// none of `secrets`: what was sent to it, and what it issued.
Error token_refused(const OAuthClient&, const TokenRefusal&, std::span<const std::string> secrets);

/// The same of a server that cannot be asked, or whose answer cannot be used: `why` in lower case.
Error token_server_failed(const OAuthClient&, const std::string& why,
                          std::span<const std::string> secrets);

}  // namespace dmarcq
