// SPDX-License-Identifier: MIT
#include "ingest/dns/mta_sts_fetch.h"

#include <curl/curl.h>

#include <array>
#include <memory>
#include <string_view>

#include "ingest/base/curl_handle.h"
#include "ingest/base/text.h"

namespace dmarcq {
namespace {

constexpr std::size_t most_bytes = 64u << 10;  ///< RFC 8461 section 3.2

struct Answer {
  std::string text;
  bool too_large = false;
};

std::size_t take(const char* bytes, std::size_t, std::size_t size, void* answer_of) {
  Answer& answer = *static_cast<Answer*>(answer_of);
  answer.too_large = size > most_bytes - answer.text.size();
  if (answer.too_large) return 0;
  answer.text.append(bytes, size);
  return size;
}

int is_stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<const std::atomic<bool>*>(stop) ? 1 : 0;
}

bool is_plain_text(const char* content_type) {
  if (content_type == nullptr) return false;
  const std::string_view type(content_type);
  return lower(trimmed(type.substr(0, type.find(';')))) == "text/plain";
}

}  // namespace

std::expected<std::string, std::string> fetch_mta_sts_policy(const std::string& domain,
                                                             const HttpsSettings& settings) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> owner(new_curl_handle(),
                                                                  &curl_easy_cleanup);
  CURL* const curl = owner.get();
  const std::string url = "https://mta-sts." + domain + "/.well-known/mta-sts.txt";
  std::array<char, CURL_ERROR_SIZE> said{};
  Answer answer;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(settings.timeout));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "dmarcq");
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, said.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  if (!settings.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, settings.ca_file.c_str());
  if (settings.stop != nullptr) {
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, settings.stop);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &is_stopped);
  }
  const CURLcode code = curl_easy_perform(curl);
  if (answer.too_large) return std::unexpected("it is larger than 64 KiB");
  switch (code) {
    case CURLE_OK: break;
    case CURLE_ABORTED_BY_CALLBACK: return std::unexpected("interrupted");
    case CURLE_PEER_FAILED_VERIFICATION:
      return std::unexpected(std::string("the certificate is not valid: ") + said.data());
    default: return std::unexpected(said[0] != 0 ? said.data() : curl_easy_strerror(code));
  }
  long status = 0;
  const char* content_type = nullptr;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &content_type);
  if (status >= 300 && status < 400)
    return std::unexpected("it answers with a redirection, which senders do not follow");
  if (status != 200) return std::unexpected("it answers with status " + std::to_string(status));
  if (!is_plain_text(content_type)) return std::unexpected("its type is not text/plain");
  return std::move(answer.text);
}

}  // namespace dmarcq
