// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "parser/tls_report/tls_report.h"
#include "store/snapshot.h"

namespace dmarcq {

/// Sums of sessions, that never go beyond most_messages.
struct TlsSessions {
  std::uint64_t ok = 0, failed = 0;
  std::uint64_t all() const;
  void add(const TlsSessions&);
};

/// Is part at least so many hundredths of whole? With numbers up to most_messages.
bool is_share(std::uint64_t part, std::uint64_t whole, std::uint64_t hundredths);

/// Whose word a TLS report is. Anyone can send one about any domain, under any name: who is trusted
/// goes by the domain that his mail came from, however many names he uses.
struct TlsVoice {
  std::string key;       ///< equal for reports of one voice
  std::string name;      ///< to show: "Google Inc."; "Google Inc., sent by evil.example"
  bool trusted = false;  ///< Trust::plausible or better
  bool known = false;    ///< trusted, and one of the large reporters
};
TlsVoice tls_voice(const StoredTlsReport&);

/// Failed sessions of one result and host.
struct TlsFailureCount {
  TlsResultType result = TlsResultType::unknown;
  std::string word;    ///< as the report has it, in lower case; "" where it tells no result
  std::string host;    ///< "" where no connection was made
  std::string reason;  ///< in the reporter's words
  std::uint64_t sessions = 0;
};

/// What one report says of one domain under one policy.
struct TlsObservation {
  std::string domain;  ///< "" where it is not told
  Day day = 0;
  TlsVoice voice;
  std::int64_t report = 0;
  TlsPolicyType type = TlsPolicyType::unknown;
  std::optional<MtaStsPolicy> sts;
  TlsSessions sessions;                   ///< by the summary; of failures, else what they add up to
  std::vector<TlsFailureCount> failures;  ///< by word and host; may add up to something else
};
/// A failure whose count is not told is the summary's if it is alone, else one session. Failed
/// sessions without any detail are a failure of no result.
void observe(const StoredTlsReport&, std::vector<TlsObservation>&);

using TlsObservations = std::span<const TlsObservation>;

/// Voices by key, with the name that each is shown under.
using TlsVoices = std::map<std::string, TlsVoice>;
/// The trusted ones that reported on the domain on three days or more: these have a say. One
/// forged report has none.
TlsVoices tls_voices_with_say(TlsObservations, const std::string& domain);

/// The MTA-STS policy that most of these voices saw, each as it saw it last; of two that as many
/// saw, that seen later. Nothing where none saw one.
struct TlsPolicySeen {
  MtaStsPolicy policy;
  std::vector<std::string> seen_by;  ///< names of voices
  std::size_t of = 0;                ///< voices that saw some policy or none
  Day last_day = 0;
};
std::optional<TlsPolicySeen> tls_policy_seen(TlsObservations, const std::string& domain,
                                             const TlsVoices&);

}  // namespace dmarcq
