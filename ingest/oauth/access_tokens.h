// SPDX-License-Identifier: MIT
#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "ingest/base/error.h"
#include "ingest/oauth/oauth_client.h"
#include "ingest/oauth/service_account.h"
#include "ingest/oauth/token_answer.h"
#include "ingest/oauth/token_cache.h"
#include "ingest/oauth/token_server.h"

namespace dmarcq {

/// Where tokens stay between two runs. Files appear whole or not at all, readable by their owner
/// only; so two runs at once find one of two good caches.
struct TokenFiles {
  /// The text of the cache; "" when there is none.
  std::function<std::string()> cached;
  /// Makes ready to put another text in its place, and gives what does so; or why that cannot be
  /// done.
  using Put = std::function<std::expected<void, Error>(const std::string&)>;
  std::function<std::expected<Put, Error>()> open_cache;
  /// Puts another refresh token where the first one came from; false when that cannot be done.
  std::function<bool(const std::string&)> save_refresh_token;
  /// Waits until no other run renews this token. While the result lives, none does. An error when
  /// one still does after a while; no lock where none can be made.
  std::function<std::expected<std::shared_ptr<void>, Error>()> lock;
};

/// The access token of one mailbox: from the cache, or from the token server when there is none or
/// it is about to expire. May be asked from several threads.
class AccessTokens {
 public:
  AccessTokens(OAuthClient, TokenFiles, AskTokenServer, UnixClock);

  std::expected<std::string, Error> token();
  /// Another one than `rejected`, which the mail server did not take.
  std::expected<std::string, Error> token_instead_of(const std::string& rejected);

 private:
  struct Credentials {
    std::string client_secret, refresh_token;
    ServiceAccount account;
  };
  std::expected<Credentials, Error> credentials() const;
  std::string owner_of(const Credentials&) const;
  TokenCache cache_of(const Credentials&) const;
  std::expected<std::string, Error> renew(const std::string& rejected);
  std::expected<IssuedToken, Error> ask(const Credentials&, const std::string& refresh_token,
                                        const std::string& replaced) const;
  std::expected<std::string, Error> request_form(const Credentials&,
                                                 const std::string& refresh_token) const;

  OAuthClient client_;
  TokenFiles files_;
  AskTokenServer ask_;
  UnixClock now_;
  std::mutex mutex_;
};

}  // namespace dmarcq
