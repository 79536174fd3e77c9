// SPDX-License-Identifier: MIT
#include "report/analysis/policy_record.h"

#include <algorithm>
#include <array>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

/// Where a new tag goes: behind those that stand before it here.
constexpr std::array<std::string_view, 11> customary{"v", "p", "sp", "np", "t", "psd", "adkim", "aspf", "rua", "ruf", "fo"};

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

bool is_policy(std::string_view value) { return value == "none" || value == "quarantine" || value == "reject"; }

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
    if (equals == std::string_view::npos) return std::unexpected("'" + std::string(part) + "' is no tag=value");
    const auto name = lower(trimmed(part.substr(0, equals)));
    const auto value = trimmed(part.substr(equals + 1));
    if (record.tag(name)) return std::unexpected("the tag " + name + " stands there twice");
    // RFC 9989 section 4.8: the version comes first, and its value knows no case folding.
    if (record.tags_.empty() && (name != "v" || value != "DMARC1")) return std::unexpected("it does not begin with v=DMARC1");
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
  const auto rank = [](std::string_view tag) { return std::ranges::find(customary, tag) - customary.begin(); };
  const auto place = std::ranges::find_if(tags_, [&](const auto& tag) { return rank(tag.first) > rank(name); });
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
  return is_policy(value) ? value : "none";
}

std::string PolicyRecord::sp() const {
  const auto value = lower(tag("sp").value_or(""));
  return is_policy(value) ? value : p();
}

std::string PolicyRecord::np() const {
  const auto value = lower(tag("np").value_or(""));
  return is_policy(value) ? value : sp();
}

bool PolicyRecord::strict(std::string_view name) const { return lower(tag(name).value_or("")) == "s"; }
bool PolicyRecord::testing() const { return lower(tag("t").value_or("")) == "y"; }

std::vector<std::string> PolicyRecord::remarks() const {
  std::vector<std::string> remarks;
  for (const std::string_view name : {"p", "sp", "np"})
    if (const auto value = tag(name); value && !is_policy(lower(*value)))
      remarks.push_back(std::string(name) + "=" + *value + " is no policy: none, quarantine or reject");
  if (!tag("p")) remarks.emplace_back("it has no p: receivers take it for p=none, if they take it at all");
  if (!tag("rua")) remarks.emplace_back("it has no rua: no reports come, and what happens cannot be seen");
  for (const std::string_view name : {"pct", "rf", "ri"})
    if (tag(name))
      remarks.push_back(std::string(name) + " was removed by RFC 9989 and may go" +
                        (name == "pct" && tag(name) != "100" ? "; t=y is what is left to test a policy" : ""));
  return remarks;
}

int strength(std::string_view policy) { return policy == "reject" ? 2 : policy == "quarantine" ? 1 : 0; }
std::string_view weaker(std::string_view policy) { return policy == "reject" ? "quarantine" : "none"; }

NextStep next_step(const PolicyRecord& now, std::string_view target, const LadderState& state) {
  NextStep step;
  PolicyRecord record = now;
  // pct held back is out of date, and pct=100 says nothing; what replaces it is t. So a record that is touched loses it.
  const auto modernize = [&] {
    for (const std::string_view name : {"pct", "rf", "ri"}) record.remove(name);
  };
  const std::string p = now.p();
  const auto finish = [&](std::string change, unsigned days) {
    step.change = std::move(change);
    step.least_days = days;
    step.record = record.text();
    step.changes = step.record != now.text();
    return step;
  };
  const std::string usual = "a sender of yours falls under its gate, or mail of yours is quarantined or rejected";

  if (!state.sends_mail) {
    modernize();
    for (const std::string_view name : {"p", "sp", "np"}) record.set(name, "reject");
    record.remove("t");
    step.watch = {"publish v=spf1 -all for the name too"};
    step.step_back = "Go back only when the domain is to send mail after all.";
    return finish("You said that the domain sends no mail: reject at once, for it and all names below it.", 0);
  }
  if (state.hurts_own_mail && p != "none") {
    modernize();
    step.back = true;
    if (p == "reject" && !now.testing()) {
      record.set("p", "quarantine");
      if (now.tag("sp") && strength(now.sp()) > 1) record.set("sp", "quarantine");
      record.remove("t");
    } else {
      record.set("p", "none");
      if (now.tag("sp") && strength(now.sp()) > 0) record.set("sp", "none");
      record.remove("t");
    }
    step.watch = {"the blockers above: repair them first", "that mail of yours is no longer quarantined or rejected once the record's TTL has passed"};
    step.step_back = "The observation begins anew after the repair.";
    return finish("Mail of yours is hit by the policy: go one step back to p=" + record.p() + " until it is repaired.", state.quarantine_days);
  }
  if (!state.ready) {
    if (!now.tag("np") && now.np() != "reject" && state.np_safe) {
      modernize();
      record.set("np", "reject");
      step.watch = {"rows from names below the domain that you do not know"};
      step.step_back = "Remove np again when a name that you use turns out not to exist in DNS.";
      return finish("One thing can go first: np=reject. No real mail comes from names that do not exist. Leave p as it is.", 0);
    }
    step.watch = {"the blockers above, until they are gone"};
    return finish("Leave the record as it is.", 0);
  }

  if (target == "quarantine" && p == "none") {
    modernize();
    record.set("p", "quarantine");
    record.remove("sp");
    if (!now.tag("np") && state.np_safe) record.set("np", "reject");
    record.set("t", "y");
    step.watch = {"rows that disappear: lists that now rewrite From (t=y invites them to)", "rows that stay and fail: indirect mail that enforcement will hurt",
                  "receivers that do not know t yet act in full: mail of yours must not be quarantined"};
    step.step_back = "Go back to p=none when " + usual + ".";
    return finish("Ask for quarantine, as a test: t=y keeps receivers that know it one step lower.", 14);
  }
  if (p == "quarantine" && now.testing()) {
    modernize();
    record.remove("t");
    step.watch = {"the disposition of your own mail: none of it may be quarantined", "mail by forwarders and lists that is quarantined"};
    step.step_back = "Go back to p=quarantine; t=y or p=none when " + usual + ".";
    return finish("The test stage is over: let quarantine take effect.", state.quarantine_days);
  }
  if (p == "quarantine" && target == "quarantine") {
    if (now.sp() == "none") {
      modernize();
      record.remove("sp");
      step.watch = {"mail from names below the domain"};
      step.step_back = "Set sp=none again when mail of yours from a subdomain is hit.";
      return finish("Close the gap below: without sp the subdomains follow p. Enforcement means the domain and all names below it.", state.quarantine_days);
    }
    step.watch = {"the gates for reject: dmarcq readiness DOMAIN --to reject"};
    return finish("The domain is there: p=quarantine. Reject is the next step.", state.quarantine_days);
  }
  if (target == "reject" && (p != "reject" || now.testing() || now.sp() != "reject")) {
    modernize();
    record.set("p", "reject");
    record.remove("sp");
    if (now.tag("np") && now.np() != "reject") record.remove("np");
    record.remove("t");
    step.watch = {"the disposition of your own mail: none of it may be rejected", "complaints of people who post to mailing lists or forward their mail",
                  "rows with reason local_policy: receivers must not reject for p=reject alone (RFC 9989 section 7.4)"};
    step.step_back = "Go back to p=quarantine when " + usual + ".";
    return finish("Ask for reject, for the domain and all names below it.", state.quarantine_days);
  }
  modernize();
  step.watch = {"dmarcq check, daily: new senders, senders that start failing"};
  step.step_back = "Go back one step when " + usual + ".";
  return finish("The domain is there: nothing is left to tighten.", 0);
}

}  // namespace dmarcq
