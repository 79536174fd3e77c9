// SPDX-License-Identifier: MIT
#include "report/cli/terminal/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace dmarcq {

OutputBuffer::OutputBuffer(int file_descriptor, bool quiet_failure, std::size_t size)
    : file_descriptor_(file_descriptor), quiet_failure_(quiet_failure), buffer_(size) {
  setp(buffer_.data(), buffer_.data() + buffer_.size() - 1);
}

OutputBuffer::~OutputBuffer() {
  try {
    write_out();
    // NOLINTNEXTLINE(bugprone-empty-catch): who wants to know of a failure has flushed before
  } catch (...) {
  }
}

void OutputBuffer::write_out() {
  const char* from = pbase();
  auto left = static_cast<std::size_t>(pptr() - pbase());
  setp(buffer_.data(), buffer_.data() + buffer_.size() - 1);  // first, so that a failure is not
                                                              // tried again
  if (left > 0 && before_) std::exchange(before_, nullptr)();
  while (left > 0) {
    const ssize_t written = ::write(file_descriptor_, from, left);
    if (written < 0) {
      if (errno == EINTR) continue;
      if (quiet_failure_) return;
      if (errno == EPIPE) throw OutputClosed{};
      throw OutputFailed(std::string("standard output: ") + std::strerror(errno));
    }
    from += written;
    left -= static_cast<std::size_t>(written);
  }
}

OutputBuffer::int_type OutputBuffer::overflow(int_type c) {
  if (!traits_type::eq_int_type(c, traits_type::eof())) {
    *pptr() = traits_type::to_char_type(c);  // setp() left room for one
    pbump(1);
  }
  write_out();
  return traits_type::not_eof(c);
}

int OutputBuffer::sync() {
  write_out();
  return 0;
}

}  // namespace dmarcq
