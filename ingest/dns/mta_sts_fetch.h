// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>

#include "ingest/base/https.h"

namespace dmarcq {

/// The text at https://mta-sts.DOMAIN/.well-known/mta-sts.txt, or why a sender would not take it
/// (RFC 8461 section 3.3): the certificate has to be valid, a redirection is not followed, the
/// answer has to be 200 with text/plain. At most 64 KiB. The proxy in the environment is used.
std::expected<std::string, std::string> fetch_mta_sts_policy(const std::string& domain,
                                                             const HttpsSettings&);

}  // namespace dmarcq
