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

MailParties mail_parties(const Args& args, const Settings& settings, std::string_view asker,
                         const std::string& hint) {
  const std::string from = args.value("--from").value_or(settings.mail.from);
  const std::vector<std::string> to = args.has("--to") ? args.values("--to") : settings.mail.to;
  if (from.empty() || to.empty())
    throw UsageError(fmt::format("{} needs {}, or [mail] in the configuration", asker,
                                 from.empty() ? "--from" : "--to"),
                     hint);
  return {address_argument("--from", from), addresses_argument("--to", to)};
}

}  // namespace dmarcq
