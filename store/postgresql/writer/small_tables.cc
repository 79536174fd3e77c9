// SPDX-License-Identifier: MIT
#include "store/postgresql/writer/small_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ingest/base/digest.h"
#include "ingest/base/text.h"
#include "parser/alignment.h"
#include "store/document/packed_report.h"

namespace dmarcq {
namespace {

/// What is remembered of a table; beyond, it is forgotten and asked for again.
constexpr std::size_t most_known = 200'000;

std::vector<std::string> texts_of(const ReportMetadata& metadata, const ReportSender& sender) {
  const auto number = [](auto value) { return std::to_string(static_cast<std::int64_t>(value)); };
  const auto truth = [](bool value) { return std::string(value ? "t" : "f"); };
  return {metadata.org_name,           lower(metadata.org_name), metadata.email,
          metadata.extra_contact_info, number(sender.trust),     truth(sender.mail),
          sender.from_domain,          sender.signed_by,         sender.submitter,
          number(sender.verdict),      sender.receiver,          truth(sender.named_receiver)};
}

std::vector<std::string> texts_of(const PolicyPublished& published) {
  return {std::string(published.p.text()),
          std::string(published.sp.text()),
          std::string(published.np.text()),
          published.pct,
          std::string(published.adkim.text()),
          std::string(published.aspf.text()),
          published.fo,
          published.testing,
          std::string(published.discovery_method.text())};
}

std::vector<std::string> texts_of(const ParsedReport& head) {
  return {head.report.version, head.report.xml_namespace, head.report.metadata.generator};
}

/// "com.example.": a name and those below it are one range.
std::string reversed(const std::string& name) {
  std::string out;
  std::string_view rest = name;
  while (!rest.empty()) {
    const std::size_t dot = rest.rfind('.');
    out += dot == rest.npos ? rest : rest.substr(dot + 1);
    out += '.';
    rest = dot == rest.npos ? std::string_view() : rest.substr(0, dot);
  }
  return out;
}

}  // namespace

SmallTables::SmallTables(PgConnection& connection)
    : connection_(connection),
      salt_(std::to_string(connection.number("SELECT salt FROM dmarcq.horizon").value_or(0))),
      reporters_{"reporter",
                 "org_name,org_folded,email,extra_contact_info,trust,mail,from_domain,signed_by,"
                 "submitter,verdict,receiver,named_receiver",
                 "text,text,text,text,int2,bool,text,text,text,int2,text,bool",
                 {},
                 {}},
      policies_{"policy",
                "p,sp,np,pct,adkim,aspf,fo,testing,discovery_method",
                "text,text,text,text,text,text,text,text,text",
                {},
                {}},
      dialects_{"dialect", "version,namespace,generator", "text,text,text", {}, {}} {}

std::int64_t SmallTables::id_of(std::string_view table, const Texts& texts) const {
  Sha256 hash;
  hash.add(salt_);
  hash.add(table);
  for (const std::string& text : texts) {
    const std::uint64_t size = text.size();
    hash.add({reinterpret_cast<const char*>(&size), sizeof size});
    hash.add(text);
  }
  return hash_prefix(hash.finish());
}

std::int64_t SmallTables::reporter(const ReportMetadata& metadata,
                                   const ReportSender& sender) const {
  return id_of(reporters_.name, texts_of(metadata, sender));
}
std::int64_t SmallTables::policy(const PolicyPublished& published) const {
  return id_of(policies_.name, texts_of(published));
}
std::int64_t SmallTables::dialect(const ParsedReport& head) const {
  return id_of(dialects_.name, texts_of(head));
}
SmallTables::Domain SmallTables::domain(const std::string& name) const { return domains_.at(name); }

std::int64_t SmallTables::want(Table& table, Texts texts) {
  const std::int64_t id = id_of(table.name, texts);
  if (!table.known.contains(id)) table.wanted.emplace(id, std::move(texts));
  return id;
}

void SmallTables::make_ready(std::span<const ProcessedItem> items) {
  if (domains_.size() > most_known) domains_.clear();
  for (Table* table : {&reporters_, &policies_, &dialects_})
    if (table->known.size() > most_known) table->known.clear();
  for (const ProcessedItem& item : items)
    for (const ProcessedItem::Report& found : item.reports) {
      const ParsedReport& head = found.report.head;
      want(reporters_, texts_of(head.report.metadata, found.sender));
      want(policies_, texts_of(head.report.policy_published));
      want(dialects_, texts_of(head));
      const std::string& name = head.report.policy_published.domain;
      if (!domains_.contains(name))
        wanted_domains_[name] = {id_of("domain", {name}),
                                 id_of("home", {organizational_domain(name)})};
    }
  for (Table* table : {&reporters_, &policies_, &dialects_}) add_wanted(*table);
  add_wanted_domains();
}

void SmallTables::make_ready(std::span<const LearnedAccountName> names) {
  for (const LearnedAccountName& name : names)
    want(reporters_, texts_of(name.reporter, name.sender));
  add_wanted(reporters_);
}

void SmallTables::add_wanted(Table& table) {
  if (table.wanted.empty()) return;
  // Sorted by id, so that workers that add the same rows wait for each other in one order.
  std::vector<std::int64_t> ids;
  const std::size_t columns = table.wanted.begin()->second.size();
  std::vector<std::vector<std::string_view>> texts(columns);
  for (const auto& [id, row] : table.wanted) {
    ids.push_back(id);
    for (std::size_t i = 0; i < columns; ++i) texts[i].push_back(row[i]);
  }
  PgValues values;
  values.integers(ids);
  std::string lists = "$1::int8[]", casts = "id";
  std::string_view types = table.types, names = table.columns;
  for (std::size_t i = 0; i < columns; ++i) {
    values.texts(texts[i]);
    lists += fmt::format(",${}::text[]", i + 2);
    const std::string_view type = types.substr(0, types.find(',')),
                           name = names.substr(0, names.find(','));
    casts += fmt::format(",{}::{}", name, type);
    types.remove_prefix(std::min(type.size() + 1, types.size()));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
  }
  connection_.change(
      fmt::format("INSERT INTO dmarcq.{0}(id,{1}) SELECT {2} FROM unnest({3}) AS u(id,{1}) "
                  "ORDER BY id ON CONFLICT DO NOTHING",
                  table.name, table.columns, casts, lists),
      values);
  std::uint64_t same = 0;
  connection_.each(
      fmt::format("SELECT count(*) FROM dmarcq.{0} JOIN (SELECT {1} FROM unnest({2}) AS u(id,{3})) "
                  "AS wanted USING (id,{3})",
                  table.name, casts, lists, table.columns),
      values, [&](const PgRow& row) { same = static_cast<std::uint64_t>(row.integer(0)); });
  if (same != ids.size())
    throw StoreError(
        StoreError::Kind::damaged,
        fmt::format("{}: damaged: {}: two contents share one id", connection_.place(), table.name));
  table.known.insert(ids.begin(), ids.end());
  table.wanted.clear();
}

void SmallTables::add_wanted_domains() {
  if (wanted_domains_.empty()) return;
  std::vector<std::pair<std::int64_t, std::string>> by_id;
  for (const auto& [name, domain] : wanted_domains_) by_id.emplace_back(domain.id, name);
  std::ranges::sort(by_id);
  std::vector<std::int64_t> ids, homes;
  std::vector<std::string> reversed_names;
  for (const auto& [id, name] : by_id) {
    ids.push_back(id);
    homes.push_back(wanted_domains_.at(name).home);
    reversed_names.push_back(reversed(name));
  }
  std::vector<std::string_view> names, reversed_views;
  for (std::size_t i = 0; i < by_id.size(); ++i) {
    names.push_back(by_id[i].second);
    reversed_views.push_back(reversed_names[i]);
  }
  connection_.change(
      "INSERT INTO dmarcq.policy_domain(id,name,reversed,home) SELECT * FROM "
      "unnest($1::int8[],$2::text[],$3::text[],$4::int8[]) ON CONFLICT DO NOTHING",
      PgValues().integers(ids).texts(names).texts(reversed_views).integers(homes));
  // Whoever was first has said where its home is.
  std::map<std::int64_t, std::pair<std::string, std::int64_t>> stored;
  connection_.each(
      "SELECT id, name, home FROM dmarcq.policy_domain WHERE id=ANY($1)", PgValues().integers(ids),
      [&](const PgRow& row) { stored[row.integer(0)] = {row.string(1), row.integer(2)}; });
  for (const auto& [id, name] : by_id) {
    const auto found = stored.find(id);
    if (found == stored.end() || found->second.first != name)
      throw StoreError(StoreError::Kind::damaged,
                       connection_.place() + ": damaged: policy_domain: two names share one id");
    domains_[name] = {id, found->second.second};
  }
  wanted_domains_.clear();
}

}  // namespace dmarcq
