// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "ingest/base/https.h"
#include "ingest/oauth/access_tokens.h"
#include "ingest/oauth/oauth_client.h"

namespace dmarcq {

/// The tokens of a mailbox: in the file `cache`, from a token server over HTTPS, by this machine's
/// clock.
std::shared_ptr<AccessTokens> access_tokens(const OAuthClient&, const HttpsSettings&,
                                            const std::filesystem::path& cache);

AskTokenServer token_server(const HttpsSettings&);
std::int64_t unix_now();

/// Waits until no other process has the lock "<file>.lock", and holds it while the result lives.
/// Nothing when that takes longer than `seconds`, the run is stopped, or there can be no such file:
/// whoever asks goes on without it, since the worst that two at once do is to ask twice.
std::shared_ptr<void> lock_beside(const std::filesystem::path& file, unsigned seconds,
                                  const std::atomic<bool>* stop);

}  // namespace dmarcq
