// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "parser/calendar.h"
#include "report/cli/args/config.h"
#include "report/render/mail_message.h"

namespace dmarcq {

/// Addresses as people write them after a flag: "a@example.com" or "Name <a@example.com>". Throws
/// UsageError naming the flag.
MailAddress address_argument(std::string_view flag, const std::string& text);
/// Each text may hold several, separated by commas.
std::vector<MailAddress> addresses_argument(std::string_view flag,
                                            const std::vector<std::string>& texts);

/// Sender and receivers of a mail: --from and --to, or else [mail] of the configuration.
struct MailParties {
  MailAddress from;
  std::vector<MailAddress> to;
};
/// Throws UsageError that starts with `asker` ("--mail") and ends with `hint` where one is missing.
MailParties mail_parties(const Args& args, const Settings& settings, std::string_view asker,
                         const std::string& hint);

/// The client of this name; UsageError with a suggestion where there is none.
const Client& asked_client(const std::string& name, const std::vector<Client>&);

/// Where a mail of this day to a client goes: "2026-11-30-harbor-ltd.eml", a name that no file in
/// the folder has.
std::filesystem::path new_mail_file(const std::filesystem::path& folder, Day,
                                    const std::string& client);

}  // namespace dmarcq
