// SPDX-License-Identifier: MIT
#include "ingest/base/budget.h"

#include <algorithm>
#include <string>

namespace dmarcq {
namespace {

/// Memory is taken from the pool ahead by so much: no piece is larger (pieces.h).
constexpr std::size_t ahead = 256u << 10;

}  // namespace

MemoryPool::Share::~Share() {
  if (held_ == 0) return;
  {
    const std::lock_guard lock(pool_->mutex_);
    pool_->held_ -= held_;
    if (goes_first_) pool_->one_goes_first_ = false;
  }
  pool_->changed_.notify_all();
}

void MemoryPool::Share::hold(std::size_t bytes) {
  if (pool_ == nullptr || bytes <= held_) return;
  const std::size_t more = bytes - held_;
  std::unique_lock lock(pool_->mutex_);
  pool_->changed_.wait(lock, [&] {
    if (goes_first_ || pool_->held_ + more <= pool_->size_) return true;
    if (pool_->one_goes_first_) return false;
    return goes_first_ = pool_->one_goes_first_ = true;
  });
  pool_->held_ += more;
  held_ = bytes;
}

Budget::Budget(Of of, std::size_t item_size, const Limits& limits, MemoryPool::Share& memory)
    : limits_(limits), memory_(memory) {
  const std::size_t beside_item = limits.item_bytes - std::min(item_size, limits.item_bytes);
  by_item_bytes_ = of == Of::mail && beside_item < limits.document_size;
  most_ = by_item_bytes_ ? beside_item : limits.document_size;
  take_memory();
}

void Budget::take_memory() { memory_.hold(((decoded_ + unpacked_) / ahead + 2) * ahead); }

void Budget::offer(std::size_t packed) { offered_ += packed; }

std::size_t Budget::by_ratio() const {
  const std::size_t ratio = std::max<std::size_t>(limits_.compression_ratio, 1);
  return offered_ > most_ / ratio ? most_ : std::max(limits_.ratio_free_size, offered_ * ratio);
}

std::size_t Budget::left() const {
  const std::size_t allowed = std::min(by_ratio(), most_ - std::min(most_, decoded_));
  return allowed - std::min(allowed, unpacked_);
}

bool Budget::unpack(std::size_t bytes) {
  const bool enough = bytes <= left();
  unpacked_ += bytes;
  take_memory();
  return enough;
}

bool Budget::decode(std::size_t bytes) {
  if (bytes > most_ - std::min(most_, decoded_ + unpacked_)) return false;
  decoded_ += bytes;
  take_memory();
  return true;
}

std::optional<std::size_t> Budget::item_bytes_left() const {
  if (!by_item_bytes_) return {};
  return most_ - std::min(most_, decoded_ + unpacked_);
}

bool Budget::add_report() {
  if (!reports_used_up()) ++reports_;
  return !reports_used_up();
}

Error Budget::exceeded() const {
  return by_ratio() < most_ - std::min(most_, decoded_) ? ratio_exceeded(limits_) : size_exceeded();
}

Error Budget::size_exceeded() const {
  if (by_item_bytes_) return item_bytes_exceeded(limits_);
  return {Fault::limit,
          "decompresses to more than " + std::to_string(limits_.document_size) + " bytes",
          "document_size"};
}

Error Budget::too_many_reports() const {
  return {
      Fault::limit,
      "more than " + std::to_string(limits_.reports_per_mail) + " reports in one mail or archive",
      "reports_per_mail"};
}

Error item_bytes_exceeded(const Limits& limits) {
  return {Fault::limit,
          "the mail and everything unpacked from it exceed " + std::to_string(limits.item_bytes) +
              " bytes; a report in a separate file may be larger",
          "item_bytes"};
}

Error ratio_exceeded(const Limits& limits) {
  return {
      Fault::limit,
      "decompresses to more than " + std::to_string(limits.compression_ratio) + " times its size",
      "compression_ratio"};
}

}  // namespace dmarcq
