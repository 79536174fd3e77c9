// SPDX-License-Identifier: MIT
#include "report/cli/keep/sender_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "ingest/base/text.h"
#include "parser/calendar.h"
#include "parser/ip_address.h"
#include "report/analysis/sender/catalogue.h"
#include "report/analysis/sender/identifier.h"
#include "report/analysis/sender/salesforce.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/args/suggest.h"
#include "report/cli/command.h"

namespace dmarcq {
namespace {

using Kind = OwnerEntry::Kind;
using Checked = std::expected<std::string, EntryFault>;

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < owner_entry_kinds; ++i)
    names.emplace_back(to_text(static_cast<Kind>(i)));
  return names;
}

std::optional<Kind> kind_from(const std::string& text) {
  std::string word = lower(text);
  std::ranges::replace(word, '_', '-');
  for (std::size_t i = 0; i < owner_entry_kinds; ++i)
    if (to_text(static_cast<Kind>(i)) == word) return static_cast<Kind>(i);
  return std::nullopt;
}

const std::vector<std::string>& services() {
  static const std::vector<std::string> names = [] {
    std::set<std::string> all;
    for (const CatalogueLine& line : SenderCatalogue::built_in().lines()) all.insert(line.service);
    return std::vector<std::string>(all.begin(), all.end());
  }();
  return names;
}

bool is_domain(std::string_view text) {
  if (text.empty() || text.size() > 253 || text.find('.') == std::string_view::npos) return false;
  while (true) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view label = text.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-')
      return false;
    if (!std::ranges::all_of(label, [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        }))
      return false;
    if (dot == text.size()) return true;
    text.remove_prefix(dot + 1);
  }
}

Checked checked_domain(const std::string& value) {
  std::string domain = asked_domain(value);
  if (is_domain(domain) && !IpNetwork::parse(domain)) return domain;
  // What people paste: a mail address, a URL.
  std::string inner = domain;
  if (const auto at = inner.rfind('@'); at != std::string::npos) inner.erase(0, at + 1);
  if (const auto scheme = inner.find("://"); scheme != std::string::npos)
    inner.erase(0, scheme + 3);
  inner.resize(std::min(inner.find_first_of("/:"), inner.size()));
  if (inner != domain && is_domain(inner))
    return std::unexpected(EntryFault{fmt::format("'{}' is no domain", value),
                                      fmt::format("did you mean {}?", inner)});
  if (std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    return std::unexpected(EntryFault{fmt::format("'{}' is no domain", value),
                                      "write it as in DNS: example.com, or its xn-- form"});
  return std::unexpected(
      EntryFault{fmt::format("'{}' is no domain", value), "write it as in DNS: example.com"});
}

bool looks_like_address(std::string_view value) {
  return value.find_first_not_of("0123456789abcdefABCDEF:./") == std::string_view::npos &&
         value.find_first_of(":./") != std::string_view::npos;
}

Checked checked_network(const std::string& value) {
  if (const auto network = IpNetwork::parse(value)) return network->to_text();
  return std::unexpected(EntryFault{fmt::format("'{}' is neither an address nor a network", value),
                                    "write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32"});
}

Checked checked_org(const std::string& value) {
  const bool letters = std::ranges::all_of(value, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
  if (!letters || (value.size() != 15 && value.size() != 18) || !value.starts_with("00D"))
    return std::unexpected(EntryFault{
        fmt::format("'{}' is no Salesforce org id", value),
        "15 or 18 letters and digits that begin with 00D: Setup → Company Information → Salesforce.com Organization ID"});
  const std::string full = value.substr(0, 15) + case_suffix(value.substr(0, 15));
  if (value.size() == 18 && lower(value) != lower(full))
    return std::unexpected(EntryFault{
        fmt::format("the last three characters of '{}' do not fit the others", value),
        fmt::format("a letter is wrong or in the wrong case; as written the id would be {}",
                    full)});
  return full;
}

Checked checked_selector(const std::string& value) {
  const std::string selector = lower(value);
  const auto mark = selector.find("._domainkey.");
  const std::string_view label = std::string_view(selector).substr(0, mark);
  const bool good = !label.empty() && std::ranges::all_of(label, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
  if (!good)
    return std::unexpected(
        EntryFault{fmt::format("'{}' is no selector", value),
                   "write sf1, or sf1._domainkey.example.com for one domain only"});
  if (mark == std::string::npos) return selector;
  const Checked domain = checked_domain(selector.substr(mark + 12));
  if (!domain) return domain;
  return std::string(label) + "._domainkey." + *domain;
}

Checked checked_value(Kind kind, const std::string& value) {
  switch (kind) {
    case Kind::network: return checked_network(value);
    case Kind::org: return checked_org(value);
    case Kind::dkim_selector: return checked_selector(value);
    case Kind::mailing_list:
      return looks_like_address(value) ? checked_network(value) : checked_domain(value);
    case Kind::relay: {
      if (looks_like_address(value)) return checked_network(value);
      const auto service = std::ranges::find_if(
          services(), [&](const std::string& name) { return lower(name) == lower(value); });
      if (service != services().end()) return *service;
      const std::string near = closest(value, services());
      return std::unexpected(EntryFault{
          fmt::format("relay: '{}' is neither a network nor a service that is known", value),
          near.empty() ? "write 192.0.2.0/24, or \"Microsoft 365\""
                       : fmt::format("did you mean \"{}\"?", near)});
    }
    case Kind::spf_domain:
    case Kind::dkim_domain:
    case Kind::no_mail:
    case Kind::verified: return checked_domain(value);
  }
  return value;
}

// ---- delimited text

/// The fields of one record; `text` moves on behind it. A quoted field may hold line breaks;
/// `lines` counts them all.
std::expected<std::vector<std::string>, EntryFault> next_record(std::string_view& text,
                                                                char separator,
                                                                std::size_t& lines) {
  std::vector<std::string> fields(1);
  bool quoted = false, was_quoted = false;
  std::size_t at = 0;
  lines = 1;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '"' && at + 1 < text.size() && text[at + 1] == '"')
        fields.back() += text[++at];
      else if (c == '"')
        quoted = false;
      else {
        lines += c == '\n';
        fields.back() += c;
      }
    } else if (c == '"' && fields.back().empty() && !was_quoted) {
      quoted = was_quoted = true;
    } else if (c == separator) {
      fields.emplace_back();
      was_quoted = false;
    } else if (c == '\n') {
      break;
    } else {
      fields.back() += c;
    }
  }
  text.remove_prefix(std::min(at + 1, text.size()));
  if (quoted) return std::unexpected(EntryFault{"a quote that is opened here is never closed", {}});
  for (std::string& field : fields) {
    field = trimmed(field);
    // The guard that our own CSV sets before what a spreadsheet would take for a formula.
    if (field.size() > 1 && field[0] == '\'' &&
        std::string_view("=+-@").find(field[1]) != std::string_view::npos)
      field.erase(0, 1);
  }
  return fields;
}

std::optional<bool> truth(const std::string& text) {
  const std::string word = lower(text);
  if (word.empty() || word == "yes" || word == "true" || word == "1" || word == "ours") return true;
  if (word == "no" || word == "false" || word == "0" || word == "foreign") return false;
  return std::nullopt;
}

constexpr std::array<std::string_view, 8> columns{"kind",  "value", "name",  "service",
                                                  "route", "ours",  "since", "id"};

/// What is wrong with the names of the columns, which are folded to lower case.
template <class Tell>
void check_head(std::vector<std::string>& head, const Tell& fault) {
  bool unknown = false;
  const std::vector<std::string> known(columns.begin(), columns.end());
  for (std::string& column : head) {
    column = lower(column);
    if (std::ranges::find(columns, column) != columns.end()) continue;
    unknown = true;
    fault({fmt::format("there is no column '{}'{}", column, did_you_mean(column, known)),
           fmt::format("columns: {}", fmt::join(columns, ", "))});
  }
  for (const std::string_view needed : {"kind", "value"})
    if (std::ranges::find(head, needed) == head.end() && !unknown)
      fault({fmt::format("the head line names no column '{}'", needed),
             "kind,value,name,service,route,ours,since"});
}

/// The entry that a line gives; nothing, with its faults told, when a field cannot be read.
template <class Tell>
std::optional<SenderEntry> entry_of(const std::vector<std::string>& head,
                                    const std::vector<std::string>& fields, Day today,
                                    const Tell& fault) {
  SenderEntry entry;
  bool good = true;
  for (std::size_t i = 0; i < head.size(); ++i) {
    const std::string& field = fields[i];
    if (head[i] == "kind")
      entry.kind = field;
    else if (head[i] == "value")
      entry.value = field;
    else if (head[i] == "name")
      entry.name = field;
    else if (head[i] == "service")
      entry.service = field;
    else if (head[i] == "route")
      entry.route = field;
    else if (head[i] == "ours") {
      const auto ours = truth(field);
      if (!ours) fault({fmt::format("ours: '{}' is neither yes nor no", field), {}});
      good = good && ours.has_value();
      entry.ours = ours.value_or(true);
    } else if (head[i] == "since" && !field.empty()) {
      try {
        entry.since = day_argument("since", field, today);
      } catch (const UsageError& error) {
        fault({error.what(), error.hint});
        good = false;
      }
    }
  }
  return good ? std::optional(std::move(entry)) : std::nullopt;
}

}  // namespace

std::expected<SenderEntry, EntryFault> checked_entry(SenderEntry entry, Day today) {
  const auto kind = kind_from(entry.kind);
  if (!kind) {
    const std::vector<std::string> names = kind_names();
    return std::unexpected(EntryFault{
        fmt::format("there is no kind '{}'{}", entry.kind, did_you_mean(entry.kind, names)),
        fmt::format("kinds: {}", fmt::join(names, ", "))});
  }
  entry.kind = to_text(*kind);
  if (trimmed(entry.value).empty())
    return std::unexpected(EntryFault{fmt::format("{}: the value is empty", entry.kind), {}});
  Checked value = checked_value(*kind, std::string(trimmed(entry.value)));
  if (!value) return std::unexpected(value.error());
  entry.value = *value;
  entry.name = trimmed(entry.name);
  entry.service = trimmed(entry.service);
  entry.route = lower(trimmed(entry.route));

  static const std::vector<std::string> routes{std::string(salesforce_route::core),
                                               std::string(salesforce_route::marketing_cloud),
                                               std::string(salesforce_route::account_engagement),
                                               std::string(salesforce_route::marketing_cloud_next),
                                               std::string(salesforce_route::email_relay)};
  if (!entry.route.empty()) {
    if (entry.service.empty()) entry.service = salesforce_service;
    if (std::ranges::find(routes, entry.route) == routes.end())
      return std::unexpected(EntryFault{
          fmt::format("there is no route '{}'{}", entry.route, did_you_mean(entry.route, routes)),
          fmt::format("routes of Salesforce: {}", fmt::join(routes, ", "))});
  }
  if (!entry.service.empty()) {
    const auto known = std::ranges::find_if(
        services(), [&](const std::string& name) { return lower(name) == lower(entry.service); });
    if (known != services().end())
      entry.service = *known;
    else if (const std::string near = closest(entry.service, services()); !near.empty())
      return std::unexpected(EntryFault{
          fmt::format("service '{}' is not known, did you mean '{}'?", entry.service, near),
          "for a service of your own use --name"});
  }
  if (!entry.route.empty() && entry.service != salesforce_service)
    return std::unexpected(EntryFault{
        fmt::format("route {} is a route of Salesforce, not of {}", entry.route, entry.service),
        {}});
  const bool names_sender = *kind == Kind::network || *kind == Kind::spf_domain ||
                            *kind == Kind::dkim_domain || *kind == Kind::dkim_selector;
  if (names_sender && entry.ours && entry.name.empty() && entry.service.empty())
    return std::unexpected(EntryFault{
        fmt::format("{} {}: whose is it?", entry.kind, entry.value),
        "--name \"Warehouse server\", or --service Salesforce --route core; --foreign if it is not yours"});
  if (!entry.ours && *kind != Kind::org && !names_sender)
    return std::unexpected(
        EntryFault{fmt::format("a {} cannot be foreign", entry.kind),
                   "--foreign goes with org, network, spf-domain, dkim-domain and dkim-selector"});
  if (entry.since != 0 && *kind != Kind::verified)
    return std::unexpected(
        EntryFault{fmt::format("a day goes with 'verified' only, not with {}", entry.kind), {}});
  if (*kind == Kind::verified && entry.since == 0) entry.since = today;
  return entry;
}

std::string entry_words(const SenderEntry& entry) {
  const auto kind = kind_from(entry.kind);
  const std::string who = !entry.name.empty()   ? entry.name
                          : entry.route.empty() ? entry.service
                                                : entry.service + " " + entry.route;
  if (!kind) return entry.kind + " " + entry.value;
  const std::string not_yours = entry.name.empty() ? "not yours" : "not yours (" + entry.name + ")";
  if (!entry.ours && *kind == Kind::network)
    return fmt::format("mail from {} that nothing of yours authenticates is {}", entry.value,
                       not_yours);
  if (!entry.ours && *kind == Kind::spf_domain)
    return fmt::format("mail that passes SPF only for {} is {}", entry.value, not_yours);
  if (!entry.ours && *kind == Kind::dkim_domain)
    return fmt::format("mail that only {} signs is {}", entry.value, not_yours);
  if (!entry.ours && *kind == Kind::dkim_selector)
    return fmt::format("mail signed with selector {} is {}", entry.value, not_yours);
  switch (*kind) {
    case Kind::org:
      return fmt::format("Salesforce org {}{} is {}", entry.value,
                         entry.name.empty() ? "" : " (" + entry.name + ")",
                         entry.ours ? "yours" : "not yours");
    case Kind::network: return fmt::format("mail from {} is {}", entry.value, who);
    case Kind::spf_domain:
      return fmt::format("mail that passes SPF for {} is {}", entry.value, who);
    case Kind::dkim_domain: return fmt::format("mail that {} signs is {}", entry.value, who);
    case Kind::dkim_selector:
      return fmt::format("mail signed with selector {} is {}", entry.value, who);
    case Kind::mailing_list: return fmt::format("{} is a mailing list", entry.value);
    case Kind::relay: return fmt::format("{} relays your mail", entry.value);
    case Kind::no_mail: return fmt::format("{} sends no mail", entry.value);
    case Kind::verified:
      return fmt::format("{} is verified in Salesforce since {}", entry.value,
                         iso_date(entry.since));
  }
  return {};
}

SenderList read_sender_list(std::string_view text, Day today) {
  SenderList list;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // spreadsheets write it
  std::vector<std::string> head;
  std::set<std::pair<std::string, std::string>> seen;
  char separator = ',';
  for (std::size_t line = 1, lines = 1; !text.empty(); line += lines) {
    const std::string_view rest = text.substr(0, std::min(text.find('\n'), text.size()));
    if (trimmed(rest).empty() || trimmed(rest).starts_with('#')) {
      text.remove_prefix(std::min(rest.size() + 1, text.size()));
      lines = 1;
      continue;
    }
    const auto fault = [&](EntryFault what) { list.faults.push_back({line, std::move(what)}); };
    if (head.empty())
      separator = rest.find('\t') != std::string_view::npos  ? '\t'
                  : rest.find(';') != std::string_view::npos ? ';'
                                                             : ',';
    auto fields = next_record(text, separator, lines);
    if (!fields) {
      fault(fields.error());
      break;
    }
    if (head.empty()) {
      head = std::move(*fields);
      check_head(head, fault);
      if (!list.faults.empty()) return list;
      continue;
    }
    if (fields->size() > head.size()) {
      fault({fmt::format("{} fields, but the head line has {}", fields->size(), head.size()),
             "put fields that hold a separator between quotes"});
      continue;
    }
    fields->resize(head.size());
    std::optional<SenderEntry> entry = entry_of(head, *fields, today, fault);
    if (!entry) continue;
    auto checked = checked_entry(std::move(*entry), today);
    if (!checked)
      fault(checked.error());
    else if (!seen.emplace(checked->kind, checked->value).second)
      fault({fmt::format("{} {} is named twice", checked->kind, checked->value), {}});
    else
      list.entries.push_back(std::move(*checked));
  }
  if (head.empty() && list.faults.empty())
    list.faults.push_back({1, {"the list is empty", "kind,value,name,service,route,ours,since"}});
  return list;
}

}  // namespace dmarcq
