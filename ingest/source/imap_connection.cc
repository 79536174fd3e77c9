// SPDX-License-Identifier: MIT
//
// libcurl resolves, connects, speaks TLS, checks the certificate and logs in (SASL, XOAUTH2). The
// rest of IMAP is spoken here over curl_easy_send() and curl_easy_recv(): libcurl's own FETCH
// selects the folder for writing, marks mails as read, and asks for one mail at a time.
#include "ingest/source/imap_connection.h"

#include <curl/curl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include "ingest/base/curl_handle.h"
#include "ingest/base/https.h"
#include "ingest/base/text.h"
#include "ingest/names.h"
#include "ingest/oauth/secret_text.h"

namespace dmarcq {
namespace {

/// Of one command's answer, what nobody asked for.
constexpr std::size_t most_unasked_lines = 100'000, most_unasked_bytes = 16u << 20;
constexpr std::size_t slowest = 4u << 10;  ///< bytes a second
constexpr std::size_t shown_words = 500;   ///< of what a server says

/// Whether the server's last list of capabilities has a mechanism for tokens; nothing before one.
using TokenLogin = std::optional<bool>;

/// libcurl hands over each line that the server sends before the login and during it.
std::size_t note_capabilities(const char* bytes, std::size_t, std::size_t size, void* into) {
  const std::string line = lower(trimmed({bytes, size}));
  if (line.starts_with("* capability ")) {
    const std::string words = line + ' ';
    TokenLogin& offered = *static_cast<TokenLogin*>(into);
    offered = words.contains(" auth=xoauth2 ") || words.contains(" auth=oauthbearer ");
  }
  return size;
}

}  // namespace

ImapConnection::ImapConnection(const ImapSettings& settings, const ImapUrl& url,
                               const std::atomic<bool>* stop)
    : settings_(settings), url_(url), stop_(stop) {}

void ImapConnection::close() {
  if (curl_ != nullptr) curl_easy_cleanup(curl_);
  curl_ = nullptr;
  input_.clear();
  at_ = 0;
}

ImapResult<void> ImapConnection::connect() {
  close();
  const auto secret = settings_.secret ? settings_.secret()
                                       : std::expected<std::string, Error>(std::string());
  if (!secret) return fail(ImapError::Kind::refused, secret.error().text);
  auto done = log_in(*secret);
  const bool is_rejected = !done && done.error().kind == ImapError::Kind::rejected;
  if (!is_rejected || !settings_.another_secret) return done;
  const auto another = settings_.another_secret(*secret);
  if (!another) return fail(ImapError::Kind::refused, another.error().text);
  done = log_in(*another);
  if (!done && done.error().kind == ImapError::Kind::rejected)
    done.error().text += ", also with a new token" + (settings_.rejection_advice.empty()
                                                          ? std::string()
                                                          : ": " + settings_.rejection_advice);
  return done;
}

ImapResult<void> ImapConnection::log_in(const std::string& secret) {
  close();
  curl_ = new_curl_handle();
  secret_ = secret;
  std::array<char, CURL_ERROR_SIZE> text{};
  const std::string address = std::string(url_.tls ? "imaps://" : "imap://") + url_.host +
                              (url_.port.empty() ? "" : ':' + url_.port) + '/';
  const bool plain = !url_.tls && (settings_.insecure_plaintext || is_loopback(url_.host));
  curl_easy_setopt(curl_, CURLOPT_URL, address.c_str());
  curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, text.data());
  curl_easy_setopt(curl_, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl_, CURLOPT_PROXY, "");
  curl_easy_setopt(curl_, CURLOPT_CONNECTTIMEOUT, static_cast<long>(settings_.timeout));
  curl_easy_setopt(curl_, CURLOPT_TIMEOUT, static_cast<long>(settings_.timeout));
  curl_easy_setopt(curl_, CURLOPT_USE_SSL,
                   plain ? static_cast<long>(CURLUSESSL_NONE) : static_cast<long>(CURLUSESSL_ALL));
  curl_easy_setopt(curl_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!settings_.ca_file.empty())
    curl_easy_setopt(curl_, CURLOPT_CAINFO, settings_.ca_file.c_str());
  curl_easy_setopt(curl_, CURLOPT_USERNAME, url_.user.c_str());
  if (settings_.token) {
    curl_easy_setopt(curl_, CURLOPT_XOAUTH2_BEARER, secret.c_str());
    curl_easy_setopt(curl_, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2;AUTH=OAUTHBEARER");
  } else {
    curl_easy_setopt(curl_, CURLOPT_PASSWORD, secret.c_str());
  }
  curl_easy_setopt(curl_, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl_, CURLOPT_XFERINFODATA, this);
  curl_easy_setopt(
      curl_, CURLOPT_XFERINFOFUNCTION,
      +[](void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        return static_cast<ImapConnection*>(self)->stopped() ? 1 : 0;
      });
  TokenLogin offered;
  curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, &note_capabilities);
  curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &offered);
  const CURLcode code = curl_easy_perform(curl_);
  curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, nullptr);
  curl_easy_setopt(curl_, CURLOPT_HEADERDATA, nullptr);
  curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, nullptr);
  const std::string said = text[0] != 0 ? text.data() : curl_easy_strerror(code);
  switch (code) {
    case CURLE_OK: break;
    case CURLE_ABORTED_BY_CALLBACK: return fail(ImapError::Kind::stopped, "interrupted");
    case CURLE_LOGIN_DENIED:
      // libcurl's word also for a login that it did not try, for want of a mechanism.
      if (settings_.token && !offered.value_or(true))
        return fail(ImapError::Kind::refused,
                    "the server takes no tokens: it offers neither XOAUTH2 nor OAUTHBEARER");
      return fail(ImapError::Kind::rejected, "the server rejected the login of " + url_.user);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return fail(ImapError::Kind::refused, "the server's certificate is not trusted: " + said);
    case CURLE_USE_SSL_FAILED:
      return fail(
          ImapError::Kind::refused,
          "the server does not offer STARTTLS; use imaps://, or --insecure-plaintext on a trusted network");
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_URL_MALFORMAT: return fail(ImapError::Kind::refused, said);
    default: return fail(ImapError::Kind::lost, said);
  }
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(curl_, CURLINFO_ACTIVESOCKET, &socket);
  socket_ = socket;
  return {};
}

ImapResult<void> ImapConnection::send(std::string_view text) {
  const auto deadline = Clock::now() + std::chrono::seconds(settings_.timeout);
  while (!text.empty()) {
    std::size_t sent = 0;
    const CURLcode code = curl_easy_send(curl_, text.data(), text.size(), &sent);
    if (code == CURLE_OK) {
      text.remove_prefix(sent);
      continue;
    }
    if (code != CURLE_AGAIN)
      return fail(ImapError::Kind::lost,
                  std::string("the connection failed: ") + curl_easy_strerror(code));
    if (auto waited = wait(POLLOUT, deadline); !waited) return waited;
  }
  return {};
}

/// The next response, whole. `held`: its bytes.
ImapResult<ImapResponse> ImapConnection::receive(const ImapBounds& bounds, std::size_t& held) {
  ImapResponse response;
  held = 0;
  for (;;) {
    auto line = read_line();
    if (!line) return std::unexpected(line.error());
    // "… {123}" at the end of a line: 123 bytes follow, then the rest of the response.
    std::size_t size = 0;
    const std::size_t brace = line->ends_with('}') ? line->rfind('{') : line->npos;
    bool literal = brace != line->npos;
    if (literal) {
      const auto [end, fault] =
          std::from_chars(line->data() + brace + 1, line->data() + line->size() - 1, size);
      literal = fault == std::errc() && (end == line->data() + line->size() - 1 || *end == '+');
    }
    held += line->size();
    if (!literal) {
      response.text += *line;
      return response;
    }
    if (size > bounds.literal)
      return fail(ImapError::Kind::too_large, "the server announces a literal of " +
                                                  std::to_string(size) + " bytes, more than the " +
                                                  std::to_string(bounds.literal) + " expected");
    held += size;
    if (held > bounds.literal + longest_imap_line)
      return fail(ImapError::Kind::too_large,
                  "the server sends a response of more than " +
                      std::to_string(bounds.literal + longest_imap_line) + " bytes");
    response.text += line->substr(0, brace) + "{}";
    auto bytes = read_bytes(size);
    if (!bytes) return std::unexpected(bytes.error());
    response.literals.push_back(std::move(*bytes));
  }
}

ImapResult<void> ImapConnection::command(const std::string& text, const ImapBounds& bounds,
                                         const Take& take) {
  const std::string tag = "D" + std::to_string(++tag_);
  if (auto sent = send(tag + ' ' + text + "\r\n"); !sent) return sent;
  progress_end_ = Clock::now() + timeout();
  answer_end_ = Clock::now() + 10 * timeout();
  std::size_t asked_for = 0, unasked_lines = 0, unasked_bytes = 0;
  for (;;) {
    std::size_t size = 0;
    auto response = receive(bounds, size);
    if (!response) return std::unexpected(response.error());
    std::string_view line = response->text;
    if (line.starts_with(tag + ' ')) {
      line.remove_prefix(tag.size() + 1);
      if (starts_with_word(line, "OK")) return {};
      return std::unexpected(
          ImapError{ImapError::Kind::refused, "the server says: " + shown(line)});
    }
    if (starts_with_word(line, "* BYE"))
      return fail(ImapError::Kind::lost,
                  "the server closed the connection: " + shown(line.substr(5)));
    if (line.starts_with("* ") && take(*response)) {
      progress_end_ = Clock::now() + timeout();
      answer_end_ += std::chrono::milliseconds(10 + size * 1000 / slowest);
      asked_for += size;
      if (asked_for > bounds.asked_for)
        return fail(ImapError::Kind::too_large, "the server sends more than " +
                                                    std::to_string(bounds.asked_for) +
                                                    " bytes for one command");
    } else if (++unasked_lines > most_unasked_lines) {
      return fail(ImapError::Kind::refused, "the server sends more than " +
                                                std::to_string(most_unasked_lines) +
                                                " unsolicited lines");
    } else if ((unasked_bytes += size) > most_unasked_bytes) {
      return fail(ImapError::Kind::refused, "the server sends more than " +
                                                std::to_string(most_unasked_bytes) +
                                                " unsolicited bytes");
    }
  }
}

/// A server may repeat what it was sent.
std::string ImapConnection::shown(std::string_view words) const {
  return words_without_secrets(words, {&secret_, 1}, shown_words);
}

void ImapConnection::hang_up() {
  if (curl_ != nullptr) (void)send("D0 LOGOUT\r\n");
  close();
}

std::unexpected<ImapError> ImapConnection::fail(ImapError::Kind kind, std::string text) {
  close();
  return std::unexpected(ImapError{kind, std::move(text)});
}

/// Also while there is always something to read.
ImapResult<void> ImapConnection::check_time() {
  if (stopped()) return fail(ImapError::Kind::stopped, "interrupted");
  const auto now = Clock::now();
  if (now >= progress_end_)
    return fail(ImapError::Kind::refused, "the server has sent no requested data for " +
                                              std::to_string(settings_.timeout) + " s");
  if (now >= answer_end_)
    return fail(ImapError::Kind::refused, "the server took too long to answer one command");
  return {};
}

ImapResult<void> ImapConnection::wait(short events, Clock::time_point deadline) {
  for (;;) {
    if (stopped()) return fail(ImapError::Kind::stopped, "interrupted");
    if (Clock::now() >= deadline)
      return fail(ImapError::Kind::lost,
                  "the server has been silent for " + std::to_string(settings_.timeout) + " s");
    pollfd waiting{socket_, events, 0};
    const int ready = ::poll(&waiting, 1, 200);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return fail(ImapError::Kind::lost, "the connection failed");
  }
}

ImapResult<void> ImapConnection::fill() {
  if (at_ != 0) {
    input_.erase(0, at_);
    at_ = 0;
  }
  const auto deadline = Clock::now() + timeout();
  for (;;) {
    std::array<char, 64u << 10> block;
    std::size_t count = 0;
    const CURLcode code = curl_easy_recv(curl_, block.data(), block.size(), &count);
    if (code == CURLE_OK && count > 0) {
      input_.append(block.data(), count);
      received_ += count;
      return {};
    }
    if (code == CURLE_OK) return fail(ImapError::Kind::lost, "the server closed the connection");
    if (code != CURLE_AGAIN)
      return fail(ImapError::Kind::lost,
                  std::string("the connection failed: ") + curl_easy_strerror(code));
    if (auto waited = wait(POLLIN, deadline); !waited) return waited;
  }
}

ImapResult<std::string> ImapConnection::read_line() {
  if (curl_ == nullptr) return fail(ImapError::Kind::lost, "not connected");
  std::size_t looked = at_;
  for (;;) {
    if (const std::size_t end = input_.find("\r\n", looked); end != input_.npos) {
      std::string line = input_.substr(at_, end - at_);
      at_ = end + 2;
      return line;
    }
    if (input_.size() - at_ > longest_imap_line)
      return fail(ImapError::Kind::refused, "the server sends a line of more than " +
                                                std::to_string(longest_imap_line) + " bytes");
    looked = input_.size() - at_;  // from at_, which fill() makes 0
    if (looked > 0) --looked;
    if (auto timely = check_time(); !timely) return std::unexpected(timely.error());
    if (auto filled = fill(); !filled) return std::unexpected(filled.error());
  }
}

ImapResult<std::string> ImapConnection::read_bytes(std::size_t size) {
  std::string bytes;
  bytes.reserve(size);
  progress_end_ += std::chrono::milliseconds(size * 1000 / slowest);
  answer_end_ += std::chrono::milliseconds(size * 1000 / slowest);
  for (;;) {
    const std::size_t count = std::min(size - bytes.size(), input_.size() - at_);
    bytes.append(input_, at_, count);
    at_ += count;
    if (bytes.size() == size) return bytes;
    if (auto timely = check_time(); !timely) return std::unexpected(timely.error());
    if (auto filled = fill(); !filled) return std::unexpected(filled.error());
  }
}

}  // namespace dmarcq
