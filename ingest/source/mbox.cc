// SPDX-License-Identifier: MIT
#include "ingest/source/mbox.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <new>

#include "ingest/names.h"

namespace dmarcq {
namespace {

constexpr std::size_t block_size = 256u << 10;
constexpr std::size_t longest_line = 2048;    ///< an envelope line is no longer than this
constexpr std::size_t kept_head = 64u << 10;  ///< of a mail that is too long
constexpr std::size_t kept_tail = 512;        ///< of each mail, to know the place again
constexpr std::size_t slice_size = 1u << 20;
constexpr unsigned most_wrong_lengths = 8;  ///< then those of far ends are not looked into any more
constexpr std::string_view from = "From ", quoted_from = ">From ";

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

bool is_weekday(std::string_view word) noexcept {
  static constexpr std::array<std::string_view, 7> days = {"Mon", "Tue", "Wed", "Thu",
                                                           "Fri", "Sat", "Sun"};
  if (word.ends_with(',')) word.remove_suffix(1);
  return std::ranges::find(days, word) != days.end();
}
bool is_month(std::string_view word) noexcept {
  static constexpr std::array<std::string_view, 12> months = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return std::ranges::find(months, word) != months.end();
}
bool is_year(std::string_view word) noexcept {
  return word.size() == 4 && all_digits(word) && (word.starts_with("19") || word.starts_with("20"));
}
bool is_iso_date(std::string_view word) noexcept {  // 2024-03-01, 2024-03-01T10:00:00Z
  return word.size() >= 10 && is_year(word.substr(0, 4)) && word[4] == '-' &&
         all_digits(word.substr(5, 2)) && word[7] == '-' && all_digits(word.substr(8, 2));
}
bool is_time(std::string_view word) noexcept {  // 9:05, 09:05:00
  const auto colon = word.find(':');
  return (colon == 1 || colon == 2) && all_digits(word.substr(0, colon)) &&
         word.size() >= colon + 3 && all_digits(word.substr(colon + 1, 2)) &&
         (word.size() == colon + 3 || word[colon + 3] == ':');
}

struct Words {
  std::array<std::string_view, 16> at;
  std::size_t count = 0;
};
Words words_of(std::string_view line) noexcept {
  Words words;
  std::size_t i = from.size();
  while (words.count < words.at.size()) {
    while (i < line.size() && (line[i] == ' ' || line[i] == '\t')) ++i;
    if (i >= line.size()) break;
    const std::size_t start = i;
    while (i < line.size() && line[i] != ' ' && line[i] != '\t') ++i;
    words.at[words.count++] = line.substr(start, i - start);
  }
  return words;
}

enum class Form { prose, address_only, envelope, asctime };

/// asctime: "From a@b Thu Feb 29 23:59:59 2024", a time zone before or after the year, or "remote
/// from x" behind, as various programs write (Google Takeout: "+0000 2024").
Form form_of(std::string_view line) noexcept {
  const Words words = words_of(line);
  if (words.count == 0) return Form::prose;
  const bool address = words.at[0].find('@') != std::string_view::npos || words.at[0] == "-" ||
                       starts_with_word(words.at[0], "mailer-daemon");
  bool time = false, year = false, date = false;
  for (std::size_t i = 0; i < words.count; ++i) {
    const std::string_view word = words.at[i];
    if (i <= 1 && i + 4 < words.count && is_weekday(word) && is_month(words.at[i + 1]) &&
        words.at[i + 2].size() <= 2 && all_digits(words.at[i + 2]) && is_time(words.at[i + 3])) {
      for (std::size_t j = i + 4; j < std::min(words.count, i + 7); ++j)
        if (is_year(words.at[j])) return Form::asctime;
    }
    time = time || is_time(word) || (is_iso_date(word) && word.size() > 13);
    year = year || is_year(word) || is_iso_date(word);
    date = date || (i == 1 && (is_weekday(word) || is_iso_date(word))) ||
           (i >= 1 && is_month(word) && i + 1 < words.count);
  }
  if ((time && year) || (address && date)) return Form::envelope;
  return address && words.count == 1 ? Form::address_only : Form::prose;
}

/// "Name:" of a header field, or a quoted envelope line that an older agent left above it.
bool starts_with_field(std::string_view text) noexcept {
  if (text.starts_with(">From ")) return true;
  std::size_t i = 0;
  while (i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) != 0 ||
                             text[i] == '-' || text[i] == '_'))
    ++i;
  while (i != 0 && i < text.size() && text[i] == ' ') ++i;
  return i != 0 && i < text.size() && text[i] == ':';
}

/// Is the byte before `at` the end of an empty line? Knows LF, CRLF and CR.
bool follows_empty_line(std::string_view text, std::size_t at) noexcept {
  std::size_t ends = 0;
  while (at > 0 && ends < 2) {
    const char c = text[at - 1];
    if (c == '\n')
      at -= at > 1 && text[at - 2] == '\r' ? 2 : 1;
    else if (c == '\r')
      at -= 1;
    else
      break;
    ++ends;
  }
  return ends == 2 || (ends == 1 && at == 0);
}

}  // namespace

bool is_envelope_line(std::string_view line) noexcept {
  return line.starts_with(from) && form_of(line) != Form::prose;
}

bool begins_mail(std::string_view text) noexcept {
  static constexpr std::array<std::string_view, 11> known = {
      "from:",         "date:",       "subject:",          "received:",
      "return-path:",  "message-id:", "x-mozilla-status:", "mime-version:",
      "delivered-to:", "to:",         "x-account-key:"};
  constexpr std::size_t lines_looked_at = 12;
  std::size_t fields = 0;
  bool of_a_mail = false;
  for (std::size_t line = 0; line < lines_looked_at && !text.empty(); ++line) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view content = text.substr(0, end);
    text.remove_prefix(end);
    if (!text.empty()) text.remove_prefix(text.starts_with("\r\n") ? 2 : 1);
    if (content.empty()) break;
    if ((content.front() == ' ' || content.front() == '\t') && fields > 0) continue;
    if (!starts_with_field(content)) return false;
    ++fields;
    of_a_mail = of_a_mail || std::ranges::any_of(known, [&](std::string_view name) {
                  return starts_with_word(content, name);
                });
  }
  return fields >= 2 && of_a_mail;
}

MboxReader::MboxReader(std::unique_ptr<ByteSource> source, const Limits& limits,
                       std::uint64_t position)
    : source_(std::move(source)), limits_(limits), position_(position) {}
MboxReader::~MboxReader() = default;

/// Reads another block behind what is there; false at the end of the source.
bool MboxReader::fill() {
  if (at_end_) return false;
  if (capacity_ - end_ < block_size) {
    // What was read is moved to the front only when that is little beside what is given free.
    if (begin_ >= block_size && begin_ >= (end_ - begin_) / 4) {
      std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      position_ += begin_;
      begin_ = 0;
    }
    const std::size_t needed = std::max(end_ + block_size, 4 * block_size);
    if (capacity_ < needed || (end_ < 8 * block_size && capacity_ > 64 * block_size)) {
      // realloc() moves large blocks without holding them twice.
      const std::size_t size = capacity_ < needed ? std::max(needed, capacity_ * 2) : needed;
      void* buffer = std::realloc(buffer_.get(), size);
      if (buffer == nullptr) {
        no_memory_ = true;
        return false;
      }
      static_cast<void>(buffer_.release());
      buffer_.reset(static_cast<char*>(buffer));
      capacity_ = size;
    }
  }
  const auto count = source_->read(buffer_.get() + end_, block_size);
  if (!count) source_fault_ = count.error();
  if (!count || *count == 0) {
    at_end_ = true;
    return false;
  }
  end_ += *count;
  return true;
}

/// `size` bytes from `at` (relative to begin_) if the source has them, else what there is.
std::string_view MboxReader::look_ahead(std::size_t at, std::size_t size) {
  while (end_ - begin_ < at + size && fill()) {
  }
  return rest().substr(std::min(at, end_ - begin_), size);
}

std::optional<MboxReader::Separator> MboxReader::separator_at(std::size_t at,
                                                              bool after_empty_line) {
  const std::string_view text = look_ahead(at, longest_line + 128);
  if (!text.starts_with(from)) return {};
  std::size_t end = text.find_first_of("\r\n");
  if (end == text.npos) {
    if (text.size() > longest_line) return {};
    end = text.size();
  }
  const Form form = form_of(text.substr(0, end));
  std::size_t next = end;
  if (next < text.size()) next += text.substr(next).starts_with("\r\n") ? 2 : 1;
  const std::string_view following = text.substr(next);
  if (form == Form::prose) {
    const bool bare = text.substr(0, end).find_first_not_of(" \t", from.size()) == text.npos;
    if (!bare && !loose_) return {};
    // A file of such separators: what stands behind must be the header of a mail.
    if (after_empty_line ? !begins_mail(following)
                         : !(bare && following.starts_with("X-Mozilla-Status:")))
      return {};
    return Separator{at, at + next};
  }
  if (!after_empty_line && form != Form::asctime) return {};
  const bool ended = following.empty() || following.front() == '\n' || following.front() == '\r';
  const bool believed = after_empty_line && form == Form::asctime;
  if (!believed && !starts_with_field(following) &&
      !(ended && after_empty_line && form == Form::envelope))
    return {};
  return Separator{at, at + next};
}

std::optional<MboxReader::Separator> MboxReader::end_by_content_length() {
  static constexpr std::string_view name = "content-length:";
  std::size_t line = 0;
  std::optional<std::size_t> stated;
  // A header is looked at as far as one block reaches: those that state a length are short.
  std::string_view text = look_ahead(0, block_size);
  for (;;) {
    const std::size_t end = text.find('\n', line);
    if (end == text.npos) return {};
    std::string_view content = text.substr(line, end - line);
    if (content.ends_with('\r')) content.remove_suffix(1);
    line = end + 1;
    if (content.empty()) break;
    if ((content.front() == 'C' || content.front() == 'c') && starts_with_word(content, name)) {
      std::size_t value = 0;
      for (const char c : content.substr(name.size())) {
        if (is_digit(c))
          value = value * 10 + static_cast<std::size_t>(c - '0');
        else if (c != ' ')
          return {};
        if (value > limits_.mail_size) return {};
      }
      stated = value;
    }
  }
  if (!stated || line + *stated > limits_.mail_size) return {};
  const std::size_t body_end = line + *stated;
  if (wrong_lengths_ >= most_wrong_lengths && body_end > block_size) return {};
  std::string_view behind = look_ahead(body_end, longest_line);
  if (end_ - begin_ < body_end) {
    ++wrong_lengths_;
    return {};
  }
  std::size_t at = body_end;
  // The length may or may not count the line end that closes the last line, and an empty line may
  // follow.
  for (int i = 0; i < 2 && !behind.empty(); ++i) {
    const std::size_t step = behind.starts_with("\r\n") ? 2 : behind.front() == '\n' ? 1 : 0;
    behind.remove_prefix(step);
    at += step;
  }
  if (behind.empty() && at_end_) return Separator{end_ - begin_, end_ - begin_};
  const auto found = at == 0 || rest()[at - 1] != '\n' ? std::nullopt : separator_at(at, true);
  if (!found) ++wrong_lengths_;
  return found;
}

/// The end of the present mail. Memory: once the mail is longer than it may be, only its head is
/// kept.
std::optional<MboxReader::Separator> MboxReader::find_separator() {
  std::size_t scanned = 0;
  for (;;) {
    const std::string_view text = rest();
    const void* hit = scanned < text.size() ? ::memmem(text.data() + scanned, text.size() - scanned,
                                                       from.data(), from.size())
                                            : nullptr;
    if (hit != nullptr) {
      const auto at = static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
      scanned = at + 1;
      const char before = at == 0 ? (too_long_ ? 'x' : '\n') : text[at - 1];
      if (before == '>' && !too_long_) {
        std::size_t quote = at - 1;
        while (quote > 0 && text[quote - 1] == '>') --quote;
        if (quote == 0 || text[quote - 1] == '\n' || text[quote - 1] == '\r') quoted_ = true;
      } else if (before == '\n' || before == '\r') {
        if (const auto found = separator_at(at, at == 0 || follows_empty_line(text, at)))
          return found;
      }
      continue;
    }
    scanned = std::max(scanned, text.size() - std::min(text.size(), from.size() - 1));
    if (!too_long_ && (text.size() > limits_.mail_size || no_memory_)) {
      too_long_ = true;
      head_ = text.substr(0, kept_head);
    }
    if (too_long_ && scanned > 8) {
      // Nothing but the last bytes can matter: the empty line before a separator, and half of its
      // first word.
      begin_ += scanned - 8;
      scanned = 8;
    }
    if (!fill() && (too_long_ || !no_memory_)) return {};
  }
}

/// The buffer's memory is given back slice by slice: a large mail is never held twice.
std::string MboxReader::take(std::size_t size, bool unquote) {
  std::string mail;
  mail.reserve(size);
  std::size_t at = 0, forgotten = 0;
  const auto append = [&](std::size_t to) {
    while (at < to) {
      const std::size_t end = std::min(to, at + slice_size);
      mail.append(rest().substr(at, end - at));
      at = end;
      // The '>' of a line that is being looked at may lie behind.
      if (at - forgotten >= 2 * slice_size) forget(forgotten = at - slice_size);
    }
  };
  const std::string_view text = rest().substr(0, size);
  for (std::size_t hit = unquote ? text.find(quoted_from) : text.npos; hit != text.npos;
       hit = text.find(quoted_from, hit + 1)) {
    std::size_t quote = hit;
    while (quote > at && text[quote - 1] == '>') --quote;
    if (quote != 0 && text[quote - 1] != '\n' && text[quote - 1] != '\r') continue;
    append(quote);
    at = quote + 1;
  }
  append(size);
  return mail;
}

/// The contents of the buffer before this place are needed no more.
void MboxReader::forget(std::size_t before) {
  static const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto start = (reinterpret_cast<std::uintptr_t>(buffer_.get()) + page - 1) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(buffer_.get() + begin_ + before) / page * page;
  if (end > start) ::madvise(reinterpret_cast<void*>(start), end - start, MADV_DONTNEED);
}

/// Leading blank lines and a BOM mean nothing. What stands before the first envelope line otherwise
/// is yielded as a mail of its own: nothing vanishes.
void MboxReader::start() {
  started_ = true;
  if (look_ahead(0, 3) == "\xef\xbb\xbf") begin_ += 3;
  while (look_ahead(0, 1) == "\n" || look_ahead(0, 1) == "\r" || look_ahead(0, 1) == " " ||
         look_ahead(0, 1) == "\t")
    ++begin_;
  if (const std::string_view text = look_ahead(0, longest_line); text.starts_with(from)) {
    // The kind of file was decided already; here any first line that starts so is the envelope.
    const std::size_t end = text.find_first_of("\r\n");
    loose_ = form_of(text.substr(0, end)) == Form::prose;
    begin_ += end == text.npos ? text.size()
                               : end + (text.substr(end).starts_with("\r\n") ? 2u : 1u);
  } else if (look_ahead(0, 1).empty()) {
    finished_ = true;
  }
}

std::optional<MboxReader::Mail> MboxReader::next() {
  if (!started_) start();
  if (finished_) {
    if (!source_fault_) return {};
    Mail mail;
    mail.fault = std::move(source_fault_);
    mail.complete = false;
    source_fault_.reset();
    return mail;
  }
  quoted_ = false;
  too_long_ = no_memory_ = false;

  std::optional<Separator> end = end_by_content_length();
  const bool stated = end.has_value();
  if (!end) end = find_separator();
  std::size_t size = end ? end->at : end_ - begin_;

  Mail mail;
  mail.end = position_ + begin_ + size;
  const std::size_t tail = std::min(size, kept_tail);
  mail.tail = rest().substr(size - tail, tail);
  if (too_long_ || size > limits_.mail_size) {
    mail.bytes = too_long_ ? std::move(head_)
                           : std::string(rest().substr(0, std::min(size, kept_head)));
    if (no_memory_)
      mail.bytes.clear(), mail.fault = out_of_memory();
    else
      mail.fault = Error{Fault::limit,
                         "mail is larger than " + std::to_string(limits_.mail_size) + " bytes",
                         "mail_size"};
  } else {
    // The empty line before an envelope line belongs to the mbox, not to the mail.
    const std::string_view text = rest().substr(0, size);
    const bool empty_line = follows_empty_line(text, size);
    if (end && empty_line) size -= text.ends_with("\r\n") ? 2 : 1;
    bool quoting = true;
    if (stated) {
      // mboxcl2 quotes nothing: a bare "From " line in the body tells it from mboxcl.
      std::string_view body = text;
      for (std::size_t at = body.find(from); at != body.npos; at = body.find(from, at + 1)) {
        std::size_t quote = at;
        while (quote > 0 && body[quote - 1] == '>') --quote;
        if (quote != 0 && body[quote - 1] != '\n' && body[quote - 1] != '\r') continue;
        if (quote == at)
          quoting = false;
        else
          quoted_ = true;
      }
    }
    try {
      mail.bytes = take(size, quoting && quoted_);
    } catch (const std::bad_alloc&) {
      mail.fault = out_of_memory();
    }
  }
  if (end)
    begin_ += end->next;
  else
    begin_ = end_;
  if (begin_ == end_ && !fill() && (!end || end->at == end->next)) finished_ = true;
  mail.complete = !source_fault_;
  if (finished_ && source_fault_ && !mail.fault) {
    mail.fault = std::move(source_fault_);
    source_fault_.reset();
  }
  return mail;
}

}  // namespace dmarcq
