// SPDX-License-Identifier: MIT
#include "ingest/origin.h"

namespace dmarcq {

std::string to_text(const Origin& origin) {
  std::string text = origin.source;
  if (origin.index != 0) text.append(":").append(std::to_string(origin.index));
  if (!origin.part.empty()) text.append(" ").append(origin.part);
  return text;
}

}  // namespace dmarcq
