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

constexpr std::string_view repair_first = "the blockers above: repair them first";
constexpr std::string_view observe_again = "The observation starts again after the repair.";

StepPhrases send_nothing() {
  return {
      "You declared that the domain sends no mail: publish reject now, for it and all names below it.",
      {"publish v=spf1 -all for the name too"},
      "Go back only if the domain is to send mail after all."};
}

StepPhrases test_quarantine() {
  return {"Ask for quarantine, as a test: t=y keeps receivers that know it one step lower.",
          {"rows that disappear: lists that now rewrite From (t=y invites them to)",
           "rows that stay and fail: indirect mail that enforcement will hurt",
           "receivers that do not know t yet act in full: your own mail must not be quarantined"},
          back_to("p=none")};
}

StepPhrases back_below_one(const NextStep& step) {
  return {
      fmt::format(
          "Your policy is holding back legitimate mail as {}: give that name a record of its own with p={} until it is repaired. The domain's record stays.",
          step.name, step.policy),
      {std::string(repair_first),
       fmt::format("that mail as {} is no longer held back once the record's TTL has passed",
                   step.name)},
      "Remove the record when it is repaired: the domain's own record applies again."};
}

StepPhrases close_gap(const NextStep& step) {
  return {
      step.kind == NextStep::Kind::close_gap_stepwise
          ? "Close the gap below the domain, one step at a time: sp=none leaves every subdomain open to spoofing."
          : fmt::format(
                "Close the gap below: without {} the names below follow p. Enforcement means the domain and all names below it.",
                step.tag),
      {"mail from names below the domain"},
      fmt::format("Set {} again if your own mail from a name below the domain is held back.",
                  step.tag)};
}

/// The steps to p=quarantine in full and to p=reject differ in what they change only.
StepPhrases full_quarantine(std::string change) {
  return {std::move(change),
          {"the disposition of your own mail: none of it may be quarantined",
           "mail by forwarders and lists that is quarantined"},
          back_to("p=quarantine; t=y or p=none")};
}
StepPhrases full_reject(std::string change) {
  return {
      std::move(change),
      {"the disposition of your own mail: none of it may be rejected",
       "complaints of people who post to mailing lists or forward their mail",
       "rows with reason local_policy: receivers must not reject for p=reject alone (RFC 9989 section 7.4)"},
      back_to("p=quarantine")};
}

constexpr std::string_view blockers = "the blockers above, until they are gone";

}  // namespace

std::string clause_of(const DnsFault& fault) {
  switch (fault.kind) {
    case DnsFault::Kind::no_rua: return "the DMARC record has no rua";
    case DnsFault::Kind::not_a_policy:
      return fmt::format(
          "{}={} in the DMARC record is not a policy, so the record acts as p=none at best (RFC 9989 section 4.10.1)",
          fault.name, fault.value);
    case DnsFault::Kind::several_records:
      return fmt::format("_dmarc.{} has {} records, so receivers use none", fault.name,
                         fault.number);
    case DnsFault::Kind::several_spf:
      return fmt::format("{} has {} SPF records, which is a permanent error", fault.name,
                         fault.number);
    case DnsFault::Kind::spf_lookups:
      return fmt::format("the SPF record costs {} look-ups or more", fault.number);
    case DnsFault::Kind::selector_missing:
      return fmt::format("{} of {} is not in the zone", fault.name, fault.value);
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
    case Kind::no_rua: return "it has no rua: no reports come, and what happens cannot be seen";
    case Kind::rua_without_address:
      return "its rua names no address (mailto:…): no reports come, and what happens cannot be seen";
    case Kind::not_a_mode: return written + " is not a mode (r or s): receivers take it for r";
    case Kind::not_a_switch: return written + " is neither y nor n: receivers take it for n";
    case Kind::fo_without_ruf: return "fo has no effect without ruf";
    case Kind::fo_unknown: return written + " is not known (0, 1, d and s, with colons between)";
    case Kind::fo_contradicts_itself: return "fo has both 0 and 1, which exclude each other";
    case Kind::public_suffix:
      return "psd=y is for public suffixes: it makes each name one label below an organization of its own, and no failure reports are sent";
    case Kind::no_effect_in_subdomain:
      return remark.tag +
             " has no effect in the record of a subdomain: receivers ask the organizational domain";
    case Kind::removed_tag: return remark.tag + " was removed by RFC 9989 and may go";
    case Kind::pct_ignored:
      return "pct was removed by RFC 9989 and may go: receivers that follow it act in full; t=y is what is left to test a policy";
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
              "Your policy is holding back legitimate mail: go one step back to p={} until it is repaired.",
              step.policy),
          {std::string(repair_first),
           "that your own mail is no longer quarantined or rejected once the record's TTL has passed"},
          std::string(observe_again)};
    case Kind::back_below_one: return back_below_one(step);
    case Kind::back_below:
      return {
          fmt::format(
              "Your policy is holding back legitimate mail from names below the domain: go one step back to sp={} until it is repaired.",
              step.policy),
          {std::string(repair_first),
           "that your own mail from names below the domain is no longer held back once the record's TTL has passed"},
          std::string(observe_again)};
    case Kind::repair_record:
      return {
          step.tag +
              " is not a policy, and receivers take the record for p=none because of it (RFC 9989 section 4.10.1). Write p=none until the blockers are gone.",
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
          "One thing can go first: np=reject. No legitimate mail comes from names that do not exist. Leave p as it is.",
          {"rows from names below the domain that you do not know"},
          "Remove np again if a name that you use turns out not to exist in DNS."};
    case Kind::wait: return {"Leave the record as it is.", {std::string(blockers)}, {}};
    case Kind::test_quarantine: return test_quarantine();
    case Kind::end_quarantine_test:
      return full_quarantine("The test stage is over: let quarantine take effect.");
    case Kind::end_quarantine_pct:
      return full_quarantine(
          "Let quarantine take effect for all mail: pct was removed by RFC 9989, and receivers that follow it ignore it already.");
    case Kind::quarantine_in_full:
      return {
          "Ask for quarantine in full, for the domain and all names below it: more is not in effect now, and names below are left out.",
          {"mail from names below the domain"},
          back_to("the present record")};
    case Kind::close_gap_stepwise:
    case Kind::close_gap: return close_gap(step);
    case Kind::reject: return full_reject("Ask for reject, for the domain and all names below it.");
    case Kind::end_reject_test:
      return full_reject("The test stage is over: let reject take effect.");
    case Kind::end_reject_pct:
      return full_reject(
          "Let reject take effect for all mail: pct was removed by RFC 9989, and receivers that follow it ignore it already.");
    case Kind::reject_below:
      return full_reject("Close the gap below: reject for the domain and all names below it.");
    case Kind::stay_at_reject:
      return {"The domain is there: nothing is left to tighten.",
              {"dmarcq check, daily: new senders, senders that start failing"},
              fmt::format("Go back one step{}", usual_trouble)};
    case Kind::stay_at_quarantine:
      return {"The domain is there: p=quarantine is in effect. Reject is the next step.",
              {"the gates for reject: dmarcq readiness DOMAIN --to reject"},
              {}};
  }
  return {};
}

}  // namespace dmarcq
