// SPDX-License-Identifier: MIT
#include "ingest/source/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "ingest/base/pieces.h"

namespace dmarcq {
namespace {

class DescriptorSource final : public ByteSource {
 public:
  DescriptorSource(int descriptor, bool owned, Progress progress, const std::atomic<bool>* stop)
      : descriptor_(descriptor), owned_(owned), progress_(std::move(progress)), stop_(stop) {
    struct stat status{};
    if (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode))
      size_ = static_cast<std::uint64_t>(status.st_size);
    never_blocks_ = (::fcntl(descriptor_, F_GETFL) & O_NONBLOCK) != 0;
  }
  ~DescriptorSource() override {
    if (owned_) ::close(descriptor_);
  }
  DescriptorSource(const DescriptorSource&) = delete;
  DescriptorSource& operator=(const DescriptorSource&) = delete;

  std::expected<std::size_t, Error> read(char* to, std::size_t size) override {
    for (;;) {
      bool idle = false;
      if (!size_) {
        // Whichever thread the signal comes to, this one looks at the flag five times a second.
        if (stop_ != nullptr && *stop_)
          return std::unexpected(Error{Fault::unreadable, "interrupted", {}});
        pollfd waiting{descriptor_, POLLIN, 0};
        const int ready = ::poll(&waiting, 1, 1000 / looks_a_second);
        if (ready < 0 && errno == EINTR) continue;
        idle = ready == 0;
        if (idle && !never_blocks_) continue;
      }
      const ssize_t count = ::read(descriptor_, to, size);
      if (count == 0 && idle) {
        // A named pipe that nobody has opened for writing yet.
        if (++looks_ > looks_a_second * seconds_for_a_writer)
          return std::unexpected(Error{Fault::unreadable, "is a pipe without a writer", {}});
        continue;
      }
      if (count >= 0) {
        if (progress_)
          progress_->fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
        return static_cast<std::size_t>(count);
      }
      if (errno != EINTR && errno != EAGAIN)
        return std::unexpected(unreadable("read error", errno));
    }
  }
  bool seek(std::uint64_t position) override {
    return size_ && ::lseek(descriptor_, static_cast<off_t>(position), SEEK_SET) ==
                        static_cast<off_t>(position);
  }
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  static constexpr int looks_a_second = 5, seconds_for_a_writer = 5;
  int descriptor_;
  bool owned_;
  bool never_blocks_;  ///< read() returns at once
  int looks_ = 0;
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
  std::expected<std::size_t, Error> read(char* to, std::size_t size) override {
    return view_.read(to, size);
  }
  bool seek(std::uint64_t position) override { return view_.seek(position); }
  std::optional<std::uint64_t> size() const override { return view_.size(); }

 private:
  std::string bytes_;
  ViewSource view_;
};

class PrefixedSource final : public ByteSource {
 public:
  PrefixedSource(std::string prefix, std::unique_ptr<ByteSource> rest)
      : prefix_(std::move(prefix)), rest_(std::move(rest)) {}
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
  return {Fault::unreadable,
          std::string(what) + ": " + std::generic_category().message(error_number),
          {}};
}

std::unique_ptr<ByteSource> descriptor_source(int descriptor, bool owned, Progress progress,
                                              const std::atomic<bool>* stop) {
  return std::make_unique<DescriptorSource>(descriptor, owned, std::move(progress), stop);
}

std::expected<std::unique_ptr<ByteSource>, Error> file_source(const std::string& path,
                                                              Progress progress,
                                                              const std::atomic<bool>* stop) {
  // Opening a pipe that nobody writes to, or a device, could wait for ever; a device could also
  // never end.
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0 && (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)))
    return std::unexpected(Error{Fault::unreadable, "is a device, not a file", {}});
  int descriptor = -1;
  do descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return std::unexpected(unreadable("cannot be opened", errno));
  return descriptor_source(descriptor, true, std::move(progress), stop);
}

std::unique_ptr<ByteSource> memory_source(std::string bytes) {
  return std::make_unique<MemorySource>(std::move(bytes));
}
std::unique_ptr<ByteSource> view_source(std::string_view bytes) {
  return std::make_unique<ViewSource>(bytes);
}
std::unique_ptr<ByteSource> prefixed_source(std::string prefix, std::unique_ptr<ByteSource> rest) {
  return std::make_unique<PrefixedSource>(std::move(prefix), std::move(rest));
}

std::expected<void, Error> read_up_to(ByteSource& source, std::string& to, std::size_t size) {
  std::optional<Error> fault;
  bool ended = false;
  const auto read = [&](char* data, std::size_t room) -> std::size_t {
    const auto count = source.read(data, room);
    if (!count) fault = count.error();
    ended = !count || *count == 0;
    return ended ? 0 : *count;
  };
  if (const auto known = source.size()) {
    // In one piece, if the file does not grow meanwhile.
    while (to.size() < size && !ended) {
      const std::size_t filled = to.size();
      const std::size_t rest = *known > filled ? static_cast<std::size_t>(*known) - filled + 1
                                               : 64u << 10;
      to.resize_and_overwrite(filled + std::min(size - filled, rest),
                              [&](char* data, std::size_t end) {
                                std::size_t at = filled;
                                while (at < end && !ended) at += read(data + at, end - at);
                                return at;
                              });
    }
  } else {
    Pieces pieces(to.size());
    for (std::string_view rest = to; !rest.empty();)
      rest.remove_prefix(
          pieces.append(1, [&](char* data, std::size_t room) { return rest.copy(data, room); }));
    while (pieces.size() < size && !ended)
      pieces.append(1, [&](char* data, std::size_t room) {
        return read(data, std::min(room, size - pieces.size()));
      });
    to = std::move(pieces).join();
  }
  if (fault) return std::unexpected(*fault);
  return {};
}

}  // namespace dmarcq
