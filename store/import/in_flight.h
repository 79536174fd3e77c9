// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "ingest/base/digest.h"

namespace dmarcq {

/// Notes which items a run is at work on, so that the next run knows what this one died of: a
/// crash, a kill for want of memory. An item that a second run died of is to be passed over, else
/// no run would ever get beyond it.
///
/// A death is an item's when the process crashed while it was at work on it, or was killed after it
/// had been so for half a second: whoever kills a run at any other moment blames nobody. (A few
/// items may be at work at once; after a death they are read one at a time, so the second death is
/// that of one.) What kills sooner, and not by a crash, is believed after many deaths only.
///
/// The notes lie in the file "<database>.reading", mapped into memory: they cost nothing, and are
/// there however the process ends. (After a power cut they may not be; no item is to blame for
/// that.) It is gone when nothing is suspected nor to be passed over. Where it cannot be made,
/// nothing is noted. One run at a time (RunLock), any number of its threads, each with a slot of
/// its own.
class InFlight {
 public:
  static constexpr std::size_t slots = 258;
  /// The slot of the thread that writes to the database; workers have those behind it.
  static constexpr std::size_t writer = 0, first_worker = 1;
  /// What a death weighs, and how much is too much.
  static constexpr std::uint32_t weight_of_crash = 20, weight_of_kill = 20,
                                 weight_of_quick_kill = 1, deadly = 40;
  static constexpr std::chrono::milliseconds tick{100};
  static constexpr std::uint32_t long_ticks = 5;
  static constexpr std::uint32_t forgotten_after = 20;  ///< runs that ended

  explicit InFlight(const std::filesystem::path& database);
  ~InFlight();
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

  /// Did runs die of it, so that it is to be passed over?
  bool is_deadly(const Digest&) const;
  /// A run died, and it is not known of which item yet: they are to be read and saved one at a
  /// time, so that no innocent one is near again.
  bool has_suspects() const;
  void begin(std::size_t slot, const Digest&);
  /// For the writer: the item did no harm, so it is suspected no more.
  void end(std::size_t slot);
  /// Nor to be passed over any more. No other thread may be at work.
  void forgive(const Digest&);
  /// The run came to its end. What is suspected may lie in a mailbox that was not read, so it is
  /// forgotten after some such runs only.
  void run_ended() { ended_ = true; }

  /// So that a thread can tell that its stack has overflowed: each that works has one, for as long
  /// as it works.
  class CrashStack {
   public:
    CrashStack();
    ~CrashStack();
    CrashStack(const CrashStack&) = delete;
    CrashStack& operator=(const CrashStack&) = delete;

   private:
    std::unique_ptr<char[]> bytes_;
    bool installed_ = false;
  };

 private:
  using HalfDigest = std::array<std::uint8_t, 16>;
  struct Reading {
    HalfDigest digest{};
    std::atomic<std::uint32_t> used = 0, ticks = 0;  // ticks: how long already
  };
  struct Suspect {
    HalfDigest digest{};
    std::uint32_t weight = 0;      // 0: the place is free
    std::uint32_t ended_runs = 0;  // since the last death
  };
  struct File {
    std::uint64_t format = 0;
    std::atomic<std::uint32_t> crashed = 0;
    std::array<Reading, slots> reading{};
    std::array<Suspect, slots> suspects{};
  };
  static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
  static constexpr std::uint64_t format = 0x33474e4944414552;  // "READING3"
  static void on_crash(int signal);
  void take_over();
  void watch();
  Suspect* suspect(const HalfDigest&) const;
  std::string path_;
  File* file_ = nullptr;
  bool ended_ = false;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool closed_ = false;
  std::thread watcher_;
};

}  // namespace dmarcq
