// SPDX-License-Identifier: MIT
#include "ingest/oauth/token_answer.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "ingest/base/https.h"
#include "ingest/base/json_value.h"
#include "ingest/base/text.h"
#include "ingest/oauth/secret_text.h"

namespace dmarcq {
namespace {

constexpr std::size_t deepest = 8;
/// Of a token whose server does not say (RFC 6749 section 5.1).
constexpr std::int64_t assumed_lifetime = 300;
constexpr std::int64_t longest_login = 1'800, longest_interval = 300, usual_interval = 5;
constexpr std::size_t longest_user_code = 64, longest_url = 500;

/// A count of seconds: a number, or a text of digits as some servers write it; a fraction is
/// dropped. Too large for the type is the largest.
std::optional<std::int64_t> seconds_in(const JsonValue& value) {
  const std::string text = value.text();
  std::int64_t seconds = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const bool is_whole = rest.empty();
  const bool has_fraction = rest.size() > 1 && rest.front() == '.' &&
                            rest.find_first_not_of("0123456789", 1) == rest.npos;
  if (text.empty() || text.front() == '-' || (!is_whole && !has_fraction)) return std::nullopt;
  if (fault == std::errc::result_out_of_range) return INT64_MAX;
  if (fault != std::errc()) return std::nullopt;
  return seconds;
}

/// "AADSTS7000222" at the start of a longer explanation.
std::string code_in(const std::string& description) {
  constexpr std::string_view prefix = "AADSTS";
  const std::size_t start = description.find(prefix);
  if (start == std::string::npos) return {};
  std::size_t end = start + prefix.size();
  while (end < description.size() && description[end] >= '0' && description[end] <= '9') ++end;
  const std::size_t digits = end - start - prefix.size();
  return digits >= 3 && digits <= 9 ? description.substr(start, end - start) : std::string();
}

std::unexpected<NoToken> unusable(std::string why) {
  return std::unexpected<NoToken>(UnusableAnswer{std::move(why)});
}

/// The answer as an object; or that it is no success: a refusal in words, or neither.
std::expected<JsonValue, NoToken> success_in(long status, std::string_view body) {
  const std::optional<JsonValue> answer = JsonValue::parse(body, deepest);
  if (answer && (*answer)["error"].is_text() && !answer->text("error").empty())
    return std::unexpected<NoToken>(
        TokenRefusal{answer->text("error"), code_in(answer->text("error_description"))});
  if (status >= 300 && status < 400)
    return unusable("it answers with a redirection, which is not followed");
  if (status != 200) return unusable("it answers with status " + std::to_string(status));
  if (!answer || !answer->is_object()) return unusable("its answer is not a JSON object");
  return *answer;
}

}  // namespace

TokenAnswer read_token_answer(long status, std::string_view body) {
  const auto answer = success_in(status, body);
  if (!answer) return std::unexpected(answer.error());
  const JsonValue access = (*answer)["access_token"], refresh = (*answer)["refresh_token"];
  if (!access.is_text()) return unusable("its answer holds no access token");
  IssuedToken issued{
      .access_token = access.text(), .lifetime = assumed_lifetime, .refresh_token = refresh.text()};
  if (!is_token(issued.access_token))
    return unusable("its access token is empty, too long, or holds characters that no token has");
  if (answer->has("token_type") && lower(answer->text("token_type")) != "bearer")
    return unusable("the type of its token is not Bearer");
  if (answer->has("refresh_token") && (!refresh.is_text() || !is_token(issued.refresh_token)))
    return unusable("its refresh token is empty, too long, or holds characters that no token has");
  if (answer->has("expires_in")) {
    const auto seconds = seconds_in((*answer)["expires_in"]);
    if (!seconds) return unusable("its expires_in is not a number of seconds");
    issued.lifetime = std::min(*seconds, longest_token_lifetime);
  }
  return issued;
}

DeviceAnswer read_device_answer(long status, std::string_view body) {
  const auto answer = success_in(status, body);
  if (!answer) return std::unexpected(answer.error());
  DeviceCode code;
  const JsonValue device = (*answer)["device_code"], user = (*answer)["user_code"];
  if (!device.is_text() || !is_token(device.text()))
    return unusable("its answer holds no device code");
  code.device_code = device.text();
  code.user_code = user.is_text() ? user.text() : "";
  if (code.user_code.empty() || code.user_code.size() > longest_user_code ||
      std::ranges::any_of(code.user_code, [](char c) { return c < ' ' || c >= 0x7f; }))
    return unusable("its answer holds no code that could be typed in");
  // Google's name for it is older than the RFC.
  for (const std::string_view name : {"verification_uri", "verification_url"})
    if (code.verification_url.empty() && (*answer)[name].is_text())
      code.verification_url = answer->text(name);
  if (code.verification_url.size() > longest_url || !is_web_url(code.verification_url))
    return unusable("its answer holds no https:// address to open");
  const auto lifetime = seconds_in((*answer)["expires_in"]);
  if (!lifetime || *lifetime == 0) return unusable("its expires_in is not a number of seconds");
  code.lifetime = std::min(*lifetime, longest_login);
  if (answer->has("interval")) {
    const auto interval = seconds_in((*answer)["interval"]);
    if (!interval || *interval > longest_interval)
      return unusable("its interval is not a number of seconds up to " +
                      std::to_string(longest_interval));
    code.interval = *interval == 0 ? usual_interval : *interval;
  }
  return code;
}

}  // namespace dmarcq
