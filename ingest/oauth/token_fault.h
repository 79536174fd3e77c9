// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string>

#include "ingest/base/error.h"
#include "ingest/oauth/oauth_client.h"
#include "ingest/oauth/token_answer.h"

namespace dmarcq {

/// Why there is no token, for the owner of the mailbox: which server, which mailbox, what the
/// server says, and what to do. `url`: what was asked, the client's token_url or device_url. A
/// server that cannot be asked is an UnusableAnswer. The server's words are bounded, and shown only
/// where they repeat none of `secrets`: what was sent to it, and what it issued.
Error token_fault(const OAuthClient&, const std::string& url, const NoToken&,
                  std::span<const std::string> secrets);

}  // namespace dmarcq
