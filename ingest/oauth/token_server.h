// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <expected>
#include <functional>
#include <string>

#include "ingest/base/https.h"

namespace dmarcq {

/// How a token server is asked: the whole transport. Gives its answer, whatever the status, or one
/// line on why there is none.
using AskTokenServer = std::function<std::expected<HttpsAnswer, std::string>(
    const std::string& url, const std::string& form)>;

/// Seconds since 1970, UTC.
using UnixClock = std::function<std::int64_t()>;

}  // namespace dmarcq
