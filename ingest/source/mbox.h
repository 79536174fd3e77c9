// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ingest/base/error.h"
#include "ingest/base/limits.h"
#include "ingest/source/byte_source.h"

namespace dmarcq {

/// Does a line that starts with "From " look like the envelope line of an mbox, rather than like
/// prose? It must have a time and a year, or an address followed by a date. "From now on, at 12:30,
/// we …" does not.
bool is_envelope_line(std::string_view line) noexcept;

/// Does text begin with the header of a mail: two fields or more, one of them a field that every
/// mail program writes? What stands behind a separator without an address or a date (Thunderbird
/// writes a bare "From ").
bool begins_mail(std::string_view text) noexcept;

/// Splits an mbox into mails: mboxo, mboxrd, mboxcl and mboxcl2, any line ends, reading in blocks.
/// Holds one mail and one block.
///
/// What separates mails, since the dialects disagree and bodies hold unquoted "From " lines (RFC
/// 4155 leaves it open): a line starting with "From " that follows an empty line and looks like an
/// envelope line; without the empty line it must be in the strict form of asctime() and be followed
/// by a header field. Content-Length is believed only where it ends at such a line or at the end of
/// the file: it is copied from place to place and often wrong.
class MboxReader {
 public:
  struct Mail {
    std::string bytes;           ///< without envelope line, unquoted (">From " once)
    std::optional<Error> fault;  ///< over mail_size (bytes are its beginning), or the source failed
                                 ///< (bytes are what came)
    std::uint64_t end = 0;  ///< where in the source the next envelope line starts, or the source
                            ///< ends
    std::string tail;  ///< the last bytes before `end`, as they stand in the source; at most 512,
                       ///< and of this mail only
    bool complete = true;  ///< the source did not fail: reading may go on at `end` another day
  };
  /// `position`: how much of the file lies before the first byte of the source.
  MboxReader(std::unique_ptr<ByteSource>, const Limits&, std::uint64_t position = 0);
  ~MboxReader();
  MboxReader(const MboxReader&) = delete;
  MboxReader& operator=(const MboxReader&) = delete;

  std::optional<Mail> next();

 private:
  struct Separator {
    std::size_t at;    ///< relative to begin_
    std::size_t next;  ///< first byte after its line
  };

  bool fill();
  std::string_view rest() const { return {buffer_.get() + begin_, end_ - begin_}; }
  std::string_view look_ahead(std::size_t at, std::size_t size);
  std::optional<Separator> separator_at(std::size_t at, bool after_empty_line);
  std::optional<Separator> end_by_content_length();
  std::optional<Separator> find_separator();
  std::string take(std::size_t size, bool unquote);
  void forget(std::size_t before);
  void start();

  std::unique_ptr<ByteSource> source_;
  Limits limits_;
  struct Free {
    void operator()(char* memory) const noexcept { std::free(memory); }
  };
  std::unique_ptr<char, Free> buffer_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
  std::uint64_t position_ = 0;  ///< in the source, of the first byte of buffer_
  bool loose_ = false;  ///< the first separator has neither address nor date, so others may have
                        ///< none
  bool started_ = false, at_end_ = false, finished_ = false;
  std::optional<Error> source_fault_;
  bool quoted_ = false;         ///< a '>' may have to be removed from the present mail
  std::string head_;            ///< beginning of a mail that is too long
  bool too_long_ = false;       ///< the present mail; its end is looked for, but it is not kept
  bool no_memory_ = false;      ///< for the present mail
  unsigned wrong_lengths_ = 0;  ///< Content-Length fields that ended nowhere
};

}  // namespace dmarcq
