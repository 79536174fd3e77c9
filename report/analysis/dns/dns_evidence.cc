// SPDX-License-Identifier: MIT
#include "report/analysis/dns/dns_evidence.h"

#include <algorithm>
#include <map>
#include <set>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

using Kind = DomainFault::Kind;

constexpr std::string_view salesforce_include = "_spf.salesforce.com";
constexpr std::string_view bounce_names = "bnc.salesforce.com";

/// Mail of one address with the domain as its envelope domain.
struct AddressUse {
  IpAddress ip;
  std::uint64_t messages = 0, own = 0;
  std::string sender;  ///< of own mail
};

std::vector<AddressUse> uses_of(const std::string& domain, const DnsEvidence& evidence) {
  std::map<IpAddress, AddressUse> by_address;
  for (const SeenMail& mail : evidence.mail) {
    if (mail.envelope_domain != domain) continue;
    AddressUse& use = by_address[mail.ip];
    use.ip = mail.ip;
    use.messages += mail.messages;
    if (!mail.is_own) continue;
    use.own += mail.messages;
    use.sender = mail.sender;
  }
  std::vector<AddressUse> uses;
  for (auto& [ip, use] : by_address) uses.push_back(std::move(use));
  std::ranges::stable_sort(uses, std::ranges::greater{}, &AddressUse::messages);
  return uses;
}

/// Core's mail with Salesforce's envelope, and with the domain's own.
struct CoreMail {
  std::uint64_t with_bounce_name = 0, with_own_name = 0;
};
CoreMail core_mail(const std::string& domain, const DnsEvidence& evidence) {
  CoreMail core;
  for (const SeenMail& mail : evidence.mail) {
    if (!mail.is_core) continue;
    if (is_below(mail.envelope_domain, bounce_names)) core.with_bounce_name += mail.messages;
    if (mail.envelope_domain == domain) core.with_own_name += mail.messages;
  }
  return core;
}

}  // namespace

std::vector<DomainFault> compare_spf(const SpfTree& tree, const DnsEvidence& evidence,
                                     Resolver& resolver) {
  std::vector<DomainFault> faults;
  const SpfNode& root = tree.root();
  if (root.state != SpfNode::State::record) return faults;
  const CoreMail core = core_mail(root.name, evidence);
  const bool core_unused = core.with_bounce_name > 0 && core.with_own_name == 0;
  std::vector<AddressUse> uses = uses_of(root.name, evidence);
  const bool all_seen = uses.size() <= most_spf_addresses;
  if (!all_seen) uses.resize(most_spf_addresses);

  std::set<std::string> needed;  // terms of the record at the top
  std::map<std::string, std::uint64_t> uncovered;
  std::uint64_t messages = 0;
  bool all_known = true;
  for (const AddressUse& use : uses) {
    messages += use.messages;
    const SpfCheck check = check_spf(
        {.ip = use.ip, .mail_from = "postmaster@" + root.name, .helo = {}, .receiver = {}},
        resolver);
    all_known &= check.result != SpfResult::temperror;
    if (!check.chain.empty()) needed.insert(check.chain.front().term);
    const bool is_covered = check.result == SpfResult::pass || check.result == SpfResult::temperror;
    if (!is_covered && use.own > 0)
      uncovered[use.sender.empty() ? use.ip.to_text() : use.sender] += use.own;
  }
  for (const SpfNode::Branch& branch : root.branches) {
    if (branch.term.kind != SpfTerm::Kind::include) continue;
    if (folded_domain(branch.term.domain) == salesforce_include && core_unused &&
        !needed.contains(branch.term.text))
      faults.push_back({.kind = Kind::spf_salesforce_unused,
                        .subject = root.name,
                        .value = branch.term.text,
                        .number = core.with_bounce_name});
    else if (!uses.empty() && all_seen && all_known && !needed.contains(branch.term.text))
      faults.push_back({.kind = Kind::spf_include_unused,
                        .subject = root.name,
                        .value = branch.term.text,
                        .number = messages});
  }
  for (const auto& [sender, number] : uncovered)
    faults.push_back({.kind = Kind::spf_sender_uncovered,
                      .subject = root.name,
                      .value = sender,
                      .number = number});
  return faults;
}

}  // namespace dmarcq
