// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <stdexcept>
#include <streambuf>
#include <string>
#include <vector>

namespace dmarcq {

/// The reader of our output has gone (`dmarcq … | head`): no fault, the program ends with success.
struct OutputClosed {};
/// Output could not be written: the disk is full, say.
struct OutputFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A stream buffer over a file descriptor that tells those two apart, which std::cout cannot. A
/// stream on it needs exceptions(std::ios::badbit) for them to come through. `quiet_failure`:
/// errors are swallowed (standard error: nobody is left to tell).
class OutputBuffer : public std::streambuf {
 public:
  OutputBuffer(int file_descriptor, bool quiet_failure, std::size_t size);
  ~OutputBuffer() override;
  /// Called once, before the first byte is written: to put a pager there only when there is
  /// something to show.
  void before_first_write(std::function<void()> call) { before_ = std::move(call); }

 protected:
  int_type overflow(int_type) override;
  int sync() override;

 private:
  void write_out();
  int file_descriptor_;
  bool quiet_failure_;
  std::function<void()> before_;
  std::vector<char> buffer_;
};

}  // namespace dmarcq
