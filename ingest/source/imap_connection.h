// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "ingest/source/imap.h"
#include "ingest/source/imap_url.h"

namespace dmarcq {

/// Why something did not work, and whether trying again may help: `lost` may, the others do not.
/// `rejected` is a login with this secret.
struct ImapError {
  enum class Kind { lost, refused, rejected, too_large, stopped } kind = Kind::lost;
  std::string text;
};
template <class T>
using ImapResult = std::expected<T, ImapError>;

/// One response line with the literals in it: the text has "{}" where each stood.
struct ImapResponse {
  std::string text;
  std::vector<std::string> literals;
};

/// No line of a server may be longer, nor a response beyond its literals, in bytes.
inline constexpr std::size_t longest_imap_line = 1u << 20;

/// What the answer to a command may come to, in bytes. Lines that nobody asked for have bounds of
/// their own.
struct ImapBounds {
  std::size_t literal = 64u << 10;
  std::size_t asked_for = 16u << 20;  ///< all responses that were asked for
};

/// A logged-in connection. A server may be slow, broken or malicious: each answer has an end in
/// bytes and in time. After an error but `refused` by NO or BAD the connection is closed.
class ImapConnection {
 public:
  /// All three must outlive the connection; `stop` may be null.
  ImapConnection(const ImapSettings&, const ImapUrl&, const std::atomic<bool>* stop);
  ~ImapConnection() { close(); }
  ImapConnection(const ImapConnection&) = delete;
  ImapConnection& operator=(const ImapConnection&) = delete;

  bool open() const { return curl_ != nullptr; }
  void close();
  ImapResult<void> connect();

  /// Sends a command and hands every untagged response over; `take` says whether it was asked for.
  /// An answer of NO or BAD is `refused` with the server's words.
  using Take = std::function<bool(ImapResponse&)>;
  ImapResult<void> command(const std::string& text, const ImapBounds&, const Take&);
  ImapResult<void> command(const std::string& text) {
    return command(text, {}, [](ImapResponse&) { return false; });
  }

  void hang_up();
  /// Bytes so far. May be asked from any thread.
  std::uint64_t received() const { return received_.load(std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;
  std::unexpected<ImapError> fail(ImapError::Kind, std::string text);
  ImapResult<void> log_in(const std::string& secret);
  std::string shown(std::string_view words) const;
  bool stopped() const { return stop_ != nullptr && *stop_; }
  std::chrono::seconds timeout() const { return std::chrono::seconds(settings_.timeout); }
  ImapResult<void> send(std::string_view);
  ImapResult<ImapResponse> receive(const ImapBounds&, std::size_t& held);
  ImapResult<void> check_time();
  ImapResult<void> wait(short events, Clock::time_point deadline);
  ImapResult<void> fill();
  ImapResult<std::string> read_line();
  ImapResult<std::string> read_bytes(std::size_t);

  const ImapSettings& settings_;
  const ImapUrl& url_;
  const std::atomic<bool>* stop_;
  Clock::time_point progress_end_, answer_end_;  ///< of the command that is being answered
  std::string secret_;                           ///< of the last login: no error may show it
  void* curl_ = nullptr;                         ///< CURL*, which imap_connection.cc alone sees
  int socket_ = -1;
  std::string input_;
  std::size_t at_ = 0;
  unsigned tag_ = 0;
  std::atomic<std::uint64_t> received_{0};
};

}  // namespace dmarcq
