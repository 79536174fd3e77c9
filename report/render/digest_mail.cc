// SPDX-License-Identifier: MIT
#include "report/render/digest_mail.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "report/render/utf8.h"

namespace dmarcq {
namespace {

constexpr std::string_view hex = "0123456789ABCDEF";

std::string escaped_byte(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return {'=', hex[value >> 4], hex[value & 15]};
}

/// RFC 2045 section 6.7: lines of at most 76 characters, "=" at the end of one that goes on.
std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      out += '\n';
      column = 0;
      continue;
    }
    const bool last = i + 1 == text.size() || text[i + 1] == '\n';
    const bool plain = (c >= '!' && c <= '~' && c != '=') || ((c == ' ' || c == '\t') && !last);
    // A lone dot would end the message for a mail program that reads SMTP's way; "From " would be changed in an mbox.
    const bool touchy = column == 0 && (c == '.' || c == 'F');
    const std::string piece = plain && !touchy ? std::string(1, c) : escaped_byte(c);
    if (column + piece.size() > 75) {
      out += "=\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  }
  return out;
}

/// RFC 2047, only where it must be; words are cut between characters and stay below 75.
std::string header_text(std::string_view text) {
  if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) return std::string(text);
  std::string out, word;
  const auto close = [&] {
    if (word.empty()) return;
    out += (out.empty() ? "" : "\n ") + ("=?UTF-8?Q?" + word + "?=");
    word.clear();
  };
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    std::string piece;
    for (const char c : text.substr(0, point.size)) {
      const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      piece += plain ? std::string(1, c) : c == ' ' ? "_" : escaped_byte(c);
    }
    if (word.size() + piece.size() > 60) close();
    word += piece;
    text.remove_prefix(point.size);
  }
  close();
  return out;
}

std::string date_text(EpochSeconds seconds) {
  using namespace std::chrono;
  constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_seconds time{std::chrono::seconds{seconds}};
  const auto day = floor<std::chrono::days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", days[weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                     months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

std::string domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  std::string domain(at == std::string_view::npos ? "localhost" : address.substr(at + 1));
  while (!domain.empty() && (domain.back() == '>' || domain.back() == ' ')) domain.pop_back();
  return domain;
}

}  // namespace

std::string mail_text(const PlainMail& mail) {
  return fmt::format(
      "From: {}\nTo: {}\nSubject: {}\nDate: {}\nMessage-ID: <{}@{}>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\nAuto-Submitted: auto-generated\n\n{}",
      mail.from, mail.to, header_text(mail.subject), date_text(mail.date), mail.id, domain_of(mail.from), quoted_printable(mail.body));
}

bool is_mail_address(std::string_view text) {
  const auto at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace dmarcq
