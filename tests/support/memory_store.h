// SPDX-License-Identifier: MIT
#pragma once
#include <memory>

#include "store/store.h"

namespace dmarcq::test {

/// The seam without an engine: for tests of what lies above it, and to hold an engine against
/// (tests/store/seam_test.cc). It takes no SQL, has no backup, prunes nothing, and limits nothing.
std::unique_ptr<Store> memory_store();

}  // namespace dmarcq::test
