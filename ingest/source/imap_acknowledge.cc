// SPDX-License-Identifier: MIT
#include "ingest/source/imap_acknowledge.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <utility>

#include "ingest/names.h"

namespace dmarcq {
namespace {

constexpr std::size_t uids_at_once = 200;  ///< in one command that moves or marks

}  // namespace

std::optional<std::uint64_t> number_behind(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  if (at == text.npos) return {};
  std::uint64_t number = 0;
  const char* start = text.data() + at + word.size();
  const auto [end, fault] = std::from_chars(start, text.data() + text.size(), number);
  if (fault != std::errc()) return {};
  return number;
}

ImapError replaced_folder() {
  return {
      ImapError::Kind::refused,
      "the folder was replaced in the meantime (its UIDVALIDITY changed); the next run reads the new one"};
}

ImapResult<SelectedFolder> select_folder(ImapConnection& connection, const std::string& verb,
                                         const std::string& folder) {
  if (auto connected = connection.connect(); !connected)
    return std::unexpected(std::move(connected.error()));
  SelectedFolder selected;
  auto answer =
      connection.command(verb + ' ' + quoted_folder(folder), {}, [&](const ImapResponse& response) {
        if (const auto number = number_behind(response.text, "[UIDVALIDITY "))
          selected.uid_validity = *number;
        if (response.text.ends_with(" EXISTS"))
          selected.exists = number_behind(response.text, "* ").value_or(0);
        return false;
      });
  if (!answer) return std::unexpected(std::move(answer.error()));
  return selected;
}

ImapAcknowledger::ImapAcknowledger(const ImapSettings& settings, const ImapUrl& url,
                                   const std::atomic<bool>* stop)
    : settings_(settings), url_(url), stop_(stop), connection_(settings, url, stop) {}

std::vector<std::string> ImapAcknowledger::acknowledge(const std::vector<std::string>& handles,
                                                       std::uint64_t uid_validity) {
  std::vector<std::string> done;
  if (handles.empty() || (stop_ != nullptr && *stop_)) return done;
  const auto give_up = [&](const ImapError& error) {
    if (error.kind != ImapError::Kind::stopped)
      failure_ = Error{
          Fault::unreadable,
          "the reports are stored, but their mails could not be moved or marked: " + error.text,
          {}};
    return done;
  };
  if (!connection_.open())
    if (auto connected = connect(uid_validity); !connected) {
      // Open on a folder that is another one now, the next call would move strangers' mails.
      connection_.close();
      return give_up(connected.error());
    }

  const std::string ours = std::to_string(uid_validity) + ':';
  std::vector<std::string> wanted;
  for (const std::string& handle : handles) {
    const bool is_of_this_folder = handle.starts_with(ours);
    (is_of_this_folder ? wanted : done).push_back(handle);
  }
  for (std::size_t at = 0; at < wanted.size(); at += uids_at_once) {
    const std::size_t end = std::min(wanted.size(), at + uids_at_once);
    std::string uids;
    for (std::size_t i = at; i < end; ++i)
      uids += (uids.empty() ? "" : ",") + wanted[i].substr(ours.size());
    if (auto acknowledged = acknowledge_set(uids); !acknowledged)
      return give_up(acknowledged.error());
    done.insert(done.end(), wanted.begin() + static_cast<std::ptrdiff_t>(at),
                wanted.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return done;
}

ImapResult<void> ImapAcknowledger::connect(std::uint64_t uid_validity) {
  auto selected = select_folder(connection_, "SELECT", url_.folder);
  if (!selected) return std::unexpected(std::move(selected.error()));
  if (selected->uid_validity != uid_validity) return std::unexpected(replaced_folder());
  return connection_.command("CAPABILITY", {}, [&](const ImapResponse& response) {
    if (!starts_with_word(response.text, "* CAPABILITY")) return false;
    const std::string words = response.text + ' ';
    can_move_ = words.find(" MOVE ") != words.npos;
    can_expunge_ = words.find(" UIDPLUS ") != words.npos;
    return false;
  });
}

ImapResult<void> ImapAcknowledger::acknowledge_set(const std::string& uids) {
  if (settings_.mark_seen)
    if (auto marked = connection_.command("UID STORE " + uids + " +FLAGS.SILENT (\\Seen)"); !marked)
      return marked;
  return settings_.move_to.empty() ? ImapResult<void>{} : move(uids);
}

/// MOVE (RFC 6851) where the server has it, else COPY, \Deleted and UID EXPUNGE.
ImapResult<void> ImapAcknowledger::move(const std::string& uids) {
  const std::string folder = quoted_folder(settings_.move_to);
  const std::string command = (can_move_ ? "UID MOVE " : "UID COPY ") + uids + ' ' + folder;
  auto moved = connection_.command(command);
  if (!moved && moved.error().text.find("TRYCREATE") != std::string::npos) {
    if (auto created = connection_.command("CREATE " + folder); !created) return created;
    moved = connection_.command(command);
  }
  if (!moved || can_move_) return moved;
  if (auto marked = connection_.command("UID STORE " + uids + " +FLAGS.SILENT (\\Deleted)");
      !marked)
    return marked;
  // Without UIDPLUS an EXPUNGE would also take what others marked as deleted: it is left to them.
  return can_expunge_ ? connection_.command("UID EXPUNGE " + uids) : ImapResult<void>{};
}

}  // namespace dmarcq
