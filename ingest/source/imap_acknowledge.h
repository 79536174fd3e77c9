// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ingest/source/imap_connection.h"

namespace dmarcq {

/// Connects and opens a folder; its UIDVALIDITY and number of mails. `verb`: EXAMINE or SELECT.
struct SelectedFolder {
  std::uint64_t uid_validity = 0, exists = 0;
};
ImapResult<SelectedFolder> select_folder(ImapConnection&, const std::string& verb,
                                         const std::string& folder);

/// The folder was deleted and made anew: the same UID is another mail now.
ImapError replaced_folder();

/// Moves or marks mails whose reports are stored for good, over a connection of its own, so that
/// the thread that stores can do so while another one reads.
class ImapAcknowledger {
 public:
  /// All must outlive it.
  ImapAcknowledger(const ImapSettings&, const ImapUrl&, const std::atomic<bool>* stop);

  bool is_wanted() const { return !settings_.move_to.empty() || settings_.mark_seen; }
  /// `handles`: "UIDVALIDITY:UID". Returns those done: also those of a folder that is no more. What
  /// is not done stays in the database's list, and the next run does it.
  std::vector<std::string> acknowledge(const std::vector<std::string>& handles,
                                       std::uint64_t uid_validity);
  const std::optional<Error>& failure() const { return failure_; }

 private:
  ImapResult<void> connect(std::uint64_t uid_validity);
  ImapResult<void> acknowledge_set(const std::string& uids);
  ImapResult<void> move(const std::string& uids);

  const ImapSettings& settings_;
  const ImapUrl& url_;
  const std::atomic<bool>* stop_;
  ImapConnection connection_;
  bool can_move_ = false, can_expunge_ = false;
  std::optional<Error> failure_;
};

/// The number behind a word: "* 3 FETCH (UID 17 RFC822.SIZE 812)".
std::optional<std::uint64_t> number_behind(std::string_view text, std::string_view word);

}  // namespace dmarcq
