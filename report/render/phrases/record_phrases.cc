// SPDX-License-Identifier: MIT
#include "report/render/phrases/record_phrases.h"

#include <fmt/format.h>

namespace dmarcq {
namespace {

constexpr std::string_view usual_trouble =
    " if a sender of yours falls below its threshold, or your own mail is quarantined or rejected.";

std::string back_to(std::string_view policy) {
  return fmt::format("Go back to {}{}", policy, usual_trouble);
}

constexpr std::string_view repair_first = "fix the blockers above first";
constexpr std::string_view observe_again = "The observation period starts again after the fix.";

StepPhrases send_nothing() {
  return {
      "You declared that the domain sends no mail: publish reject now, for it and all names below it.",
      {"also publish v=spf1 -all for the domain"},
      "Go back only if the domain is going to send mail after all."};
}

StepPhrases test_quarantine() {
  return {
      "Publish quarantine in test mode: with t=y, receivers that support it apply one step less.",
      {"rows that disappear: mailing lists that now rewrite From (t=y invites them to)",
       "rows that stay and fail: indirect mail that enforcement will hurt",
       "receivers that do not support t yet apply the policy in full: your own mail must not be quarantined"},
      back_to("p=none")};
}

StepPhrases back_below_one(const NextStep& step) {
  return {
      fmt::format(
          "Your policy is affecting legitimate mail from {}: publish a separate record with p={} for that name until DKIM is fixed. The domain's record stays.",
          step.name, step.policy),
      {std::string(repair_first),
       fmt::format("that mail as {} is no longer held back once the record's TTL has passed",
                   step.name)},
      "Remove that record once the problem is fixed: the domain's record then applies again."};
}

StepPhrases close_gap(const NextStep& step) {
  return {
      step.kind == NextStep::Kind::close_gap_stepwise
          ? "Close the gap below the domain, one step at a time: sp=none leaves every subdomain open to spoofing."
          : fmt::format(
                "Close the gap below: without {} the names below follow p. Enforcement covers the domain and all names below it.",
                step.tag),
      {"mail from names below the domain"},
      fmt::format("Set {} again if your own mail from a name below the domain is held back.",
                  step.tag)};
}

/// The steps to p=quarantine in full and to p=reject differ in what they change only.
StepPhrases full_quarantine(std::string change) {
  return {std::move(change),
          {"the disposition of your own mail: none of it may be quarantined",
           "mail from forwarders and lists that is quarantined"},
          back_to("p=quarantine; t=y or p=none")};
}
StepPhrases full_reject(std::string change) {
  return {
      std::move(change),
      {"the disposition of your own mail: none of it may be rejected",
       "complaints from people who post to mailing lists or forward their mail",
       "rows with reason local_policy: receivers must not reject for p=reject alone (RFC 9989 section 7.4)"},
      back_to("p=quarantine")};
}

constexpr std::string_view blockers = "the blockers above until they are gone";

}  // namespace

std::string clause_of(const DnsFault& fault) {
  switch (fault.kind) {
    case DnsFault::Kind::no_rua: return "the DMARC record has no rua";
    case DnsFault::Kind::rua_without_address:
      return "the rua of the DMARC record contains no address (mailto:…), so no reports arrive";
    case DnsFault::Kind::no_dmarc:
      return fmt::format("there is no DMARC record at _dmarc.{}, though reports show a policy",
                         fault.name);
    case DnsFault::Kind::not_a_policy:
      return fmt::format(
          "the DMARC record has {}={}, which is not a policy, so it acts as p=none at best (RFC 9989 section 4.10.1)",
          fault.name, fault.value);
    case DnsFault::Kind::several_records:
      return fmt::format("there are {1} records at _dmarc.{0}, so receivers use none", fault.name,
                         fault.number);
    case DnsFault::Kind::unreadable:
      return fmt::format(
          "receivers cannot read the record at _dmarc.{0}: dmarcq dns check {0} names what is wrong",
          fault.name);
    case DnsFault::Kind::several_spf:
      return fmt::format("there are {1} SPF records at {0}, which is a permanent error", fault.name,
                         fault.number);
    case DnsFault::Kind::spf_lookups:
      return fmt::format("the SPF record needs {} DNS lookups or more", fault.number);
    case DnsFault::Kind::spf_broken:
      return fmt::format(
          "the SPF record of {0} is a permanent error, and mail of yours passes by SPF alone: dmarcq dns check {0} names what is wrong",
          fault.name);
    case DnsFault::Kind::key_revoked:
      return fmt::format("the key of selector {} of {} is revoked (empty p=)", fault.name,
                         fault.value);
    case DnsFault::Kind::key_broken:
      return fmt::format("the key record of selector {} of {} is not usable", fault.name,
                         fault.value);
    case DnsFault::Kind::selector_missing:
      return fmt::format("selector {} of {} has no record in DNS", fault.name, fault.value);
  }
  return {};
}

std::string clause_of(const RecordRemark& remark) {
  using Kind = RecordRemark::Kind;
  const std::string written = remark.tag + "=" + remark.value;
  switch (remark.kind) {
    case Kind::not_a_policy:
      return fmt::format(
          "{} is not a policy (none, quarantine or reject), so receivers {} (RFC 9989 section 4.10.1)",
          written,
          remark.reports_come ? "act as for p=none"
                              : "ignore the whole record, which has no usable rua either");
    case Kind::no_policy:
      return remark.reports_come ? "it has no p and acts as p=none, which is allowed"
                                 : "it has neither p nor a usable rua, so receivers ignore it";
    case Kind::no_rua: return "it has no rua, so no reports arrive and the effect cannot be seen";
    case Kind::rua_without_address:
      return "its rua contains no address (mailto:…), so no reports arrive and the effect cannot be seen";
    case Kind::not_a_mode: return written + " is not a mode (r or s); receivers treat it as r";
    case Kind::not_a_switch: return written + " is neither y nor n; receivers treat it as n";
    case Kind::fo_without_ruf: return "fo has no effect without ruf";
    case Kind::fo_unknown: return written + " is not known (0, 1, d and s, with colons between)";
    case Kind::fo_contradicts_itself: return "fo has both 0 and 1, which are mutually exclusive";
    case Kind::public_suffix:
      return "psd=y is for public suffixes: it makes each name one label below an organization of its own, and no failure reports are sent; remove it";
    case Kind::no_effect_in_subdomain:
      return remark.tag +
             " has no effect in the record of a subdomain: receivers ask the organizational domain";
    case Kind::removed_tag: return remark.tag + " was removed by RFC 9989 and can be deleted";
    case Kind::pct_ignored:
      return "pct was removed by RFC 9989 and can be deleted: receivers that follow it act in full; t=y is what is left to test a policy";
  }
  return {};
}

StepPhrases phrases_of(const NextStep& step) {
  using Kind = NextStep::Kind;
  switch (step.kind) {
    case Kind::send_nothing: return send_nothing();
    case Kind::back:
      return {
          fmt::format(
              "Your policy is affecting legitimate mail. Step back to p={} until DKIM is fixed.",
              step.policy),
          {std::string(repair_first),
           "that your own mail is no longer quarantined or rejected once the record's TTL has passed"},
          std::string(observe_again)};
    case Kind::back_below_one: return back_below_one(step);
    case Kind::back_below:
      return {
          fmt::format(
              "Your policy is affecting legitimate mail from names below the domain. Step back to sp={} until DKIM is fixed.",
              step.policy),
          {std::string(repair_first),
           "that your own mail from names below the domain is no longer held back once the record's TTL has passed"},
          std::string(observe_again)};
    case Kind::repair_record:
      return {
          step.tag +
              " is not a policy, so receivers treat the record as p=none (RFC 9989 section 4.10.1). Write p=none until the blockers are gone.",
          {std::string(blockers)},
          {}};
    case Kind::replace_pct:
      return {
          fmt::format(
              "{} no longer protects your mail: RFC 9989 removed it, and receivers that follow it apply the policy in full. Publish p={} until the blockers are gone.",
              step.tag, step.policy),
          {std::string(blockers)},
          {}};
    case Kind::protect_missing:
      return {
          "np=reject can be published first: no legitimate mail comes from names that do not exist. Leave p unchanged.",
          {"rows from unknown names below the domain"},
          "Remove np again if a name that you use turns out not to exist in DNS."};
    case Kind::wait: return {"Leave the record unchanged.", {std::string(blockers)}, {}};
    case Kind::test_quarantine: return test_quarantine();
    case Kind::end_quarantine_test:
      return full_quarantine("The test is over: publish quarantine in full effect.");
    case Kind::end_quarantine_pct:
      return full_quarantine(
          "Publish quarantine for all mail: pct was removed by RFC 9989, and receivers that follow it already ignore pct.");
    case Kind::quarantine_untested:
      return full_quarantine(
          "Publish quarantine without a test: t=y would also weaken the policy that is in effect for names below the domain.");
    case Kind::quarantine_in_full:
      return {
          "Publish quarantine in full effect for the domain and all names below it: the current policy is not in full effect and does not cover them.",
          {"mail from names below the domain"},
          back_to("the present record")};
    case Kind::close_gap_stepwise:
    case Kind::close_gap: return close_gap(step);
    case Kind::reject: return full_reject("Publish reject for the domain and all names below it.");
    case Kind::end_reject_test:
      return full_reject("The test is over: publish reject in full effect.");
    case Kind::end_reject_pct:
      return full_reject(
          "Publish reject for all mail: pct was removed by RFC 9989, and receivers that follow it already ignore pct.");
    case Kind::reject_below:
      return full_reject(
          "Close the gap below the domain: publish reject for the domain and all names below it.");
    case Kind::stay_at_reject:
      return {"The domain has reached its goal: there is nothing left to tighten.",
              {"dmarcq check, daily: new senders, senders that start failing"},
              fmt::format("Go back one step{}", usual_trouble)};
    case Kind::stay_at_quarantine:
      return {"p=quarantine is in full effect. Reject is the next step.",
              {"the gates for reject: dmarcq readiness DOMAIN --to reject"},
              {}};
  }
  return {};
}

}  // namespace dmarcq
