// SPDX-License-Identifier: MIT
#include "ingest/archive/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <cstdint>

namespace dmarcq {

struct ArchiveReader::Impl {
  std::unique_ptr<ByteSource> source;
  ::archive* handle = nullptr;
  std::array<char, 64u << 10> block;
  std::optional<Error> source_fault;
  std::uint64_t position = 0, consumed = 0;
  std::optional<Error> open_fault;
  bool dead = false;

  ~Impl() {
    if (handle != nullptr) ::archive_read_free(handle);
  }

  // libarchive's text may be null, and it may hold line ends.
  Error error(std::string_view what) const {
    if (source_fault) return *source_fault;
    std::string text(what);
    if (const char* reason = ::archive_error_string(handle); reason != nullptr && *reason != '\0')
      text += ": " + std::string(reason);
    for (char& c : text)
      if (static_cast<unsigned char>(c) < ' ') c = ' ';
    // "(-5)" is zlib's Z_BUF_ERROR: it wants more input and there is none.
    const bool cut = text.find("runcated") != text.npos ||
                     text.find("nexpected end") != text.npos || text.ends_with("(-5)");
    return {cut ? Fault::truncated : Fault::corrupt_archive, std::move(text), {}};
  }

  static la_ssize_t read_block(::archive* handle, void* data, const void** block) {
    Impl& self = *static_cast<Impl*>(data);
    const auto count = self.source->read(self.block.data(), self.block.size());
    *block = self.block.data();
    if (!count) {
      self.source_fault = count.error();
      ::archive_set_error(handle, -1, "%s", count.error().text.c_str());
      return -1;
    }
    self.position += *count;
    self.consumed += *count;
    return static_cast<la_ssize_t>(*count);
  }
  static la_int64_t seek(::archive*, void* data, la_int64_t offset, int whence) {
    Impl& self = *static_cast<Impl*>(data);
    const auto size = self.source->size();
    if (!size) return ARCHIVE_FATAL;
    const auto base = static_cast<la_int64_t>(whence == SEEK_SET   ? 0
                                              : whence == SEEK_CUR ? self.position
                                                                   : *size);
    const la_int64_t target = base + offset;
    if (target < 0 || static_cast<std::uint64_t>(target) > *size ||
        !self.source->seek(static_cast<std::uint64_t>(target)))
      return ARCHIVE_FATAL;
    self.position = static_cast<std::uint64_t>(target);
    return target;
  }
};

ArchiveReader::ArchiveReader(std::unique_ptr<ByteSource> source) : impl_(std::make_unique<Impl>()) {
  impl_->source = std::move(source);
  ::archive* handle = impl_->handle = ::archive_read_new();
  if (handle == nullptr) {
    impl_->dead = true;
    return;
  }
  // Named one by one: "all" would include filters that start other programs (grzip, lrzip).
  ::archive_read_support_filter_xz(handle);
  ::archive_read_support_filter_bzip2(handle);
  ::archive_read_support_filter_zstd(handle);
  ::archive_read_support_filter_lz4(handle);
  ::archive_read_support_filter_lzip(handle);
  ::archive_read_support_filter_compress(handle);
  ::archive_read_support_format_tar(handle);
  ::archive_read_support_format_zip(handle);
  ::archive_read_support_format_7zip(handle);
  ::archive_read_support_format_cpio(handle);
  // "raw" accepts any bytes: next() takes it only behind a decompressor.
  ::archive_read_support_format_raw(handle);
  ::archive_read_set_read_callback(handle, Impl::read_block);
  if (impl_->source->size()) ::archive_read_set_seek_callback(handle, Impl::seek);
  ::archive_read_set_callback_data(handle, impl_.get());
  if (::archive_read_open1(handle) < ARCHIVE_WARN) {
    impl_->open_fault = impl_->error("cannot be opened");
    impl_->dead = true;
  }
}

ArchiveReader::~ArchiveReader() = default;

bool ArchiveReader::usable() const { return !impl_->dead; }
std::uint64_t ArchiveReader::consumed() const { return impl_->consumed; }

std::expected<std::optional<Member>, Error> ArchiveReader::next() {
  if (impl_->open_fault) {
    Error fault = std::move(*impl_->open_fault);
    impl_->open_fault.reset();
    return std::unexpected(std::move(fault));
  }
  if (impl_->dead) return std::nullopt;
  ::archive_entry* entry = nullptr;
  const int result = ::archive_read_next_header(impl_->handle, &entry);
  if (result == ARCHIVE_EOF) {
    impl_->dead = true;
    return std::nullopt;
  }
  if (result < ARCHIVE_WARN) {
    impl_->dead = true;
    return std::unexpected(impl_->error("archive is corrupt"));
  }
  if (::archive_format(impl_->handle) == ARCHIVE_FORMAT_RAW &&
      ::archive_filter_count(impl_->handle) < 2) {
    impl_->dead = true;
    return std::unexpected(
        Error{Fault::corrupt_archive, "archive is corrupt: its first member cannot be found", {}});
  }
  Member member;
  // Names are whatever bytes the archive holds; the locale must not decide.
  if (const char* name = ::archive_entry_pathname_utf8(entry); name != nullptr)
    member.name = name;
  else if (const char* raw = ::archive_entry_pathname(entry); raw != nullptr)
    member.name = raw;
  if (::archive_format(impl_->handle) == ARCHIVE_FORMAT_RAW && member.name == "data")
    member.name.clear();
  const auto type = ::archive_entry_filetype(entry);
  member.regular = (type == AE_IFREG || type == 0) && ::archive_entry_hardlink(entry) == nullptr &&
                   !member.name.ends_with('/');
  member.encrypted = ::archive_entry_is_encrypted(entry) != 0;
  if (::archive_entry_size_is_set(entry) != 0 && ::archive_entry_size(entry) >= 0)
    member.size = static_cast<std::size_t>(::archive_entry_size(entry));
  return member;
}

std::expected<std::size_t, Error> ArchiveReader::read(char* to, std::size_t size) {
  if (impl_->dead) return 0;
  const la_ssize_t count = ::archive_read_data(impl_->handle, to, size);
  if (count >= 0) return static_cast<std::size_t>(count);
  // A warning here is a checksum or size that does not fit: the member is damaged, the archive goes
  // on.
  if (count == ARCHIVE_FATAL) impl_->dead = true;
  return std::unexpected(impl_->error("archive member is corrupt"));
}

}  // namespace dmarcq
