// SPDX-License-Identifier: MIT
#include "ingest/mailbox.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "ingest/mailbox_kinds.h"
#include "ingest/mbox.h"
#include "ingest/names.h"

namespace dmarcq {
namespace {

constexpr std::size_t first_look = 64u << 10;

class Single final : public Mailbox {
 public:
  Single(std::optional<Item> item, Progress progress) : item_(std::move(item)), progress_(std::move(progress)) {}
  std::optional<Item> next() override { return std::exchange(item_, std::nullopt); }
  std::uint64_t bytes_done() const override { return progress_->load(std::memory_order_relaxed); }
  std::optional<std::uint64_t> bytes_total() const override { return {}; }

 private:
  std::optional<Item> item_;
  Progress progress_;
};

class Mbox final : public Mailbox {
 public:
  Mbox(std::unique_ptr<ByteSource> source, std::string name, const Limits& limits, Progress progress)
      : name_(std::move(name)), progress_(std::move(progress)), reader_(std::move(source), limits) {}
  std::optional<Item> next() override {
    auto mail = reader_.next();
    if (!mail) return {};
    return Item{{name_, ++number_, {}, {}}, std::move(mail->bytes), std::move(mail->fault)};
  }
  std::uint64_t bytes_done() const override { return progress_->load(std::memory_order_relaxed); }
  std::optional<std::uint64_t> bytes_total() const override { return {}; }

 private:
  std::string name_;
  Progress progress_;
  MboxReader reader_;
  std::uint64_t number_ = 0;
};

/// A file given on the command line: its size is known, or not (a pipe).
class Sized final : public Mailbox {
 public:
  Sized(std::unique_ptr<Mailbox> mailbox, std::optional<std::uint64_t> size) : mailbox_(std::move(mailbox)), size_(size) {}
  std::optional<Item> next() override { return mailbox_->next(); }
  std::uint64_t bytes_done() const override {
    const std::uint64_t done = mailbox_->bytes_done();
    return size_ ? std::min(done, *size_) : done;  // archives are read here and there twice
  }
  std::optional<std::uint64_t> bytes_total() const override { return size_; }

 private:
  std::unique_ptr<Mailbox> mailbox_;
  std::optional<std::uint64_t> size_;
};

/// Junk before the first envelope line hides what kind of file it is. Only a strict envelope line behind an empty line will do.
bool has_late_envelope(const std::string& head) {
  for (std::size_t at = head.find("\nFrom "); at != head.npos; at = head.find("\nFrom ", at + 1)) {
    const bool after_empty = at > 0 && (head[at - 1] == '\n' || (at > 1 && head[at - 1] == '\r' && head[at - 2] == '\n'));
    const std::size_t end = head.find_first_of("\r\n", at + 1);
    if (after_empty && end != head.npos && is_envelope_line(std::string_view(head).substr(at + 1, end - at - 1))) return true;
  }
  return false;
}

}  // namespace

std::unique_ptr<Mailbox> single_item(Item item, Progress progress) { return std::make_unique<Single>(std::move(item), std::move(progress)); }

std::unique_ptr<Mailbox> open_mbox(std::unique_ptr<ByteSource> source, std::string name, const Limits& limits, Progress progress) {
  return std::make_unique<Mbox>(std::move(source), std::move(name), limits, std::move(progress));
}

std::unique_ptr<Mailbox> open_source(std::unique_ptr<ByteSource> source, std::string name, const Limits& limits, Progress progress) {
  Item item{{name, 0, {}, {}}, {}, {}};
  const auto give_up = [&](Error error) {
    item.fault = std::move(error);
    return single_item(std::move(item), progress);
  };
  if (auto read = read_up_to(*source, item.bytes, first_look); !read) return give_up(std::move(read.error()));
  const Content content = content_of(std::string_view(item.bytes).substr(0, 512));
  if (content == Content::mbox || (content == Content::other && has_late_envelope(item.bytes)))
    return open_mbox(prefixed_source(std::move(item.bytes), std::move(source)), std::move(name), limits, std::move(progress));

  const bool packed = content == Content::gzip || content == Content::zip || content == Content::archive;
  const std::size_t most = content == Content::xml ? limits.document_size : limits.mail_size;
  if (auto read = read_up_to(*source, item.bytes, most + 1); !read) return give_up(std::move(read.error()));
  if (item.bytes.size() > most) {
    if (packed) return open_container(prefixed_source(std::move(item.bytes), std::move(source)), std::move(name), limits, std::move(progress));
    item.bytes.resize(first_look);
    item.bytes.shrink_to_fit();
    // A film in the folder is not a problem; something that should be a report or a mail is.
    if (content == Content::other && !named_report(name)) return single_item(std::move(item), std::move(progress));
    const char* limit = content == Content::xml ? "document_size" : "mail_size";
    return give_up({Fault::limit, "larger than " + std::to_string(most) + " bytes", limit});
  }
  if (packed && holds_a_mailbox(item.bytes, limits))
    return open_container(memory_source(std::move(item.bytes)), std::move(name), limits, std::move(progress));
  return single_item(std::move(item), std::move(progress));
}

std::expected<std::unique_ptr<Mailbox>, Error> open_mailbox(const std::filesystem::path& path, const Limits& limits) {
  const std::string name = path.string();
  auto progress = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::unique_ptr<ByteSource> source;
  if (name == "-") {
    source = descriptor_source(STDIN_FILENO, false, progress);
  } else {
    struct stat status {};
    if (::stat(name.c_str(), &status) != 0) return std::unexpected(unreadable("cannot be opened", errno));
    if (is_in_maildir_tmp(name)) return std::make_unique<Single>(std::nullopt, progress);
    if (S_ISDIR(status.st_mode)) {
      if (::access(name.c_str(), R_OK | X_OK) != 0) return std::unexpected(unreadable("cannot be opened", errno));
      return open_directory(name, limits);
    }
    auto file = file_source(name, progress);
    if (!file) return std::unexpected(std::move(file.error()));
    source = std::move(*file);
  }
  const auto size = source->size();
  return std::make_unique<Sized>(open_source(std::move(source), name, limits, progress), size);
}

}  // namespace dmarcq
