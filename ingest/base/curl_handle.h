// SPDX-License-Identifier: MIT
#pragma once
#include <curl/curl.h>

#include <new>

namespace dmarcq {

/// A handle of libcurl, for curl_easy_cleanup(). The library is made ready with the first one.
inline CURL* new_curl_handle() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURL* const curl = ready == CURLE_OK ? curl_easy_init() : nullptr;
  if (curl == nullptr) throw std::bad_alloc();
  return curl;
}

}  // namespace dmarcq
