// SPDX-License-Identifier: MIT
#include "ingest/oauth/access_tokens.h"

#include <initializer_list>
#include <utility>
#include <vector>

#include "ingest/base/digest.h"
#include "ingest/oauth/jwt.h"
#include "ingest/oauth/secret_text.h"
#include "ingest/oauth/token_fault.h"
#include "ingest/oauth/token_request.h"

namespace dmarcq {

AccessTokens::AccessTokens(OAuthClient client, TokenFiles files, AskTokenServer ask, UnixClock now)
    : client_(std::move(client)),
      files_(std::move(files)),
      ask_(std::move(ask)),
      now_(std::move(now)) {}

std::expected<std::string, Error> AccessTokens::token() {
  const std::scoped_lock one_at_a_time(mutex_);
  const auto found = credentials();
  if (!found) return std::unexpected(found.error());
  if (const TokenCache cache = cache_of(*found); is_usable(cache, now_()))
    return cache.access_token;
  return renew({});
}

std::expected<std::string, Error> AccessTokens::token_instead_of(const std::string& rejected) {
  const std::scoped_lock one_at_a_time(mutex_);
  return renew(rejected);
}

std::expected<AccessTokens::Credentials, Error> AccessTokens::credentials() const {
  Credentials found;
  const auto read = [](const std::string& file, std::string_view what,
                       std::string& into) -> std::expected<void, Error> {
    if (file.empty()) return {};
    auto secret = secret_of_file(file, what);
    if (!secret) return std::unexpected(std::move(secret.error()));
    into = std::move(*secret);
    return {};
  };
  if (auto good = read(client_.client_secret_file, "client secret", found.client_secret); !good)
    return std::unexpected(std::move(good.error()));
  if (auto good = read(client_.refresh_token_file, "refresh token", found.refresh_token); !good) {
    if (!client_.device_url.empty() && client_.provider != "google")
      good.error().text += "; 'dmarcq login " + client_.mailbox + "' makes it";
    return std::unexpected(std::move(good.error()));
  }
  if (client_.grant == TokenGrant::service_account) {
    const auto text = secret_file_text(client_.service_account_file, "service account");
    if (!text) return std::unexpected(text.error());
    auto account = read_service_account(*text);
    if (!account)
      return std::unexpected(unreadable("the service account file " + client_.service_account_file +
                                        ' ' + account.error()));
    found.account = std::move(*account);
  }
  return found;
}

/// Another client, account, mailbox or login is not served by the token of this one.
std::string AccessTokens::owner_of(const Credentials& of) const {
  Sha256 digest;
  for (const std::string_view part :
       std::initializer_list<std::string_view>{client_.token_url, client_.client_id, client_.scope,
                                               client_.subject, of.refresh_token, of.account.email})
    digest.add(std::to_string(part.size()) + ':' + std::string(part));
  return to_hex(digest.finish());
}

/// Empty when there is none of these credentials.
TokenCache AccessTokens::cache_of(const Credentials& of) const {
  auto cache = decoded_token_cache(files_.cached());
  return cache && cache->owner == owner_of(of) ? std::move(*cache) : TokenCache{};
}

std::expected<std::string, Error> AccessTokens::request_form(
    const Credentials& with, const std::string& refresh_token) const {
  switch (client_.grant) {
    case TokenGrant::client_secret: return client_secret_form(client_, with.client_secret);
    case TokenGrant::refresh_token:
      return refresh_token_form(client_, with.client_secret, refresh_token);
    case TokenGrant::service_account: break;
  }
  const std::string input = jwt_signing_input({.issuer = with.account.email,
                                               .subject = client_.subject,
                                               .scope = client_.scope,
                                               .audience = client_.token_url,
                                               .issued_at = now_()},
                                              with.account.key_id);
  const auto assertion = signed_jwt(input, with.account.private_key);
  if (!assertion)
    return std::unexpected(unreadable("the service account file " + client_.service_account_file +
                                      " cannot be used: " + assertion.error()));
  return assertion_form(*assertion);
}

/// `replaced`: the access token until now.
std::expected<IssuedToken, Error> AccessTokens::ask(const Credentials& with,
                                                    const std::string& refresh_token,
                                                    const std::string& replaced) const {
  const auto form = request_form(with, refresh_token);
  if (!form) return std::unexpected(form.error());
  std::vector<std::string> secrets{with.client_secret, with.refresh_token, refresh_token, replaced};
  if (client_.grant == TokenGrant::service_account)
    secrets.push_back(form->substr(form->rfind('=') + 1));  // the assertion
  const auto answer = ask_(client_.token_url, *form);
  const TokenAnswer read = answer ? read_token_answer(answer->status, answer->text)
                                  : std::unexpected<NoToken>(UnusableAnswer{answer.error()});
  if (read) return *read;
  return std::unexpected(token_fault(client_, client_.token_url, read.error(), secrets));
}

/// Looks once more when it is its turn: another run may have renewed the token meanwhile.
std::expected<std::string, Error> AccessTokens::renew(const std::string& rejected) {
  const auto turn = files_.lock();
  if (!turn) return std::unexpected(turn.error());
  auto found = credentials();
  if (!found) return std::unexpected(std::move(found.error()));
  TokenCache cache = cache_of(*found);
  if (is_usable(cache, now_()) && cache.access_token != rejected) return cache.access_token;

  // The server may take each refresh token once only: there has to be a place for the next one.
  const auto put_cache = files_.open_cache();
  if (!put_cache) return std::unexpected(put_cache.error());
  const std::string first = found->refresh_token;
  std::string refresh_token = cache.refresh_token.empty() ? first : cache.refresh_token;
  const auto issued = ask(*found, refresh_token, cache.access_token);
  if (!issued) return std::unexpected(issued.error());

  cache = {.expires = now_() + issued->lifetime, .access_token = issued->access_token};
  if (client_.grant == TokenGrant::refresh_token) {
    if (!issued->refresh_token.empty()) refresh_token = issued->refresh_token;
    if (refresh_token != first && files_.save_refresh_token(refresh_token))
      found->refresh_token = refresh_token;
    else if (refresh_token != first)
      cache.refresh_token = refresh_token;
  }
  cache.owner = owner_of(*found);
  if (auto kept = (*put_cache)(encoded(cache)); !kept)
    return std::unexpected(std::move(kept.error()));
  return issued->access_token;
}

}  // namespace dmarcq
