// SPDX-License-Identifier: MIT
#include "ingest/oauth/secret_text.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_file = 64u << 10;
constexpr std::size_t telling = 8;   ///< bytes in a row that two texts do not share by chance
constexpr std::size_t shortest = 4;  ///< what is shorter stands in any text

std::unexpected<Error> unreadable(std::string text) {
  return std::unexpected(Error{Fault::unreadable, std::move(text), {}});
}

bool repeats(std::string_view said, std::string_view secret) {
  if (secret.size() < shortest) return false;
  const std::size_t length = std::min(telling, secret.size());
  for (std::size_t at = 0; at + length <= secret.size(); ++at)
    if (said.contains(secret.substr(at, length))) return true;
  return false;
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= longest_secret &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::expected<std::string, Error> secret_file_text(const std::string& file, std::string_view what) {
  const std::string name = "the " + std::string(what) + " file " + file;
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::string text(longest_file + 1, '\0');
  if (stream) stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad())
    return unreadable(name + " cannot be read" +
                      (errno == 0 ? "" : ": " + std::generic_category().message(errno)));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > longest_file) return unreadable(name + " is larger than 64 KiB");
  return text;
}

std::expected<std::string, Error> secret_of_file(const std::string& file, std::string_view what) {
  auto text = secret_file_text(file, what);
  if (!text) return text;
  const std::string secret(trimmed(*text));
  const std::string name = "the " + std::string(what) + " file " + file;
  if (secret.empty()) return unreadable(name + " is empty");
  if (!is_token(secret))
    return unreadable(name + " holds more than one word of printable ASCII, or more than 16 KiB");
  return secret;
}

std::string words_without_secrets(std::string_view said, std::span<const std::string> secrets,
                                  std::size_t most) {
  if (std::ranges::any_of(secrets,
                          [&](const std::string& secret) { return repeats(said, secret); }))
    return "(not shown, since it repeats a secret)";
  if (said.size() <= most) return std::string(said);
  return std::string(said.substr(0, most)) + "…";
}

}  // namespace dmarcq
