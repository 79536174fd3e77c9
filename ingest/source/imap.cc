// SPDX-License-Identifier: MIT
#include "ingest/source/imap.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "ingest/names.h"
#include "ingest/source/imap_acknowledge.h"
#include "ingest/source/imap_connection.h"
#include "ingest/source/imap_url.h"

namespace dmarcq {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t batch_mails = 100, batch_bytes = 4u << 20;  ///< asked for at once
/// What a batch may come to, whatever sizes were announced.
constexpr std::size_t longest_batch = 4 * batch_bytes;
constexpr std::size_t most_mails = 4'000'000;  ///< of one folder
constexpr std::size_t kept_head = 64u << 10;   ///< of a mail that is too large
/// Of what is remembered of mails that a server withholds; those beyond are asked for again.
constexpr std::size_t longest_state = 2000;

/// The numbers behind a word, separated by commas.
std::set<std::uint64_t> numbers_behind(std::string_view text, std::string_view word) {
  std::set<std::uint64_t> numbers;
  const std::size_t at = text.find(word);
  if (at == text.npos) return numbers;
  for (std::string_view rest = text.substr(at + word.size()); !rest.empty();) {
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (fault != std::errc()) break;
    numbers.insert(number);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (!rest.starts_with(',')) break;
    rest.remove_prefix(1);
  }
  return numbers;
}

bool is_fetch(std::string_view text) {
  std::size_t i = 2;
  while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
  return i > 2 && starts_with_word(text.substr(i), " FETCH ");
}

/// Quoted instead of a literal: allowed for short bodies.
std::string unquoted(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

/// What an earlier run left: "imap 1 UIDVALIDITY UID", and " UID,UID…" of mails behind it that the
/// server withheld. Worth nothing for a folder of another UIDVALIDITY.
struct ReadBefore {
  std::uint64_t last = 0;
  std::set<std::uint64_t> withheld;

  static ReadBefore from(const std::optional<std::string>& state, std::uint64_t uid_validity) {
    if (!state || !state->starts_with("imap 1 ")) return {};
    if (number_behind(*state, "imap 1 ") != uid_validity) return {};
    const std::string start = "imap 1 " + std::to_string(uid_validity) + ' ';
    const std::uint64_t last = number_behind(*state, start).value_or(0);
    return {last, numbers_behind(*state, start + std::to_string(last) + ' ')};
  }
};

/// The texts of mails by UID; nothing where the server gave NIL.
using Bodies = std::map<std::uint64_t, std::optional<std::string>>;

/// "* 3 FETCH (UID 17 BODY[] {812}…)". Was it asked for, and news?
bool take_body(ImapResponse& response, std::uint64_t first, std::uint64_t last, Bodies& got) {
  if (!is_fetch(response.text)) return false;
  const auto uid = number_behind(response.text, "UID ");
  const std::size_t body = response.text.find("BODY[]");
  if (!uid || *uid < first || *uid > last || got.contains(*uid) || body == std::string::npos)
    return false;
  const std::size_t value = response.text.find(' ', body);
  if (value == std::string::npos) return false;
  const std::string_view text = std::string_view(response.text).substr(value + 1);
  if (text.starts_with("{}") && !response.literals.empty())
    got[*uid] = std::move(response.literals.front());
  else if (text.starts_with('"'))
    got[*uid] = unquoted(text.substr(1));
  else if (starts_with_word(text, "NIL"))
    got[*uid] = std::nullopt;
  else
    return false;
  return true;
}

class ImapSource final : public ItemSource {
 public:
  ImapSource(const ImapSettings& settings, ImapUrl url, const OpenOptions& options)
      : settings_(settings),
        url_(std::move(url)),
        limits_(options.limits),
        stop_(options.stop),
        reader_(settings_, url_, stop_),
        acknowledger_(settings_, url_, stop_) {}

  /// Connects and lists what is new.
  std::expected<void, Error> open(CheckpointStore* checkpoints) {
    auto listed = again_and_again([&] { return list_new(checkpoints); });
    if (!listed) return std::unexpected(Error{Fault::unreadable, listed.error().text, {}});
    std::ranges::sort(new_, {}, &Listed::uid);
    const auto twice = std::ranges::unique(new_, {}, &Listed::uid);
    new_.erase(twice.begin(), twice.end());
    for (const Listed& mail : new_) total_ += mail.size;
    known_ = exists_ > new_.size() ? exists_ - new_.size() : 0;
    return {};
  }

  std::optional<Item> next() override {
    while (ready_.empty() && at_ < new_.size() && !failure_) fetch();
    if (ready_.empty()) {
      reader_.hang_up();
      return {};
    }
    Item item = std::move(ready_.front());
    ready_.erase(ready_.begin());
    return item;
  }

  std::uint64_t bytes_done() const override { return reader_.received(); }
  std::optional<std::uint64_t> bytes_total() const override { return total_; }
  std::uint64_t known() const override { return known_; }
  std::optional<Error> failure() const override {
    return failure_ ? failure_ : withheld_ ? withheld_ : acknowledger_.failure();
  }

  std::string acknowledge_key() const override {
    return acknowledger_.is_wanted() ? url_.name + "#unsettled" : "";
  }
  std::vector<std::string> acknowledge(const std::vector<std::string>& handles) override {
    return acknowledger_.acknowledge(handles, uid_validity_);
  }

 private:
  struct Listed {
    std::uint32_t uid, size;
  };
  /// Mails of new_ that are asked for with one command: from at_ to `end`.
  struct Batch {
    std::size_t end = 0;
    bool head_only = false;  ///< a single mail that is too large: only its beginning
    bool single = false;
  };

  ImapResult<void> list_new(CheckpointStore* checkpoints) {
    uid_validity_ = 0;
    if (auto selected = examine(); !selected) return selected;
    ReadBefore before;
    if (checkpoints != nullptr)
      before = ReadBefore::from(checkpoints->state(url_.name), uid_validity_);
    const std::uint64_t first = before.last + 1;
    withheld_before_ = std::move(before.withheld);
    if (exists_ > most_mails)
      return std::unexpected(
          ImapError{ImapError::Kind::refused,
                    "the folder holds more than " + std::to_string(most_mails) + " mails"});
    const std::size_t most = exists_ + 1000;  // some may arrive meanwhile
    new_.clear();
    return reader_.command(
        "UID FETCH " + std::to_string(first) + ":* (UID RFC822.SIZE)", {.asked_for = most * 200},
        [&](const ImapResponse& response) {
          if (!is_fetch(response.text)) return false;
          const auto uid = number_behind(response.text, "UID "),
                     size = number_behind(response.text, "RFC822.SIZE ");
          if (!uid || !size || *uid < first || *uid > UINT32_MAX || new_.size() == most)
            return false;  // n:* is never empty: it may name the last mail
          new_.push_back({static_cast<std::uint32_t>(*uid),
                          static_cast<std::uint32_t>(std::min<std::uint64_t>(*size, UINT32_MAX))});
          return true;
        });
  }

  ImapResult<void> examine() {
    auto selected = select_folder(reader_, "EXAMINE", url_.folder);
    if (!selected) return std::unexpected(std::move(selected.error()));
    if (uid_validity_ != 0 && selected->uid_validity != uid_validity_)
      return std::unexpected(replaced_folder());
    if (uid_validity_ == 0) {
      // The first time only: later acknowledge() reads it in another thread.
      uid_validity_ = selected->uid_validity;
      exists_ = selected->exists;
    }
    return {};
  }

  /// Tries until it works or there is no sense in it. Pauses of 1, 2, 4 … seconds.
  template <class Body>
  ImapResult<void> again_and_again(Body&& body) {
    for (unsigned attempt = 1;; ++attempt) {
      auto done = body();
      if (done || done.error().kind != ImapError::Kind::lost || attempt >= settings_.attempts)
        return done;
      const auto until = Clock::now() + std::chrono::seconds(1u << std::min(attempt - 1, 5u));
      while (Clock::now() < until) {
        if (stop_ != nullptr && *stop_) return done;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    }
  }

  bool is_too_large(const Listed& mail) const {
    return mail.size > limits_.mail_size || mail.uid == larger_than_told_;
  }

  Batch next_batch() const {
    Batch batch{.end = at_ + 1, .head_only = is_too_large(new_[at_])};
    if (!batch.head_only && !one_by_one_)
      for (std::uint64_t bytes = new_[at_].size;
           batch.end < new_.size() && batch.end - at_ < batch_mails &&
           !is_too_large(new_[batch.end]);
           ++batch.end)
        if ((bytes += new_[batch.end].size) > batch_bytes) break;
    batch.single = batch.end - at_ == 1;
    return batch;
  }

  /// Brings the next mails into ready_, or sets failure_.
  void fetch() {
    const Batch batch = next_batch();
    Bodies got;
    auto fetched = again_and_again([&] { return ask_for(batch, got); });
    bool cut = false;
    if (!fetched && fetched.error().kind == ImapError::Kind::too_large && !batch.head_only) {
      // Larger than the server said: the rest is asked for one by one, and of one that is too large
      // its beginning.
      cut = true;
      one_by_one_ = true;
      if (batch.single) larger_than_told_ = new_[at_].uid;
    } else if (!fetched) {
      failure_ = Error{
          Fault::unreadable,
          fetched.error().kind == ImapError::Kind::stopped ? "interrupted" : fetched.error().text,
          {}};
    }
    // In order, and nothing behind a mail that is missing because of a fault: the checkpoint covers
    // all before it.
    for (; at_ < batch.end; ++at_) {
      const auto found = got.find(new_[at_].uid);
      if (found != got.end())
        hand_over(std::move(found->second), batch.head_only);
      else if (failure_ || cut)
        return;
      // Else somebody deleted it since it was listed.
    }
  }

  /// Asks for the mails of the batch that are not in `got`, reconnecting as long as something
  /// comes.
  ImapResult<void> ask_for(const Batch& batch, Bodies& got) {
    const std::size_t largest = batch.head_only ? kept_head
                                : batch.single  ? limits_.mail_size
                                                : std::min(limits_.mail_size, longest_batch);
    const ImapBounds bounds{largest, (batch.single ? largest : longest_batch) + longest_imap_line};
    const std::string what = batch.head_only
                                 ? " (UID BODY.PEEK[]<0." + std::to_string(kept_head) + ">)"
                                 : " (UID BODY.PEEK[])";
    for (;;) {
      if (!reader_.open())
        if (auto selected = examine(); !selected) return selected;
      std::string uids;
      for (std::size_t i = at_; i < batch.end; ++i)
        if (!got.contains(new_[i].uid))
          uids += (uids.empty() ? "" : ",") + std::to_string(new_[i].uid);
      if (uids.empty()) return {};
      const std::size_t before = got.size();
      auto answer =
          reader_.command("UID FETCH " + uids + what, bounds, [&](ImapResponse& response) {
            return take_body(response, new_[at_].uid, new_[batch.end - 1].uid, got);
          });
      if (answer || answer.error().kind != ImapError::Kind::lost || got.size() == before)
        return answer;
    }
  }

  /// The mail at at_ becomes an item, or, when the server gives no text for the first time, is left
  /// to the next run.
  void hand_over(std::optional<std::string> text, bool head_only) {
    const std::string uid = std::to_string(new_[at_].uid);
    if (!text && !withheld_before_.contains(new_[at_].uid)) {
      // No checkpoint may cover it: the next run asks for it again, and for those behind it.
      if (!withheld_) {
        withheld_ = Error{Fault::unreadable,
                          "the server returned no text for the mail with UID " + uid +
                              "; the next run will retry",
                          {}};
        covered_ = std::to_string(new_[at_].uid - 1) + ' ' + uid;
      } else if (covered_.size() < longest_state) {
        covered_ += ',' + uid;
      }
      return;
    }
    Item item;
    if (!text) {
      // Twice in a row is enough: it becomes a problem, and no longer stands in the way of others.
      item.withheld = true;
      item.fault = Error{Fault::unreadable,
                         "in two runs the server returned no text for the mail with UID " + uid,
                         {}};
      text = "the mail with UID " + uid + " of " + url_.name + ", UIDVALIDITY " +
             std::to_string(uid_validity_);
    }
    item.origin.source = url_.name;
    item.origin.index = new_[at_].uid;
    item.bytes = std::move(*text);
    if (head_only)
      item.fault = Error{Fault::limit,
                         "mail is larger than " + std::to_string(limits_.mail_size) + " bytes",
                         "mail_size"};
    item.checkpoint =
        Checkpoint{url_.name,
                   "imap 1 " + std::to_string(uid_validity_) + ' ' + (withheld_ ? covered_ : uid),
                   {}};
    item.handle = std::to_string(uid_validity_) + ':' + uid;
    ready_.push_back(std::move(item));
  }

  ImapSettings settings_;
  ImapUrl url_;
  Limits limits_;
  const std::atomic<bool>* stop_;
  ImapConnection reader_;
  std::uint64_t uid_validity_ = 0, exists_ = 0, known_ = 0, total_ = 0;
  std::vector<Listed> new_;
  std::size_t at_ = 0;  ///< of new_: the next to ask for
  std::vector<Item> ready_;
  std::optional<Error> failure_, withheld_;
  /// What checkpoints say once there is a mail that the server withholds: the UID before it, and
  /// those withheld.
  std::string covered_;
  std::set<std::uint64_t> withheld_before_;  ///< UIDs that an earlier run asked for in vain
  bool one_by_one_ = false;
  std::uint32_t larger_than_told_ = 0;  ///< UID; 0: none
  ImapAcknowledger acknowledger_;       ///< the calling thread's own, beside the one that reads
};

}  // namespace

bool is_imap_url(std::string_view source) {
  return starts_with_word(source, "imap://") || starts_with_word(source, "imaps://");
}

std::string imap_host(std::string_view source) {
  if (!is_imap_url(source)) return {};
  auto url = parse_imap_url(std::string(source));
  return url ? std::move(url->host) : std::string();
}

std::expected<std::unique_ptr<ItemSource>, Error> open_imap(const ImapSettings& settings,
                                                            const OpenOptions& options) {
  auto url = parse_imap_url(settings.url);
  if (!url) return std::unexpected(std::move(url.error()));
  auto source = std::make_unique<ImapSource>(settings, std::move(*url), options);
  if (auto opened = source->open(options.checkpoints); !opened)
    return std::unexpected(std::move(opened.error()));
  return source;
}

}  // namespace dmarcq
