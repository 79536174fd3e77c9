// SPDX-License-Identifier: MIT
// Whatever an IMAP server answers: mails or a failure, within the limits. The functions of libcurl that ingest/imap.cc calls are defined
// here, in front of the library's: what is sent is dropped, and the input is what the server says. Nothing connects.
#include "ingest/imap.h"

#include <curl/curl.h>

#include <algorithm>

#include "tests/fuzz/fuzz.h"

#undef curl_easy_setopt
#undef curl_easy_getinfo

namespace {
std::string_view server_says;
}

extern "C" {
CURLcode curl_global_init(long) { return CURLE_OK; }
CURL* curl_easy_init() { return &server_says; }
void curl_easy_cleanup(CURL*) {}
CURLcode curl_easy_setopt(CURL*, CURLoption, ...) { return CURLE_OK; }
CURLcode curl_easy_perform(CURL*) { return CURLE_OK; }
CURLcode curl_easy_getinfo(CURL*, CURLINFO, ...) { return CURLE_OK; }
const char* curl_easy_strerror(CURLcode) { return "fault"; }
CURLcode curl_easy_send(CURL*, const void*, size_t size, size_t* sent) {
  *sent = size;
  return CURLE_OK;
}
CURLcode curl_easy_recv(CURL*, void* buffer, size_t size, size_t* count) {
  *count = server_says.copy(static_cast<char*>(buffer), std::min<size_t>(size, 1000));
  server_says.remove_prefix(*count);
  return CURLE_OK;
}
}

namespace dmarcq::fuzz {
namespace {

void properties(std::string_view input) {
  server_says = input;
  ImapSettings settings;
  settings.url = "imaps://user@host.example/Reports";
  settings.attempts = 1;  // no pauses
  settings.move_to = input.size() % 2 == 0 ? "Done" : "";
  OpenOptions options;
  options.limits = small_limits();
  options.limits.mail_size = 4000;
  const auto mailbox = open_imap(settings, options);
  if (!mailbox) {
    require(mailbox.error().fault == Fault::unreadable && !mailbox.error().text.empty(), "a failure is told");
    return;
  }
  std::vector<std::string> handles;
  std::uint64_t uid = 0;
  std::size_t bytes = 0;
  while (const auto item = (*mailbox)->next()) {
    require(item->origin.index > uid, "mails come in the order of their UIDs, each once");
    require(!item->mark || item->mark->source == "imaps://user@host.example/Reports", "a mark is of this mailbox");  // none passes a mail that was not given
    require(item->fault || item->bytes.size() <= (1u << 20) + options.limits.mail_size, "no mail larger than allowed");
    uid = item->origin.index;
    bytes += item->bytes.size();
    handles.push_back(item->handle);
  }
  require(bytes <= input.size(), "no more than the server sent");
  if (!(*mailbox)->settle_key().empty()) require((*mailbox)->settle(handles).size() <= handles.size(), "no more is settled than was asked for");
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string opened = "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\nD1 OK done\r\n", listed = "* 1 FETCH (UID 3 RFC822.SIZE 10)\r\n* 2 FETCH (RFC822.SIZE 10 UID 4)\r\nD2 OK done\r\n";
  return {opened + listed + "* 1 FETCH (UID 3 BODY[] {10}\r\nA: b\r\n\r\nhi)\r\n* 2 FETCH (BODY[] \"A: b\" UID 4)\r\nD3 OK done\r\n"
                            "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\nD1 OK done\r\n* CAPABILITY IMAP4rev1 MOVE UIDPLUS\r\nD2 OK\r\nD3 OK moved\r\n",
          opened + listed + "* 1 FETCH (UID 3 BODY[] NIL)\r\nD3 OK done\r\n* OK [UIDVALIDITY 7]\r\nD1 OK\r\n* CAPABILITY IMAP4rev1\r\nD2 OK\r\nD3 NO [TRYCREATE]\r\nD4 OK\r\nD5 OK\r\nD6 OK\r\n",
          "* BYE no\r\n", "D1 NO no such folder\r\n", opened + "* 1 FETCH (UID 9 RFC822.SIZE 99999)\r\nD2 OK\r\n* 1 FETCH (UID 9 BODY[]<0> {3+}\r\nabc)\r\nD3 OK\r\n"};
}

std::vector<std::string_view> words() {
  return {"\r\n", "* ", " FETCH (", "UID ", "RFC822.SIZE ", "BODY[] ", "BODY[]<0> ", "{3}\r\n", "{99999999}\r\n", "{18446744073709551615}\r\n", "\"", "\\", "NIL", ")", "D1 OK\r\n", "D2 OK\r\n", "D3 OK\r\n", "D3 NO [TRYCREATE]\r\n",
          "D4 OK\r\n", "* BYE\r\n", "[UIDVALIDITY 7]", " EXISTS", "* CAPABILITY MOVE UIDPLUS\r\n", "18446744073709551615"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(data, size, {.microseconds_per_byte = 4, .bytes = 8u << 20, .bytes_per_byte = 100}, dmarcq::fuzz::properties);
}
