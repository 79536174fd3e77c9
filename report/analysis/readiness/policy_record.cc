// SPDX-License-Identifier: MIT
#include "report/analysis/readiness/policy_record.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "ingest/base/text.h"
#include "report/analysis/finding/copyable.h"

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

constexpr std::array<std::string_view, 3> removed_tags{"pct", "rf", "ri"};

bool is_policy(std::string_view value) {
  return value == "none" || value == "quarantine" || value == "reject";
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
      return std::unexpected("it does not begin with v=DMARC1");
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

std::vector<std::string> PolicyRecord::remarks(bool subdomain) const {
  std::vector<std::string> remarks;
  const auto remark = [&](std::string text) { remarks.push_back(std::move(text)); };
  const auto words = [&](std::string_view name) {
    return std::string(name) + "=" + tag(name).value_or("");
  };
  const bool reports_come = names_an_address(tag("rua").value_or(""));
  for (const std::string_view name : {"p", "sp", "np"})
    if (const auto value = tag(name); value && !is_policy(lower(*value)))
      remark(words(name) + " is not a policy (none, quarantine or reject), so receivers " +
             (reports_come ? "act as for p=none"
                           : "ignore the whole record, which has no usable rua either") +
             " (RFC 9989 section 4.10.1)");
  if (!tag("p"))
    remark(reports_come ? "it has no p and acts as p=none, which is allowed"
                        : "it has neither p nor a usable rua, so receivers ignore it");
  if (!tag("rua"))
    remark("it has no rua: no reports come, and what happens cannot be seen");
  else if (!reports_come)
    remark("its rua names no address (mailto:…): no reports come, and what happens cannot be seen");
  for (const std::string_view name : {"adkim", "aspf"})
    if (const auto value = tag(name); value && lower(*value) != "r" && lower(*value) != "s")
      remark(words(name) + " is not a mode (r or s): receivers take it for r");
  if (const auto t = tag("t"); t && lower(*t) != "y" && lower(*t) != "n")
    remark(words("t") + " is neither y nor n: receivers take it for n");
  if (const auto fo = tag("fo")) {
    std::string options = lower(*fo);
    std::erase(options, ' ');
    if (!tag("ruf"))
      remark("fo has no effect without ruf");
    else if (!is_failure_options(options))
      remark(words("fo") + " is not known (0, 1, d and s, with colons between)");
    else if (options.contains('0') && options.contains('1'))
      remark("fo has both 0 and 1, which exclude each other");
  }
  if (lower(tag("psd").value_or("")) == "y")
    remark(
        "psd=y is for public suffixes: it makes each name one label below an organization of its own, and no failure reports are sent");
  if (subdomain && lower(tag("psd").value_or("")) != "n")
    for (const std::string_view name : {"sp", "np"})
      if (tag(name))
        remark(
            std::string(name) +
            " has no effect in the record of a subdomain: receivers ask the organizational domain");
  for (const std::string_view name : removed_tags)
    if (tag(name))
      remark(std::string(name) + " was removed by RFC 9989 and may go" +
             (name == "pct" && pct()
                  ? ": receivers that follow it act in full; t=y is what is left to test a policy"
                  : ""));
  return remarks;
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

namespace {

constexpr std::string_view usual_trouble =
    " if a sender of yours falls below its threshold, or your own mail is quarantined or rejected.";

/// Makes of the present record the next one; so little at a time that its effect can be watched.
class Ladder {
 public:
  Ladder(const PolicyRecord& now, std::string_view target, const LadderState& state)
      : now_(now),
        record_(now),
        target_(target),
        state_(state),
        p_(now.p()),
        sp_(state.subdomain ? p_ : now.sp()),
        np_(state.subdomain ? p_ : now.np()) {
    for (const std::string_view name : removed_tags)
      record_.remove(name);  // out of date, whatever else changes
    unchanged_ = record_.text();
    for (const std::string_view name : {"sp", "np"})
      if (const auto value = record_.tag(name); value && !is_policy(lower(*value)))
        record_.remove(name);
  }

  NextStep choose() {
    if (!state_.sends_mail) return send_nothing();
    if (state_.hurts_own_mail && asks_for_something()) return go_back();
    if (!state_.hurt_below.empty() && !state_.subdomain && (sp_ != "none" || np_ != "none"))
      return go_back_below();
    if (!state_.ready) return wait();
    if (p_ == "quarantine" && now_.held_back()) return complete_quarantine();
    if (target_ == "reject") return p_ == "reject" && is_complete("reject") ? stay() : to_reject();
    if (p_ == "none") return test_quarantine();
    if (!is_complete("quarantine")) return close_gaps();
    return stay();
  }

 private:
  bool asks_for_something() const { return p_ != "none" || sp_ != "none"; }
  /// Does pct hold back what the record asks for?
  bool shares_out() const { return now_.pct() && asks_for_something(); }
  std::string pct_words() const { return "pct=" + std::to_string(now_.pct().value_or(100)); }

  /// Is this in effect, for the domain and all names below it?
  bool is_complete(std::string_view policy) const {
    const auto in_effect = [&](std::string_view value) {
      return strength(now_.held_back() ? weaker(value) : value);
    };
    return std::min({in_effect(p_), in_effect(sp_), in_effect(np_)}) >= strength(policy);
  }

  NextStep finish(std::string change, unsigned days) {
    step_.change = std::move(change);
    step_.least_days = days;
    step_.record = record_.text();
    // pct=100, rf and ri say nothing: leaving them out is no step.
    step_.changes = step_.record != unchanged_ || shares_out();
    return std::move(step_);
  }

  /// Names below the domain: p applies to them again, unless more is asked of them.
  void follow_p() {
    const int p = strength(record_.tag("p").value_or(""));
    if (const auto sp = record_.tag("sp"); sp && strength(lower(*sp)) <= p) record_.remove("sp");
    if (const auto np = record_.tag("np"); np && strength(lower(*np)) < p) record_.remove("np");
  }

  void lower_to(std::string_view policy) {
    record_.set("p", policy);
    if (record_.tag("sp") && strength(sp_) > strength(policy)) record_.set("sp", policy);
  }

  NextStep send_nothing() {
    record_.set("p", "reject");
    if (!state_.subdomain)
      for (const std::string_view name : {"sp", "np"}) record_.set(name, "reject");
    record_.remove("t");
    step_.watch = {"publish v=spf1 -all for the name too"};
    step_.step_back = "Go back only if the domain is to send mail after all.";
    return finish(
        "You declared that the domain sends no mail: publish reject now, for it and all names below it.",
        0);
  }

  NextStep go_back() {
    step_.back = true;
    // One step below what is in effect: reject under t=y acts as quarantine.
    lower_to(p_ == "reject" && !now_.testing() ? "quarantine" : "none");
    record_.remove("t");
    step_.watch = {
        "the blockers above: repair them first",
        "that your own mail is no longer quarantined or rejected once the record's TTL has passed"};
    step_.step_back = "The observation starts again after the repair.";
    return finish("Your policy is holding back legitimate mail: go one step back to p=" +
                      record_.p() + " until it is repaired.",
                  state_.quarantine_days);
  }

  /// Own mail is hit below the domain only: p stays.
  NextStep go_back_below() {
    step_.back = true;
    const auto lower_one = [&](const std::string& policy) {
      return std::string(now_.held_back() ? "none" : weaker(policy));
    };
    const std::string next = lower_one(sp_);
    if (state_.hurt_below.size() == 1 && is_host_name(state_.hurt_below.front())) {
      // A record of its own frees that name, and no other.
      const std::string& name = state_.hurt_below.front();
      step_.name = name;
      for (const std::string_view tag : {"sp", "np", "t"}) record_.remove(tag);
      record_.set("p", next);
      step_.watch = {
          "the blockers above: repair them first",
          "that mail as " + name + " is no longer held back once the record's TTL has passed"};
      step_.step_back =
          "Remove the record when it is repaired: the domain's own record applies again.";
      NextStep step = finish("Your policy is holding back legitimate mail as " + name +
                                 ": give that name a record of its own with p=" + next +
                                 " until it is repaired. The domain's record stays.",
                             0);
      step.changes = true;
      return step;
    }
    record_.set("sp", next);
    if (const auto np = record_.tag("np"); np && strength(lower(*np)) > strength(next))
      record_.set("np", next);
    step_.watch = {
        "the blockers above: repair them first",
        "that your own mail from names below the domain is no longer held back once the record's TTL has passed"};
    step_.step_back = "The observation starts again after the repair.";
    return finish(
        "Your policy is holding back legitimate mail from names below the domain: go one step back to sp=" +
            next + " until it is repaired.",
        state_.quarantine_days);
  }

  /// Not ready: the policy does not become stricter.
  NextStep wait() {
    step_.watch = {"the blockers above, until they are gone"};
    if (const std::string fault = now_.disarmed_by(); !fault.empty()) {
      record_.set("p", "none");
      follow_p();
      record_.remove("t");
      return finish(
          fault +
              " is not a policy, and receivers take the record for p=none because of it (RFC 9989 section 4.10.1). Write p=none until the blockers are gone.",
          0);
    }
    if (shares_out()) {
      // Receivers that follow RFC 9989 ignore pct and act in full, for which the domain is not
      // ready.
      step_.back = true;
      lower_to(weaker(p_));
      return finish(
          pct_words() +
              " no longer protects your mail: RFC 9989 removed it, and receivers that follow it apply the policy in full. Publish p=" +
              record_.p() + " until the blockers are gone.",
          0);
    }
    if (state_.only_time_missing && p_ == "reject" && sp_ == "none") return close_gaps();
    if (!state_.subdomain && np_ != "reject" && state_.np_safe) {
      record_.set("np", "reject");
      step_.watch = {"rows from names below the domain that you do not know"};
      step_.step_back = "Remove np again if a name that you use turns out not to exist in DNS.";
      return finish(
          "One thing can go first: np=reject. No legitimate mail comes from names that do not exist. Leave p as it is.",
          0);
    }
    return finish("Leave the record as it is.", 0);
  }

  NextStep test_quarantine() {
    record_.set("p", "quarantine");
    follow_p();
    if (!state_.subdomain && !record_.tag("np") && state_.np_safe) record_.set("np", "reject");
    record_.set("t", "y");
    step_.watch = {
        "rows that disappear: lists that now rewrite From (t=y invites them to)",
        "rows that stay and fail: indirect mail that enforcement will hurt",
        "receivers that do not know t yet act in full: your own mail must not be quarantined"};
    step_.step_back = std::string("Go back to p=none").append(usual_trouble);
    return finish("Ask for quarantine, as a test: t=y keeps receivers that know it one step lower.",
                  14);
  }

  NextStep complete_quarantine() {
    record_.remove("t");
    follow_p();
    step_.watch = {"the disposition of your own mail: none of it may be quarantined",
                   "mail by forwarders and lists that is quarantined"};
    step_.step_back = std::string("Go back to p=quarantine; t=y or p=none").append(usual_trouble);
    return finish(
        now_.testing()
            ? "The test stage is over: let quarantine take effect."
            : "Let quarantine take effect for all mail: pct was removed by RFC 9989, and receivers that follow it ignore it already.",
        state_.quarantine_days);
  }

  /// Quarantine for the names below that are left out. Where p asks for more, reject follows later.
  NextStep close_gaps() {
    step_.watch = {"mail from names below the domain"};
    if (now_.held_back()) {
      // Reject that is held back acts as quarantine: written so, it holds below the domain as well.
      record_.set("p", "quarantine");
      record_.remove("t");
      follow_p();
      step_.step_back = std::string("Go back to the present record").append(usual_trouble);
      return finish(
          "Ask for quarantine in full, for the domain and all names below it: more is not in effect now, and names below are left out.",
          state_.quarantine_days);
    }
    const bool names = sp_ == "none";
    const std::string was = names ? "sp=none" : "np=none";
    if (p_ == "reject" && names)
      record_.set("sp", "quarantine");
    else
      follow_p();
    if (const auto np = record_.tag("np"); np && strength(lower(*np)) == 0) record_.remove("np");
    step_.step_back = "Set " + was +
                      " again if your own mail from a name below the domain is held back.";
    return finish(
        names && p_ == "reject"
            ? "Close the gap below the domain, one step at a time: sp=none leaves every subdomain open to spoofing."
            : "Close the gap below: without " + was +
                  " the names below follow p. Enforcement means the domain and all names below it.",
        state_.quarantine_days);
  }

  NextStep to_reject() {
    record_.set("p", "reject");
    follow_p();
    record_.remove("t");
    step_.watch = {
        "the disposition of your own mail: none of it may be rejected",
        "complaints of people who post to mailing lists or forward their mail",
        "rows with reason local_policy: receivers must not reject for p=reject alone (RFC 9989 section 7.4)"};
    step_.step_back = std::string("Go back to p=quarantine").append(usual_trouble);
    return finish(
        p_ != "reject"   ? "Ask for reject, for the domain and all names below it."
        : now_.testing() ? "The test stage is over: let reject take effect."
        : now_.held_back()
            ? "Let reject take effect for all mail: pct was removed by RFC 9989, and receivers that follow it ignore it already."
            : "Close the gap below: reject for the domain and all names below it.",
        state_.quarantine_days);
  }

  NextStep stay() {
    if (shares_out()) lower_to(weaker(p_));
    if (is_complete("reject")) {
      step_.watch = {"dmarcq check, daily: new senders, senders that start failing"};
      step_.step_back = std::string("Go back one step").append(usual_trouble);
      return finish("The domain is there: nothing is left to tighten.", 0);
    }
    step_.watch = {"the gates for reject: dmarcq readiness DOMAIN --to reject"};
    return finish("The domain is there: p=quarantine is in effect. Reject is the next step.",
                  state_.quarantine_days);
  }

  const PolicyRecord& now_;
  PolicyRecord record_;
  std::string unchanged_;  ///< the present record without what is out of date
  const std::string_view target_;
  const LadderState& state_;
  const std::string p_, sp_, np_;
  NextStep step_;
};

}  // namespace

NextStep next_step(const PolicyRecord& now, std::string_view target, const LadderState& state) {
  return Ladder(now, target, state).choose();
}

}  // namespace dmarcq
