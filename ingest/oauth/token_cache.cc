// SPDX-License-Identifier: MIT
#include "ingest/oauth/token_cache.h"

#include <charconv>
#include <system_error>

#include "ingest/oauth/secret_text.h"
#include "ingest/oauth/token_answer.h"

namespace dmarcq {
namespace {

constexpr std::string_view first_line = "dmarcq token 1\n";
constexpr std::int64_t margin = 120;

/// The value of the line that begins with this word, which is taken off.
std::optional<std::string> take_line(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word) || !text.substr(word.size()).starts_with(' ')) return std::nullopt;
  text.remove_prefix(word.size() + 1);
  const std::size_t end = text.find('\n');
  if (end == text.npos) return std::nullopt;
  std::string value(text.substr(0, end));
  text.remove_prefix(end + 1);
  if (!is_token(value)) return std::nullopt;
  return value;
}

}  // namespace

std::string encoded(const TokenCache& cache) {
  std::string text(first_line);
  text += "owner " + cache.owner + "\nexpires " + std::to_string(cache.expires) +
          "\naccess_token " + cache.access_token + '\n';
  if (!cache.refresh_token.empty()) text += "refresh_token " + cache.refresh_token + '\n';
  return text;
}

std::optional<TokenCache> decoded_token_cache(std::string_view text) {
  if (!text.starts_with(first_line)) return std::nullopt;
  text.remove_prefix(first_line.size());
  TokenCache cache;
  const auto owner = take_line(text, "owner"), expires = take_line(text, "expires"),
             access_token = take_line(text, "access_token");
  if (!owner || !expires || !access_token) return std::nullopt;
  const auto [end, fault] =
      std::from_chars(expires->data(), expires->data() + expires->size(), cache.expires);
  if (fault != std::errc() || end != expires->data() + expires->size()) return std::nullopt;
  cache.owner = *owner;
  cache.access_token = *access_token;
  if (text.empty()) return cache;
  const auto refresh_token = take_line(text, "refresh_token");
  if (!refresh_token || !text.empty()) return std::nullopt;
  cache.refresh_token = *refresh_token;
  return cache;
}

bool is_usable(const TokenCache& cache, std::int64_t now) {
  return cache.expires > now + margin && cache.expires <= now + longest_token_lifetime;
}

}  // namespace dmarcq
