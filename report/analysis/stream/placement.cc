// SPDX-License-Identifier: MIT
#include "report/analysis/stream/placement.h"

#include <algorithm>
#include <utility>

#include "ingest/base/text.h"
#include "parser/alignment.h"

namespace dmarcq {
namespace {

/// An address, or the /64 that an IPv6 host is given.
std::string address_label(const IpAddress& address) {
  if (address.is_v4()) return address.to_text();
  const auto network = IpNetwork::parse(address.to_text() + "/64");
  return network ? network->to_text() : address.to_text();
}

/// The owner named the sender, or the address is one that the service or the owner runs.
bool has_known_place(const Sender& s) {
  return s.place == Place::home || s.place == Place::relay || s.evidence == Evidence::owner;
}

/// A good own signature with a selector that no direct mail has. Some reporters tell no selector:
/// that says nothing.
bool has_new_selector(const IdentityNames& n, const Identifier& who) {
  return std::ranges::any_of(n.signatures, [&](const auto& s) {
    return s.own && s.pass && !n.signature(s).selector.empty() && who.direct_selector(s) == nullptr;
  });
}

/// SPF or a signature passes for another domain of the owner.
bool is_of_sibling(const IdentityNames& n, const Identifier& who) {
  return (n.spf_pass && who.is_sibling(n.spf_domain(), n.own())) ||
         std::ranges::any_of(n.signatures, [&](const auto& s) {
           return s.pass && !s.own && who.is_sibling(n.signature(s).domain, n.own());
         });
}

/// SPF and a signature pass for one and the same name of somebody else.
bool has_good_name(const IdentityNames& n) {
  if (!n.spf_pass || n.spf_own || n.spf_domain().empty()) return false;
  const std::string name = organizational_domain(n.spf_domain());
  return std::ranges::any_of(n.signatures, [&](const auto& s) {
    return s.pass && !s.own && at_or_below(lower(n.signature(s).domain), name);
  });
}

/// Names senders as people call them. It remembers what it made of the names of an identity and of
/// each sender, since many rows share them.
class SenderNames {
 public:
  SenderNames(const Judgement& judged, Words& words) : words_(words) {
    for (const Sender& s : judged.senders)
      senders_.push_back({words_[service_label(s)], words_[s.service], words_[s.route]});
  }

  struct OfSender {
    InternedString label, service, route;
  };
  const OfSender& of_sender(std::uint32_t position) const { return senders_[position]; }
  bool is_nobody(InternedString name) const { return name == nobody_; }

  InternedString from_of(const IdentityNames& n) {
    InternedString& from = known_of(n).from;
    if (from == nullptr) from = words_[n.from()];
    return from;
  }

  /// Sets the sender, and what would answer for it. `s` is the sender at `position`.
  void name(Placement& p, const StandingVerdict& verdict, const SourceRow& row,
            const IdentityNames& n, const Sender& s, std::uint32_t position, const OrgVerdict* org,
            bool named) {
    p.org_id = nobody_;
    if (!verdict.of_service) p.service = p.route = nobody_;
    switch (verdict.naming) {
      case Naming::sender:
        p.sender = named ? senders_[position].label : stranger_label(row, n);
        break;
      case Naming::stranger:
        p.sender = stranger_label(row, n);
        if (verdict.answerable) answer_for_stranger(p, n);
        break;
      case Naming::via: p.sender = words_[s.via]; break;
      case Naming::forwarders: p.sender = forwarders_; break;
      case Naming::address:
        p.sender = words_[address_label(row.source_ip)];
        if (verdict.answerable) answer(p, AnswerKind::network, p.sender);
        break;
      case Naming::account: name_account(p, row, n, s); break;
      case Naming::org:
        p.org_id = words_[org->org.org_id];
        p.sender = words_[service_label(s) + ", org " + *p.org_id];
        answer(p, AnswerKind::org, p.org_id);
        break;
    }
  }

 private:
  /// What was found out about names once.
  struct KnownOfNames {
    InternedString stranger = nullptr;  ///< null: not asked yet; nobody_: no name passes
    InternedString from = nullptr;
  };
  KnownOfNames& known_of(const IdentityNames& n) {
    if (known_.size() <= n.number) known_.resize(n.number + n.number / 2 + 1);
    return known_[n.number];
  }

  static void answer(Placement& p, AnswerKind kind, InternedString value) {
    p.answer = kind;
    p.answer_value = value;
  }

  /// The name under which a stranger's mail is authenticated: SPF's, else that of a signature. Null
  /// when nothing passes.
  InternedString stranger_name(const IdentityNames& n) {
    InternedString& stranger = known_of(n).stranger;
    if (stranger == nullptr) {
      stranger = nobody_;
      if (n.spf_pass && !n.spf_own && !n.spf_domain().empty()) {
        stranger = words_[organizational_domain(n.spf_domain())];
      } else {
        for (const auto& signature : n.signatures)
          if (signature.pass && !signature.own)
            stranger = words_[organizational_domain(n.signature(signature).domain)];
      }
    }
    return stranger == nobody_ ? nullptr : stranger;
  }

  /// Where mail of nobody we know comes from: whose name passes, else the address.
  InternedString stranger_label(const SourceRow& row, const IdentityNames& n) {
    const InternedString name = stranger_name(n);
    return name != nullptr ? name : words_[address_label(row.source_ip)];
  }

  void answer_for_stranger(Placement& p, const IdentityNames& n) {
    p.good_name = has_good_name(n);
    const InternedString name = stranger_name(n);
    answer(p,
           name == nullptr            ? AnswerKind::network
           : n.spf_pass && !n.spf_own ? AnswerKind::spf_domain
                                      : AnswerKind::dkim_domain,
           name != nullptr ? name : p.sender);
  }

  /// An account of a service that is not known as the owner's: a tenant, a stack, a customer's
  /// bounce name, or the default identity.
  void name_account(Placement& p, const SourceRow& row, const IdentityNames& n, const Sender& s) {
    const auto account = [&](std::string_view what, const std::string& name, AnswerKind kind,
                             const std::string& value) {
      p.sender = words_[service_label(s) + ", " + std::string(what) + name];
      answer(p, kind, words_[lower(value)]);
    };
    p.good_name = has_good_name(n);
    for (const auto& signature : n.signatures) {
      const std::string& d = n.signature(signature).domain;
      if (signature.pass && (d.ends_with(".onmicrosoft.com") || d.ends_with(".gappssmtp.com")))
        return account("tenant ", lower(d), AnswerKind::dkim_domain, d);
    }
    const bool of_customer = n.spf_service == nullptr || s.service_class == ServiceClass::mailbox;
    if (n.spf_pass && !n.spf_own && !n.spf_domain().empty()) {
      if (n.stack && n.spf_service != nullptr)
        return account("stack ", std::to_string(*n.stack), AnswerKind::spf_domain, n.spf_domain());
      const std::string name = organizational_domain(n.spf_domain());
      if (of_customer) return account("account ", name, AnswerKind::spf_domain, name);
      // A customer that is authenticated by his own signature beside the service's names.
      for (const auto& signature : n.signatures)
        if (signature.pass && !signature.own && signature.service == nullptr) {
          const std::string customer = organizational_domain(n.signature(signature).domain);
          return account("account ", customer, AnswerKind::dkim_domain, customer);
        }
      return account("default identity ", name, AnswerKind::spf_domain, n.spf_service->value);
    }
    for (const auto& signature : n.signatures)
      if (signature.pass && !signature.own) {
        const std::string& d = n.signature(signature).domain;
        return account("signed by ", lower(d), AnswerKind::dkim_domain, d);
      }
    const InternedString address = words_[address_label(row.source_ip)];
    const std::string label = service_label(s);
    p.sender = label.empty() ? address : words_[label];
    answer(p, AnswerKind::network, address);
  }

  Words& words_;
  InternedString nobody_ = words_[""], forwarders_ = words_["forwarders"];
  std::vector<OfSender> senders_;    ///< by position in the judgement
  std::vector<KnownOfNames> known_;  ///< by IdentityNames::number
};

}  // namespace

KeyFacts facts_of(const SourceRow& row, const RowVerdict& verdict, const IdentityNames& n,
                  const Sender& s, bool named, Identifier& who) {
  KeyFacts f;
  f.flow = verdict.flow;
  f.place = s.place;
  f.evidence = s.evidence;
  f.service_class = s.service_class;
  f.passes = verdict.passes();
  f.dkim_aligned = verdict.dkim_aligned;
  f.own_signature = n.has_own_signature();
  f.own_pass = n.own_pass;
  f.spf_pass = n.spf_pass;
  f.spf_own = n.spf_own;
  f.spf_of_service = n.spf_service != nullptr;
  f.guessed = verdict.guessed;
  f.named = named;
  f.via = !s.via.empty();
  f.has_org = verdict.org >= 0;
  f.org_ownership = verdict.ownership;
  // Each of these takes a look-up, so it is made only for rows whose standing depends on it.
  switch (f.flow) {
    case Flow::foreign: f.disowned = !f.passes && who.disowned(row) != nullptr; break;
    case Flow::direct:
      if (f.place == Place::relay || f.evidence == Evidence::owner ||
          f.service_class == ServiceClass::own)
        break;
      f.sibling = is_of_sibling(n, who);
      f.signing_server = f.place != Place::home && !f.dkim_aligned && !f.own_pass && !f.sibling &&
                         who.is_signing_server(row);
      break;
    case Flow::unknown:
      f.new_selector = f.spf_pass && (f.passes || f.own_pass) && has_new_selector(n, who);
      break;
    case Flow::forwarded:
    case Flow::mailing_list: break;
  }
  return f;
}

std::string service_label(const Sender& s) {
  if (!s.name.empty()) return s.name;
  return s.route.empty() ? s.service : s.service + " " + s.route;
}

std::vector<Placement> place(std::span<const SourceRow> rows, const Judgement& judged,
                             const StreamScope& scope, Identifier& who, Words& words) {
  SenderNames names(judged, words);
  std::vector<Placement> placements;
  placements.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SourceRow& row = rows[i];
    const RowVerdict& verdict = judged.rows[i];
    const IdentityNames& n = who.names(row);
    const Sender& s = judged.senders[verdict.sender];
    const auto& words_of_sender = names.of_sender(verdict.sender);
    const bool named = has_known_place(s) && !names.is_nobody(words_of_sender.label);
    const StandingVerdict standing = standing_of(facts_of(row, verdict, n, s, named, who));
    Placement p{.standing = standing.standing,
                .why = {.reason = standing.reason},
                .open = standing.open,
                .domain = scope.domain_of(row.domain, who.lookup()),
                .service = words_of_sender.service,
                .route = words_of_sender.route};
    names.name(p, standing, row, n, s, verdict.sender,
               verdict.org >= 0 ? &judged.orgs[static_cast<std::size_t>(verdict.org)] : nullptr,
               named);
    if (p.standing == Standing::own || p.standing == Standing::possible) p.from = names.from_of(n);
    placements.push_back(p);
  }
  return placements;
}

}  // namespace dmarcq
