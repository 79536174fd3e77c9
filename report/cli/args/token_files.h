// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>

#include "ingest/base/https.h"
#include "ingest/oauth/access_tokens.h"
#include "ingest/oauth/oauth_client.h"
#include "store/base/file_lock.h"

namespace dmarcq {

/// The tokens of a mailbox: in the file `cache`, from a token server over HTTPS, by this machine's
/// clock.
std::shared_ptr<AccessTokens> access_tokens(const OAuthClient&, const HttpsSettings&,
                                            const std::filesystem::path& cache);

AskTokenServer token_server(const HttpsSettings&);

/// Why there is no lock.
enum class NoLock {
  none_possible,  ///< its file cannot be made or opened
  held,           ///< another run still has it
  stopped,        ///< this run is to end
};
/// Waits until no other run has the lock "<file>.lock", and holds it while the result lives.
/// Without `seconds` there is no end to waiting but a stop.
std::expected<FileLock, NoLock> lock_beside(const std::filesystem::path& file,
                                            std::optional<unsigned> seconds,
                                            const std::atomic<bool>* stop);

}  // namespace dmarcq
