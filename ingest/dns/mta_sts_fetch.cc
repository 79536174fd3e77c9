// SPDX-License-Identifier: MIT
#include "ingest/dns/mta_sts_fetch.h"

#include <string_view>
#include <utility>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_bytes = 64u << 10;  ///< RFC 8461 section 3.2

bool is_plain_text(std::string_view content_type) {
  return lower(trimmed(content_type.substr(0, content_type.find(';')))) == "text/plain";
}

}  // namespace

std::expected<std::string, std::string> fetch_mta_sts_policy(const std::string& domain,
                                                             const HttpsSettings& settings) {
  auto answer = ask_https({.url = "https://mta-sts." + domain + "/.well-known/mta-sts.txt",
                           .form = {},
                           .most_bytes = most_bytes},
                          settings);
  if (!answer) return std::unexpected(std::move(answer.error()));
  if (answer->status >= 300 && answer->status < 400)
    return std::unexpected("it answers with a redirection, which senders do not follow");
  if (answer->status != 200)
    return std::unexpected("it answers with status " + std::to_string(answer->status));
  if (!is_plain_text(answer->content_type)) return std::unexpected("its type is not text/plain");
  return std::move(answer->text);
}

}  // namespace dmarcq
