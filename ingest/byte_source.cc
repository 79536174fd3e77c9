// SPDX-License-Identifier: MIT
#include "ingest/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace dmarcq {
namespace {

class DescriptorSource final : public ByteSource {
 public:
  DescriptorSource(int descriptor, bool owned, Progress progress, const std::atomic<bool>* stop)
      : descriptor_(descriptor), owned_(owned), progress_(std::move(progress)), stop_(stop) {
    struct stat status {};
    if (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) size_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~DescriptorSource() override {
    if (owned_) ::close(descriptor_);
  }
  DescriptorSource(const DescriptorSource&) = delete;
  DescriptorSource& operator=(const DescriptorSource&) = delete;

  std::expected<std::size_t, Error> read(char* to, std::size_t size) override {
    for (;;) {
      if (stop_ != nullptr && !size_) {
        // Whichever thread the signal comes to, this one looks at the flag five times a second.
        if (*stop_) return std::unexpected(Error{Fault::unreadable, "interrupted", {}});
        pollfd waiting{descriptor_, POLLIN, 0};
        const int ready = ::poll(&waiting, 1, 200);
        if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
      }
      const ssize_t count = ::read(descriptor_, to, size);
      if (count >= 0) {
        if (progress_) progress_->fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
        return static_cast<std::size_t>(count);
      }
      if (errno != EINTR) return std::unexpected(unreadable("read error", errno));
    }
  }
  bool seek(std::uint64_t position) override {
    return size_ && ::lseek(descriptor_, static_cast<off_t>(position), SEEK_SET) == static_cast<off_t>(position);
  }
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  int descriptor_;
  bool owned_;
  Progress progress_;
  const std::atomic<bool>* stop_;
  std::optional<std::uint64_t> size_;
};

class ViewSource : public ByteSource {
 public:
  explicit ViewSource(std::string_view bytes) : bytes_(bytes) {}
  std::expected<std::size_t, Error> read(char* to, std::size_t size) override {
    const std::size_t count = std::min(size, bytes_.size() - position_);
    if (count != 0) std::memcpy(to, bytes_.data() + position_, count);
    position_ += count;
    return count;
  }
  bool seek(std::uint64_t position) override {
    if (position > bytes_.size()) return false;
    position_ = static_cast<std::size_t>(position);
    return true;
  }
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t position_ = 0;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string bytes) : bytes_(std::move(bytes)), view_(bytes_) {}
  std::expected<std::size_t, Error> read(char* to, std::size_t size) override { return view_.read(to, size); }
  bool seek(std::uint64_t position) override { return view_.seek(position); }
  std::optional<std::uint64_t> size() const override { return view_.size(); }

 private:
  std::string bytes_;
  ViewSource view_;
};

class PrefixedSource final : public ByteSource {
 public:
  PrefixedSource(std::string prefix, std::unique_ptr<ByteSource> rest) : prefix_(std::move(prefix)), rest_(std::move(rest)) {}
  std::expected<std::size_t, Error> read(char* to, std::size_t size) override {
    if (position_ == prefix_.size()) return rest_->read(to, size);
    const std::size_t count = std::min(size, prefix_.size() - position_);
    std::memcpy(to, prefix_.data() + position_, count);
    position_ += count;
    if (position_ == prefix_.size()) {
      prefix_ = {};
      position_ = 0;
    }
    return count;
  }
  bool seek(std::uint64_t position) override {
    if (!rest_->seek(position)) return false;
    prefix_ = {};
    position_ = 0;
    return true;
  }
  std::optional<std::uint64_t> size() const override { return rest_->size(); }

 private:
  std::string prefix_;
  std::size_t position_ = 0;
  std::unique_ptr<ByteSource> rest_;
};

}  // namespace

Error unreadable(std::string_view what, int error_number) {
  return {Fault::unreadable, std::string(what) + ": " + std::generic_category().message(error_number), {}};
}

std::unique_ptr<ByteSource> descriptor_source(int descriptor, bool owned, Progress progress, const std::atomic<bool>* stop) {
  return std::make_unique<DescriptorSource>(descriptor, owned, std::move(progress), stop);
}

std::expected<std::unique_ptr<ByteSource>, Error> file_source(const std::string& path, Progress progress) {
  int descriptor = -1;
  do descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return std::unexpected(unreadable("cannot be opened", errno));
  return descriptor_source(descriptor, true, std::move(progress));
}

std::unique_ptr<ByteSource> memory_source(std::string bytes) { return std::make_unique<MemorySource>(std::move(bytes)); }
std::unique_ptr<ByteSource> view_source(std::string_view bytes) { return std::make_unique<ViewSource>(bytes); }
std::unique_ptr<ByteSource> prefixed_source(std::string prefix, std::unique_ptr<ByteSource> rest) {
  return std::make_unique<PrefixedSource>(std::move(prefix), std::move(rest));
}

std::expected<void, Error> read_up_to(ByteSource& source, std::string& to, std::size_t size) {
  // Grows with what arrives: a size field that lies costs nothing.
  std::size_t filled = to.size();
  std::size_t step = 64u << 10;
  if (const auto known = source.size(); known && *known > filled) step = std::max(step, static_cast<std::size_t>(*known) - filled + 1);
  std::optional<Error> fault;
  while (filled < size && !fault) {
    const std::size_t want = std::min(size - filled, step);
    bool ended = false;
    to.resize_and_overwrite(filled + want, [&](char* data, std::size_t) {
      const auto count = source.read(data + filled, want);
      if (!count) fault = count.error();
      else if (*count == 0) ended = true;
      else filled += *count;
      return filled;
    });
    if (ended) break;
    if (filled >= step) step = std::max(step, filled);
  }
  if (fault) return std::unexpected(*fault);
  return {};
}

}  // namespace dmarcq
