// SPDX-License-Identifier: MIT
// Whatever an IMAP server answers: mails or a failure, within the limits. The functions of libcurl
// that ingest/source/imap.cc calls are defined here, in front of the library's: what is sent is
// dropped, and the input is what the server says. Nothing connects. The input's last byte chooses
// how the connection is made and how it goes; where a byte of 1 stands, the program has to wait.
#include "ingest/source/imap.h"

#include <curl/curl.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cstdarg>

#include "tests/fuzz/fuzz.h"

#undef curl_easy_setopt
#undef curl_easy_getinfo

namespace {
std::string_view server_says;
CURLcode connected = CURLE_OK;
bool waits_to_send = false;
}  // namespace

extern "C" {
CURLcode curl_global_init(long) { return CURLE_OK; }
CURL* curl_easy_init() { return &server_says; }
void curl_easy_cleanup(CURL*) {}
CURLcode curl_easy_setopt(CURL*, CURLoption, ...) { return CURLE_OK; }
CURLcode curl_easy_perform(CURL*) { return connected; }
/// The socket: always ready.
CURLcode curl_easy_getinfo(CURL*, CURLINFO info, ...) {
  static const int ready = ::eventfd(1, EFD_CLOEXEC);
  va_list arguments;
  va_start(arguments, info);
  *va_arg(arguments, curl_socket_t*) = ready;
  va_end(arguments);
  return CURLE_OK;
}
const char* curl_easy_strerror(CURLcode) { return "fault"; }
CURLcode curl_easy_send(CURL*, const void*, size_t size, size_t* sent) {
  waits_to_send = !waits_to_send;
  if (waits_to_send) return CURLE_AGAIN;
  *sent = size;
  return CURLE_OK;
}
CURLcode curl_easy_recv(CURL*, void* buffer, size_t size, size_t* count) {
  if (server_says.starts_with('\1')) {
    server_says.remove_prefix(1);
    return CURLE_AGAIN;
  }
  if (server_says.starts_with('\2')) return CURLE_RECV_ERROR;
  // A line at a time: what one connection was sent is not for the next.
  const std::string_view near = server_says.substr(0, 1000);
  size = std::min({size, near.size(), near.find_first_of("\1\2"),
                   near.contains('\n') ? near.find('\n') + 1 : near.size()});
  *count = server_says.copy(static_cast<char*>(buffer), size);
  server_says.remove_prefix(*count);
  return CURLE_OK;
}
}

namespace dmarcq::fuzz {
namespace {

/// A folder that was read up to its mail 3, or asked in vain for some behind it.
class Remembered : public CheckpointStore {
 public:
  std::optional<std::string> state(const std::string&) override {
    return server_says.size() % 2 == 0 ? "imap 1 7 3" : "imap 1 7 2 3,9";
  }
  std::vector<std::string> names(const std::string&) override { return {"7 3"}; }
};

void properties(std::string_view input) {
  constexpr std::array urls{"imaps://user@host.example/Reports",
                            "imaps://user@host.example/Berichte%20%C3%BC%F0%9F%98%80&",
                            "imap://us%65r@127.0.0.1:143/a%2Fb", "imaps://host.example",
                            "imap://user@[::1]/%zz"};
  constexpr std::array codes{CURLE_OK,
                             CURLE_OK,
                             CURLE_OK,
                             CURLE_OK,
                             CURLE_ABORTED_BY_CALLBACK,
                             CURLE_LOGIN_DENIED,
                             CURLE_PEER_FAILED_VERIFICATION,
                             CURLE_USE_SSL_FAILED,
                             CURLE_COULDNT_RESOLVE_HOST,
                             CURLE_GOT_NOTHING};
  const unsigned choice = input.empty() ? 0 : static_cast<unsigned char>(input.back());
  server_says = input;
  waits_to_send = false;
  connected = codes[choice / 2 % codes.size()];
  ImapSettings settings;
  settings.url = urls[choice % urls.size()];
  settings.attempts = 1;  // no pauses
  settings.move_to = choice % 2 == 0 ? "Done" : choice % 5 == 1 ? "Erledigt \xc3\xa4" : "";
  settings.mark_seen = choice % 3 == 0;
  settings.token = choice % 4 == 0;
  if (choice % 7 == 0)
    settings.secret = [] { return std::unexpected(Error{Fault::unreadable, "no secret", {}}); };
  else if (choice % 7 == 1)
    settings.secret = [] { return std::string("secret"); };
  if (choice % 5 == 0) settings.ca_file = "ca.pem";
  Remembered memory;
  OpenOptions options;
  if (choice % 3 == 1) options.checkpoints = &memory;
  options.limits = small_limits();
  options.limits.mail_size = 4000;
  const auto mailbox = open_imap(settings, options);
  if (!mailbox) {
    require(mailbox.error().fault == Fault::unreadable && !mailbox.error().text.empty(),
            "a failure is told");
    return;
  }
  std::vector<std::string> handles;
  std::uint64_t uid = 0;
  std::size_t bytes = 0;
  while (const auto item = (*mailbox)->next()) {
    require(item->origin.index > uid, "mails come in the order of their UIDs, each once");
    require(!item->checkpoint || !item->checkpoint->source.empty(),
            "a mark is of this mailbox");  // none passes a mail that was not given
    require(item->fault || item->bytes.size() <= (1u << 20) + options.limits.mail_size,
            "no mail larger than allowed");
    uid = item->origin.index;
    bytes += item->bytes.size();
    handles.push_back(item->handle);
  }
  require(bytes <= input.size() && (*mailbox)->bytes_done() <= input.size(),
          "no more than the server sent");
  require(!(*mailbox)->failure() || !(*mailbox)->failure()->text.empty(), "a failure is told");
  (void)(*mailbox)->known(), (void)(*mailbox)->bytes_total();
  if (!(*mailbox)->acknowledge_key().empty())
    require((*mailbox)->acknowledge(handles).size() <= handles.size(),
            "no more is settled than was asked for");
}

}  // namespace

std::vector<std::string> seeds() {
  using namespace std::string_literals;
  const std::string
      opened = "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\nD1 OK done\r\n",
      listed =
          "* 1 FETCH (UID 3 RFC822.SIZE 10)\r\n* 2 FETCH (RFC822.SIZE 10 UID 4)\r\nD2 OK done\r\n";
  std::vector<std::string> all;
  for (
      const std::string& said :
      {opened + listed +
           "* 1 FETCH (UID 3 BODY[] {10}\r\nA: b\r\n\r\nhi)\r\n* 2 FETCH (BODY[] \"A: b\" UID 4)\r\nD3 OK done\r\n"
           "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\nD1 OK done\r\n* CAPABILITY IMAP4rev1 MOVE UIDPLUS\r\nD2 OK\r\nD3 OK moved\r\n",
       opened + listed +
           "* 1 FETCH (UID 3 BODY[] NIL)\r\nD3 OK done\r\n* OK [UIDVALIDITY 7]\r\nD1 OK\r\n* CAPABILITY IMAP4rev1\r\nD2 OK\r\nD3 NO [TRYCREATE]\r\nD4 OK\r\nD5 OK\r\nD6 OK\r\n",
       "* BYE no\r\n"s, "D1 NO no such folder\r\n"s,
       opened +
           "* 1 FETCH (UID 9 RFC822.SIZE 99999)\r\nD2 OK\r\n* 1 FETCH (UID 9 BODY[]<0> {3+}\r\nabc)\r\nD3 OK\r\n"s})
    for (const char choice : "\x01\x08\x0c\x0d\x0e\x0f\x10\x11\x12\x14\x15\x16\x28\x2a\x3c\x3d\x50")
      all.push_back(said + choice);
  return all;
}

std::vector<std::string_view> words() {
  return {"\r\n",
          "* ",
          " FETCH (",
          "UID ",
          "RFC822.SIZE ",
          "BODY[] ",
          "BODY[]<0> ",
          "{3}\r\n",
          "{99999999}\r\n",
          "{18446744073709551615}\r\n",
          "\"",
          "\\",
          "NIL",
          ")",
          "D1 OK\r\n",
          "D2 OK\r\n",
          "D3 OK\r\n",
          "D3 NO [TRYCREATE]\r\n",
          "D4 OK\r\n",
          "* BYE\r\n",
          "[UIDVALIDITY 7]",
          " EXISTS",
          "* CAPABILITY MOVE UIDPLUS\r\n",
          "18446744073709551615"};
}

}  // namespace dmarcq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return dmarcq::fuzz::checked(
      data, size, {.microseconds_per_byte = 4, .bytes = 8u << 20, .bytes_per_byte = 100},
      dmarcq::fuzz::properties);
}
