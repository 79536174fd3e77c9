// SPDX-License-Identifier: MIT
#include "report/analysis/message/route_proof.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

using Kind = RouteProof::Kind;

/// A field by which a service can be known. Whose it is: the service that owns `domain` in the
/// catalogue, on `route` where that says more.
struct FieldMark {
  std::string_view field;
  std::string_view holds;  ///< the value holds this; "": any
  std::string_view domain, route;
};
constexpr std::string_view core_domain = "bnc.salesforce.com", cloud_domain = "exacttarget.com",
                           engagement_domain = "pd25.com";
constexpr std::array<FieldMark, 36> field_marks = {{
    {"x-sfdcorgrelay", "", core_domain, salesforce_route::email_relay},
    {"x-sfdcrelayaddr", "", core_domain, salesforce_route::email_relay},
    {"x-sfdcrelayport", "", core_domain, salesforce_route::email_relay},
    {"x-sfdc-lk", "", core_domain, ""},
    {"x-sfdc-user", "", core_domain, ""},
    {"x-sfdc-emailcategory", "", core_domain, ""},
    {"x-sfdc-entityid", "", core_domain, ""},
    {"x-sfdc-binding", "", core_domain, ""},
    {"x-sfdc-interface", "", core_domain, ""},
    {"x-sfdc-tls-norelay", "", core_domain, ""},
    {"x-mail_abuse_inquiries", "salesforce.com", core_domain, ""},
    {"x-sender", "postmaster@salesforce.com", core_domain, ""},
    {"x-sfmc-stack", "", cloud_domain, ""},
    {"x-job", "_", cloud_domain, ""},
    {"feedback-id", "sfmktgcld", cloud_domain, ""},
    {"x-csa-compliance-source", "sfmc", cloud_domain, ""},
    {"list-id", ".xt.local", cloud_domain, ""},
    {"x-pardot-route", "", engagement_domain, ""},
    {"x-pardot-lb", "", engagement_domain, ""},
    {"x-ses-outgoing", "", "amazonses.com", ""},
    {"feedback-id", "amazonses", "amazonses.com", ""},
    {"x-sg-eid", "", "sendgrid.net", ""},
    {"x-sg-id", "", "sendgrid.net", ""},
    {"x-mailgun-sid", "", "mailgun.org", ""},
    {"x-mailgun-sending-ip", "", "mailgun.org", ""},
    {"x-mailgun-variables", "", "mailgun.org", ""},
    {"x-pm-message-id", "", "pm.mtasv.net", ""},
    {"x-pm-tag", "", "pm.mtasv.net", ""},
    {"x-mandrill-user", "", "mandrillapp.com", ""},
    {"x-mc-user", "", "mcsv.net", ""},
    {"x-hubspot-message-id", "", "hubspotemail.net", ""},
    {"message-id", "@sfdc.net", core_domain, ""},
    {"message-id", ".sfdc.net", core_domain, ""},
    {"message-id", ".xt.local", cloud_domain, ""},
    {"message-id", "@geopod-ismtpd-", "sendgrid.net", ""},
    {"message-id", "@email.amazonses.com", "amazonses.com", ""},
}};

constexpr std::size_t most_shown = 200;  ///< bytes of a field's value
constexpr std::size_t most_hops = 30;    ///< below the handover, that are looked at

/// Does a passing signature of the From domain, or of the service itself, cover the field, and all
/// there are of that name? A signature of anybody else only says that he saw it.
bool is_covered(std::string_view field, const MailFacts& mail,
                const MessageAuthentication& authentication,
                const std::function<bool(const std::string& domain)>& is_of_service) {
  return std::ranges::any_of(authentication.dkim, [&](const DkimColumn& column) {
    return column.passes.value_or(false) && column.covers(field, mail) &&
           (column.aligned.relaxed || is_of_service(column.check.domain));
  });
}

class Proofs {
 public:
  Proofs(const SenderCatalogue& catalogue, std::vector<RouteProof>& list)
      : catalogue_(catalogue), list_(list) {}

  /// A name that belongs to a service, if it does.
  void add_name(Kind kind, ProofWeight weight, const std::string& name, std::string_view shown) {
    if (const CatalogueLine* const line = catalogue_.by_name(folded_domain(name)))
      list_.push_back({kind, weight, line->service, line->route, std::string(shown), name});
  }
  void add_mark(const FieldMark& mark, const MailField& field, const MailFacts& mail,
                const MessageAuthentication& authentication) {
    const CatalogueLine* const line = catalogue_.by_name(mark.domain);
    if (line == nullptr) return;
    const auto is_of_service = [&](const std::string& domain) {
      const CatalogueLine* const signer = catalogue_.by_name(domain);
      return signer != nullptr && signer->service == line->service;
    };
    const ProofWeight weight = is_covered(mark.field, mail, authentication, is_of_service)
                                   ? ProofWeight::proven
                                   : ProofWeight::claimed;
    const Kind kind = weight == ProofWeight::proven ? Kind::signed_field
                      : mark.field == "message-id"  ? Kind::message_id
                                                    : Kind::field;
    list_.push_back({kind, weight, line->service,
                     std::string(mark.route.empty() ? std::string_view(line->route) : mark.route),
                     field.title, field.value.substr(0, most_shown)});
  }
  /// The most specific network.
  void add_network(const IpAddress& address, ProofWeight weight) {
    const auto lines = catalogue_.by_address(address);
    if (lines.empty()) return;
    const CatalogueLine& line = *lines.front();
    list_.push_back(
        {Kind::network, weight, line.service, line.route, line.value, address.to_text()});
  }

 private:
  const SenderCatalogue& catalogue_;
  std::vector<RouteProof>& list_;
};

void add_authenticated(Proofs& proofs, const MessageAuthentication& authentication) {
  for (const DkimColumn& column : authentication.dkim)
    if (column.passes.value_or(false))
      proofs.add_name(Kind::signature, ProofWeight::proven, column.check.domain,
                      column.check.selector);
  const SpfColumn& spf = authentication.spf;
  if (spf.domain.empty()) return;
  const bool passes = spf.passes.value_or(false);
  proofs.add_name(passes ? Kind::spf : Kind::return_path,
                  passes ? ProofWeight::proven : ProofWeight::claimed, spf.domain, "MAIL FROM");
}

void add_hops(Proofs& proofs, const MailFacts& mail) {
  if (const ReceivedHop* const entry = mail.entry()) {
    proofs.add_name(Kind::host_name, ProofWeight::proven, entry->ptr, "PTR");
    if (entry->ptr.empty()) proofs.add_name(Kind::hop, ProofWeight::claimed, entry->helo, "HELO");
  }
  const bool seen = mail.entry() != nullptr || mail.spf_checked_for;
  if (const auto address = mail.sending_ip())
    proofs.add_network(*address, seen ? ProofWeight::proven : ProofWeight::claimed);
  const std::size_t below = mail.handover ? *mail.handover + 1 : 0;
  const std::size_t end = std::min(mail.hops.size(), below + most_hops);
  for (std::size_t i = below; i < end; ++i)
    proofs.add_name(Kind::hop, ProofWeight::claimed, mail.hops[i].by, "by");
}

void read_salesforce(MessageRoute& route, const MailFacts& mail,
                     const MessageAuthentication& authentication) {
  const SpfColumn& spf = authentication.spf;
  if (const auto org = decode_bounce_name(spf.domain)) {
    route.org_id = org->org_id;
    route.instance = org->instance;
    route.org_proven = spf.passes.value_or(false);
    route.sandbox = looks_like_sandbox(org->instance);
  }
  for (const std::string_view field : {"x-sfdc-lk", "x-sfdcorgrelay"}) {
    const std::string told = whole_org_id(mail.value(field));
    if (told.empty() || told == route.org_id) continue;
    const bool covered =
        is_covered(field, mail, authentication, [](const std::string&) { return false; });
    const bool counts = route.org_id.empty() || (covered && !route.org_proven);
    if (!route.org_id.empty()) route.other_org = counts ? route.org_id : told;
    if (counts) route.org_id = told;
    route.org_proven = route.org_proven || covered;
  }
  route.feature = mail.value("x-sfdc-emailcategory");
  route.relay_host = mail.value("x-sfdcrelayaddr");
  route.user_id = mail.value("x-sfdc-user");
  route.developer_org = lower(mail.value("x-sfdc-orgtype")) == "free";
  route.sandbox = route.sandbox ||
                  lower(mail.value("x-sfdc-app")).find("sandbox") != std::string::npos;
}

/// A relayed mail bears the relay's names and Salesforce's fields: the fields say where it began.
bool is_relayed(const RouteProof& proof) { return proof.route == salesforce_route::email_relay; }

/// Then no relay of the customer's did, whatever the fields say.
bool is_handed_over_by_salesforce(const RouteProof& proof) {
  return proof.weight == ProofWeight::proven &&
         service_id(proof.service) == ServiceId::salesforce &&
         (proof.kind == Kind::spf || proof.kind == Kind::host_name || proof.kind == Kind::network);
}

}  // namespace

MessageRoute route_of(const MailFacts& mail, const MessageAuthentication& authentication,
                      const SenderCatalogue& catalogue) {
  MessageRoute route;
  Proofs proofs(catalogue, route.proofs);
  add_authenticated(proofs, authentication);
  add_hops(proofs, mail);
  for (const FieldMark& mark : field_marks)
    for (const MailField& field : mail.fields)
      if (field.name == mark.field && lower(field.value).find(mark.holds) != std::string::npos) {
        proofs.add_mark(mark, field, mail, authentication);
        break;
      }
  read_salesforce(route, mail, authentication);
  std::ranges::stable_sort(route.proofs, [](const RouteProof& a, const RouteProof& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.kind < b.kind;
  });
  if (route.proofs.empty()) return route;
  const auto relayed = std::ranges::any_of(route.proofs, is_handed_over_by_salesforce)
                           ? route.proofs.end()
                           : std::ranges::find_if(route.proofs, is_relayed);
  const RouteProof& best = relayed != route.proofs.end() ? *relayed : route.proofs.front();
  route.service = best.service;
  route.route = best.route;
  route.weight = best.weight;
  route.service_id = service_id(best.service);
  for (const RouteProof& proof : route.proofs) {
    // The network of a service carries its products: an address says less than a name.
    if (proof.service == best.service && !proof.route.empty() && route.route.empty())
      route.route = proof.route;
    route.contradicted = route.contradicted ||
                         (relayed == route.proofs.end() && proof.weight == best.weight &&
                          proof.service != best.service);
  }
  return route;
}

}  // namespace dmarcq
