// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>

#include "ingest/base/error.h"
#include "ingest/oauth/oauth_client.h"
#include "ingest/oauth/token_answer.h"
#include "ingest/oauth/token_server.h"

namespace dmarcq {

// Logging in with a browser on any machine (RFC 8628): the server gives a code, a person types it
// in where the server says, and the program asks again and again until that has happened.

/// Where a login stands while the person is busy.
struct DeviceProgress {
  std::int64_t interval = 5;  ///< seconds until the next question
  unsigned failures = 0;      ///< questions in a row without an answer
};
/// What follows from an answer (section 3.5): the token, or the end; nothing when it is to be asked
/// again after progress.interval. `unanswered` is the fault of a question that got none.
std::optional<TokenAnswer> next_device_step(DeviceProgress&, const TokenAnswer&);
std::optional<TokenAnswer> next_device_step(DeviceProgress&, const std::string& unanswered);

struct DeviceLogin {
  AskTokenServer ask;
  /// Unlike the time of day, nobody sets this clock while somebody logs in.
  std::function<std::chrono::steady_clock::time_point()> now;
  /// Waits so many seconds; false when it was interrupted.
  std::function<bool(std::int64_t)> wait;
  std::function<void(const DeviceCode&)> show;
  std::string secret;  ///< the client's; "" where it has none
};

/// Runs it to its end, half an hour at most. The refresh token, or why there is none.
std::expected<std::string, Error> log_in_by_device(const OAuthClient&, const DeviceLogin&);

}  // namespace dmarcq
