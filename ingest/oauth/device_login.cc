// SPDX-License-Identifier: MIT
#include "ingest/oauth/device_login.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "ingest/oauth/token_fault.h"
#include "ingest/oauth/token_request.h"

namespace dmarcq {
namespace {

constexpr unsigned most_failures = 5;
constexpr std::int64_t slower_by = 5;  ///< seconds, for each "slow_down"

template <class... Functions>
struct Cases : Functions... {
  using Functions::operator()...;
};

}  // namespace

DeviceStep next_device_step(DeviceProgress& progress, const TokenAnswer& answer) {
  progress.failures = 0;
  if (const auto* refusal = std::get_if<TokenRefusal>(&answer)) {
    if (refusal->word == "authorization_pending") return AskAgain{};
    if (refusal->word != "slow_down") return *refusal;
    progress.interval += slower_by;
    return AskAgain{};
  }
  if (const auto* unusable = std::get_if<UnusableAnswer>(&answer)) return *unusable;
  return std::get<IssuedToken>(answer);
}

DeviceStep next_device_step(DeviceProgress& progress, const std::string& unanswered) {
  if (++progress.failures >= most_failures) return UnusableAnswer{unanswered};
  progress.interval *= 2;  // section 3.5: after a timeout, ask less often
  return AskAgain{};
}

namespace {

Error fault(std::string text) { return {Fault::unreadable, std::move(text), {}}; }

/// Why a login ends, where the server's word has a plain meaning.
std::optional<std::string> end_of_login(const OAuthClient& client, const TokenRefusal& refusal) {
  if (refusal.word == "access_denied" || refusal.word == "authorization_declined")
    return "the login for mailbox '" + client.mailbox + "' was declined in the browser";
  if (refusal.word == "expired_token")
    return "nobody logged in for mailbox '" + client.mailbox + "' while the code was valid";
  return std::nullopt;
}

std::expected<DeviceCode, Error> begin(const OAuthClient& client, const DeviceLogin& login) {
  const std::vector<std::string> secrets{login.secret};
  const auto answer = login.ask(client.device_url, device_form(client, login.secret));
  if (!answer) return std::unexpected(token_server_failed(client, answer.error(), secrets));
  using Result = std::expected<DeviceCode, Error>;
  return std::visit(
      Cases{[](const DeviceCode& code) -> Result { return code; },
            [&](const TokenRefusal& refusal) -> Result {
              return std::unexpected(token_refused(client, refusal, secrets));
            },
            [&](const UnusableAnswer& unusable) -> Result {
              return std::unexpected(token_server_failed(client, unusable.text, secrets));
            }},
      read_device_answer(answer->status, answer->text));
}

}  // namespace

std::expected<std::string, Error> log_in_by_device(const OAuthClient& client,
                                                   const DeviceLogin& login) {
  const auto code = begin(client, login);
  if (!code) return std::unexpected(code.error());
  login.show(*code);
  const std::vector<std::string> secrets{login.secret, code->device_code, code->user_code};
  DeviceProgress progress{.ends_at = login.now() + code->lifetime, .interval = code->interval};
  const std::string form = device_token_form(client, login.secret, code->device_code);
  for (;;) {
    const std::int64_t left = progress.ends_at - login.now();
    if (left <= 0) return std::unexpected(fault(*end_of_login(client, {"expired_token", {}})));
    if (!login.wait(std::min(progress.interval, left)))
      return std::unexpected(fault("interrupted"));
    const auto answer = login.ask(client.token_url, form);
    const DeviceStep step =
        answer ? next_device_step(progress, read_token_answer(answer->status, answer->text))
               : next_device_step(progress, answer.error());
    if (const auto* issued = std::get_if<IssuedToken>(&step)) {
      if (issued->refresh_token.empty())
        return std::unexpected(token_server_failed(
            client, "it issued no refresh token; the scope may lack offline_access", secrets));
      return issued->refresh_token;
    }
    if (const auto* refusal = std::get_if<TokenRefusal>(&step)) {
      if (auto text = end_of_login(client, *refusal)) return std::unexpected(fault(*text));
      return std::unexpected(token_refused(client, *refusal, secrets));
    }
    if (const auto* unusable = std::get_if<UnusableAnswer>(&step))
      return std::unexpected(token_server_failed(client, unusable->text, secrets));
  }
}

}  // namespace dmarcq
