// SPDX-License-Identifier: MIT
#include "report/analysis/policy_record.h"

#include <algorithm>
#include <array>
#include <charconv>

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
  for (const std::string_view name : {"sp", "np"})
    if (const auto below = tag(name); below && !is_policy(lower(*below))) return "none";
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

std::optional<unsigned> PolicyRecord::pct() const {
  const auto value = tag("pct");
  unsigned share = 0;
  if (!value || std::from_chars(value->data(), value->data() + value->size(), share).ec != std::errc() || share >= 100) return std::nullopt;
  return share;
}

std::vector<std::string> PolicyRecord::remarks() const {
  std::vector<std::string> remarks;
  for (const std::string_view name : {"p", "sp", "np"})
    if (const auto value = tag(name); value && !is_policy(lower(*value)))
      remarks.push_back(std::string(name) + "=" + *value + " is not a policy (none, quarantine or reject); receivers then act as for p=none, or not at all");
  if (!tag("p")) remarks.emplace_back("it has no p, which acts as p=none");
  if (tag("fo") && !tag("ruf")) remarks.emplace_back("fo has no effect without ruf");
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
  for (const std::string_view name : {"pct", "rf", "ri"}) record.remove(name);  // out of date, whatever else changes
  const std::string unchanged = record.text();
  const std::string p = now.p();
  const auto finish = [&](std::string change, unsigned days) {
    step.change = std::move(change);
    step.least_days = days;
    step.record = record.text();
    // pct=100, rf and ri say nothing: leaving them out is no step.
    step.changes = step.record != unchanged || now.pct();
    return step;
  };
  // Names below the domain: p and what is above them apply again.
  const auto close_gaps = [&] {
    record.remove("sp");
    if (record.tag("np") && strength(record.np()) < strength(record.p())) record.remove("np");
  };
  const std::string usual = "a sender of yours falls below its threshold, or your own mail is quarantined or rejected";

  if (!state.sends_mail) {
    for (const std::string_view name : {"p", "sp", "np"}) record.set(name, "reject");
    record.remove("t");
    step.watch = {"publish v=spf1 -all for the name too"};
    step.step_back = "Go back only if the domain is to send mail after all.";
    return finish("You declared that the domain sends no mail: publish reject now, for it and all names below it.", 0);
  }
  if (state.hurts_own_mail && p != "none") {
    step.back = true;
    // One step below what is in effect: reject under t=y or pct acts as quarantine.
    const std::string lower_policy = p == "reject" && !now.testing() ? "quarantine" : "none";
    record.set("p", lower_policy);
    if (now.tag("sp") && strength(now.sp()) > strength(lower_policy)) record.set("sp", lower_policy);
    record.remove("t");
    step.watch = {"the blockers above: repair them first", "that your own mail is no longer quarantined or rejected once the record's TTL has passed"};
    step.step_back = "The observation starts again after the repair.";
    return finish("Your policy is holding back legitimate mail: go one step back to p=" + lower_policy + " until it is repaired.", state.quarantine_days);
  }
  if (!state.ready) {
    if (now.pct()) {
      // Receivers that follow RFC 9989 ignore pct and act in full, for which the domain is not ready.
      step.back = true;
      const std::string safe(weaker(p));
      record.set("p", safe);
      if (now.tag("sp") && strength(now.sp()) > strength(safe)) record.set("sp", safe);
      step.watch = {"the blockers above, until they are gone"};
      step.step_back = "";
      return finish("pct=" + std::to_string(*now.pct()) + " no longer protects your mail: RFC 9989 removed it, and receivers that follow it apply p=" + p +
                        " in full. Publish p=" + safe + " until the blockers are gone.", 0);
    }
    if (state.only_time_missing && strength(p) == 2 && strength(now.sp()) == 0) {
      record.set("sp", "quarantine");
      step.watch = {"mail from names below the domain"};
      step.step_back = "Set sp=none again if your own mail from a subdomain is held back.";
      return finish("Close the gap below the domain, one step at a time: sp=none leaves every subdomain open to spoofing.", state.quarantine_days);
    }
    if (now.np() != "reject" && state.np_safe) {
      record.set("np", "reject");
      step.watch = {"rows from names below the domain that you do not know"};
      step.step_back = "Remove np again if a name that you use turns out not to exist in DNS.";
      return finish("One thing can go first: np=reject. No legitimate mail comes from names that do not exist. Leave p as it is.", 0);
    }
    step.watch = {"the blockers above, until they are gone"};
    return finish("Leave the record as it is.", 0);
  }

  if (target == "quarantine" && p == "none") {
    record.set("p", "quarantine");
    close_gaps();
    if (!record.tag("np") && state.np_safe) record.set("np", "reject");
    record.set("t", "y");
    step.watch = {"rows that disappear: lists that now rewrite From (t=y invites them to)", "rows that stay and fail: indirect mail that enforcement will hurt",
                  "receivers that do not know t yet act in full: your own mail must not be quarantined"};
    step.step_back = "Go back to p=none if " + usual + ".";
    return finish("Ask for quarantine, as a test: t=y keeps receivers that know it one step lower.", 14);
  }
  if (p == "quarantine" && now.held_back()) {
    record.remove("t");
    close_gaps();
    step.watch = {"the disposition of your own mail: none of it may be quarantined", "mail by forwarders and lists that is quarantined"};
    step.step_back = "Go back to p=quarantine; t=y or p=none if " + usual + ".";
    return finish(now.testing() ? "The test stage is over: let quarantine take effect."
                                : "Let quarantine take effect for all mail: pct was removed by RFC 9989, and receivers that follow it ignore it already.",
                  state.quarantine_days);
  }
  if (p == "quarantine" && target == "quarantine") {
    if (strength(now.sp()) == 0 || strength(now.np()) == 0) {
      close_gaps();
      step.watch = {"mail from names below the domain"};
      step.step_back = "Set sp=none again if your own mail from a subdomain is held back.";
      return finish("Close the gap below: without sp the subdomains follow p. Enforcement means the domain and all names below it.", state.quarantine_days);
    }
    step.watch = {"the gates for reject: dmarcq readiness DOMAIN --to reject"};
    return finish("The domain is there: p=quarantine. Reject is the next step.", state.quarantine_days);
  }
  if (target == "reject" && (p != "reject" || now.held_back() || now.sp() != "reject" || now.np() != "reject")) {
    record.set("p", "reject");
    close_gaps();
    record.remove("t");
    step.watch = {"the disposition of your own mail: none of it may be rejected", "complaints of people who post to mailing lists or forward their mail",
                  "rows with reason local_policy: receivers must not reject for p=reject alone (RFC 9989 section 7.4)"};
    step.step_back = "Go back to p=quarantine if " + usual + ".";
    return finish(p != "reject" ? "Ask for reject, for the domain and all names below it."
                  : now.held_back() ? "The test stage is over: let reject take effect."
                                    : "Close the gap below: reject for the domain and all names below it.",
                  state.quarantine_days);
  }
  step.watch = {"dmarcq check, daily: new senders, senders that start failing"};
  step.step_back = "Go back one step if " + usual + ".";
  return finish("The domain is there: nothing is left to tighten.", 0);
}

}  // namespace dmarcq
