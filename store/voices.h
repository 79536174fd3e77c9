// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "store/base/by_id.h"
#include "store/model.h"

namespace dmarcq {

class Snapshot;

/// The reporters of a snapshot by voice (report_sender.h): those that are one voice share one key.
/// Keys count from 1, the same whatever the filter. And which of them the filter wants.
struct Voices {
  ById<std::uint32_t> keys;        ///< by StoredReporter::key
  std::vector<std::string> names;  ///< by key; keys are below names.size()
  std::vector<bool> believed;      ///< by key: Voice::believed
  std::vector<bool> wanted;        ///< by key; empty: all
  std::uint32_t count() const { return static_cast<std::uint32_t>(names.size()); }
  bool all() const { return wanted.empty(); }
  bool takes(std::uint32_t key) const { return wanted.empty() || wanted[key]; }
};

Voices voices_of(Snapshot&, const Filter&);

/// How a voice is shown that calls itself so.
std::string name_of(const Voice&, std::string_view org_name);

}  // namespace dmarcq
