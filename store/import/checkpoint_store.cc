// SPDX-License-Identifier: MIT
#include "store/import/checkpoint_store.h"

namespace dmarcq {
namespace {

class StoredCheckpoints final : public CheckpointStore {
 public:
  explicit StoredCheckpoints(Store& store) : store_(store) {}
  std::optional<std::string> state(const std::string& source) override {
    return store_.snapshot()->settings().checkpoint(source);
  }
  std::vector<std::string> names(const std::string& source) override {
    return store_.snapshot()->settings().read_names(source);
  }

 private:
  Store& store_;
};

}  // namespace

std::unique_ptr<CheckpointStore> open_checkpoints(Store& store) {
  return std::make_unique<StoredCheckpoints>(store);
}

}  // namespace dmarcq
