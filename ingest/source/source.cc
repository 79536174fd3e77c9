// SPDX-License-Identifier: MIT
#include "ingest/source/source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <new>
#include <sstream>
#include <utility>

#include "ingest/base/digest.h"
#include "ingest/names.h"
#include "ingest/source/mbox.h"
#include "ingest/source/source_kinds.h"

namespace dmarcq {
namespace {

constexpr std::size_t first_look = 64u << 10;

class Single final : public ItemSource {
 public:
  Single(std::optional<Item> item, Progress progress)
      : item_(std::move(item)), progress_(std::move(progress)) {}
  std::optional<Item> next() override { return std::exchange(item_, std::nullopt); }
  std::uint64_t bytes_done() const override { return progress_->load(std::memory_order_relaxed); }
  std::optional<std::uint64_t> bytes_total() const override { return {}; }

 private:
  std::optional<Item> item_;
  Progress progress_;
};

/// How far an mbox was read: "mbox 1 OFFSET NUMBER HEAD-SIZE HEAD-HASH TAIL-SIZE TAIL-HASH".
struct MboxPlace {
  std::uint64_t offset = 0, number = 0;
  std::size_t head_size = 0, tail_size = 0;
  std::string head_hash, tail_hash;

  static std::optional<MboxPlace> from(const std::string& state) {
    std::istringstream text(state);
    std::string kind;
    int version = 0;
    MboxPlace place;
    text >> kind >> version >> place.offset >> place.number >> place.head_size >> place.head_hash >>
        place.tail_size >> place.tail_hash;
    if (!text || kind != "mbox" || version != 1 || place.head_size > first_look ||
        place.tail_size > first_look || place.tail_size > place.offset)
      return {};
    return place;
  }
  std::string text() const {
    return "mbox 1 " + std::to_string(offset) + ' ' + std::to_string(number) + ' ' +
           std::to_string(head_size) + ' ' + head_hash + ' ' + std::to_string(tail_size) + ' ' +
           tail_hash;
  }
};

std::string hash_of(std::string_view bytes) { return to_hex(sha256(bytes)).substr(0, 32); }

class Mbox final : public ItemSource {
 public:
  Mbox(std::unique_ptr<ByteSource> source, std::string name, const Limits& limits,
       Progress progress)
      : name_(std::move(name)),
        progress_(std::move(progress)),
        reader_(std::move(source), limits) {}
  /// A file that is read from `from` on, and remembered under `key`. `head`: its first bytes.
  Mbox(std::unique_ptr<ByteSource> source, std::string name, const Limits& limits,
       Progress progress, std::string key, std::string head, const MboxPlace& from)
      : name_(std::move(name)),
        key_(std::move(key)),
        head_(std::move(head)),
        progress_(std::move(progress)),
        reader_(std::move(source), limits, from.offset),
        number_(from.number),
        known_(from.number) {}
  std::optional<Item> next() override {
    auto mail = reader_.next();
    if (!mail) return {};
    Item item{{name_, ++number_, {}, {}}, std::move(mail->bytes), std::move(mail->fault), {}, {}};
    if (!key_.empty() && mail->complete) {
      const auto head_size =
          static_cast<std::size_t>(std::min<std::uint64_t>(head_.size(), mail->end));
      if (head_hash_.empty() || head_size != hashed_)
        head_hash_ = hash_of(std::string_view(head_).substr(0, hashed_ = head_size));
      item.checkpoint = Checkpoint{key_,
                                   MboxPlace{mail->end, number_, head_size, mail->tail.size(),
                                             head_hash_, hash_of(mail->tail)}
                                       .text(),
                                   {}};
    }
    return item;
  }
  std::uint64_t bytes_done() const override { return progress_->load(std::memory_order_relaxed); }
  std::optional<std::uint64_t> bytes_total() const override { return {}; }
  std::uint64_t known() const override { return known_; }

 private:
  std::string name_, key_, head_, head_hash_;
  std::size_t hashed_ = 0;
  Progress progress_;
  MboxReader reader_;
  std::uint64_t number_ = 0, known_ = 0;
};

/// Is the file still what it was up to the place where it was left, and does a mail start there, or
/// nothing?
bool continues_at(const MboxPlace& place, ByteSource& source, std::string_view head) {
  const auto size = source.size();
  if (!size || *size < place.offset || head.size() < place.head_size ||
      hash_of(head.substr(0, place.head_size)) != place.head_hash)
    return false;
  std::string piece;
  if (!source.seek(place.offset - place.tail_size) ||
      !read_up_to(source, piece, place.tail_size + 5))
    return false;
  const std::string_view next =
      std::string_view(piece).substr(std::min(piece.size(), place.tail_size));
  return piece.size() >= place.tail_size &&
         hash_of(std::string_view(piece).substr(0, place.tail_size)) == place.tail_hash &&
         (next.empty() || next == "From ");
}

/// A file of any other kind: it was read when its last item was, and remembered as "file 1 ITEMS
/// INODE SIZE MODIFIED CHANGED".
class Whole final : public ItemSource {
 public:
  Whole(std::unique_ptr<ItemSource> mailbox, Checkpoint checkpoint)
      : mailbox_(std::move(mailbox)), checkpoint_(std::move(checkpoint)) {}
  std::optional<Item> next() override {
    // One item is held back: only the last one may carry the checkpoint.
    if (!started_) held_ = take();
    started_ = true;
    std::optional<Item> item = std::move(held_);
    held_.reset();
    if (!item) return {};
    held_ = take();
    if (!held_ && whole_) {
      item->checkpoint = checkpoint_;
      if (checkpoint_.name.empty())
        item->checkpoint->state = "file 1 " + std::to_string(items_) + checkpoint_.state;
    }
    return item;
  }
  std::uint64_t bytes_done() const override { return mailbox_->bytes_done(); }
  std::optional<std::uint64_t> bytes_total() const override { return mailbox_->bytes_total(); }

 private:
  std::optional<Item> take() {
    auto item = mailbox_->next();
    if (item) ++items_;
    if (item && item->fault && item->fault->fault == Fault::unreadable) whole_ = false;
    return item;
  }

  std::unique_ptr<ItemSource> mailbox_;
  Checkpoint checkpoint_;
  std::optional<Item> held_;
  std::uint64_t items_ = 0;
  bool started_ = false, whole_ = true;
};

/// A file that is what it was.
class Unchanged final : public ItemSource {
 public:
  Unchanged(std::uint64_t items, Progress progress)
      : items_(items), progress_(std::move(progress)) {}
  std::optional<Item> next() override { return {}; }
  std::uint64_t bytes_done() const override { return progress_->load(std::memory_order_relaxed); }
  std::optional<std::uint64_t> bytes_total() const override { return {}; }
  std::uint64_t known() const override { return items_; }

 private:
  std::uint64_t items_;
  Progress progress_;
};

/// A file given on the command line: its size is known, or not (a pipe).
class Sized final : public ItemSource {
 public:
  Sized(std::unique_ptr<ItemSource> mailbox, std::optional<std::uint64_t> size)
      : mailbox_(std::move(mailbox)), size_(size) {}
  std::optional<Item> next() override { return mailbox_->next(); }
  std::uint64_t bytes_done() const override {
    const std::uint64_t done = mailbox_->bytes_done();
    return size_ ? std::min(done, *size_) : done;  // archives are read here and there twice
  }
  std::optional<std::uint64_t> bytes_total() const override { return size_; }
  std::uint64_t known() const override { return mailbox_->known(); }

 private:
  std::unique_ptr<ItemSource> mailbox_;
  std::optional<std::uint64_t> size_;
};

/// Junk before the first envelope line hides what kind of file it is. Only a strict envelope line
/// behind an empty line will do.
bool has_late_envelope(const std::string& head) {
  for (std::size_t at = head.find("\nFrom "); at != head.npos; at = head.find("\nFrom ", at + 1)) {
    const bool after_empty = at > 0 && (head[at - 1] == '\n' ||
                                        (at > 1 && head[at - 1] == '\r' && head[at - 2] == '\n'));
    const std::size_t end = head.find_first_of("\r\n", at + 1);
    if (!after_empty || end == head.npos) continue;
    const std::string_view line = std::string_view(head).substr(at + 1, end - at - 1);
    const std::size_t next = end + (head.compare(end, 2, "\r\n") == 0 ? 2 : 1);
    const bool bare = line.find_first_not_of(" \t", 5) == line.npos;
    if (is_envelope_line(line) ||
        (bare && begins_mail(std::string_view(head).substr(std::min(next, head.size())))))
      return true;
  }
  return false;
}

}  // namespace

std::unique_ptr<ItemSource> single_item(Item item, Progress progress) {
  return std::make_unique<Single>(std::move(item), std::move(progress));
}

std::unique_ptr<ItemSource> open_mbox(std::unique_ptr<ByteSource> source, std::string name,
                                      const Limits& limits, Progress progress) {
  return std::make_unique<Mbox>(std::move(source), std::move(name), limits, std::move(progress));
}

std::unique_ptr<ItemSource> open_source(std::unique_ptr<ByteSource> source, std::string name,
                                        const OpenOptions& options, Progress progress,
                                        const TableFile& table) {
  const Limits& limits = options.limits;
  Item item;
  item.origin.source = name;
  const auto give_up = [&](Error error) {
    item.fault = std::move(error);
    return single_item(std::move(item), progress);
  };
  if (auto read = read_up_to(*source, item.bytes, first_look); !read)
    return give_up(std::move(read.error()));
  const Content content = content_of(std::string_view(item.bytes).substr(0, 512));
  if (content == Content::mbox || (content == Content::other && has_late_envelope(item.bytes)))
    return open_mbox(prefixed_source(std::move(item.bytes), std::move(source)), std::move(name),
                     limits, std::move(progress));
  if (content == Content::other && options.tables != nullptr && options.tables->knows(item.bytes))
    return open_table(prefixed_source(std::move(item.bytes), std::move(source)), std::move(name),
                      *options.tables, table.reopen, table.modified, std::move(progress));

  const bool packed = content == Content::gzip || content == Content::zip ||
                      content == Content::archive;
  const std::size_t most = content == Content::xml ? limits.document_size : limits.mail_size;
  try {
    if (auto read = read_up_to(*source, item.bytes, most + 1); !read)
      return give_up(std::move(read.error()));
  } catch (const std::bad_alloc&) {
    return give_up(out_of_memory());
  }
  if (item.bytes.size() > most) {
    if (packed)
      return open_container(prefixed_source(std::move(item.bytes), std::move(source)),
                            std::move(name), options, std::move(progress), table.modified);
    item.bytes.resize(first_look);
    item.bytes.shrink_to_fit();
    // A film in the folder is not a problem; something that should be a report or a mail is.
    if (content == Content::other && !named_report(name))
      return single_item(std::move(item), std::move(progress));
    const char* limit = content == Content::xml ? "document_size" : "mail_size";
    return give_up({Fault::limit, "larger than " + std::to_string(most) + " bytes", limit});
  }
  if (packed && holds_a_mailbox(item.bytes, options))
    return open_container(std::move(item.bytes), std::move(name), options, std::move(progress),
                          table.modified);
  return single_item(std::move(item), std::move(progress));
}

std::string checkpoint_key(const std::string& path, const Limits& limits) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  std::string key = error ? path : real.string();
  // Under other limits an item may come to something else.
  if (limits == Limits{}) return key;
  std::string changed;
  for (const LimitKey& limit : limit_keys)
    changed += std::string(limit.name) + '=' + std::to_string(limits.*limit.member) + '\n';
  return key + '#' + hash_of(changed).substr(0, 8);
}

std::expected<std::unique_ptr<ItemSource>, Error> open_file(std::string path,
                                                            const OpenOptions& options,
                                                            Progress progress,
                                                            std::optional<Checkpoint> checkpoint) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0)
    return std::unexpected(unreadable("cannot be opened", errno));
  const bool remembers = S_ISREG(status.st_mode);
  std::optional<std::string> state;
  bool settled = true;  // a change within the clock's grain would not be seen
  if (remembers && !checkpoint) {
    checkpoint = Checkpoint{checkpoint_key(path, options.limits), {}, {}};
    if (options.checkpoints != nullptr) state = options.checkpoints->state(checkpoint->source);
    for (const auto& number :
         {static_cast<std::int64_t>(status.st_ino), static_cast<std::int64_t>(status.st_size)})
      checkpoint->state += ' ' + std::to_string(number);
    for (const timespec& time : {status.st_mtim, status.st_ctim})
      checkpoint->state += ' ' + std::to_string(time.tv_sec) + '.' + std::to_string(time.tv_nsec);
    if (state && state->starts_with("file 1 ") && state->ends_with(checkpoint->state)) {
      progress->fetch_add(static_cast<std::uint64_t>(status.st_size), std::memory_order_relaxed);
      return std::make_unique<Unchanged>(std::strtoull(state->c_str() + 7, nullptr, 10), progress);
    }
    settled = ::time(nullptr) - status.st_ctim.tv_sec > 2;
  }
  auto source = file_source(path, progress, options.stop);
  if (!source) return std::unexpected(std::move(source.error()));
  if (!remembers)
    return open_source(std::move(*source), std::move(path), options, std::move(progress));

  if (checkpoint->name.empty()) {
    std::string head;
    if (read_up_to(**source, head, first_look) &&
        content_of(std::string_view(head).substr(0, 512)) == Content::mbox) {
      MboxPlace from;
      if (state)
        if (const auto place = MboxPlace::from(*state);
            place && continues_at(*place, **source, head))
          from = *place;
      if (!(*source)->seek(from.offset))
        return std::unexpected(unreadable("cannot be read", errno));
      progress->store(from.offset, std::memory_order_relaxed);
      return std::make_unique<Mbox>(std::move(*source), std::move(path), options.limits,
                                    std::move(progress), std::move(checkpoint->source),
                                    std::move(head), from);
    }
    if (!(*source)->seek(0)) return std::unexpected(unreadable("cannot be read", errno));
  }
  TableFile table{.modified = status.st_mtim.tv_sec};
  table.reopen = [path, stop = options.stop]() -> std::unique_ptr<ByteSource> {
    // What is read twice is counted once.
    auto again = file_source(path, std::make_shared<std::atomic<std::uint64_t>>(0), stop);
    return again ? std::move(*again) : nullptr;
  };
  auto mailbox =
      open_source(std::move(*source), std::move(path), options, std::move(progress), table);
  if (!settled) return mailbox;
  return std::make_unique<Whole>(std::move(mailbox), std::move(*checkpoint));
}

std::expected<std::unique_ptr<ItemSource>, Error> open_mailbox(const std::filesystem::path& path,
                                                               const OpenOptions& options) {
  const std::string name = path.string();
  auto progress = std::make_shared<std::atomic<std::uint64_t>>(0);
  if (name == "-") {
    auto input = descriptor_source(STDIN_FILENO, false, progress, options.stop);
    const auto size = input->size();
    return std::make_unique<Sized>(open_source(std::move(input), name, options, progress), size);
  }
  struct stat status{};
  if (::stat(name.c_str(), &status) != 0)
    return std::unexpected(unreadable("cannot be opened", errno));
  if (is_in_maildir_tmp(name)) return std::make_unique<Single>(std::nullopt, progress);
  if (S_ISDIR(status.st_mode)) {
    if (::access(name.c_str(), R_OK | X_OK) != 0)
      return std::unexpected(unreadable("cannot be opened", errno));
    return open_directory(name, options);
  }
  auto file = open_file(name, options, progress);
  if (!file) return file;
  std::optional<std::uint64_t> size;
  if (S_ISREG(status.st_mode)) size = static_cast<std::uint64_t>(status.st_size);
  return std::make_unique<Sized>(std::move(*file), size);
}

std::expected<std::unique_ptr<ItemSource>, Error> open_mailbox(const std::filesystem::path& path,
                                                               const Limits& limits) {
  return open_mailbox(path, OpenOptions{.limits = limits});
}

}  // namespace dmarcq
