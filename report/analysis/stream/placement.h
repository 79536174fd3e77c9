// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis/readiness/timeline.h"
#include "report/analysis/stream/scope.h"
#include "report/analysis/stream/standing.h"
#include "report/analysis/words.h"

namespace dmarcq {

/// What the owner would declare of a sender: the KIND of `dmarcq senders add`.
enum class AnswerKind : std::uint8_t { none, network, spf_domain, dkim_domain, org };
inline constexpr std::array<std::string_view, 5> answer_kinds{"", "network", "spf-domain",
                                                              "dkim-domain", "org"};

/// The sender of all mail that fails and looks like nobody's.
inline constexpr std::string_view spoofing_sender = "mail that looks like spoofing";

/// The owner's word for a sender, else its service with the route: "Salesforce core"; "" for
/// nobody's.
std::string service_label(const Sender&);

/// A row with its standing and the stream that it belongs to. There is one for each of some 200,000
/// rows.
struct Placement {
  Standing standing = Standing::spoofed;
  StandingExplanation why;
  OpenStanding open = OpenStanding::none;
  AnswerKind answer = AnswerKind::none;
  bool good_name = false;   ///< SPF and a signature pass for one name that is not ours
  std::int64_t domain = 0;  ///< policy domain that the row counts for
  InternedString sender = nullptr, service = nullptr, route = nullptr, org_id = nullptr;
  InternedString from = nullptr;          ///< From domain, of mail that is or may be the owner's
  InternedString answer_value = nullptr;  ///< null without an answer
};

/// What decides the standing of a row. `named`: the sender has a name and its place is known, which
/// only the name of its stream depends on.
KeyFacts facts_of(const SourceRow&, const RowVerdict&, const IdentityNames&, const Sender&,
                  bool named, Identifier&);

/// Places each row by what is known of it alone. `words` keeps the names; what is open is for the
/// days to decide.
std::vector<Placement> place(std::span<const SourceRow>, const Judgement&, const StreamScope&,
                             Identifier&, Words& words);

/// Day counts of a timeline with the rows of a window that they belong to.
class RowCounts {
 public:
  /// The timeline must outlive this.
  RowCounts(const Timeline& timeline, const Timeline::Window& window)
      : timeline_(timeline), row_of_key_(timeline.keys().size(), none) {
    for (std::uint32_t i = 0; i < window.rows.size(); ++i) row_of_key_[window.key_of_row[i]] = i;
  }
  /// Calls back with (row, count) for each count of these days, by day.
  template <class Callback>
  void each(Day first, Day last, Callback&& callback) const {
    for (const Timeline::Count& count : timeline_.counts(first, last))
      if (const std::uint32_t row = row_of_key_[count.key]; row != none) callback(row, count);
  }

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  const Timeline& timeline_;
  std::vector<std::uint32_t> row_of_key_;
};

}  // namespace dmarcq
