// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <string>
#include <string_view>

namespace dmarcq {

/// A key of a Google service account, as the Cloud Console hands it out.
struct ServiceAccount {
  std::string email, key_id, private_key;
};

/// Reads that JSON; or what is wrong with it, without showing anything of it. Its token_uri is not
/// used: the server that is asked is the provider's, or the configuration's.
std::expected<ServiceAccount, std::string> read_service_account(std::string_view text);

}  // namespace dmarcq
