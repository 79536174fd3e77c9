// SPDX-License-Identifier: MIT
#include "ingest/dns/dns_snapshot.h"

#include <algorithm>
#include <utility>

#include "ingest/base/text.h"
#include "ingest/dns/dns_packet.h"

namespace dmarcq {
namespace {

using Status = DnsAnswer::Status;

/// Of a name: 253 bytes as "\DDD".
constexpr std::size_t longest_text = 1'100;

std::string_view parent_of(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == name.npos ? std::string_view() : name.substr(dot + 1);
}

/// The next word of a line, "" at its end.
std::string_view next_word(std::string_view& line) {
  line = trimmed(line);
  const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

/// Bytes that mean something in a master file, and those that are not printable, as "\DDD".
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= ' ' && byte < 0x7f && !special.contains(c)) {
      out += c;
      continue;
    }
    out += '\\';
    for (const unsigned place : {100u, 10u, 1u}) out += static_cast<char>('0' + byte / place % 10);
  }
  return out;
}

std::string name_text(std::string_view name) { return escaped(name, " \"\\;()$@") + "."; }

/// A name as name_text writes it.
std::string name_from(std::string_view text) {
  const auto zone = Zone::parse(std::string(text) + " TXT x\n", "");
  return zone ? zone->entries().front().name : folded_domain(text);
}

std::string data_text(RecordType type, const std::string& data) {
  if (type == RecordType::txt) {
    constexpr std::size_t longest_string = 255;  // RFC 1035 section 3.3
    std::string text;
    for (std::size_t at = 0; at == 0 || at < data.size(); at += longest_string) {
      if (at > 0) text += ' ';
      text += '"' + escaped(std::string_view(data).substr(at, longest_string), "\"\\") + '"';
    }
    return text;
  }
  if (type == RecordType::a || type == RecordType::aaaa) return escaped(data, " \"\\;()$@");
  if (type != RecordType::mx && type != RecordType::soa)
    return data.empty() ? "." : name_text(data);
  std::string text;
  std::string_view rest = data;
  const std::size_t names = type == RecordType::soa ? 2 : 1, first = type == RecordType::mx;
  for (std::size_t i = 0; !rest.empty(); ++i) {
    const std::string_view word = next_word(rest);
    const bool is_name = i >= first && i < first + names;
    if (i > 0) text += ' ';
    text += word == "." ? "." : is_name ? name_text(word) : escaped(word, "\"\\;()$@");
  }
  return text;
}

}  // namespace

DnsSnapshot::DnsSnapshot(const Zone& zone, Coverage coverage) {
  if (coverage == Coverage::whole) origins_.insert(zone.origin());
  for (const Zone::Entry& entry : zone.entries())
    if (entry.type == "SOA") origins_.insert(entry.name);
  Names seen;  // RRsets have no duplicates
  for (const Zone::Entry& entry : zone.entries()) {
    if (entry.type == "NS" && !origins_.contains(entry.name)) delegated_.insert(entry.name);
    Node& node = nodes_[entry.name];
    for (std::string_view above = parent_of(entry.name); !above.empty(); above = parent_of(above))
      if (!nodes_.try_emplace(std::string(above)).second) break;
    const auto type = record_type(entry.type);
    if (!type) continue;
    if (!seen.insert(entry.name + ' ' + entry.type + ' ' + entry.data).second) continue;
    Records& records = node[*type];
    records.ttl = records.data.empty() ? entry.ttl : std::min(records.ttl, entry.ttl);
    records.data.push_back(entry.data);
  }
}

std::expected<DnsSnapshot, std::string> DnsSnapshot::parse(std::string_view text) {
  auto zone = Zone::parse(text, "", Zone::Emptiness::allowed);
  if (!zone) return std::unexpected(zone.error());
  DnsSnapshot snapshot(*zone);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.starts_with(";;")) snapshot.take_comment(trimmed(line.substr(2)));
    at = end + 1;
  }
  if (zone->entries().empty() && snapshot.missing_.empty() && snapshot.negative_.empty() &&
      snapshot.taken_.empty())
    return std::unexpected("contains no resource record");
  return snapshot;
}

void DnsSnapshot::take_comment(std::string_view line) {
  constexpr std::string_view head = "dmarcq dns snapshot, taken ";
  if (line.starts_with(head)) {
    taken_ = line.substr(head.size());
    return;
  }
  const std::string_view word = next_word(line);
  if (word != "NXDOMAIN" && word != "NODATA" && word != "SERVFAIL" && word != "UNKNOWN") return;
  const std::string_view name = next_word(line);
  if (name.empty() || name.size() > longest_text) return;
  if (word == "NXDOMAIN") {
    missing_.insert(name_from(name));
    return;
  }
  const auto type = record_type(next_word(line));
  if (!type) return;
  DnsAnswer answer{.status = word == "NODATA" ? Status::no_data : Status::unknown};
  if (word == "SERVFAIL") answer.why = word;
  if (word == "UNKNOWN") answer.why = trimmed(line);
  negative_[name_from(name)].try_emplace(*type, std::move(answer));
}

bool DnsSnapshot::is_in_zone(std::string_view name) const {
  for (std::string_view at = name; !at.empty(); at = parent_of(at)) {
    if (origins_.contains(at)) return true;
    if (delegated_.contains(at)) return false;
  }
  return origins_.contains(std::string_view());
}

/// The node of the name, or the wildcard that stands for it (RFC 4592 section 3.3.1): that of the
/// closest name above which exists.
const DnsSnapshot::Node* DnsSnapshot::node_at(std::string_view name) const {
  if (const auto found = nodes_.find(name); found != nodes_.end()) return &found->second;
  for (std::string_view above = parent_of(name); !above.empty(); above = parent_of(above)) {
    if (missing_.contains(above)) return nullptr;
    if (!nodes_.contains(above)) continue;
    const auto wildcard = nodes_.find("*." + std::string(above));
    return wildcard == nodes_.end() ? nullptr : &wildcard->second;
  }
  return nullptr;
}

DnsAnswer DnsSnapshot::without_records(const std::string& name, RecordType type) const {
  if (const auto known = negative_.find(name); known != negative_.end())
    if (const auto answer = known->second.find(type); answer != known->second.end())
      return answer->second;
  for (std::string_view at = name; !at.empty(); at = parent_of(at))
    if (missing_.contains(at)) return {.status = Status::no_name};
  if (is_in_zone(name))
    return {.status = node_at(name) == nullptr ? Status::no_name : Status::no_data};
  return {.status = Status::unknown, .why = std::string(not_in_it)};
}

DnsAnswer DnsSnapshot::ask(const DnsQuestion& question) {
  std::string at = folded_domain(question.name);
  std::vector<std::string> aliases;
  std::uint32_t ttl = UINT32_MAX;
  while (aliases.size() <= most_aliases) {
    if (at.size() > longest_text) return {.status = Status::unknown, .why = "the name is too long"};
    const Node* const node = node_at(at);
    const bool said = negative_.contains(at) && negative_.at(at).contains(question.type);
    const auto find = [&](RecordType type) -> const Records* {
      if (node == nullptr || said) return nullptr;
      const auto found = node->find(type);
      return found == node->end() ? nullptr : &found->second;
    };
    if (const Records* const records = find(question.type))
      return {Status::found, "", records->data, std::move(aliases), std::min(ttl, records->ttl)};
    const Records* const alias = find(RecordType::cname);
    if (alias == nullptr) {
      DnsAnswer answer = without_records(at, question.type);
      answer.ttl = aliases.empty() ? 0 : ttl;
      answer.aliases = std::move(aliases);
      return answer;
    }
    ttl = std::min(ttl, alias->ttl);
    at = folded_domain(alias->data.front());
    aliases.push_back(at);
  }
  return {.status = Status::unknown, .why = "CNAME loop"};
}

std::string snapshot_line(const DnsQuestion& question, const DnsAnswer& answer) {
  const std::string name = folded_domain(question.name);
  if (name.empty()) return "";  // the root: zone.h has no records of it
  std::string lines, at = name_text(name);
  const std::string type(to_text(question.type)),
      middle = " " + std::to_string(answer.ttl) + " IN ";
  for (const std::string& alias : answer.aliases) {
    lines += at + middle + "CNAME " + name_text(alias) + "\n";
    at = name_text(alias);
  }
  switch (answer.status) {
    case Status::found:
      for (const std::string& data : answer.data)
        lines += at + middle + type + " " + data_text(question.type, data) + "\n";
      return lines;
    case Status::no_data: return lines + ";; NODATA " + at + " " + type + "\n";
    case Status::no_name: return lines + ";; NXDOMAIN " + at + "\n";
    case Status::unknown: break;
  }
  if (answer.why == "SERVFAIL") return lines + ";; SERVFAIL " + at + " " + type + "\n";
  return lines + ";; UNKNOWN " + at + " " + type + " " + escaped(answer.why, "") + "\n";
}

}  // namespace dmarcq
