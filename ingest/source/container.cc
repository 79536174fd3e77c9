// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "ingest/archive/archive_reader.h"
#include "ingest/archive/gzip.h"
#include "ingest/names.h"
#include "ingest/source/source_kinds.h"

namespace dmarcq {
namespace {

// A table is known by its first rows.
constexpr std::size_t head_size = 4096;
/// So many tables of one archive are opened again for their survey, if they are too large to be
/// kept: each time the archive is read from its beginning, up to the table.
constexpr unsigned most_reopenings = 16;

struct Peeled {
  Content content = Content::empty;
  std::unique_ptr<ByteSource> source;
};

/// Takes off the gzip layers: what is left is an mbox, an archive, or something that is no mailbox.
std::expected<Peeled, Error> peel(std::unique_ptr<ByteSource> source, const Limits& limits) {
  for (std::size_t level = 0;; ++level) {
    std::string head;
    if (auto read = read_up_to(*source, head, head_size); !read)
      return std::unexpected(std::move(read.error()));
    const Content content = content_of(head);
    source = prefixed_source(std::move(head), std::move(source));
    if (content != Content::gzip || level >= limits.archive_nesting)
      return Peeled{content, std::move(source)};
    source = gunzip_source(std::move(source), limits);
  }
}

/// A mail, and not just a text that starts with "Note:".
bool is_surely_mail(std::string_view head) {
  static constexpr std::array<std::string_view, 10> fields = {
      "received:",     "return-path:", "delivered-to:", "from:", "message-id:",
      "mime-version:", "subject:",     "date:",         "to:",   "content-type:"};
  std::size_t count = 0;
  while (!head.empty() && count < 2) {
    for (const auto field : fields) count += starts_with_word(head, field) ? 1u : 0u;
    const auto end = head.find_first_of("\r\n");
    if (end == head.npos) break;
    head.remove_prefix(end + 1);
  }
  return count >= 2;
}

using Bytes = std::shared_ptr<const std::string>;  ///< a whole archive; null: it is read as it
                                                   ///< comes

/// Looks at bytes that it keeps alive.
class KeptView final : public ByteSource {
 public:
  explicit KeptView(Bytes bytes) : bytes_(std::move(bytes)), view_(view_source(*bytes_)) {}
  std::expected<std::size_t, Error> read(char* to, std::size_t size) override {
    return view_->read(to, size);
  }
  bool seek(std::uint64_t place) override { return view_->seek(place); }
  std::optional<std::uint64_t> size() const override { return view_->size(); }

 private:
  Bytes bytes_;
  std::unique_ptr<ByteSource> view_;
};
std::unique_ptr<ByteSource> kept_view(Bytes bytes) {
  return std::make_unique<KeptView>(std::move(bytes));
}

/// One member of an archive that lies in memory, read a second time.
class MemberAgain final : public ByteSource {
 public:
  /// Null when there is no such member.
  static std::unique_ptr<ByteSource> open(Bytes archive, std::uint64_t number,
                                          const Limits& limits) {
    auto peeled = peel(kept_view(std::move(archive)), limits);
    if (!peeled) return nullptr;
    auto again = std::unique_ptr<MemberAgain>(new MemberAgain(std::move(peeled->source), limits));
    for (std::uint64_t i = 0; i < number; ++i) {
      const auto member = again->reader_.next();
      if (!member || !*member) return nullptr;
    }
    return again;
  }
  std::expected<std::size_t, Error> read(char* to, std::size_t size) override {
    auto count = reader_.read(to, size);
    if (!count) return count;
    produced_ += *count;
    if (is_bomb(produced_, reader_.consumed(), limits_))
      return std::unexpected(ratio_exceeded(limits_));
    return count;
  }

 private:
  MemberAgain(std::unique_ptr<ByteSource> source, const Limits& limits)
      : limits_(limits), reader_(std::move(source)) {}
  Limits limits_;
  ArchiveReader reader_;
  std::uint64_t produced_ = 0;
};

class ContainerMailbox final : public ItemSource {
 public:
  ContainerMailbox(std::unique_ptr<ByteSource> source, std::string name, const OpenOptions& options,
                   Progress progress, Bytes whole, std::optional<std::int64_t> modified)
      : name_(std::move(name)),
        limits_(options.limits),
        tables_(options.tables),
        whole_(std::move(whole)),
        modified_(modified),
        progress_(std::move(progress)),
        reader_(std::move(source)) {}

  std::optional<Item> next() override {
    for (;;) {
      if (nested_) {
        if (auto item = nested_->next()) return item;
        nested_.reset();
      }
      if (over_) return {};
      auto member = reader_.next();
      ++number_;
      if (!member) {
        over_ = true;
        return Item{{name_, 0, {}, {}}, {}, std::move(member.error())};
      }
      if (!*member) {
        over_ = true;
        return {};
      }
      if (!(*member)->regular || is_system_junk((*member)->name) ||
          is_maildir_tmp_name((*member)->name))
        continue;
      if (auto item = open(**member)) return item;
    }
  }
  std::uint64_t bytes_done() const override { return progress_->load(std::memory_order_relaxed); }
  std::optional<std::uint64_t> bytes_total() const override { return {}; }

 private:
  /// The present member as a stream, watched for bombs.
  class MemberSource final : public ByteSource {
   public:
    explicit MemberSource(ContainerMailbox& mailbox) : mailbox_(mailbox) {}
    std::expected<std::size_t, Error> read(char* to, std::size_t size) override {
      auto count = mailbox_.reader_.read(to, size);
      if (!count) return count;
      mailbox_.produced_ += *count;
      if (is_bomb(mailbox_.produced_, mailbox_.reader_.consumed(), mailbox_.limits_)) {
        mailbox_.over_ = true;
        return std::unexpected(ratio_exceeded(mailbox_.limits_));
      }
      return count;
    }

   private:
    ContainerMailbox& mailbox_;
  };

  std::optional<Item> open(const Member& member) {
    Item item{{member.name.empty() ? name_ : name_ + "/" + member.name, 0, {}, {}}, {}, {}};
    if (member.encrypted) {
      if (!named_report(member.name)) return {};
      item.fault = Error{Fault::encrypted, "needs a password", {}};
      return item;
    }
    auto source = std::make_unique<MemberSource>(*this);
    if (auto read = read_up_to(*source, item.bytes, head_size); !read) {
      item.fault = std::move(read.error());
      return item;
    }
    const Content content = content_of(item.bytes);
    if (content == Content::mbox) {
      nested_ = open_mbox(prefixed_source(std::move(item.bytes), std::move(source)),
                          std::move(item.origin.source), limits_, progress_);
      return {};
    }
    if (content == Content::other && tables_ != nullptr && tables_->knows(item.bytes)) {
      ReopenTable reopen;
      if (whole_)
        reopen = [this, number = number_]() -> std::unique_ptr<ByteSource> {
          return reopened_++ < most_reopenings ? MemberAgain::open(whole_, number, limits_)
                                               : nullptr;
        };
      nested_ = open_table(prefixed_source(std::move(item.bytes), std::move(source)),
                           std::move(item.origin.source), *tables_, reopen, modified_, progress_);
      return {};
    }
    const std::size_t most = content == Content::xml ? limits_.document_size : limits_.mail_size;
    try {
      if (auto read = read_up_to(*source, item.bytes, most + 1); !read)
        item.fault = std::move(read.error());
    } catch (const std::bad_alloc&) {
      item.fault = out_of_memory();
    }
    if (item.bytes.size() > most && !item.fault) {
      item.bytes.resize(64u << 10);
      item.bytes.shrink_to_fit();
      if (content != Content::other || named_report(member.name))
        item.fault = Error{Fault::limit, "larger than " + std::to_string(most) + " bytes",
                           content == Content::xml ? "document_size" : "mail_size"};
    }
    return item;
  }

  std::string name_;
  Limits limits_;
  const TableKinds* tables_;
  Bytes whole_;
  std::optional<std::int64_t> modified_;
  Progress progress_;
  ArchiveReader reader_;
  std::unique_ptr<ItemSource> nested_;  ///< an mbox or a table: the present member
  std::uint64_t produced_ = 0, number_ = 0;
  unsigned reopened_ = 0;
  bool over_ = false;
};

bool is_known_table(ByteSource& source, Content content, const TableKinds* tables) {
  std::string head;
  return content == Content::other && tables != nullptr &&
         read_up_to(source, head, head_size).has_value() && tables->knows(head);
}

std::unique_ptr<ItemSource> open_peeled(std::unique_ptr<ByteSource> source, std::string name,
                                        const OpenOptions& options, Progress progress, Bytes whole,
                                        std::optional<std::int64_t> modified) {
  auto peeled = peel(std::move(source), options.limits);
  if (!peeled)
    return single_item(Item{{std::move(name), 0, {}, {}}, {}, std::move(peeled.error())},
                       std::move(progress));
  if (peeled->content == Content::mbox)
    return open_mbox(std::move(peeled->source), std::move(name), options.limits,
                     std::move(progress));
  if (peeled->content == Content::zip || peeled->content == Content::archive)
    return std::make_unique<ContainerMailbox>(std::move(peeled->source), std::move(name), options,
                                              std::move(progress), std::move(whole), modified);
  std::string head;
  if (peeled->content == Content::other && options.tables != nullptr &&
      read_up_to(*peeled->source, head, head_size) && options.tables->knows(head)) {
    ReopenTable reopen;
    if (whole)
      reopen = [whole, limits = options.limits]() -> std::unique_ptr<ByteSource> {
        auto again = peel(kept_view(whole), limits);
        return again ? std::move(again->source) : nullptr;
      };
    return open_table(prefixed_source(std::move(head), std::move(peeled->source)), std::move(name),
                      *options.tables, reopen, modified, std::move(progress));
  }
  Error error{Fault::limit, "larger than " + std::to_string(options.limits.mail_size) + " bytes",
              "mail_size"};
  return single_item(Item{{std::move(name), 0, {}, {}}, {}, std::move(error)}, std::move(progress));
}

}  // namespace

bool holds_a_mailbox(std::string_view archive, const OpenOptions& options) {
  const Limits& limits = options.limits;
  auto peeled = peel(view_source(archive), limits);
  if (!peeled) return false;
  if (peeled->content == Content::mbox ||
      is_known_table(*peeled->source, peeled->content, options.tables))
    return true;
  if (peeled->content != Content::zip && peeled->content != Content::archive) return false;
  ArchiveReader reader(std::move(peeled->source));
  std::size_t count = 0, produced = 0;
  while (produced < limits.ratio_free_size) {
    auto member = reader.next();
    if (!member || !*member) return false;
    if (!(*member)->regular || is_system_junk((*member)->name)) continue;
    if (++count > limits.archive_entries) return true;
    if ((*member)->encrypted) continue;
    std::array<char, head_size> buffer;
    std::size_t filled = 0;
    while (filled < buffer.size()) {
      const auto got = reader.read(buffer.data() + filled, buffer.size() - filled);
      if (!got || *got == 0) break;
      filled += *got;
    }
    const std::string_view head(buffer.data(), filled);
    const Content content = content_of(head);
    if (content == Content::mbox || content == Content::emlx ||
        (content == Content::mail && is_surely_mail(head)))
      return true;
    if (content == Content::other && options.tables != nullptr && options.tables->knows(head))
      return true;
    if (peeled->content == Content::zip) continue;
    // Passing over a member of other archives means to decompress it.
    std::array<char, 16u << 10> sink;
    for (;;) {
      const auto got = reader.read(sink.data(), sink.size());
      if (!got || *got == 0) break;
      produced += *got;
      if (produced >= limits.ratio_free_size) return false;
    }
  }
  return false;
}

std::unique_ptr<ItemSource> open_container(std::unique_ptr<ByteSource> source, std::string name,
                                           const OpenOptions& options, Progress progress,
                                           std::optional<std::int64_t> modified) {
  return open_peeled(std::move(source), std::move(name), options, std::move(progress), nullptr,
                     modified);
}

std::unique_ptr<ItemSource> open_container(std::string bytes, std::string name,
                                           const OpenOptions& options, Progress progress,
                                           std::optional<std::int64_t> modified) {
  const auto whole = std::make_shared<const std::string>(std::move(bytes));
  return open_peeled(kept_view(whole), std::move(name), options, std::move(progress), whole,
                     modified);
}

}  // namespace dmarcq
