// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace dmarcq {

/// Finds entries of a vector by their content: a hash table of positions only, for hundreds of
/// thousands of entries that are looked up once for each of millions of rows. Measured: a million
/// look-ups among 245,000 entries of 64 bytes take 0.06 s, 0.28 s with std::unordered_map. Open
/// addressing, at most half full; the hash is kept beside the position, so that most strangers are
/// told apart, and the table grows, without a look at the entries.
class FlatIndex {
 public:
  /// The position of the entry with this hash for which same(position) holds; without one `next`,
  /// which is remembered. Second: it is new.
  template <class Same>
  std::pair<std::uint32_t, bool> find_or_add(std::size_t hash, std::uint32_t next, Same&& same) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    const auto mark = mixed(hash);
    std::size_t at = mark & (slots_.size() - 1);
    for (; slots_[at].position != none; at = (at + 1) & (slots_.size() - 1))
      if (slots_[at].mark == mark && same(slots_[at].position)) return {slots_[at].position, false};
    slots_[at] = {mark, next};
    ++used_;
    return {next, true};
  }

  /// The same without adding: `none` when there is no such entry.
  template <class Same>
  std::uint32_t find(std::size_t hash, Same&& same) const {
    if (slots_.empty()) return none;
    const auto mark = mixed(hash);
    std::size_t at = mark & (slots_.size() - 1);
    while (slots_[at].position != none && !(slots_[at].mark == mark && same(slots_[at].position)))
      at = (at + 1) & (slots_.size() - 1);
    return slots_[at].position;
  }

  /// For who will ask for this hash soon: brings its place into the processor's cache.
  void prefetch(std::size_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[mixed(hash) & (slots_.size() - 1)]);
  }
  /// The position that find() will most likely give, or `none`: enough to fetch the entry
  /// beforehand.
  std::uint32_t likely(std::size_t hash) const {
    return slots_.empty() ? none : slots_[mixed(hash) & (slots_.size() - 1)].position;
  }

  static constexpr std::uint32_t none = UINT32_MAX;

 private:
  struct Slot {
    std::uint32_t mark = 0, position = none;
  };

  static std::uint32_t mixed(std::size_t hash) {
    return static_cast<std::uint32_t>((hash * 0x9E3779B97F4A7C15u) >> 32);
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? 1024 : 2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.position == none) continue;
      std::size_t at = slot.mark & (slots_.size() - 1);
      while (slots_[at].position != none) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

/// Things to look up by a FlatIndex. They wait until there are some, so that what they will need,
/// seldom in the processor's cache, is fetched for all of them at once: 0.05 s instead of 0.06 for
/// the million look-ups that FlatIndex tells of.
template <class Item>
class WaitingLookups {
 public:
  /// May call put() with this and those before it, in their order.
  template <class Entry, class Put>
  void add(const Item& item, std::size_t hash, const FlatIndex& index,
           const std::vector<Entry>& entries, Put&& put) {
    waiting_[count_++] = {item, hash};
    index.prefetch(hash);
    if (count_ == waiting_.size()) put_all(index, entries, put);
  }

  /// Calls put(item, hash) with all that wait. `entries` are those whose positions the index holds.
  template <class Entry, class Put>
  void put_all(const FlatIndex& index, const std::vector<Entry>& entries, Put&& put) {
    const std::span<const Waiting> all(waiting_.data(), std::exchange(count_, 0));
    for (const Waiting& each : all)
      if (const std::uint32_t likely = index.likely(each.hash); likely != FlatIndex::none)
        __builtin_prefetch(&entries[likely], 1);
    for (const Waiting& each : all) put(each.item, each.hash);
  }

 private:
  struct Waiting {
    Item item;
    std::size_t hash;
  };
  std::array<Waiting, 16> waiting_{};
  std::size_t count_ = 0;
};

}  // namespace dmarcq
