// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/policy_record.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

/// Where a new tag goes: behind those that stand before it here.
constexpr std::array<std::string_view, 11> customary{"v",     "p",    "sp",  "np",  "t", "psd",
                                                     "adkim", "aspf", "rua", "ruf", "fo"};

/// The strings of a TXT record run together, as DNS has them.
std::string unquoted(std::string_view txt) {
  txt = trimmed(txt);
  if (txt.empty() || txt.front() != '"') return std::string(txt);
  std::string text;
  bool inside = false;
  for (std::size_t i = 0; i < txt.size(); ++i) {
    if (txt[i] == '\\' && i + 1 < txt.size()) {
      if (inside) text += txt[i + 1];
      ++i;
    } else if (txt[i] == '"') {
      inside = !inside;
    } else if (inside) {
      text += txt[i];
    }
  }
  return text;
}

/// Reports are sent to mailto addresses only.
bool names_an_address(std::string_view rua) {
  while (!rua.empty()) {
    const auto end = std::min(rua.find(','), rua.size());
    const auto uri = lower(trimmed(rua.substr(0, end)));
    const auto at = uri.find('@');
    if (uri.starts_with("mailto:") && at != std::string::npos && at > 7 && at + 1 < uri.size())
      return true;
    rua.remove_prefix(std::min(end + 1, rua.size()));
  }
  return false;
}

}  // namespace

std::expected<PolicyRecord, std::string> PolicyRecord::parse(std::string_view txt) {
  const std::string text = unquoted(txt);
  PolicyRecord record;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    const auto part = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part.empty()) continue;
    const auto equals = part.find('=');
    if (equals == std::string_view::npos)
      return std::unexpected("'" + std::string(part) + "' is no tag=value");
    const auto name = lower(trimmed(part.substr(0, equals)));
    const auto value = trimmed(part.substr(equals + 1));
    if (record.tag(name)) return std::unexpected("the tag " + name + " stands there twice");
    // RFC 9989 section 4.8: the version comes first, and its value knows no case folding.
    if (record.tags_.empty() && (name != "v" || value != "DMARC1"))
      return std::unexpected(name == "v" && value.starts_with("DMARC1")
                                 ? "there is no semicolon behind v=DMARC1"
                                 : "it does not begin with v=DMARC1");
    record.tags_.emplace_back(name, value);
  }
  if (record.tags_.empty()) return std::unexpected("it is empty");
  return record;
}

PolicyRecord::PolicyRecord(std::string_view p) : tags_{{"v", "DMARC1"}, {"p", std::string(p)}} {}

std::optional<std::string> PolicyRecord::tag(std::string_view name) const {
  for (const auto& [key, value] : tags_)
    if (key == name) return value;
  return std::nullopt;
}

void PolicyRecord::set(std::string_view name, std::string_view value) {
  for (auto& [key, old] : tags_)
    if (key == name) {
      old = value;
      return;
    }
  const auto rank = [](std::string_view tag) {
    return std::ranges::find(customary, tag) - customary.begin();
  };
  const auto place =
      std::ranges::find_if(tags_, [&](const auto& tag) { return rank(tag.first) > rank(name); });
  tags_.emplace(place, name, value);
}

void PolicyRecord::remove(std::string_view name) {
  std::erase_if(tags_, [&](const auto& tag) { return tag.first == name; });
}

std::string PolicyRecord::text() const {
  std::string text;
  for (const auto& [name, value] : tags_) text += (text.empty() ? "" : "; ") + name + "=" + value;
  return text;
}

std::string PolicyRecord::p() const {
  const auto value = lower(tag("p").value_or(""));
  return is_policy(value) && disarmed_by().empty() ? value : "none";
}

std::string PolicyRecord::sp() const {
  const auto value = tag("sp");
  return value && disarmed_by().empty() ? lower(*value) : p();
}

std::string PolicyRecord::np() const {
  const auto value = tag("np");
  return value && disarmed_by().empty() ? lower(*value) : sp();
}

bool PolicyRecord::strict(std::string_view name) const {
  return lower(tag(name).value_or("")) == "s";
}
bool PolicyRecord::testing() const { return lower(tag("t").value_or("")) == "y"; }

std::optional<unsigned> PolicyRecord::pct() const {
  const std::string text = tag("pct").value_or("");
  unsigned share = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), share);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size() || share >= 100)
    return std::nullopt;
  return share;
}

std::string PolicyRecord::disarmed_by() const {
  for (const std::string_view name : {"sp", "np"})
    if (const auto value = tag(name); value && !is_policy(lower(*value)))
      return std::string(name) + "=" + *value;
  return {};
}

std::vector<RecordRemark> PolicyRecord::remarks(bool subdomain) const {
  using Kind = RecordRemark::Kind;
  std::vector<RecordRemark> remarks;
  const bool reports_come = names_an_address(tag("rua").value_or(""));
  const auto remark = [&](Kind kind, std::string_view name = {}) {
    remarks.push_back({kind, std::string(name), tag(name).value_or(""), reports_come});
  };
  for (const std::string_view name : {"p", "sp", "np"})
    if (const auto value = tag(name); value && !is_policy(lower(*value)))
      remark(Kind::not_a_policy, name);
  if (!tag("p")) remark(Kind::no_policy);
  // Where receivers ignore the record for want of an address, that is said with it.
  const bool is_ignored = !remarks.empty() && !reports_come;
  if (!tag("rua") && !is_ignored)
    remark(Kind::no_rua);
  else if (tag("rua") && !reports_come)
    remark(Kind::rua_without_address);
  for (const std::string_view name : {"adkim", "aspf"})
    if (const auto value = tag(name); value && lower(*value) != "r" && lower(*value) != "s")
      remark(Kind::not_a_mode, name);
  if (const auto t = tag("t"); t && lower(*t) != "y" && lower(*t) != "n")
    remark(Kind::not_a_switch, "t");
  if (const auto fo = tag("fo")) {
    std::string options = lower(*fo);
    std::erase(options, ' ');
    if (!tag("ruf"))
      remark(Kind::fo_without_ruf, "fo");
    else if (!is_failure_options(options))
      remark(Kind::fo_unknown, "fo");
    else if (options.contains('0') && options.contains('1'))
      remark(Kind::fo_contradicts_itself, "fo");
  }
  const std::string psd = lower(tag("psd").value_or(""));
  if (psd == "y") remark(Kind::public_suffix, "psd");
  if (subdomain && psd != "n")
    for (const std::string_view name : {"sp", "np"})
      if (tag(name)) remark(Kind::no_effect_in_subdomain, name);
  for (const std::string_view name : removed_tags)
    if (tag(name)) remark(name == "pct" && pct() ? Kind::pct_ignored : Kind::removed_tag, name);
  return remarks;
}

bool is_policy(std::string_view value) {
  return value == "none" || value == "quarantine" || value == "reject";
}
int strength(std::string_view policy) {
  return policy == "reject" ? 2 : policy == "quarantine" ? 1 : 0;
}
std::string_view weaker(std::string_view policy) {
  return policy == "reject" ? "quarantine" : "none";
}

bool is_failure_options(std::string_view fo) {
  while (true) {
    const auto end = std::min(fo.find(':'), fo.size());
    if (end != 1 || std::string_view("01ds").find(fo[0]) == std::string_view::npos) return false;
    if (end == fo.size()) return true;
    fo.remove_prefix(end + 1);
  }
}

}  // namespace dmarcq
