// SPDX-License-Identifier: MIT
#pragma once
#include <atomic>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace dmarcq {

struct HttpsSettings {
  unsigned timeout = 10;                    ///< seconds, for the whole of it
  std::string ca_file;                      ///< trust these certificates instead of the system's
  const std::atomic<bool>* stop = nullptr;  ///< ends it early
};

struct HttpsRequest {
  std::string url;
  /// Sent with POST as application/x-www-form-urlencoded; without one it is a GET.
  std::optional<std::string> form;
  std::size_t most_bytes = 64u << 10;  ///< of the answer's body, and of its header
};

struct HttpsAnswer {
  long status = 0;
  std::string content_type;
  std::string text;
};

/// One request and its answer, whatever its status; or one line on why there is none. The
/// certificate has to be valid, a redirection is not followed, and a server that never ends is left
/// at the limit of bytes or seconds. The proxy in the environment is used, but for http://, which
/// only a URL of this machine may have (is_web_url()).
std::expected<HttpsAnswer, std::string> ask_https(const HttpsRequest&, const HttpsSettings&);

/// May it be asked: https://host[:port][/…], or http:// where the host is_loopback(). Without user
/// names, fragments, blanks and control characters.
bool is_web_url(std::string_view url);
/// "login.example.com:8443": host and port of such a URL.
std::string_view web_host(std::string_view url);

/// "localhost", "[::1]", "127.0.0.1": what is sent there does not leave this machine.
bool is_loopback(std::string_view host);

}  // namespace dmarcq
