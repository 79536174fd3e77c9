// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "store/base/error.h"

namespace dmarcq {

/// No table grows beyond this many rows that others refer to.
inline constexpr std::int64_t max_id = std::numeric_limits<std::int32_t>::max();

/// Values by a number that counts up without large gaps, so that positions serve: a million
/// look-ups take 0.003 s, 0.03 s with std::unordered_map. Memory comes in pages, so that a single
/// large number costs little. Values stay where they are. One that is false (0, no pointer, an
/// empty optional) is not there.
template <class Value>
class Pages {
 public:
  Value& place(std::int64_t number) {
    const std::size_t page = static_cast<std::size_t>(number) / page_size;
    if (page >= pages_.size()) pages_.resize(page + page / 2 + 1);
    if (!pages_[page]) pages_[page] = std::make_unique<Page>();
    return (*pages_[page])[static_cast<std::size_t>(number) % page_size];
  }
  const Value* find(std::int64_t number) const {
    const std::size_t page = static_cast<std::size_t>(number) / page_size;
    if (page >= pages_.size() || !pages_[page]) return nullptr;
    const Value& value = (*pages_[page])[static_cast<std::size_t>(number) % page_size];
    return value ? &value : nullptr;
  }
  bool empty() const { return pages_.empty(); }

 private:
  static constexpr std::size_t page_size = 256;
  using Page = std::array<Value, page_size>;
  std::vector<std::unique_ptr<Page>> pages_;
};

/// Values by a key of the store. Keys come from a file, where one may be anything: this is the one
/// place that looks.
template <class Value>
class ById {
 public:
  /// `place` and `table`: as errors name them (damaged() in store/error.h).
  ById(std::string place, const char* table) : store_(std::move(place)), table_(table) {}

  /// The place for the value of a row.
  Value& place(std::int64_t id) {
    if (id < 1 || id > max_id) damaged(store_, table_, id, "no row has this id");
    return values_.place(id);
  }
  /// Nothing when no value was put there.
  const Value* find(std::int64_t id) const { return values_.find(id); }
  /// The value of a row that another one refers to.
  const Value& at(std::int64_t id) const {
    if (const Value* value = find(id)) return *value;
    damaged(store_, table_, id, "is referred to, but not there");
  }
  bool empty() const { return values_.empty(); }

 private:
  std::string store_;
  const char* table_;
  Pages<Value> values_;
};

}  // namespace dmarcq
