// SPDX-License-Identifier: MIT
#include <array>

#include "report/render/answers/dns.h"
#include "report/render/json.h"
#include "report/render/phrases/evidence/dns_phrases.h"

namespace dmarcq {
namespace {

void write_reading(JsonWriter& json, std::string_view name, const DmarcReading& reading) {
  json.key(name)
      .object()
      .member_or_null("record_at", reading.record_at)
      .member_or_null("record", reading.record ? reading.record->text() : std::string())
      .member_or_null("policy", reading.policy)
      .member("organizational_domain", reading.organizational_domain)
      .end();
}

void write_dmarc(JsonWriter& json, const DomainHealth& health) {
  const DmarcDiscovery& dmarc = health.dmarc;
  json.key("dmarc")
      .object()
      .member("known", dmarc.known)
      .member("domain_exists", dmarc.domain_exists);
  write_reading(json, "rfc7489", dmarc.by_7489);
  write_reading(json, "rfc9989", dmarc.by_9989);
  json.key("walk").array();
  for (const DmarcStep& step : dmarc.walk)
    json.object()
        .member("domain", step.domain)
        .member("records", step.records)
        .member("aliases", step.answer.aliases)
        .end();
  json.end().key("destinations").array();
  for (const ReportDestination& to : health.destinations)
    json.object()
        .member("tag", to.tag)
        .member("address", to.address)
        .member("permission", to_text(to.permission))
        .member_or_null("record_name", to.record_name)
        .end();
  json.end().end();
}

void write_spf(JsonWriter& json, const DomainHealth& health) {
  const SpfTree& tree = health.spf;
  json.key("spf")
      .object()
      .member("records", tree.root().records)
      .member("aliases", tree.root().aliases)
      .member("lookups", tree.lookups)
      .member("void_lookups", tree.void_lookups)
      .member("partly_unknown", tree.has_unknown);
  json.key("tree").array();
  for (const SpfTreeLine& line : lines_of(tree))
    json.object()
        .member("depth", line.depth)
        .member("text", line.text)
        .member("lookups", line.lookups)
        .member_or_null("note", line.note)
        .end();
  json.end().key("address");
  if (const auto& check = health.spf_of_address)
    json.object()
        .member("result", to_text(check->result))
        .member_or_null("term", check->term)
        .member_or_null("reason", check->reason)
        .member("lookups", check->lookups)
        .member("void_lookups", check->void_lookups)
        .end();
  else
    json.null();
  json.end();
}

void write_dkim(JsonWriter& json, const DomainHealth& health) {
  json.key("dkim").array();
  for (const SelectorHealth& selector : health.selectors) {
    json.object()
        .member("domain", selector.asked.domain)
        .member("selector", selector.asked.selector)
        .member("state", to_text(selector.state))
        .member_or_null("key", selector.key)
        .member("aliases", selector.aliases)
        .member("in_reports", selector.asked.from_reports)
        .member("messages", selector.asked.messages);
    json.key("last_day");
    if (selector.asked.messages > 0)
      json.value(iso_date(selector.asked.last_day));
    else
      json.null();
    json.end();
  }
  json.end();
}

void write_mail(JsonWriter& json, const DomainHealth& health) {
  json.key("mx")
      .object()
      .member("state", to_text(health.mx.state))
      .member("hosts", health.mx.hosts)
      .member("aliases", health.mx.aliases)
      .member("parked", health.parked)
      .end();
  json.key("mta_sts")
      .object()
      .member_or_null("id", health.mta_sts.id)
      .member("aliases", health.mta_sts.aliases)
      .key("policy");
  if (const auto& policy = health.mta_sts.policy)
    json.object()
        .member("mode", to_text(policy->mode))
        .member("mx", policy->mx)
        .member("max_age", policy->max_age)
        .end();
  else
    json.null();
  json.end();
  json.key("tls_rpt")
      .object()
      .member("rua", health.tls_rpt.destinations)
      .member("aliases", health.tls_rpt.aliases)
      .end();
  json.key("bimi");
  if (const auto& record = health.bimi.record)
    json.object()
        .member_or_null("logo", record->logo)
        .member_or_null("evidence", record->evidence)
        .member("aliases", health.bimi.aliases)
        .end();
  else
    json.null();
}

void write_faults(JsonWriter& json, const DomainHealth& health) {
  json.key("faults").array();
  for (const DomainFault& fault : health.faults)
    json.object()
        .member("code", to_text(fault.kind))
        .member("area", to_text(area_of(fault)))
        .member("severity", to_text(severity_of(fault)))
        .member("name", fault.subject)
        .member("text", fault_text(fault))
        .member_or_null("repaired", fault.repaired)
        .end();
  json.end();
}

}  // namespace

namespace {

void write_domain(JsonWriter& json, const DomainHealth& health) {
  json.object().member("domain", health.domain).member("answered", health.answered);
  write_dmarc(json, health);
  write_spf(json, health);
  write_dkim(json, health);
  write_mail(json, health);
  json.key("reports");
  if (health.seen)
    json.object()
        .member("since", iso_date(health.seen->first_day))
        .member("until", iso_date(health.seen->last_day))
        .member("messages", health.seen->messages)
        .end();
  else
    json.null();
  write_faults(json, health);
  json.end();
}

/// A row for each fault; a domain without any has none.
ResultTable table_of(const DnsCheckAnswer& answer) {
  ResultTable table;
  table.columns = {{.key = "domain", .title = "domain"},     {.key = "area", .title = "area"},
                   {.key = "severity", .title = "severity"}, {.key = "code", .title = "code"},
                   {.key = "name", .title = "name"},         {.key = "text", .title = "text"},
                   {.key = "repaired", .title = "repaired"}};
  for (const DomainHealth& health : answer.domains)
    for (const DomainFault& fault : health.faults)
      table.rows.push_back({health.domain, to_text(area_of(fault)), to_text(severity_of(fault)),
                            to_text(fault.kind), fault.subject, fault_text(fault), fault.repaired});
  return table;
}

}  // namespace

Listing dns_listing(const DnsCheckAnswer& answer) {
  Listing listing{.schema = "dmarcq.dns/1", .name = "domains", .size = answer.domains.size()};
  listing.element = [&answer](JsonWriter& json, std::size_t i) {
    write_domain(json, answer.domains[i]);
  };
  listing.table = [&answer] { return table_of(answer); };
  return listing;
}

}  // namespace dmarcq
