// SPDX-License-Identifier: MIT
#include "report/render/phrases/trust_phrases.h"

#include <fmt/format.h>

#include "ingest/base/text.h"

namespace dmarcq {

std::string_view words_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::ready: return "ready";
    case Verdict::not_ready: return "not ready";
    case Verdict::too_little_data: break;
  }
  return "too little data";
}

std::string trust_words(const TrustCounts& trust) {
  const std::uint64_t contradictory = trust.of(Trust::contradictory), all = trust.all();
  const std::uint64_t others = trust.untrusted();
  if (others == 0) return {};
  if (others == all) {
    return trust.files == all
               ? fmt::format("{} came as files, and nothing shows who sent them.",
                             counted(all, "report of this window", "reports of this window"))
               : fmt::format(
                     "Nothing shows that any of the {} of this window is by the reporter it names. dmarcq reports says of each why not.",
                     counted(all, "report"));
  }
  std::string text = fmt::format("{} of {} of this window {} not shown to be by the reporter named",
                                 with_thousands(others), counted(all, "report"),
                                 others == 1 ? "is" : "are");
  if (contradictory > 0)
    text += fmt::format(", {} of them plainly by somebody else", with_thousands(contradictory));
  if (!trust.other)
    text += "; without them the answer is the same.";
  else if (trust.other->trusted_only)
    text += fmt::format(". Without them the answer would be: {}.", words_of(trust.other->verdict));
  else
    text += fmt::format(" and left out. With them the answer would be: {}.",
                        words_of(trust.other->verdict));
  return text;
}

}  // namespace dmarcq
