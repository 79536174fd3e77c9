// SPDX-License-Identifier: MIT
#include "report/render/mail_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "ingest/base/digest.h"
#include "ingest/base/text.h"
#include "report/render/base64.h"
#include "report/render/escape.h"
#include "report/render/utf8.h"

namespace dmarcq {
namespace {

constexpr std::size_t line_length = 76;

bool plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }) &&
         text.find("=?") == std::string_view::npos;
}

/// What may stand on either side of the @ without quotes.
bool is_atom_text(std::string_view text) {
  static constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~.";
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  others.find(c) != std::string_view::npos;
         });
}

}  // namespace

std::optional<MailAddress> mail_address_from_text(std::string_view text) {
  if (!std::ranges::all_of(text, [](unsigned char c) { return c >= ' ' && c != 0x7F; }))
    return std::nullopt;
  text = trimmed(text);
  MailAddress mailbox;
  std::string_view address = text;
  if (const std::size_t open = text.find('<'); open != std::string_view::npos) {
    if (!text.ends_with('>')) return std::nullopt;
    mailbox.name = terminal_text(trimmed(text.substr(0, open)));
    if (mailbox.name.size() >= 2 && mailbox.name.front() == '"' && mailbox.name.back() == '"')
      mailbox.name = mailbox.name.substr(1, mailbox.name.size() - 2);
    address = text.substr(open + 1, text.size() - open - 2);
  }
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || address.size() > 254 ||
      !is_atom_text(address.substr(0, at)) || !is_atom_text(address.substr(at + 1)))
    return std::nullopt;
  mailbox.address = address;
  return mailbox;
}

std::string header_text(std::string_view text, std::size_t column) {
  std::string clean = terminal_text(text);
  if (plain(clean)) {
    // Folded at spaces where it is long.
    std::string out;
    while (column + clean.size() > line_length) {
      const std::size_t room = line_length > column ? line_length - column : 1;
      std::size_t space = clean.rfind(' ', room);
      if (space == std::string::npos || space == 0)
        space = clean.find(' ', std::max<std::size_t>(room, 1));
      if (space == std::string::npos) break;
      out.append(clean, 0, space).append("\n");
      clean.erase(0, space);
      column = 0;
    }
    return out + clean;
  }
  std::string out;
  std::string_view rest = clean;
  while (!rest.empty()) {
    std::size_t size = 0;
    while (size < rest.size()) {
      const std::size_t next = first_code_point(rest.substr(size)).size;
      // 12 characters frame a word; base64 makes 4 of 3.
      if (size > 0 && column + 12 + (size + next + 2) / 3 * 4 > line_length) break;
      size += next;
    }
    out += fmt::format("{}=?UTF-8?B?{}?=", out.empty() ? "" : "\n ", base64(rest.substr(0, size)));
    rest.remove_prefix(size);
    column = 1;
  }
  return out;
}

std::string quoted_printable(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n') {
      out += '\n';
      column = 0;
      continue;
    }
    const bool last = i + 1 == text.size() || text[i + 1] == '\n';
    // Besides what must be: a dot or "From " at the start of a line, which mail programs on the way
    // would touch.
    const bool fragile = column == 0 && (c == '.' || c == 'F' || c == '-');
    const bool literal = c > ' ' ? c <= '~' && c != '=' && !fragile : c == ' ' && !last;
    const std::size_t needs = literal ? 1 : 3;
    if (column + needs > line_length - 1) {
      out += "=\n";
      column = 0;
      --i;
      continue;
    }
    if (literal) {
      out += static_cast<char>(c);
    } else {
      out += '=';
      out += digits[c >> 4];
      out += digits[c & 15];
    }
    column += needs;
  }
  return out;
}

std::string base64_lines(std::string_view bytes) {
  const std::string one = base64(bytes);
  std::string out;
  for (std::size_t at = 0; at < one.size(); at += line_length)
    out.append(one, at, line_length).append("\n");
  return out;
}

std::string mail_address_text(const MailAddress& mailbox, std::size_t column) {
  if (mailbox.name.empty()) return mailbox.address;
  const bool atoms = std::ranges::all_of(
      mailbox.name, [](char c) { return c == ' ' || is_atom_text(std::string_view(&c, 1)); });
  // What needs quotes goes as encoded words instead: one way for all that is not plain.
  std::string words = atoms && plain(mailbox.name) ? mailbox.name
                                                   : header_text(mailbox.name, column);
  return words + "\n <" + mailbox.address + ">";
}

std::string mail_date(EpochSeconds time) {
  using namespace std::chrono;
  static constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed",
                                                            "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> months{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_seconds at{seconds{time}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{at - day};
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000", weekdays[weekday{day}.c_encoding()],
                     static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string mail_header(const MailAddress& from, const std::vector<MailAddress>& to,
                        std::string_view subject, EpochSeconds date, std::string_view identity) {
  std::string receivers;
  for (const MailAddress& one : to)
    receivers += fmt::format("{}{}", receivers.empty() ? "" : ",\n ", mail_address_text(one, 4));
  const std::string_view host = std::string_view(from.address).substr(from.address.rfind('@') + 1);
  return fmt::format(
      "From: {}\nTo: {}\nSubject: {}\nDate: {}\nMessage-ID:\n <{}@{}>\nMIME-Version: 1.0\nAuto-Submitted: auto-generated\n",
      mail_address_text(from, 6), receivers, header_text(subject, 9), mail_date(date),
      to_hex(sha256(fmt::format("{}\n{}\n{}\n{}", subject, receivers, date, identity)))
          .substr(0, 32),
      host);
}

std::string plain_mail(const PlainMail& mail) {
  return mail_header(mail.from, mail.to, mail.subject, mail.date, mail.body) +
         "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n" +
         quoted_printable(mail.body);
}

}  // namespace dmarcq
