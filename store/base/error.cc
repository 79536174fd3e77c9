// SPDX-License-Identifier: MIT
#include "store/base/error.h"

#include <fmt/format.h>

namespace dmarcq {

void damaged(std::string_view place, std::string_view table, std::int64_t id,
             std::string_view what) {
  throw StoreError(StoreError::Kind::damaged,
                   fmt::format("{}: damaged: {} {}: {}", place, table, id, what));
}

}  // namespace dmarcq
