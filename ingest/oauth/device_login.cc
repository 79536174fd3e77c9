// SPDX-License-Identifier: MIT
#include "ingest/oauth/device_login.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "ingest/oauth/token_fault.h"
#include "ingest/oauth/token_request.h"

namespace dmarcq {
namespace {

constexpr unsigned most_failures = 5;
constexpr std::int64_t slower_by = 5;  ///< seconds, for each "slow_down"

}  // namespace

std::optional<TokenAnswer> next_device_step(DeviceProgress& progress, const TokenAnswer& answer) {
  progress.failures = 0;
  const auto* refusal = answer ? nullptr : std::get_if<TokenRefusal>(&answer.error());
  if (refusal == nullptr) return answer;
  if (refusal->word == "authorization_pending") return std::nullopt;
  if (refusal->word != "slow_down") return answer;
  progress.interval += slower_by;
  return std::nullopt;
}

std::optional<TokenAnswer> next_device_step(DeviceProgress& progress,
                                            const std::string& unanswered) {
  if (++progress.failures >= most_failures)
    return std::unexpected<NoToken>(UnusableAnswer{unanswered});
  progress.interval *= 2;  // section 3.5: after a timeout, ask less often
  return std::nullopt;
}

namespace {

/// Why a login ends, where the server's word has a plain meaning.
std::optional<std::string> end_of_login(const OAuthClient& client, const NoToken& why) {
  const auto* refusal = std::get_if<TokenRefusal>(&why);
  if (refusal == nullptr) return std::nullopt;
  if (refusal->word == "access_denied" || refusal->word == "authorization_declined")
    return "the login for mailbox '" + client.mailbox + "' was declined in the browser";
  if (refusal->word == "expired_token")
    return "nobody logged in for mailbox '" + client.mailbox + "' while the code was valid";
  return std::nullopt;
}

std::expected<DeviceCode, Error> begin(const OAuthClient& client, const DeviceLogin& login) {
  const auto answer = login.ask(client.device_url, device_form(client, login.secret));
  const DeviceAnswer code = answer ? read_device_answer(answer->status, answer->text)
                                   : std::unexpected<NoToken>(UnusableAnswer{answer.error()});
  if (code) return *code;
  return std::unexpected(token_fault(client, client.device_url, code.error(), {&login.secret, 1}));
}

}  // namespace

std::expected<std::string, Error> log_in_by_device(const OAuthClient& client,
                                                   const DeviceLogin& login) {
  const auto code = begin(client, login);
  if (!code) return std::unexpected(code.error());
  login.show(*code);
  const auto end_with = [&](const NoToken& why) {
    if (const auto text = end_of_login(client, why)) return std::unexpected(unreadable(*text));
    const std::vector<std::string> secrets{login.secret, code->device_code, code->user_code};
    return std::unexpected(token_fault(client, client.token_url, why, secrets));
  };
  DeviceProgress progress{.interval = code->interval};
  const auto ends_at = login.now() + std::chrono::seconds(code->lifetime);
  const std::string form = device_token_form(client, login.secret, code->device_code);
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(ends_at - login.now()).count();
    if (left <= 0) return end_with(TokenRefusal{"expired_token", {}});
    if (!login.wait(std::min<std::int64_t>(progress.interval, left)))
      return std::unexpected(unreadable("interrupted"));
    const auto answer = login.ask(client.token_url, form);
    const auto step =
        answer ? next_device_step(progress, read_token_answer(answer->status, answer->text))
               : next_device_step(progress, answer.error());
    if (!step) continue;
    if (!*step) return end_with(step->error());
    if ((*step)->refresh_token.empty())
      return end_with(
          UnusableAnswer{"it issued no refresh token; the scope may lack offline_access"});
    return (*step)->refresh_token;
  }
}

}  // namespace dmarcq
