// SPDX-License-Identifier: MIT
#include "store/import/checkpoint_store.h"

#include <utility>

#include "store/store.h"

namespace dmarcq {
namespace {

class StoredCheckpoints final : public CheckpointStore {
 public:
  explicit StoredCheckpoints(std::unique_ptr<Snapshot> snapshot) : snapshot_(std::move(snapshot)) {}
  std::optional<std::string> state(const std::string& source) override {
    return snapshot_->settings().checkpoint(source);
  }
  std::vector<std::string> names(const std::string& source) override {
    return snapshot_->settings().read_names(source);
  }

 private:
  std::unique_ptr<Snapshot> snapshot_;
};

}  // namespace

std::unique_ptr<CheckpointStore> open_checkpoints(const std::filesystem::path& database) {
  return std::make_unique<StoredCheckpoints>(open_snapshot(database));
}

}  // namespace dmarcq
