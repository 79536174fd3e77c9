// SPDX-License-Identifier: MIT
#include "report/cli/args/mail_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "report/cli/args/suggest.h"
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

const Client& asked_client(const std::string& name, const std::vector<Client>& clients) {
  const auto found = std::ranges::find(clients, name, &Client::name);
  if (found != clients.end()) return *found;
  std::vector<std::string> names;
  for (const Client& client : clients) names.push_back(client.name);
  throw UsageError(
      fmt::format("--client: there is no client '{}'{}", name, did_you_mean(name, names)),
      names.empty() ? "[[client]] in the configuration says whose domains are whose"
                    : fmt::format("clients: {}", fmt::join(names, ", ")));
}

std::filesystem::path new_mail_file(const std::filesystem::path& folder, Day today,
                                    const std::string& client) {
  std::string name = iso_date(today);
  bool gap = true;
  for (const char c : client) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain && std::exchange(gap, false)) name += '-';
    if (plain)
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    else
      gap = true;
  }
  std::error_code ignored;
  std::filesystem::path place = folder / (name + ".eml");
  for (int next = 2; std::filesystem::exists(std::filesystem::symlink_status(place, ignored));
       ++next)
    place = folder / fmt::format("{}-{}.eml", name, next);
  return place;
}

}  // namespace dmarcq
