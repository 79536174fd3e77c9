// SPDX-License-Identifier: MIT
#pragma once
#include "store/store.h"

namespace dmarcq::test {

/// The sample mailbox (fixtures/mailboxes/sample.mbox), read into a store in memory once for all
/// tests. What tests declare in it they take back.
Store& sample_store();
/// As it is now.
inline std::unique_ptr<Snapshot> sample_snapshot() { return sample_store().snapshot(); }

inline const char* const sample_domain = "kestreloutdoor.example";
/// The day after the last one with reports.
Day sample_today();

}  // namespace dmarcq::test
