// SPDX-License-Identifier: MIT
#include "store/checkpoint_store.h"

#include "store/settings.h"
#include "store/store.h"

namespace dmarcq {
namespace {

class StoredMemory final : public CheckpointStore {
 public:
  explicit StoredMemory(Store store) : store_(std::move(store)) {}
  std::optional<std::string> state(const std::string& source) override {
    return checkpoint(store_, source);
  }
  std::vector<std::string> names(const std::string& source) override {
    return read_names(store_, source);
  }

 private:
  Store store_;
};

}  // namespace

std::unique_ptr<CheckpointStore> open_checkpoints(const std::filesystem::path& database) {
  return std::make_unique<StoredMemory>(Store::open(database, Store::Mode::read_only));
}

}  // namespace dmarcq
