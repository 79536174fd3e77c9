// SPDX-License-Identifier: MIT
#include "report/cli/args/token_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <thread>
#include <utility>

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

void put(const std::filesystem::path& file, const std::string& text) {
  NewFile fresh(file, NewFile::Readers::owner);
  fresh.write(text);
  fresh.put_in_place();
}

}  // namespace

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

AskTokenServer token_server(const HttpsSettings& settings) {
  return [settings](const std::string& url, const std::string& form) {
    return ask_https({.url = url, .form = form}, settings);
  };
}

std::shared_ptr<void> lock_beside(const std::filesystem::path& file, unsigned seconds,
                                  const std::atomic<bool>* stop) {
  std::filesystem::path place = file;
  place += ".lock";
  const int descriptor = ::open(place.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return {};
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const bool is_held = errno == EWOULDBLOCK || errno == EINTR;
    if (!is_held || (stop != nullptr && *stop) || std::chrono::steady_clock::now() >= end) {
      ::close(descriptor);
      return {};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return {new int(descriptor), [](int* held) {
            ::close(*held);
            delete held;
          }};
}

std::shared_ptr<AccessTokens> access_tokens(const OAuthClient& client,
                                            const HttpsSettings& settings,
                                            const std::filesystem::path& cache) {
  TokenFiles files;
  files.cached = [cache] { return start_of(cache); };
  files.cache = [cache](const std::string& text) -> std::expected<void, Error> {
    try {
      put(cache, text);
      return {};
    } catch (const StoreError& fault) {
      return std::unexpected(
          Error{Fault::unreadable,
                std::string("the token cache cannot be written: ") + fault.what(),
                {}});
    }
  };
  files.save_refresh_token = [file = client.refresh_token_file](const std::string& token) {
    try {
      put(file, token + '\n');
      return true;
    } catch (const StoreError&) {
      return false;
    }
  };
  // Runs with caches of their own share the refresh token, which a server may take only once.
  files.lock = [refresh_token = client.refresh_token_file, cache, settings] {
    auto turn = refresh_token.empty() ? nullptr
                                      : lock_beside(refresh_token, settings.timeout, settings.stop);
    return turn ? turn : lock_beside(cache, settings.timeout, settings.stop);
  };
  return std::make_shared<AccessTokens>(client, std::move(files), token_server(settings), unix_now);
}

}  // namespace dmarcq
