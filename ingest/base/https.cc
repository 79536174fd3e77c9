// SPDX-License-Identifier: MIT
#include "ingest/base/https.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "ingest/base/curl_handle.h"

namespace dmarcq {
namespace {

constexpr std::string_view secure = "https://", plain = "http://";

struct Received {
  std::string text;
  std::size_t most = 0, header_bytes = 0;
  bool too_large = false;
};

std::size_t take(const char* bytes, std::size_t, std::size_t size, void* received_by) {
  Received& received = *static_cast<Received*>(received_by);
  received.too_large = size > received.most - received.text.size();
  if (received.too_large) return 0;
  received.text.append(bytes, size);
  return size;
}

/// Of all headers, also those of answers that come before the last one (1xx).
std::size_t count_header(const char*, std::size_t, std::size_t size, void* received_by) {
  Received& received = *static_cast<Received*>(received_by);
  received.too_large = size > received.most - received.header_bytes;
  if (received.too_large) return 0;
  received.header_bytes += size;
  return size;
}

int is_stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<const std::atomic<bool>*>(stop) ? 1 : 0;
}

std::string size_in_words(std::size_t bytes) { return std::to_string(bytes >> 10) + " KiB"; }

void configure(CURL* curl, const HttpsRequest& request, const HttpsSettings& settings) {
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  if (request.url.starts_with(plain)) {
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
  } else {
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  }
  if (request.form) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.form->size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.form->c_str());
  }
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(settings.timeout));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "dmarcq");
  if (!settings.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, settings.ca_file.c_str());
  if (settings.stop != nullptr) {
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, settings.stop);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &is_stopped);
  }
}

}  // namespace

std::expected<HttpsAnswer, std::string> ask_https(const HttpsRequest& request,
                                                  const HttpsSettings& settings) {
  if (!is_web_url(request.url)) return std::unexpected("its URL is not https://");
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> owner(new_curl_handle(),
                                                                  &curl_easy_cleanup);
  CURL* const curl = owner.get();
  std::array<char, CURL_ERROR_SIZE> said{};
  Received received{.most = request.most_bytes};
  configure(curl, request, settings);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, said.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &count_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &received);
  const CURLcode code = curl_easy_perform(curl);
  if (received.too_large)
    return std::unexpected("its answer is larger than " + size_in_words(request.most_bytes));
  switch (code) {
    case CURLE_OK: break;
    case CURLE_ABORTED_BY_CALLBACK: return std::unexpected("interrupted");
    case CURLE_OPERATION_TIMEDOUT:
      return std::unexpected("no complete answer within " + std::to_string(settings.timeout) +
                             " s");
    case CURLE_OUT_OF_MEMORY:  // libcurl's word for a line beyond its bounds
      return std::unexpected("a line of its header is too long");
    case CURLE_PEER_FAILED_VERIFICATION:
      return std::unexpected(std::string("the certificate is not valid: ") + said.data());
    default: return std::unexpected(said[0] != 0 ? said.data() : curl_easy_strerror(code));
  }
  HttpsAnswer answer;
  const char* content_type = nullptr;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &content_type);
  if (content_type != nullptr) answer.content_type = content_type;
  answer.text = std::move(received.text);
  return answer;
}

std::string_view web_host(std::string_view url) {
  const std::size_t start = url.find("://");
  url.remove_prefix(start == url.npos ? 0 : start + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

bool is_web_url(std::string_view url) {
  if (std::ranges::any_of(url, [](char c) { return c <= ' ' || c >= 0x7f; })) return false;
  const std::string_view host = web_host(url);
  if (host.empty() || host.starts_with(':') || host.find_first_of("@\\\"<>^`{|}") != host.npos ||
      url.contains('#'))
    return false;
  if (url.starts_with(secure)) return true;
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != host.npos && !host.ends_with(']');
  return url.starts_with(plain) && is_loopback(has_port ? host.substr(0, colon) : host);
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") &&
          std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); }));
}

}  // namespace dmarcq
