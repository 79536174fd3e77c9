// SPDX-License-Identifier: MIT
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// Domains that belong to one owner, as the configuration says.
struct ClientDomains {
  std::string name;
  std::vector<std::string> domains;
};

/// The name of the client that a policy domain belongs to: who lists it or the nearest domain above
/// it, else who lists another name of its organizational domain. "" where nobody does.
std::string_view client_of(std::span<const ClientDomains>, std::string_view domain);

}  // namespace dmarcq
