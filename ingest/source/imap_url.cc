// SPDX-License-Identifier: MIT
#include "ingest/source/imap_url.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "ingest/base/percent.h"
#include "ingest/names.h"

namespace dmarcq {
namespace {

/// Nothing where an escape is malformed, or stands for a zero byte.
std::optional<std::string> decoded(std::string_view text) {
  auto out = percent_decoded_strictly(text);
  if (out && out->contains('\0')) out.reset();
  return out;
}

}  // namespace

std::expected<ImapUrl, Error> parse_imap_url(const std::string& text) {
  const auto bad = [&](std::string why) {
    return std::unexpected(Error{Fault::unreadable, std::move(why), {}});
  };
  ImapUrl url;
  url.tls = starts_with_word(text, "imaps://");
  std::string_view rest = std::string_view(text).substr(url.tls ? 8 : 7);
  const std::size_t slash = rest.find('/');
  std::string_view place = rest.substr(0, slash);
  if (slash != rest.npos) {
    auto folder = decoded(rest.substr(slash + 1));
    if (!folder) return bad("invalid percent-encoding in the folder of the URL");
    url.folder = std::move(*folder);
    while (url.folder.ends_with('/')) url.folder.pop_back();
  }
  if (url.folder.empty()) url.folder = "INBOX";
  if (const std::size_t at = place.rfind('@'); at != place.npos) {
    std::string_view user = place.substr(0, at);
    user = user.substr(0, user.find(';'));
    if (user.find(':') != user.npos)
      return bad(
          "the URL contains a password; use --password-file, --password-command or DMARCQ_IMAP_PASSWORD instead");
    auto name = decoded(user);
    if (!name) return bad("invalid percent-encoding in the user name of the URL");
    url.user = std::move(*name);
    place.remove_prefix(at + 1);
  }
  const std::size_t bracket = place.rfind(']'), colon = place.rfind(':');
  if (colon != place.npos && (bracket == place.npos || colon > bracket)) {
    url.port = place.substr(colon + 1);
    place = place.substr(0, colon);
  }
  url.host = place;
  if (url.host.empty()) return bad("the URL names no server");
  if (url.user.empty()) return bad("the URL names no user: imaps://user@host/Folder");
  for (const std::string* part : {&url.user, &url.host, &url.port, &url.folder})
    if (std::ranges::any_of(
            *part, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
      return bad("the URL contains control characters");
  url.name = std::string(url.tls ? "imaps://" : "imap://") + url.user + '@' + url.host +
             (url.port.empty() ? "" : ':' + url.port) + '/' + url.folder;
  return url;
}

std::string quoted_folder(std::string_view name) {
  static constexpr char alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
  std::string out = "\"";
  for (std::size_t i = 0; i < name.size();) {
    const char c = name[i];
    if (static_cast<unsigned char>(c) < 0x80) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
      if (c == '&') out += '-';
      ++i;
      continue;
    }
    std::uint32_t bits = 0;
    int count = 0;
    out += '&';
    const auto put = [&](std::uint32_t unit) {
      bits = bits << 16 | unit;
      for (count += 16; count >= 6; count -= 6) out += alphabet[bits >> (count - 6) & 63];
      bits &= (1u << count) - 1;
    };
    while (i < name.size() && static_cast<unsigned char>(name[i]) >= 0x80) {
      const auto lead = static_cast<unsigned char>(name[i++]);
      const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
      std::uint32_t point = lead & (0x3fu >> more);
      for (int k = 0; k < more && i < name.size(); ++k)
        point = point << 6 | (static_cast<unsigned char>(name[i++]) & 0x3f);
      if (point >= 0x10000) {
        point -= 0x10000;
        put(0xd800 | point >> 10);
        put(0xdc00 | (point & 0x3ff));
      } else {
        put(point);
      }
    }
    if (count > 0) out += alphabet[bits << (6 - count) & 63];
    out += '-';
  }
  return out + '"';
}

}  // namespace dmarcq
