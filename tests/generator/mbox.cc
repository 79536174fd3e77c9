// SPDX-License-Identifier: MIT
#include "tests/generator/mbox.h"

#include <string>
#include <string_view>

namespace dmarcq::generator {
namespace {

bool needs_quote(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of('>'), line.size()));
  return line.starts_with("From ");
}

}  // namespace

void MboxWriter::add(const Mail& mail) {
  std::string entry = "From " + mail.envelope_sender + " " + mbox_date(mail.delivered) + "\n";
  std::string_view rest = mail.text;
  while (!rest.empty()) {
    const std::size_t length = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, length);
    if (needs_quote(line)) entry += '>';
    entry += line;
    entry += '\n';
    rest.remove_prefix(std::min(length + 1, rest.size()));
  }
  entry += '\n';
  out_.write(entry.data(), static_cast<std::streamsize>(entry.size()));
  ++mails_;
  bytes_ += entry.size();
}

}  // namespace dmarcq::generator
