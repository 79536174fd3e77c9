// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parser/alignment.h"
#include "store/model.h"

namespace dmarcq {

struct RowLookup;

/// Why a reporter's aligned result may differ from the one recomputed from its own raw results
/// (most telling first).
enum class DisagreementReason {
  missing_evaluation,  ///< policy_evaluated has no such result that can be read: it is unknown, and
                       ///< the raw ones decide
  missing_result,   ///< it says pass, but auth_results lists no such result, or none with a domain
  helo_counted,     ///< it counted SPF for the HELO name, which RFC 9989 section 4.4.2 forbids
  strict_applied,   ///< it judged strictly, though the record says relaxed (or had another record)
  strict_ignored,   ///< it judged relaxed, though the record says strict (or had another record)
  tree_walk,        ///< it may have found another organisational domain by walking the DNS tree
  reporter_defect,  ///< nothing explains it
};
std::string_view to_text(DisagreementReason) noexcept;  ///< "tree-walk"
std::string_view explanation(DisagreementReason) noexcept;

/// How often one reporter and we differ in one way.
struct Disagreement {
  std::string domain;  ///< policy domain
  std::uint32_t reporter = 0;
  bool dkim = false;             ///< else SPF
  DmarcResult reported{};        ///< what the reporter said
  bool recomputed_pass = false;  ///< what we say
  DisagreementReason reason{};
  std::uint64_t rows = 0, messages = 0;  ///< rows that several reporters sent alike count for each
                                         ///< of them: an upper bound then
  std::string example;                   ///< "d=mail.example.com, From example.com"
};

/// All disagreements, by domain, then most messages first. Rows without a From domain, or whose
/// policy is unknown, are left out, and so are those for which `may_differ` (by position) knows
/// better: it spares the work.
std::vector<Disagreement> alignment_check(std::span<const SourceRow>, const RowLookup&,
                                          const std::function<bool(std::size_t)>& may_differ = {});

/// "pass", "fail", "unknown": the reporter's word.
std::string_view reported_word(const Disagreement&) noexcept;

/// The reason for one row and one of the two results; nothing when we agree.
std::optional<DisagreementReason> disagreement(const Identity&, const PolicyEvaluated&,
                                               const PolicyPublished&, bool dkim);

}  // namespace dmarcq
