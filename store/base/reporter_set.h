// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace dmarcq {

/// Reporter keys, sorted and distinct. Nearly always there are a few: those lie in the object
/// itself, because questions about everything hold a million of these sets.
class ReporterSet {
 public:
  ReporterSet() = default;
  ReporterSet(const ReporterSet& other)
      : size_(other.size_),
        few_(other.few_),
        many_(other.many_ ? std::make_unique<std::vector<std::uint32_t>>(*other.many_) : nullptr) {}
  ReporterSet(ReporterSet&& other) noexcept
      : size_(std::exchange(other.size_, 0)), few_(other.few_), many_(std::move(other.many_)) {}
  ReporterSet& operator=(const ReporterSet& other) { return *this = ReporterSet(other); }
  ReporterSet& operator=(ReporterSet&& other) noexcept {
    size_ = std::exchange(other.size_, 0);
    few_ = other.few_;
    many_ = std::move(other.many_);
    return *this;
  }

  const std::uint32_t* begin() const { return many_ ? many_->data() : few_.data(); }
  const std::uint32_t* end() const { return begin() + size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::uint32_t front() const { return *begin(); }

  void add(std::uint32_t key) {
    const auto place = static_cast<std::size_t>(std::lower_bound(begin(), end(), key) - begin());
    if (place < size_ && begin()[place] == key) return;
    if (!many_ && size_ == few_.size())
      many_ = std::make_unique<std::vector<std::uint32_t>>(few_.begin(), few_.end());
    if (many_) {
      many_->insert(many_->begin() + static_cast<std::ptrdiff_t>(place), key);
    } else {
      std::copy_backward(few_.begin() + place, few_.begin() + size_, few_.begin() + size_ + 1);
      few_[place] = key;
    }
    ++size_;
  }
  void add(const ReporterSet& others) {
    for (const std::uint32_t key : others) add(key);
  }
  friend bool operator==(const ReporterSet& a, const ReporterSet& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  std::uint32_t size_ = 0;
  std::array<std::uint32_t, 5> few_{};
  std::unique_ptr<std::vector<std::uint32_t>> many_;  ///< once there are more
};

}  // namespace dmarcq
