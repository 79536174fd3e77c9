// SPDX-License-Identifier: MIT
#include "report/cli/args/token_files.h"

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

#include "report/cli/args/dates.h"
#include "store/base/error.h"
#include "store/base/new_file.h"

namespace dmarcq {
namespace {

constexpr std::size_t longest_cache = 64u << 10;

std::string start_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(longest_cache, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

std::unexpected<Error> no_cache(const StoreError& fault) {
  return std::unexpected(
      unreadable(std::string("the token cache cannot be written: ") + fault.what()));
}

/// Room is set aside on the disk, so that a full one is known before a token is asked for.
std::expected<TokenFiles::Put, Error> open_cache(const std::filesystem::path& file) {
  try {
    const auto fresh = std::make_shared<NewFile>(file, NewFile::Readers::owner);
    fresh->reserve(longest_cache);
    return [fresh](const std::string& text) -> std::expected<void, Error> {
      try {
        fresh->write(text);
        fresh->put_in_place();
        return {};
      } catch (const StoreError& fault) {
        return no_cache(fault);
      }
    };
  } catch (const StoreError& fault) {
    return no_cache(fault);
  }
}

bool save(const std::filesystem::path& file, const std::string& refresh_token) {
  try {
    NewFile fresh(file, NewFile::Readers::owner);
    fresh.write(refresh_token + '\n');
    fresh.put_in_place();
    return true;
  } catch (const StoreError&) {
    return false;
  }
}

/// Runs with caches of their own share the refresh token, which a server may take only once: its
/// lock comes first. Where that cannot be made, one beside the cache serves the runs that share the
/// cache. Without either, two runs at once both ask.
std::expected<std::shared_ptr<void>, Error> lock_of(const OAuthClient& client,
                                                    const std::filesystem::path& cache,
                                                    const HttpsSettings& settings) {
  const unsigned seconds = 2 * settings.timeout;  // who has it may wait for the server that long
  const std::filesystem::path refresh_token = client.refresh_token_file;
  for (const std::filesystem::path& file : {refresh_token, cache}) {
    if (file.empty()) continue;
    auto lock = lock_beside(file, seconds, settings.stop);
    if (lock) return std::make_shared<FileLock>(std::move(*lock));
    if (lock.error() == NoLock::stopped) return std::unexpected(unreadable("interrupted"));
    if (lock.error() == NoLock::held)
      return std::unexpected(unreadable("another run has been renewing the token of mailbox '" +
                                        client.mailbox + "' for " + std::to_string(seconds) +
                                        " s; it holds " + file.string() + ".lock"));
  }
  return nullptr;
}

}  // namespace

AskTokenServer token_server(const HttpsSettings& settings) {
  return [settings](const std::string& url, const std::string& form) {
    return ask_https({.url = url, .form = form}, settings);
  };
}

std::expected<FileLock, NoLock> lock_beside(const std::filesystem::path& file,
                                            std::optional<unsigned> seconds,
                                            const std::atomic<bool>* stop) {
  using Clock = std::chrono::steady_clock;
  std::filesystem::path place = file;
  place += ".lock";
  const auto start = Clock::now();
  try {
    for (;;) {
      if (auto lock = FileLock::take(place)) return std::move(*lock);
      if (stop != nullptr && *stop) return std::unexpected(NoLock::stopped);
      if (seconds && Clock::now() - start >= std::chrono::seconds(*seconds))
        return std::unexpected(NoLock::held);
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  } catch (const StoreError&) {
    return std::unexpected(NoLock::none_possible);
  }
}

std::shared_ptr<AccessTokens> access_tokens(const OAuthClient& client,
                                            const HttpsSettings& settings,
                                            const std::filesystem::path& cache) {
  TokenFiles files;
  files.cached = [cache] { return start_of(cache); };
  files.open_cache = [cache] { return open_cache(cache); };
  files.save_refresh_token = [file = client.refresh_token_file](const std::string& token) {
    return save(file, token);
  };
  files.lock = [client, cache, settings] { return lock_of(client, cache, settings); };
  return std::make_shared<AccessTokens>(client, std::move(files), token_server(settings), unix_now);
}

}  // namespace dmarcq
