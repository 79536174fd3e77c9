// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace dmarcq {

/// Bytes whose number is not known before they come. A string that grows holds them twice while it
/// moves; pieces are given back one by one as they are joined.
class Pieces {
 public:
  /// `expected`: a guess at their number.
  explicit Pieces(std::size_t expected = smallest)
      : next_(std::clamp(expected, smallest, largest)) {}

  std::size_t size() const { return size_; }
  /// What was written first: at least 512 bytes, if there are so many.
  std::string_view head() const { return pieces_.empty() ? std::string_view() : pieces_.front(); }

  /// Has `fill(to, room)` write behind what is there, and returns what that does: how much it
  /// wrote. `room` is `least` or more.
  template <typename Fill>
  std::size_t append(std::size_t least, Fill fill) {
    if (pieces_.empty() || pieces_.back().capacity() - pieces_.back().size() < least) {
      pieces_.emplace_back().reserve(next_);
      next_ = std::min(2 * next_, largest);
    }
    std::string& piece = pieces_.back();
    const std::size_t before = piece.size();
    piece.resize_and_overwrite(piece.capacity(), [&](char* data, std::size_t end) {
      return before + fill(data + before, end - before);
    });
    size_ += piece.size() - before;
    return piece.size() - before;
  }

  std::string join() && {
    if (pieces_.size() == 1) return std::move(pieces_.front());
    std::string all;
    all.resize_and_overwrite(size_, [&](char* to, std::size_t size) {
      for (std::string& piece : pieces_) {
        std::memcpy(to, piece.data(), piece.size());
        to += piece.size();
        std::string().swap(piece);
      }
      return size;
    });
    return all;
  }

 private:
  static constexpr std::size_t smallest = 1u << 10, largest = 256u << 10;
  std::vector<std::string> pieces_;
  std::size_t size_ = 0, next_;
};

}  // namespace dmarcq
