// SPDX-License-Identifier: MIT
#include "ingest/oauth/secret_text.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <unordered_set>

#include "ingest/base/text.h"
#include "ingest/mail/transfer_encoding.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_file = 64u << 10;
constexpr std::size_t telling = 8;   ///< bytes in a row that two texts do not share by chance
constexpr std::size_t shortest = 4;  ///< what is shorter stands in any text

/// Looks up each part of `said`, so that the time grows with the sum of the lengths: a line may
/// have a megabyte, a token 16 KiB.
bool repeats(std::string_view said, std::string_view secret) {
  if (secret.size() < shortest) return false;
  const std::size_t length = std::min(telling, secret.size());
  std::unordered_set<std::string_view> parts;
  for (std::size_t at = 0; at + length <= secret.size(); ++at)
    parts.insert(secret.substr(at, length));
  for (std::size_t at = 0; at + length <= said.size(); ++at)
    if (parts.contains(said.substr(at, length))) return true;
  return false;
}

/// What the base64 in a text says, in either alphabet, with a line end between two runs. A run is
/// decoded from each of its first four characters on: a secret may begin anywhere in what was
/// encoded, and words may stand directly before it.
std::string decoded_runs(std::string_view text) {
  std::string decoded, run;
  const auto end_run = [&] {
    for (std::size_t skipped = 0; skipped < 4 && skipped < run.size(); ++skipped)
      decoded += decode_base64(std::string_view(run).substr(skipped)) + '\n';
    run.clear();
  };
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9', is_letter = lower(c) >= 'a' && lower(c) <= 'z';
    if (is_digit || is_letter || c == '+' || c == '/')
      run += c;
    else if (c == '-' || c == '_')
      run += c == '-' ? '+' : '/';
    else
      end_run();
  }
  end_run();
  return decoded;
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
    return std::unexpected(
        unreadable(name + " cannot be read" +
                   (errno == 0 ? "" : ": " + std::generic_category().message(errno))));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > longest_file)
    return std::unexpected(unreadable(name + " is larger than 64 KiB"));
  return text;
}

std::expected<std::string, Error> secret_of_file(const std::string& file, std::string_view what) {
  auto text = secret_file_text(file, what);
  if (!text) return text;
  const std::string secret(trimmed(*text));
  const std::string name = "the " + std::string(what) + " file " + file;
  if (secret.empty()) return std::unexpected(unreadable(name + " is empty"));
  if (!is_token(secret))
    return std::unexpected(
        unreadable(name + " holds more than one word of printable ASCII, or more than 16 KiB"));
  return secret;
}

std::string words_without_secrets(std::string_view said, std::span<const std::string> secrets,
                                  std::size_t most) {
  const std::string meant = std::string(said) + '\n' + decoded_runs(said);
  if (std::ranges::any_of(secrets,
                          [&](const std::string& secret) { return repeats(meant, secret); }))
    return "(not shown, since it repeats a secret)";
  if (said.size() <= most) return std::string(said);
  return std::string(said.substr(0, most)) + "…";
}

}  // namespace dmarcq
