// SPDX-License-Identifier: MIT
#include "report/cli/args/mail_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/cli/command.h"

namespace dmarcq {

MailAddress address_argument(std::string_view flag, const std::string& text) {
  const auto address = mail_address_from_text(text);
  if (!address)
    throw UsageError(fmt::format("{}: invalid mail address '{}'", flag, text),
                     "write name@example.com or 'Name <name@example.com>'");
  return *address;
}

std::vector<MailAddress> addresses_argument(std::string_view flag,
                                            const std::vector<std::string>& texts) {
  std::vector<MailAddress> addresses;
  for (const std::string& text : texts) {
    // "Doe, Jane <jane@example.com>" is one.
    if (std::ranges::count(text, '@') <= 1) {
      addresses.push_back(address_argument(flag, text));
      continue;
    }
    std::string one;
    bool quoted = false;
    for (const char c : text) {
      if (c == '"') quoted = !quoted;
      if (c == ',' && !quoted)
        addresses.push_back(address_argument(flag, std::exchange(one, {})));
      else
        one += c;
    }
    addresses.push_back(address_argument(flag, one));
  }
  return addresses;
}

}  // namespace dmarcq
