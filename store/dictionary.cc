// SPDX-License-Identifier: MIT
#include "store/dictionary.h"

#include "store/snapshot.h"

namespace dmarcq {

const Voices& Dictionary::voices() {
  if (!voices_) voices_ = voices_of(snapshot_, {});
  return *voices_;
}

}  // namespace dmarcq
