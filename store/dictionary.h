// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "store/model.h"
#include "store/voices.h"

namespace dmarcq {

class Snapshot;

/// Resolves the keys of rows, each once. Keys hold within a snapshot and its forks; references stay
/// valid as long as the snapshot. One thread at a time.
class Dictionary {
 public:
  explicit Dictionary(Snapshot& snapshot) : snapshot_(snapshot) {}
  virtual ~Dictionary() = default;
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;

  virtual const std::string& domain(std::int64_t key) = 0;
  virtual const Identity& identity(std::int64_t key) = 0;
  virtual const PolicyEvaluated& evaluation(std::int64_t key) = 0;
  /// The identities of these rows will be asked for: the engine may read them all at once.
  virtual void expect(std::span<const SourceRow>) {}

  /// Whose word it is (voice_of in report_sender.h): its org_name, or "google.com, sent by
  /// evil.example".
  const std::string& reporter(std::uint32_t key) { return voices().names.at(key); }
  /// Not one whose reports DMARC failed for, or passed for somebody else's domain.
  bool believed(std::uint32_t key) { return voices().believed.at(key); }

 private:
  const Voices& voices();
  Snapshot& snapshot_;
  std::optional<Voices> voices_;
};

}  // namespace dmarcq
