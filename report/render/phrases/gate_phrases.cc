// SPDX-License-Identifier: MIT
#include "report/render/phrases/gate_phrases.h"

#include <fmt/format.h>

#include <algorithm>

#include "ingest/base/text.h"
#include "report/render/phrases/percent.h"
#include "report/render/phrases/record_phrases.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

GatePhrases say(const ObservationFigures& f) {
  GatePhrases phrases{.name = "length of observation", .measured = {}, .required = {}, .why = {}};
  const bool seen = f.observed >= f.observed_needed;
  const std::string wait = fmt::format("Reports must cover {} more in a row.",
                                       days_words(f.observed_needed - f.observed));
  if (!f.enforced) {
    phrases.measured = days_words(std::min(f.observed, f.looked_at)) +
                       (f.observed > f.looked_at ? " or more" : "");
    phrases.required = days_words(f.observed_needed);
    phrases.why = seen ? "Reports cover enough days in a row." : wait;
    return phrases;
  }
  phrases.measured = days_words(*f.enforced) + " at quarantine or above";
  phrases.required = fmt::format("{} at quarantine in full effect", days_words(f.enforced_needed));
  phrases.why =
      !seen                              ? wait
      : *f.enforced >= f.enforced_needed ? "The domain has been at quarantine long enough."
      : *f.enforced > 0
          ? fmt::format(
                "Quarantine must be in full effect for {} more, to show which mail it affects (RFC 9989 section 7.4).",
                days_words(f.enforced_needed - *f.enforced))
          : "Reject requires a month of quarantine in full effect first, and there has been none yet (RFC 9989 section 7.4).";
  return phrases;
}

GatePhrases say(const FreshnessFigures& f) {
  const bool none = f.newest == 0;
  return {.name = "fresh reports from several reporters",
          .measured = none ? "no reports"
                           : fmt::format("last report {} old, {}", days_words(f.age),
                                         counted(f.reporters, "reporter")),
          .required = fmt::format("at most {} old, {}", days_words(f.age_allowed),
                                  counted(f.reporters_needed, "reporter")),
          .why = none ? "There are no reports on the domain."
                 : f.age > f.age_allowed
                     ? fmt::format("The last reported day is {}, so the current state is unknown.",
                                   iso_date(f.newest))
                 : f.reporters < f.reporters_needed
                     ? "Too few receivers report, so a single one could mislead."
                     : "Reports are recent and come from several receivers."};
}

GatePhrases say(const VolumeFigures& f) {
  GatePhrases phrases{
      .name = "volume of your own mail",
      .measured = counted(f.messages, "message"),
      .required = counted(f.needed, "message"),
      .why = f.messages >= f.needed
                 ? "There is enough of your own mail for a verdict."
                 : "The window contains too little of your own mail for a verdict."};
  if (f.declared_silent) {
    phrases.required = "none";
    phrases.why = "You declared that the domain sends no mail, and none of yours is seen.";
  }
  return phrases;
}

GatePhrases say(const PassRateFigures& f) {
  const auto below = f.below.size();
  const std::string senders = f.senders == 1 ? "The one sender"
                                             : fmt::format("All {} senders", f.senders);
  return {.name = "pass rate of your own mail",
          .measured = rate_words(f.passed, f.failed),
          .required = fmt::format("{} of all, {} of each sender", threshold_words(f.all_needed),
                                  threshold_words(f.each_needed)),
          .why = f.refused > 0
                     ? fmt::format(
                           "Delivery logs and reports prove that the policy refused {} of yours.",
                           counted(f.refused, "mail"))
                 : f.senders == 0 ? "No sender of yours is seen."
                 : below > 0   ? fmt::format("{} of {} senders of yours {} below the limit.", below,
                                             f.senders, below == 1 ? "is" : "are")
                 : f.all_below ? "Each sender is above its limit, but the total is not."
                               : fmt::format("{} of yours {} above the limit.", senders,
                                             f.senders == 1 ? "is" : "are")};
}

GatePhrases say(const RawPassRateFigures& f) {
  return {
      .name = "raw pass rate of all mail",
      .measured = rate_words(f.passed, f.failed),
      .required = "nothing",
      .why = "Spoofing lowers it through no fault of yours, so it does not affect the verdict."};
}

GatePhrases say(const RouteFigures& f) {
  const bool to_reject = f.spf_only.has_value();
  const auto unclaimed = f.unclaimed.size() + f.more_orgs.size(),
             by_spf = to_reject ? f.spf_only->size() : 0;
  std::string routes;
  for (const std::string& route : f.routes)
    routes += (routes.empty() ? "" : ", ") + (route.empty() ? std::string("unspecified") : route);

  GatePhrases phrases;
  phrases.name = to_reject ? "Salesforce orgs claimed, every sender signs"
                           : "Salesforce orgs claimed";
  phrases.measured = unclaimed == 0   ? "no open question"
                     : unclaimed == 1 ? "one sender of unproven origin"
                                      : fmt::format("{} senders of unproven origin", unclaimed);
  if (to_reject)
    phrases.measured += by_spf == 0 ? ", no sender by SPF only"
                                    : fmt::format(", {} by SPF only", by_spf);
  phrases.required = to_reject ? "each org claimed, DKIM aligned for every sender"
                               : "each org claimed or disowned";
  phrases.why =
      unclaimed > 0
          ? "Somebody sends as you through Salesforce, and it is unknown whether that is you."
      : by_spf > 0     ? "A domain at reject must sign all its mail."
      : routes.empty() ? "No mail of yours came through Salesforce."
                       : fmt::format("Salesforce mail of yours came by {}.", routes);
  return phrases;
}

GatePhrases say(const UnknownSourceFigures& f) {
  return {.name = "unknown sources",
          .measured = f.open.empty() ? "none that may be yours"
                                     : fmt::format("{} that may be yours", f.open.size()),
          .required = fmt::format("none that keeps arriving, or exceeds {} on {}",
                                  threshold_words(f.share_limit), days_words(f.steady_days)),
          .why = !f.open.empty()
                     ? "Register their owner, or declare that they are not yours (dmarcq senders)."
                 : f.spoofed > 0
                     ? fmt::format("{} like spoofing; the policy is meant for exactly this mail.",
                                   counted(f.spoofed, "message looks", "messages look"))
                     : "All mail has a known sender."};
}

GatePhrases say(const NewSenderFigures& f) {
  return {.name = "new senders",
          .measured = f.recent.empty() ? "none" : std::to_string(f.recent.size()),
          .required = fmt::format("none newer than {}", days_words(f.age_needed)),
          .why = f.recent.empty() ? "No sender of yours is new."
                                  : "A new sender may not have shown all of its mail yet."};
}

GatePhrases say(const StabilityFigures& f) {
  const std::string percentage = threshold_words(f.drop_allowed);
  return {.name = "stability",
          .measured = !f.fallen.empty() ? fmt::format("{} fell", f.fallen.size())
                      : f.compared == 0 ? "nothing to compare"
                                        : "no fall",
          .required = fmt::format("no sender down by more than {} points",
                                  percentage.substr(0, percentage.find(' '))),
          .why = !f.fallen.empty() ? "Something broke: find out what before you continue."
                 : f.compared == 0 ? "The previous window has too little mail for a comparison."
                                   : "No sender does worse than in the previous window."};
}

GatePhrases say(const IndirectLossFigures& f, bool passed) {
  return {
      .name = "loss at forwarders and lists",
      .measured = fmt::format(
          "{} of {} ({}){}", with_thousands(f.lost), counted(f.messages, "message"),
          f.messages == 0 ? "0 %" : percent(f.lost, f.messages),
          f.rescued == 0
              ? ""
              : fmt::format("; {} more that receivers deliver anyway", with_thousands(f.rescued))),
      .required = fmt::format("at most {}, or what you accept", threshold_words(f.share_accepted)),
      .why =
          f.lost == 0 ? "Your forwarded mail still passes."
          : passed
              ? "This share of your mail breaks in transit and would be held; that is within the limit you accept."
              : "More of your mail breaks in transit than you accept: raise indirect_share if this is acceptable."};
}

GatePhrases say(const MissingSenderFigures& f) {
  const auto number = f.silent.size() + f.unseen.size();
  return {.name = "missing senders",
          .measured = number == 0 ? "none" : std::to_string(number),
          .required = fmt::format("none silent for {}", days_words(f.silence_days)),
          .why = number == 0 ? "No known sender has disappeared."
                             : "Mail that is not seen cannot be evaluated."};
}

GatePhrases say(const DnsFigures& f) {
  GatePhrases phrases{
      .name = "DNS",
      .measured = f.record_given ? "DMARC record" : "",
      .required = fmt::format(
          "valid DMARC record, one SPF record with at most {} DNS lookups, every selector",
          f.lookups_allowed),
      .why = {}};
  if (!f.record_given && !f.zone) {
    phrases.measured = "not checked";
    phrases.why =
        "readiness asks DNS only with --dns; or pass the record with --record, the zone with --zone.";
    return phrases;
  }
  if (!f.record_given && !f.zone->answered) {
    phrases.measured = "not checked";
    phrases.why = "No name was answered, so nothing is known of the records.";
    return phrases;
  }
  if (f.zone)
    phrases.measured += fmt::format("{}{} of {} selectors, {} SPF lookups",
                                    phrases.measured.empty() ? "" : ", ", f.zone->found,
                                    f.zone->selectors, f.zone->spf.lookups);
  phrases.why = f.faults.empty() ? "The records that were passed are valid."
                                 : fmt::format("{}, named among the blockers.",
                                               counted(f.faults.size(), "fault"));
  if (f.zone && !f.zone->unanswered.empty())
    phrases.why += fmt::format(" Not answered, and so not checked: {}{}.",
                               f.zone->unanswered.front(),
                               f.zone->unanswered.size() == 1
                                   ? ""
                                   : fmt::format(" and {} more", f.zone->unanswered.size() - 1));
  return phrases;
}

}  // namespace

GatePhrases phrases_of(const Gate& gate) {
  return std::visit(
      [&](const auto& figures) {
        if constexpr (std::is_same_v<std::decay_t<decltype(figures)>, IndirectLossFigures>)
          return say(figures, !gate.failed());
        else
          return say(figures);
      },
      gate.figures);
}

std::string name_of(GateId id) {
  // The figures stand in the variant in the order of the gates.
  static_assert(std::variant_size_v<GateFigures> == gate_count);
  Gate gate{.id = id};
  [&]<std::size_t... at>(std::index_sequence<at...>) {
    static_cast<void>(
        ((at == static_cast<std::size_t>(id) && (gate.figures.emplace<at>(), true)) || ...));
  }(std::make_index_sequence<gate_count>());
  return phrases_of(gate).name;
}

}  // namespace dmarcq
