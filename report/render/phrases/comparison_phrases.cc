// SPDX-License-Identifier: MIT
#include "report/render/phrases/comparison_phrases.h"

#include <fmt/format.h>

#include "report/render/phrases/percent.h"

namespace dmarcq {
namespace {

std::string words_of_new(const StreamCount& count) {
  if (count.fail == 0) return "new, no failure";
  if (count.pass() == 0) return "new, all fail";
  return fmt::format("new, {} pass", percent(count.pass(), count.judged()));
}

}  // namespace

std::string change_words(const ComparedSender& s) {
  switch (s.change) {
    case Change::gone: return "no longer seen";
    case Change::appeared: return words_of_new(s.after);
    case Change::better: return "better: more than noise";
    case Change::worse: return "worse: more than noise";
    case Change::too_few: return "too few messages or failures to say";
    case Change::noise: break;
  }
  if (s.before.fail == 0 && s.after.fail == 0) return "no failure before or after";
  if (s.before.pass() == 0 && s.after.pass() == 0) return "all fail, before and after";
  return "not more than noise";
}

}  // namespace dmarcq
