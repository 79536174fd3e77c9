// SPDX-License-Identifier: MIT
#include "ingest/oauth/service_account.h"

#include "ingest/base/json_value.h"
#include "ingest/oauth/secret_text.h"

namespace dmarcq {

std::expected<ServiceAccount, std::string> read_service_account(std::string_view text) {
  const auto file = JsonValue::parse(text, 4);
  if (!file || !file->is_object()) return std::unexpected("is not a JSON object");
  for (const std::string_view member : {"client_email", "private_key"})
    if (!(*file)[member].is_text() || file->text(member).empty())
      return std::unexpected("has no " + std::string(member) +
                             "; it has to be the JSON key of a service account");
  ServiceAccount account{.email = file->text("client_email"),
                         .key_id = file->text("private_key_id"),
                         .private_key = file->text("private_key")};
  if (!is_token(account.email)) return std::unexpected("has a client_email that is no address");
  return account;
}

}  // namespace dmarcq
