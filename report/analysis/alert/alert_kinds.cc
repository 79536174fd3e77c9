// SPDX-License-Identifier: MIT
#include "report/analysis/alert/alert_kinds.h"

#include <array>
#include <variant>

namespace dmarcq {
namespace {

using enum AlertSeverity;

constexpr std::array<std::string_view, alert_severity_count> severity_texts{"act", "look", "know"};

constexpr std::array<AlertKind, alert_code_count> kinds{{
    {"new-source", look, know, "a sender that may be yours was never seen before",
     "know if it is yours and passes"},
    {"new-route", look, know, "mail comes through Salesforce by a way that was never used before",
     "know if it is yours and passes"},
    {"sender-started-failing", act, look, "a sender of yours fails as it did not before",
     "look as long as the policy lets it pass"},
    {"sender-vanished", look, look, "a sender of yours is silent for longer than ever", ""},
    {"spoofing-burst", look, know, "far more spoofing than usual",
     "know if the policy holds such mail"},
    {"policy-changed", act, know, "reporters see another policy",
     "act if mail that fails is no longer held, look if it became weaker or stricter"},
    {"enforcement-hit-own-mail", act, look, "the policy quarantines or rejects mail of yours",
     "look if the sender is only probably yours"},
    {"enforcement-hit-unproven", look, look,
     "since the policy became stricter, it holds mail of a sender that nobody claimed", ""},
    {"reports-stopped", act, know,
     "reports stopped: all, those on a domain, or those of a reporter",
     "act if the mailbox fell silent, look for a domain, know for a reporter"},
    {"problems-new", know, know, "mail came that could not be read", ""},
    {"record-changed", act, know, "DNS has another policy than reporters saw",
     "as of policy-changed"},
    {"record-broken", act, act, "DNS has no usable DMARC record", ""},
    {"tls-failures", act, look, "TLS reports: more connections to your mail hosts fail",
     "look unless several reporters see it and the MTA-STS policy is enforced"},
}};

AlertSeverity severity_of_move(PolicyMove move) {
  switch (move) {
    case PolicyMove::gone: return act;
    case PolicyMove::weaker:
    case PolicyMove::stricter: return look;
    case PolicyMove::other: break;
  }
  return know;
}

constexpr double few_failures = 0.05;

struct SeverityByFacts {
  const Alert& alert;

  AlertSeverity operator()(std::monostate) const {
    return kinds[static_cast<std::size_t>(alert.code)].most;
  }
  AlertSeverity operator()(const NewSenderFacts& f) const {
    const bool passes = static_cast<double>(f.failing) <=
                        few_failures * static_cast<double>(f.passing + f.failing);
    return f.standing == Standing::own && passes ? know : look;
  }
  AlertSeverity operator()(const FailingSenderFacts& f) const { return f.enforced ? act : look; }
  AlertSeverity operator()(const VanishedSenderFacts&) const { return look; }
  AlertSeverity operator()(const EnforcementFacts& f) const { return f.proven ? act : look; }
  AlertSeverity operator()(const UnprovenHitFacts&) const { return look; }
  AlertSeverity operator()(const SpoofingFacts& f) const { return f.enforced ? know : look; }
  AlertSeverity operator()(const PolicyChangeFacts& f) const { return severity_of_move(f.move); }
  AlertSeverity operator()(const SilentReportsFacts&) const {
    if (!alert.source.empty()) return know;
    return alert.domain.empty() ? act : look;
  }
  AlertSeverity operator()(const NewProblemsFacts&) const { return know; }
  AlertSeverity operator()(const RecordFacts& f) const {
    return alert.code == AlertCode::record_broken ? act : severity_of_move(f.move);
  }
  AlertSeverity operator()(const TlsFailureFacts& f) const {
    return f.enforced && f.failing > 1 ? act : look;
  }
};

}  // namespace

std::string_view to_text(AlertSeverity severity) noexcept {
  return severity_texts[static_cast<std::size_t>(severity)];
}

std::span<const AlertKind> alert_kinds() { return kinds; }

std::string severity_words(const AlertKind& kind) {
  std::string words(to_text(kind.most));
  if (kind.most == kind.least) return words;
  return words + (kind.most == act && kind.least == know
                      ? ", look or know"
                      : " or " + std::string(to_text(kind.least)));
}

std::string_view to_text(AlertCode code) noexcept {
  return kinds[static_cast<std::size_t>(code)].word;
}

AlertSeverity severity_of(const Alert& alert) {
  return std::visit(SeverityByFacts{alert}, alert.facts);
}

}  // namespace dmarcq
