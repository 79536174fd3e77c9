// SPDX-License-Identifier: MIT
#include "store/sqlite/writer/interner.h"

#include <fmt/format.h>

#include <cstring>

#include "ingest/base/text.h"
#include "store/sqlite/columns.h"
#include "store/sqlite/row_key.h"

namespace dmarcq {

ShortDigest::ShortDigest(const Digest& digest) {
  std::memcpy(&a, digest.data(), sizeof a);
  std::memcpy(&b, digest.data() + sizeof a, sizeof b);
}

Interner::Interner(Database& database)
    : database_(database),
      text_(database, "SELECT id FROM text WHERE value=?1", "INSERT INTO text(value) VALUES(?1)"),
      domain_(database, "SELECT id FROM domain WHERE name=?1",
              "INSERT INTO domain(name) VALUES(?1)"),
      dkim_set_(database, "SELECT id FROM dkim_set WHERE hash=?1 AND results=?2",
                "INSERT INTO dkim_set(hash,results) VALUES(?1,?2)"),
      spf_set_(database, "SELECT id FROM spf_set WHERE hash=?1 AND results=?2",
               "INSERT INTO spf_set(hash,results) VALUES(?1,?2)"),
      identity_(
          database,
          "SELECT id FROM identity WHERE hash=?1 AND header_from IS ?2 AND envelope_from IS ?3 AND spf_set=?4 AND dkim_set=?5",
          "INSERT INTO identity(hash,header_from,envelope_from,spf_set,dkim_set) VALUES(?1,?2,?3,?4,?5)"),
      evaluation_(
          database,
          "SELECT id FROM evaluation WHERE disposition=?1 AND dkim=?2 AND spf=?3 AND reasons=?4",
          "INSERT INTO evaluation(disposition,dkim,spf,reasons) VALUES(?1,?2,?3,?4)"),
      reporter_(
          database,
          "SELECT id FROM reporter WHERE org_folded=?1 AND org_name=?2 AND email=?3 AND extra_contact_info=?4 AND trust=?5 AND mail=?6 AND from_domain=?7 "
          "AND signed_by=?8 AND submitter=?9 AND verdict=?10 AND receiver=?11 AND named_receiver=?12",
          fmt::format(
              "INSERT INTO reporter(org_folded,org_name,email,extra_contact_info,{}) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)",
              sender_columns)),
      dialect_(database,
               "SELECT id FROM dialect WHERE version=?1 AND namespace=?2 AND generator=?3",
               "INSERT INTO dialect(version,namespace,generator) VALUES(?1,?2,?3)"),
      policy_(
          database,
          "SELECT id FROM policy WHERE p=?1 AND sp=?2 AND np=?3 AND pct=?4 AND adkim=?5 AND aspf=?6 AND fo=?7 AND testing=?8 AND discovery_method=?9",
          "INSERT INTO policy(p,sp,np,pct,adkim,aspf,fo,testing,discovery_method) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)") {
}

template <class... Values>
std::int64_t Interner::intern(bool certainly_new, Table& table, const Values&... values) {
  if (!certainly_new)
    if (const auto id =
            table.find.first([](const Statement& row) { return row.integer(0); }, values...))
      return *id;
  table.add.run_with(values...);
  return database_.last_insert_id();
}

std::int64_t Interner::intern_texts(TextCache& cache, Table& table,
                                    std::initializer_list<std::string_view> columns) {
  std::string key;
  for (const std::string_view column : columns) (key += column) += '\n';
  if (const std::int64_t* cached = cache.find(key)) return *cached;
  const auto bind = [&](Statement& statement) {
    int index = 0;
    for (const std::string_view column : columns) statement.bind_text(++index, column);
  };
  std::int64_t id = 0;
  if (!cache.complete) {
    bind(table.find);
    id = table.find.step() ? table.find.integer(0) : 0;
    table.find.reset();
  }
  if (id == 0) {
    bind(table.add);
    table.add.run();
    id = database_.last_insert_id();
  }
  cache.remember(key, id);
  return id;
}

std::int64_t Interner::text(std::string_view value) { return intern_texts(texts_, text_, {value}); }

std::optional<std::int64_t> Interner::domain(const std::string& name) {
  if (const std::int64_t* cached = domains_.find(name)) return *cached;
  std::optional<std::int64_t> id =
      domain_.find.first([](const Statement& row) { return row.integer(0); }, name);
  if (!id) {
    if (!last_domain_) last_domain_ = database_.value("SELECT max(id) FROM domain").value_or(0);
    if (*last_domain_ >= RowKey::max_domain) return std::nullopt;
    domain_.add.run_with(name);
    id = last_domain_ = database_.last_insert_id();
  }
  domains_.remember(name, *id);
  return id;
}

std::int64_t Interner::auth_set(DigestCache& cache, Table& table,
                                const PackedReport::AuthSet& set) {
  const ShortDigest key(set.digest);
  if (const std::int64_t* cached = cache.find(key)) return *cached;
  const std::int64_t id = intern(cache.complete, table, hash_prefix(set.digest), set.text);
  cache.remember(key, id);
  return id;
}

std::int64_t Interner::identity(const PackedReport& report, const PackedReport::Identity& wanted) {
  const ShortDigest key(wanted.digest);
  if (const std::int64_t* cached = identities_.find(key)) return *cached;
  const std::int64_t spf = auth_set(spf_sets_, spf_set_, report.auth_sets[wanted.spf]);
  const std::int64_t dkim = auth_set(dkim_sets_, dkim_set_, report.auth_sets[wanted.dkim]);
  const OptionalId header_from{wanted.header_from.empty() ? 0 : text(wanted.header_from)};
  const OptionalId envelope_from{wanted.envelope_from.empty() ? 0 : text(wanted.envelope_from)};
  const std::int64_t id = intern(identities_.complete, identity_, hash_prefix(wanted.digest),
                                 header_from, envelope_from, spf, dkim);
  identities_.remember(key, id);
  return id;
}

std::int64_t Interner::evaluation(const PackedReport::Evaluation& e) {
  return intern_texts(evaluations_, evaluation_, {e.disposition, e.dkim, e.spf, e.reasons});
}

std::int64_t Interner::reporter(const ReportMetadata& metadata, const ReportSender& sender) {
  const auto number = [](auto value) { return std::to_string(static_cast<std::int64_t>(value)); };
  return intern_texts(
      reporters_, reporter_,
      {lower(metadata.org_name), metadata.org_name, metadata.email, metadata.extra_contact_info,
       number(sender.trust), number(sender.mail), sender.from_domain, sender.signed_by,
       sender.submitter, number(sender.verdict), sender.receiver, number(sender.named_receiver)});
}

std::int64_t Interner::dialect(const ParsedReport& head) {
  return intern_texts(
      dialects_, dialect_,
      {head.report.version, head.report.xml_namespace, head.report.metadata.generator});
}

std::int64_t Interner::policy(const PolicyPublished& published) {
  return intern_texts(policies_, policy_,
                      {published.p.text(), published.sp.text(), published.np.text(), published.pct,
                       published.adkim.text(), published.aspf.text(), published.fo,
                       published.testing, published.discovery_method.text()});
}

void Interner::forget() {
  for (TextCache* cache : {&texts_, &domains_, &evaluations_, &reporters_, &dialects_, &policies_})
    cache->forget();
  for (DigestCache* cache : {&dkim_sets_, &spf_sets_, &identities_}) cache->forget();
  last_domain_.reset();
}

void Interner::others_wrote() {
  for (TextCache* cache : {&texts_, &domains_, &evaluations_, &reporters_, &dialects_, &policies_})
    cache->complete = false;
  for (DigestCache* cache : {&dkim_sets_, &spf_sets_, &identities_}) cache->complete = false;
  last_domain_.reset();
}

void Interner::start_complete() {
  texts_.complete = dkim_sets_.complete = spf_sets_.complete = identities_.complete = true;
}

}  // namespace dmarcq
