// SPDX-License-Identifier: MIT
//
// libcurl resolves, connects, speaks TLS, checks the certificate and logs in (SASL, XOAUTH2). The
// rest of IMAP is spoken here over curl_easy_send() and curl_easy_recv(): libcurl's own FETCH
// selects the folder for writing, marks mails as read, and asks for one mail at a time.
#include "ingest/source/imap.h"

#include <curl/curl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "ingest/names.h"

namespace dmarcq {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t batch_mails = 100, batch_bytes = 4u << 20;  ///< asked for at once
constexpr std::size_t longest_batch = 4 * batch_bytes;  ///< what a batch may come to, whatever
                                                        ///< sizes were announced
constexpr std::size_t longest_line = 1u << 20;
constexpr std::size_t most_unasked_lines = 100'000, most_unasked_bytes = 16u << 20;  ///< in the
                                                                                     ///< answer to
                                                                                     ///< one
                                                                                     ///< command
constexpr std::size_t most_mails = 4'000'000;  ///< of one folder
constexpr std::size_t slowest = 4u << 10;      ///< bytes a second
constexpr std::size_t shown_words = 500;       ///< of what a server says
constexpr std::size_t kept_head = 64u << 10;   ///< of a mail that is too large
constexpr std::size_t longest_state = 2000;    ///< of what is remembered of mails that a server
                                               ///< withholds; those beyond are asked for again
constexpr std::size_t uids_at_once = 200;      ///< in one command that moves or marks

/// Why something did not work, and whether trying again may help.
struct ImapError {
  enum class Kind { lost, refused, too_large, stopped } kind = Kind::lost;
  std::string text;
};
template <class T>
using Result = std::expected<T, ImapError>;

struct Url {
  bool tls = true;
  std::string user, host, port, folder;
  std::string name;  ///< without credentials: what people and the database know it by
};

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned value = 0;
    if (i + 2 >= text.size()) return {};
    const auto [end, fault] = std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
    if (fault != std::errc() || end != text.data() + i + 3 || value == 0) return {};
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

std::expected<Url, Error> parse_url(const std::string& text) {
  const auto bad = [&](std::string why) {
    return std::unexpected(Error{Fault::unreadable, std::move(why), {}});
  };
  Url url;
  url.tls = starts_with_word(text, "imaps://");
  std::string_view rest = std::string_view(text).substr(url.tls ? 8 : 7);
  const std::size_t slash = rest.find('/');
  std::string_view place = rest.substr(0, slash);
  if (slash != rest.npos) {
    auto folder = percent_decoded(rest.substr(slash + 1));
    if (!folder) return bad("the folder in the URL is no percent-encoded text");
    url.folder = std::move(*folder);
    while (url.folder.ends_with('/')) url.folder.pop_back();
  }
  if (url.folder.empty()) url.folder = "INBOX";
  if (const std::size_t at = place.rfind('@'); at != place.npos) {
    std::string_view user = place.substr(0, at);
    user = user.substr(0, user.find(';'));
    if (user.find(':') != user.npos)
      return bad(
          "a URL is no place for a password: use --password-file, --password-command or DMARCQ_IMAP_PASSWORD");
    auto decoded = percent_decoded(user);
    if (!decoded) return bad("the user in the URL is no percent-encoded text");
    url.user = std::move(*decoded);
    place.remove_prefix(at + 1);
  }
  const std::size_t bracket = place.rfind(']'), colon = place.rfind(':');
  if (colon != place.npos && (bracket == place.npos || colon > bracket)) {
    url.port = place.substr(colon + 1);
    place = place.substr(0, colon);
  }
  url.host = place;
  if (url.host.empty()) return bad("the URL names no server");
  if (url.user.empty()) return bad("the URL names no user: imaps://user@host/Folder");
  for (const std::string* part : {&url.user, &url.host, &url.port, &url.folder})
    if (std::ranges::any_of(
            *part, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
      return bad("the URL holds control characters");
  url.name = std::string(url.tls ? "imaps://" : "imap://") + url.user + '@' + url.host +
             (url.port.empty() ? "" : ':' + url.port) + '/' + url.folder;
  return url;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") &&
          std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); }));
}

/// Folder names travel in modified UTF-7 (RFC 3501 section 5.1.3), quoted.
std::string quoted_folder(std::string_view name) {
  static constexpr char alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
  std::string out = "\"";
  for (std::size_t i = 0; i < name.size();) {
    const char c = name[i];
    if (static_cast<unsigned char>(c) < 0x80) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
      if (c == '&') out += '-';
      ++i;
      continue;
    }
    std::uint32_t bits = 0;
    int count = 0;
    out += '&';
    const auto put = [&](std::uint32_t unit) {
      bits = bits << 16 | unit;
      for (count += 16; count >= 6; count -= 6) out += alphabet[bits >> (count - 6) & 63];
      bits &= (1u << count) - 1;
    };
    while (i < name.size() && static_cast<unsigned char>(name[i]) >= 0x80) {
      const auto lead = static_cast<unsigned char>(name[i++]);
      const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
      std::uint32_t point = lead & (0x3fu >> more);
      for (int k = 0; k < more && i < name.size(); ++k)
        point = point << 6 | (static_cast<unsigned char>(name[i++]) & 0x3f);
      if (point >= 0x10000) {
        point -= 0x10000;
        put(0xd800 | point >> 10);
        put(0xdc00 | (point & 0x3ff));
      } else {
        put(point);
      }
    }
    if (count > 0) out += alphabet[bits << (6 - count) & 63];
    out += '-';
  }
  return out + '"';
}

/// One response line with the literals in it: the text has "{}" where each stood.
struct Response {
  std::string text;
  std::vector<std::string> literals;
};

/// What the answer to a command may come to, beyond lines that nobody asked for: these have bounds
/// of their own.
struct Bounds {
  std::size_t literal = 64u << 10;
  std::size_t asked_for = 16u << 20;  ///< all responses that were asked for
};

/// A logged-in connection. A server may be slow, broken or malicious: each answer has an end in
/// bytes and in time.
class Connection {
 public:
  Connection(const ImapSettings& settings, const Url& url, const std::atomic<bool>* stop)
      : settings_(settings), url_(url), stop_(stop) {}
  ~Connection() { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool open() const { return curl_ != nullptr; }
  void close() {
    if (curl_ != nullptr) curl_easy_cleanup(curl_);
    curl_ = nullptr;
    input_.clear();
    at_ = 0;
  }

  Result<void> connect() {
    close();
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    curl_ = ready == CURLE_OK ? curl_easy_init() : nullptr;
    if (curl_ == nullptr) throw std::bad_alloc();
    const auto secret = settings_.secret ? settings_.secret()
                                         : std::expected<std::string, Error>(std::string());
    if (!secret) return fail(ImapError::Kind::refused, secret.error().text);
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
    curl_easy_setopt(
        curl_, CURLOPT_USE_SSL,
        plain ? static_cast<long>(CURLUSESSL_NONE) : static_cast<long>(CURLUSESSL_ALL));
    curl_easy_setopt(curl_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!settings_.ca_file.empty())
      curl_easy_setopt(curl_, CURLOPT_CAINFO, settings_.ca_file.c_str());
    curl_easy_setopt(curl_, CURLOPT_USERNAME, url_.user.c_str());
    if (settings_.token) {
      curl_easy_setopt(curl_, CURLOPT_XOAUTH2_BEARER, secret->c_str());
      curl_easy_setopt(curl_, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
    } else {
      curl_easy_setopt(curl_, CURLOPT_PASSWORD, secret->c_str());
    }
    curl_easy_setopt(curl_, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl_, CURLOPT_XFERINFODATA, this);
    curl_easy_setopt(
        curl_, CURLOPT_XFERINFOFUNCTION,
        +[](void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
          return static_cast<Connection*>(self)->stopped() ? 1 : 0;
        });
    const CURLcode code = curl_easy_perform(curl_);
    curl_easy_setopt(curl_, CURLOPT_ERRORBUFFER, nullptr);
    const std::string said = text[0] != 0 ? text.data() : curl_easy_strerror(code);
    switch (code) {
      case CURLE_OK: break;
      case CURLE_ABORTED_BY_CALLBACK: return fail(ImapError::Kind::stopped, "interrupted");
      case CURLE_LOGIN_DENIED:
        return fail(ImapError::Kind::refused, "the server refuses the login of " + url_.user);
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CACERT_BADFILE:
        return fail(ImapError::Kind::refused, "the server's certificate is not trusted: " + said);
      case CURLE_USE_SSL_FAILED:
        return fail(
            ImapError::Kind::refused,
            "the server offers no STARTTLS; use imaps://, or --insecure-plaintext if the network is yours");
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_URL_MALFORMAT: return fail(ImapError::Kind::refused, said);
      default: return fail(ImapError::Kind::lost, said);
    }
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(curl_, CURLINFO_ACTIVESOCKET, &socket);
    socket_ = socket;
    return {};
  }

  Result<void> send(std::string_view text) {
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
                    std::string("the connection broke: ") + curl_easy_strerror(code));
      if (auto waited = wait(POLLOUT, deadline); !waited) return waited;
    }
    return {};
  }

  /// The next response, whole, of at most so many bytes.
  Result<Response> receive(const Bounds& bounds, std::size_t& held) {
    Response response;
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
        return fail(ImapError::Kind::too_large,
                    "the server announces a literal of " + std::to_string(size) +
                        " bytes, more than the " + std::to_string(bounds.literal) + " expected");
      held += size;
      if (held > bounds.literal + longest_line)
        return fail(ImapError::Kind::too_large, "the server sends a response of more than " +
                                                    std::to_string(bounds.literal + longest_line) +
                                                    " bytes");
      response.text += line->substr(0, brace) + "{}";
      auto bytes = read_bytes(size);
      if (!bytes) return std::unexpected(bytes.error());
      response.literals.push_back(std::move(*bytes));
    }
  }

  /// Sends a command and hands every untagged response over; `take` says whether it was asked for.
  /// An answer of NO or BAD is ImapError::refused with the server's words.
  template <class Take>
  Result<void> command(const std::string& text, const Bounds& bounds, Take&& take) {
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
            ImapError{ImapError::Kind::refused,
                      "the server says: " + std::string(line.substr(0, shown_words))});
      }
      if (starts_with_word(line, "* BYE"))
        return fail(ImapError::Kind::lost,
                    "the server hangs up: " + std::string(line.substr(5, shown_words)));
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
                                                  " lines that nobody asked for");
      } else if ((unasked_bytes += size) > most_unasked_bytes) {
        return fail(ImapError::Kind::refused, "the server sends more than " +
                                                  std::to_string(most_unasked_bytes) +
                                                  " bytes that nobody asked for");
      }
    }
  }
  Result<void> command(const std::string& text) {
    return command(text, {}, [](const Response&) { return false; });
  }

  void hang_up() {
    if (curl_ != nullptr) (void)send("D0 LOGOUT\r\n");
    close();
  }
  bool stopped() const { return stop_ != nullptr && *stop_; }
  std::uint64_t received() const { return received_.load(std::memory_order_relaxed); }

 private:
  std::unexpected<ImapError> fail(ImapError::Kind kind, std::string text) {
    close();
    return std::unexpected(ImapError{kind, std::move(text)});
  }

  std::chrono::seconds timeout() const { return std::chrono::seconds(settings_.timeout); }

  /// Also while there is always something to read.
  Result<void> check_time() {
    if (stopped()) return fail(ImapError::Kind::stopped, "interrupted");
    const auto now = Clock::now();
    if (now >= progress_end_)
      return fail(ImapError::Kind::refused, "the server has sent nothing that was asked for in " +
                                                std::to_string(settings_.timeout) + " s");
    if (now >= answer_end_)
      return fail(ImapError::Kind::refused, "the server takes too long to answer one command");
    return {};
  }

  Result<void> wait(short events, Clock::time_point deadline) {
    for (;;) {
      if (stopped()) return fail(ImapError::Kind::stopped, "interrupted");
      if (Clock::now() >= deadline)
        return fail(ImapError::Kind::lost,
                    "the server has been silent for " + std::to_string(settings_.timeout) + " s");
      pollfd waiting{socket_, events, 0};
      const int ready = ::poll(&waiting, 1, 200);
      if (ready > 0) return {};
      if (ready < 0 && errno != EINTR) return fail(ImapError::Kind::lost, "the connection broke");
    }
  }

  Result<void> fill() {
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
                    std::string("the connection broke: ") + curl_easy_strerror(code));
      if (auto waited = wait(POLLIN, deadline); !waited) return waited;
    }
  }

  Result<std::string> read_line() {
    if (curl_ == nullptr) return fail(ImapError::Kind::lost, "not connected");
    std::size_t looked = at_;
    for (;;) {
      if (const std::size_t end = input_.find("\r\n", looked); end != input_.npos) {
        std::string line = input_.substr(at_, end - at_);
        at_ = end + 2;
        return line;
      }
      if (input_.size() - at_ > longest_line)
        return fail(ImapError::Kind::refused, "the server sends a line of more than " +
                                                  std::to_string(longest_line) + " bytes");
      looked = input_.size() - at_;  // from at_, which fill() makes 0
      if (looked > 0) --looked;
      if (auto timely = check_time(); !timely) return std::unexpected(timely.error());
      if (auto filled = fill(); !filled) return std::unexpected(filled.error());
    }
  }

  Result<std::string> read_bytes(std::size_t size) {
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

  const ImapSettings& settings_;
  const Url& url_;
  const std::atomic<bool>* stop_;
  Clock::time_point progress_end_, answer_end_;  ///< of the command that is being answered
  CURL* curl_ = nullptr;
  int socket_ = -1;
  std::string input_;
  std::size_t at_ = 0;
  unsigned tag_ = 0;
  std::atomic<std::uint64_t> received_{0};
};

/// The number behind a word: "* 3 FETCH (UID 17 RFC822.SIZE 812)".
std::optional<std::uint64_t> number_behind(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  if (at == text.npos) return {};
  std::uint64_t number = 0;
  const char* start = text.data() + at + word.size();
  const auto [end, fault] = std::from_chars(start, text.data() + text.size(), number);
  if (fault != std::errc()) return {};
  return number;
}

/// The numbers behind a word, separated by commas.
std::set<std::uint64_t> numbers_behind(std::string_view text, std::string_view word) {
  std::set<std::uint64_t> numbers;
  const std::size_t at = text.find(word);
  if (at == text.npos) return numbers;
  for (std::string_view rest = text.substr(at + word.size()); !rest.empty();) {
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (fault != std::errc()) break;
    numbers.insert(number);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (!rest.starts_with(',')) break;
    rest.remove_prefix(1);
  }
  return numbers;
}

bool is_fetch(std::string_view text) {
  std::size_t i = 2;
  while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
  return i > 2 && starts_with_word(text.substr(i), " FETCH ");
}

/// Quoted instead of a literal: allowed for short bodies.
std::string unquoted(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

class ImapMailbox final : public ItemSource {
 public:
  ImapMailbox(const ImapSettings& settings, Url url, const OpenOptions& options)
      : settings_(settings),
        url_(std::move(url)),
        limits_(options.limits),
        stop_(options.stop),
        reader_(settings_, url_, stop_),
        settler_(settings_, url_, stop_) {}

  /// Connects and lists what is new.
  std::expected<void, Error> open(CheckpointStore* checkpoints) {
    auto listed = again_and_again([&]() -> Result<void> {
      uid_validity_ = 0;
      if (auto connected = select(reader_, "EXAMINE"); !connected)
        return std::unexpected(connected.error());
      std::uint64_t first = 1;
      if (checkpoints != nullptr) {
        // "imap 1 UIDVALIDITY UID", and " UID,UID…" of mails behind it that the server withheld.
        if (const auto state = checkpoints->state(url_.name); state && state->starts_with("imap 1 ")) {
          const auto then = number_behind(*state, "imap 1 ");
          const std::string validity = "imap 1 " + std::to_string(then.value_or(0)) + ' ';
          if (then == uid_validity_) {
            const std::uint64_t last = number_behind(*state, validity).value_or(0);
            first = last + 1;
            withheld_before_ = numbers_behind(*state, validity + std::to_string(last) + ' ');
          }
        }
      }
      if (exists_ > most_mails)
        return std::unexpected(
            ImapError{ImapError::Kind::refused,
                      "the folder holds more than " + std::to_string(most_mails) + " mails"});
      const std::size_t most = exists_ + 1000;  // some may arrive meanwhile
      new_.clear();
      return reader_.command(
          "UID FETCH " + std::to_string(first) + ":* (UID RFC822.SIZE)", {.asked_for = most * 200},
          [&](const Response& response) {
            if (!is_fetch(response.text)) return false;
            const auto uid = number_behind(response.text, "UID "),
                       size = number_behind(response.text, "RFC822.SIZE ");
            if (!uid || !size || *uid < first || *uid > UINT32_MAX || new_.size() == most)
              return false;  // n:* is never empty: it may name the last mail
            new_.push_back(
                {static_cast<std::uint32_t>(*uid),
                 static_cast<std::uint32_t>(std::min<std::uint64_t>(*size, UINT32_MAX))});
            return true;
          });
    });
    if (!listed) return std::unexpected(Error{Fault::unreadable, listed.error().text, {}});
    std::ranges::sort(new_, {}, &Listed::uid);
    new_.erase(std::ranges::unique(new_, {}, &Listed::uid).begin(), new_.end());
    for (const Listed& mail : new_) total_ += mail.size;
    known_ = exists_ > new_.size() ? exists_ - new_.size() : 0;
    return {};
  }

  std::optional<Item> next() override {
    while (ready_.empty() && at_ < new_.size() && !failure_) fetch();
    if (ready_.empty()) {
      reader_.hang_up();
      return {};
    }
    Item item = std::move(ready_.front());
    ready_.erase(ready_.begin());
    return item;
  }

  std::uint64_t bytes_done() const override { return reader_.received(); }
  std::optional<std::uint64_t> bytes_total() const override { return total_; }
  std::uint64_t known() const override { return known_; }
  std::optional<Error> failure() const override {
    return failure_ ? failure_ : withheld_ ? withheld_ : settle_failure_;
  }

  std::string acknowledge_key() const override {
    return settings_.move_to.empty() && !settings_.mark_seen ? "" : url_.name + "#unsettled";
  }

  std::vector<std::string> acknowledge(const std::vector<std::string>& handles) override {
    std::vector<std::string> done;
    if (handles.empty() || (stop_ != nullptr && *stop_)) return done;
    if (!settler_.open()) {
      if (auto selected = select(settler_, "SELECT"); !selected)
        return give_up_settling(selected.error(), done);
      auto asked = settler_.command("CAPABILITY", {}, [&](const Response& response) {
        if (!starts_with_word(response.text, "* CAPABILITY")) return false;
        const std::string words = response.text + ' ';
        can_move_ = words.find(" MOVE ") != words.npos;
        can_expunge_ = words.find(" UIDPLUS ") != words.npos;
        return false;
      });
      if (!asked) return give_up_settling(asked.error(), done);
    }
    const std::string ours = std::to_string(uid_validity_) + ':';
    std::vector<std::string> wanted;
    for (const std::string& handle : handles) {
      if (handle.starts_with(ours))
        wanted.push_back(handle);
      else
        done.push_back(handle);  // of a folder that is no more
    }
    for (std::size_t at = 0; at < wanted.size(); at += uids_at_once) {
      const std::size_t end = std::min(wanted.size(), at + uids_at_once);
      std::string set;
      for (std::size_t i = at; i < end; ++i)
        set += (set.empty() ? "" : ",") + wanted[i].substr(ours.size());
      if (auto moved = settle_set(set); !moved) return give_up_settling(moved.error(), done);
      done.insert(done.end(), wanted.begin() + static_cast<std::ptrdiff_t>(at),
                  wanted.begin() + static_cast<std::ptrdiff_t>(end));
    }
    return done;
  }

 private:
  struct Listed {
    std::uint32_t uid, size;
  };

  std::vector<std::string> give_up_settling(const ImapError& trouble,
                                            std::vector<std::string>& done) {
    // What is not settled is in the database's list: the next run does it.
    if (trouble.kind != ImapError::Kind::stopped)
      settle_failure_ =
          Error{Fault::unreadable, "mails are stored, but stay as they are: " + trouble.text, {}};
    return std::move(done);
  }

  Result<void> settle_set(const std::string& set) {
    if (settings_.mark_seen)
      if (auto marked = settler_.command("UID STORE " + set + " +FLAGS.SILENT (\\Seen)"); !marked)
        return marked;
    if (settings_.move_to.empty()) return {};
    const std::string folder = quoted_folder(settings_.move_to);
    const std::string verb = can_move_ ? "UID MOVE " : "UID COPY ";
    auto moved = settler_.command(verb + set + ' ' + folder);
    if (!moved && moved.error().text.find("TRYCREATE") != std::string::npos) {
      if (auto created = settler_.command("CREATE " + folder); !created) return created;
      moved = settler_.command(verb + set + ' ' + folder);
    }
    if (!moved || can_move_) return moved;
    if (auto marked = settler_.command("UID STORE " + set + " +FLAGS.SILENT (\\Deleted)"); !marked)
      return marked;
    // Without UIDPLUS an EXPUNGE would also take what others marked: then it is left to them.
    return can_expunge_ ? settler_.command("UID EXPUNGE " + set) : Result<void>{};
  }

  Result<void> select(Connection& connection, const char* verb) {
    if (auto connected = connection.connect(); !connected) return connected;
    std::uint64_t validity = 0, exists = 0;
    auto selected = connection.command(
        std::string(verb) + ' ' + quoted_folder(url_.folder), {}, [&](const Response& response) {
          if (const auto number = number_behind(response.text, "[UIDVALIDITY ")) validity = *number;
          if (response.text.ends_with(" EXISTS"))
            exists = number_behind(response.text, "* ").value_or(0);
          return false;
        });
    if (!selected) return selected;
    if (uid_validity_ != 0 && validity != uid_validity_) {
      return std::unexpected(ImapError{
          ImapError::Kind::refused,
          "the folder was replaced by another one meanwhile (UIDVALIDITY); the next run reads it"});
    }
    if (uid_validity_ == 0) {
      // The first time only: later acknowledge() reads it in another thread.
      uid_validity_ = validity;
      exists_ = exists;
    }
    return {};
  }

  /// Tries until it works or there is no sense in it. Pauses of 1, 2, 4 … seconds.
  template <class Body>
  Result<void> again_and_again(Body&& body) {
    for (unsigned attempt = 1;; ++attempt) {
      auto done = body();
      if (done || done.error().kind != ImapError::Kind::lost || attempt >= settings_.attempts)
        return done;
      const auto until = Clock::now() + std::chrono::seconds(1u << std::min(attempt - 1, 5u));
      while (Clock::now() < until) {
        if (stop_ != nullptr && *stop_) return done;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    }
  }

  bool is_too_large(const Listed& mail) const {
    return mail.size > limits_.mail_size || mail.uid == larger_than_told_;
  }

  /// Brings the next mails into ready_, or sets failure_.
  void fetch() {
    const bool head_only = is_too_large(new_[at_]);
    std::size_t end = at_ + 1;
    if (!head_only && !one_by_one_)
      for (std::uint64_t bytes = new_[at_].size;
           end < new_.size() && end - at_ < batch_mails && !is_too_large(new_[end]); ++end)
        if ((bytes += new_[end].size) > batch_bytes) break;
    const bool single = end - at_ == 1;
    const std::size_t largest = head_only ? kept_head
                                : single  ? limits_.mail_size
                                          : std::min(limits_.mail_size, longest_batch);
    const Bounds bounds{largest, (single ? largest : longest_batch) + longest_line};
    Bodies got;
    auto fetched = again_and_again([&]() -> Result<void> {
      for (;;) {
        if (!reader_.open())
          if (auto selected = select(reader_, "EXAMINE"); !selected) return selected;
        std::string set;
        for (std::size_t i = at_; i < end; ++i)
          if (!got.contains(new_[i].uid))
            set += (set.empty() ? "" : ",") + std::to_string(new_[i].uid);
        if (set.empty()) return {};
        const std::size_t before = got.size();
        auto answer = reader_.command(
            "UID FETCH " + set +
                (head_only ? " (UID BODY.PEEK[]<0." + std::to_string(kept_head) + ">)"
                           : " (UID BODY.PEEK[])"),
            bounds, [&](Response& response) {
              return take_body(response, new_[at_].uid, new_[end - 1].uid, got);
            });
        if (answer || answer.error().kind != ImapError::Kind::lost || got.size() == before)
          return answer;
        // It broke, but something came: no reason to lose patience. Connect again and ask for the
        // rest.
      }
    });
    bool cut = false;
    if (!fetched && fetched.error().kind == ImapError::Kind::too_large && !head_only) {
      // Larger than the server said: the rest is asked for one by one, and of one that is too large
      // its beginning.
      cut = true;
      one_by_one_ = true;
      if (single) larger_than_told_ = new_[at_].uid;
    } else if (!fetched) {
      failure_ = Error{
          Fault::unreadable,
          fetched.error().kind == ImapError::Kind::stopped ? "interrupted" : fetched.error().text,
          {}};
    }
    // In order, and nothing behind a mail that is missing because of a fault: the mark covers all
    // before it.
    for (; at_ < end; ++at_) {
      const auto found = got.find(new_[at_].uid);
      if (found == got.end()) {
        if (failure_ || cut) return;
        continue;  // somebody deleted it since it was listed
      }
      const std::string uid = std::to_string(new_[at_].uid);
      if (!found->second && !withheld_before_.contains(new_[at_].uid)) {
        // No mark may cover it: the next run asks for it again, and for those behind it.
        if (!withheld_) {
          withheld_ = Error{
              Fault::unreadable,
              "the server gives no text for the mail with UID " + uid + "; the next run asks again",
              {}};
          covered_ = std::to_string(new_[at_].uid - 1) + ' ' + uid;
        } else if (covered_.size() < longest_state) {
          covered_ += ',' + uid;
        }
        continue;
      }
      Item item;
      if (!found->second) {
        // Twice in a row is enough: it becomes a problem, and no longer stands in the way of
        // others.
        item.withheld = true;
        item.fault = Error{
            Fault::unreadable,
            "two runs asked the server for the mail with UID " + uid + ", and it gave no text",
            {}};
        found->second = "the mail with UID " + uid + " of " + url_.name + ", UIDVALIDITY " +
                        std::to_string(uid_validity_);
      }
      item.origin.source = url_.name;
      item.origin.index = new_[at_].uid;
      item.bytes = std::move(*found->second);
      if (head_only)
        item.fault = Error{Fault::limit,
                           "mail is larger than " + std::to_string(limits_.mail_size) + " bytes",
                           "mail_size"};
      item.checkpoint =
          Checkpoint{url_.name,
                     "imap 1 " + std::to_string(uid_validity_) + ' ' + (withheld_ ? covered_ : uid),
                     {}};
      item.handle = std::to_string(uid_validity_) + ':' + uid;
      ready_.push_back(std::move(item));
    }
  }

  /// By UID; nothing where the server gave NIL.
  using Bodies = std::map<std::uint64_t, std::optional<std::string>>;

  /// "* 3 FETCH (UID 17 BODY[] {812}…)"
  static bool take_body(Response& response, std::uint64_t first, std::uint64_t last, Bodies& got) {
    if (!is_fetch(response.text)) return false;
    const auto uid = number_behind(response.text, "UID ");
    const std::size_t body = response.text.find("BODY[]");
    if (!uid || *uid < first || *uid > last || got.contains(*uid) || body == std::string::npos)
      return false;
    const std::size_t value = response.text.find(' ', body);
    if (value == std::string::npos) return false;
    const std::string_view text = std::string_view(response.text).substr(value + 1);
    if (text.starts_with("{}") && !response.literals.empty())
      got[*uid] = std::move(response.literals.front());
    else if (text.starts_with('"'))
      got[*uid] = unquoted(text.substr(1));
    else if (starts_with_word(text, "NIL"))
      got[*uid] = std::nullopt;
    else
      return false;
    return true;
  }

  ImapSettings settings_;
  Url url_;
  Limits limits_;
  const std::atomic<bool>* stop_;
  Connection reader_;
  std::uint64_t uid_validity_ = 0, exists_ = 0, known_ = 0, total_ = 0;
  std::vector<Listed> new_;
  std::size_t at_ = 0;
  std::vector<Item> ready_;
  std::optional<Error> failure_, withheld_;
  std::string covered_;  ///< what marks say once there is a mail that the server withholds: the UID
                         ///< before it, and those withheld
  std::set<std::uint64_t> withheld_before_;  ///< UIDs that an earlier run asked for in vain
  bool one_by_one_ = false;
  std::uint32_t larger_than_told_ = 0;  ///< UID; 0: none
  // The calling thread's own, beside the one that reads.
  Connection settler_;
  bool can_move_ = false, can_expunge_ = false;
  std::optional<Error> settle_failure_;
};

}  // namespace

bool is_imap_url(std::string_view source) {
  return starts_with_word(source, "imap://") || starts_with_word(source, "imaps://");
}

std::string imap_host(std::string_view source) {
  if (!is_imap_url(source)) return {};
  auto url = parse_url(std::string(source));
  return url ? std::move(url->host) : std::string();
}

std::expected<std::unique_ptr<ItemSource>, Error> open_imap(const ImapSettings& settings,
                                                            const OpenOptions& options) {
  auto url = parse_url(settings.url);
  if (!url) return std::unexpected(std::move(url.error()));
  auto mailbox = std::make_unique<ImapMailbox>(settings, std::move(*url), options);
  if (auto opened = mailbox->open(options.checkpoints); !opened)
    return std::unexpected(std::move(opened.error()));
  return mailbox;
}

}  // namespace dmarcq
