// SPDX-License-Identifier: MIT
#include "report/analysis/refusals/mail_operator.h"

#include <array>

#include "ingest/base/text.h"
#include "parser/alignment.h"

namespace dmarcq {
namespace {

struct Mark {
  std::string_view text, name;
};

// Names of mailboxes for everybody, and of the organizational domains of hosts.
constexpr std::array<Mark, 40> domains = {{
    {"gmail.com", "google"},        {"googlemail.com", "google"},
    {"google.com", "google"},       {"outlook.com", "microsoft"},
    {"hotmail.com", "microsoft"},   {"hotmail.co.uk", "microsoft"},
    {"hotmail.de", "microsoft"},    {"hotmail.fr", "microsoft"},
    {"hotmail.it", "microsoft"},    {"hotmail.es", "microsoft"},
    {"live.com", "microsoft"},      {"live.co.uk", "microsoft"},
    {"live.de", "microsoft"},       {"live.fr", "microsoft"},
    {"msn.com", "microsoft"},       {"outlook.de", "microsoft"},
    {"outlook.fr", "microsoft"},    {"microsoft.com", "microsoft"},
    {"office365.com", "microsoft"}, {"yahoo.com", "yahoo"},
    {"yahoo.co.uk", "yahoo"},       {"yahoo.de", "yahoo"},
    {"yahoo.fr", "yahoo"},          {"yahoo.it", "yahoo"},
    {"yahoo.es", "yahoo"},          {"yahoo.com.br", "yahoo"},
    {"yahoo.ca", "yahoo"},          {"yahoo.in", "yahoo"},
    {"ymail.com", "yahoo"},         {"aol.com", "yahoo"},
    {"aim.com", "yahoo"},           {"yahoodns.net", "yahoo"},
    {"icloud.com", "apple"},        {"me.com", "apple"},
    {"mac.com", "apple"},           {"apple.com", "apple"},
    {"mimecast.com", "mimecast"},   {"mimecast.org", "mimecast"},
    {"pphosted.com", "proofpoint"}, {"ppe-hosted.com", "proofpoint"},
}};

// In the words of a refusal; each is written by one operator alone.
constexpr std::array<Mark, 9> words = {{
    {"gsmtp", "google"},
    {"support.google.com", "google"},
    {"prod.protection.outlook.com", "microsoft"},
    {"prod.outlook.com", "microsoft"},
    {"mail.live.com", "microsoft"},
    {"senders.yahooinc.com", "yahoo"},
    {"postmaster.yahooinc.com", "yahoo"},
    {"support.apple.com", "apple"},
    {"community.mimecast.com", "mimecast"},
}};

std::string_view by_domain(std::string_view organizational) {
  for (const Mark& mark : domains)
    if (mark.text == organizational) return mark.name;
  return {};
}

}  // namespace

std::string operator_of(std::string_view recipient_domain, std::string_view remote_host,
                        std::string_view text) {
  // Nobody receives mail there (RFC 2606). Salesforce puts it behind every address of a sandbox:
  // "gmail.com.invalid" is neither Google's nor "com.invalid".
  if (std::string domain = folded_domain(recipient_domain); at_or_below(domain, "invalid"))
    return domain;
  const std::string own = organizational_domain(folded_domain(recipient_domain));
  if (const auto name = by_domain(own); !name.empty()) return std::string(name);
  if (!remote_host.empty())
    if (const auto name = by_domain(organizational_domain(folded_domain(remote_host)));
        !name.empty())
      return std::string(name);
  const std::string folded = lower(text);
  for (const Mark& mark : words)
    if (folded.find(mark.text) != folded.npos) return std::string(mark.name);
  return own;
}

std::string operator_of_reporter(std::string_view reporter) {
  const std::string folded = lower(trimmed(reporter));
  if (folded.find("outlook") != folded.npos || folded.find("microsoft") != folded.npos)
    return "microsoft";
  for (const std::string_view name : {"google", "yahoo", "apple", "mimecast", "proofpoint"})
    if (folded.find(name) != folded.npos) return std::string(name);
  if (folded == "aol") return "yahoo";
  return organizational_domain(folded_domain(folded));
}

}  // namespace dmarcq
