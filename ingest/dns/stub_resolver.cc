// SPDX-License-Identifier: MIT
// The only file that knows c-ares. Each ask() and each batch has a channel of its own: c-ares 1.18
// channels belong to one thread, and reading /etc/resolv.conf again costs a fraction of a round
// trip.
#include "ingest/dns/stub_resolver.h"

#include <ares.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "ingest/base/text.h"
#include "ingest/dns/dns_packet.h"

namespace dmarcq {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_remembered = 100'000, most_remembered_bytes = 64u << 20;
constexpr std::size_t most_at_once = 50;
constexpr std::size_t most_questions = 10'000;  // of one prefetch()
constexpr int class_in = 1;
constexpr int edns_size = 1232;  // what passes unfragmented (DNS flag day 2020)

struct ChannelDestroyer {
  void operator()(ares_channel channel) const { ares_destroy(channel); }
};
using Channel = std::unique_ptr<std::remove_pointer_t<ares_channel>, ChannelDestroyer>;

void init_library() {
  static std::once_flag once;
  std::call_once(once, [] { ares_library_init(ARES_LIB_INIT_ALL); });
}

/// `flags`: beside those that every channel has.
std::expected<Channel, std::string> open_channel(const std::string& servers,
                                                 std::chrono::milliseconds timeout, int flags = 0) {
  init_library();
  ares_options options{};
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS | flags;
  options.timeout = static_cast<int>(timeout.count());
  options.tries = 2;
  options.ednspsz = edns_size;
  ares_channel raw = nullptr;
  int status = ares_init_options(
      &raw, &options, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ);
  if (status == ARES_ENOMEM) throw std::bad_alloc();
  if (status != ARES_SUCCESS) return std::unexpected(std::string(ares_strerror(status)));
  Channel channel(raw);
  if (!servers.empty()) status = ares_set_servers_ports_csv(raw, servers.c_str());
  if (status != ARES_SUCCESS)
    return std::unexpected("'" + servers + "' is not a list of addresses");
  return channel;
}

/// One question of a batch: what the callback of c-ares is given.
struct Asked {
  DnsQuestion question;
  DnsAnswer answer;
  std::size_t* open = nullptr;  ///< questions of the batch without an answer
  bool is_done = false;
  bool is_refused = false;  ///< no server gave an answer of use; c-ares does not say which
};

std::string why_unknown(int status) {
  switch (status) {
    case ARES_ESERVFAIL: return rcode_text(2);
    case ARES_ENOTIMP: return rcode_text(4);
    case ARES_EREFUSED: return rcode_text(5);
    case ARES_ETIMEOUT: return "time-out";
    case ARES_ECONNREFUSED: return "no name server can be reached";
    case ARES_ECANCELLED: return "stopped";
    case ARES_EBADNAME: return "not a domain name";
    case ARES_EBADRESP: return "malformed answer";
    case ARES_ENOMEM: return "out of memory";
    default: return ares_strerror(status);
  }
}

void take_answer(void* argument, int status, int, unsigned char* packet, int size) {
  auto& asked = *static_cast<Asked*>(argument);
  if (asked.is_done) return;
  asked.is_done = true;
  --*asked.open;
  const bool answered = status == ARES_SUCCESS || status == ARES_ENODATA ||
                        status == ARES_ENOTFOUND;
  if (!answered || packet == nullptr || size < 0) {
    asked.answer.why = why_unknown(status);
    asked.is_refused = status == ARES_ECONNREFUSED;
    return;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(packet),
                               static_cast<std::size_t>(size));
  asked.answer = answer_from_packet(bytes, asked.question);
}

/// A name as c-ares 1.18 reads it: a backslash takes the next byte as it is.
std::string query_name(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == '\\') text += '\\';
    text += c;
  }
  return text;
}

std::string key_of(const DnsQuestion& question) {
  return std::string(to_text(question.type)) + ' ' + question.name;
}

DnsAnswer unknown(std::string why) {
  return {.status = DnsAnswer::Status::unknown, .why = std::move(why)};
}

/// Runs the questions until none is open, or `stop`.
void wait_for(ares_channel channel, const std::size_t& open, const std::atomic<bool>* stop) {
  while (open > 0) {
    if (stop != nullptr && *stop) return ares_cancel(channel);
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets;
    const int wanted = ares_getsock(channel, sockets.data(), ARES_GETSOCK_MAXNUM);
    std::array<pollfd, ARES_GETSOCK_MAXNUM> polled{};
    std::size_t count = 0;
    for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      const int events = (ARES_GETSOCK_READABLE(wanted, i) ? POLLIN : 0) |
                         (ARES_GETSOCK_WRITABLE(wanted, i) ? POLLOUT : 0);
      if (events != 0)
        polled[count++] = {sockets[static_cast<std::size_t>(i)], static_cast<short>(events), 0};
    }
    if (count == 0) return ares_cancel(channel);
    timeval longest{0, 200'000};  // so that `stop` is seen
    const timeval* const wait = ares_timeout(channel, &longest, &longest);
    ::poll(polled.data(), count,
           static_cast<int>(wait->tv_sec * 1000 + (wait->tv_usec + 999) / 1000));
    bool ready = false;
    for (std::size_t i = 0; i < count; ++i) {
      if (polled[i].revents == 0) continue;
      ready = true;
      ares_process_fd(channel, polled[i].revents & ~POLLOUT ? polled[i].fd : ARES_SOCKET_BAD,
                      polled[i].revents & POLLOUT ? polled[i].fd : ARES_SOCKET_BAD);
    }
    if (!ready) ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // time-outs
  }
}

/// Asks those that have no answer. With `flags` as open_channel has them.
void ask_open(std::vector<Asked>& batch, const StubResolver::Options& options, int flags) {
  std::size_t open = 0;
  const auto channel = open_channel(options.servers, options.timeout, flags);
  for (Asked& asked : batch) {
    if (asked.is_done) continue;
    if (!channel) asked.answer.why = channel.error();
    asked.open = &open;
    ++open;
  }
  if (!channel) return;
  for (Asked& asked : batch)
    if (!asked.is_done)
      ares_query(channel->get(), query_name(asked.question.name).c_str(), class_in,
                 type_number(asked.question.type), take_answer, &asked);
  wait_for(channel->get(), open, options.stop);
}

}  // namespace

std::expected<void, std::string> StubResolver::check_servers(const std::string& servers) {
  const auto channel = open_channel(servers, std::chrono::milliseconds(1000));
  if (!channel) return std::unexpected(channel.error());
  return {};
}

StubResolver::StubResolver(Options options) : options_(std::move(options)) {}

std::optional<DnsAnswer> StubResolver::remembered(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(key);
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

bool StubResolver::may_wait() {
  const std::lock_guard lock(mutex_);
  const auto bound = options_.patience * options_.timeout;
  return waited_in_vain_ < 10 * bound && waited_ < 60 * bound;
}

DnsAnswer StubResolver::ask(const DnsQuestion& question) {
  const DnsQuestion folded{folded_domain(question.name), question.type};
  if (auto answer = remembered(key_of(folded))) return std::move(*answer);
  if (!may_wait()) {
    ++given_up_;
    return unknown("not asked: the name servers did not answer in time");
  }
  return std::move(ask_at_once(std::span(&folded, 1)).front());
}

void StubResolver::prefetch(std::span<const DnsQuestion> questions) {
  std::vector<DnsQuestion> open;
  for (const DnsQuestion& question : questions.first(std::min(questions.size(), most_questions)))
    open.push_back({folded_domain(question.name), question.type});
  std::ranges::sort(open);
  const auto repeated = std::ranges::unique(open);
  open.erase(repeated.begin(), repeated.end());
  std::erase_if(
      open, [&](const DnsQuestion& question) { return remembered(key_of(question)).has_value(); });
  for (std::size_t at = 0; at < open.size() && may_wait(); at += most_at_once)
    ask_at_once(std::span(open).subspan(at, std::min(most_at_once, open.size() - at)));
}

/// One answer for each question, in their order; they are remembered.
std::vector<DnsAnswer> StubResolver::ask_at_once(std::span<const DnsQuestion> questions) {
  std::vector<Asked> batch;
  for (const DnsQuestion& question : questions) batch.push_back({question, unknown("stopped")});
  const auto start = Clock::now();
  ask_open(batch, options_, 0);
  // c-ares goes to the next server when one says SERVFAIL, and forgets what it said: those are
  // asked once more, for the response code.
  bool is_refused = false;
  for (Asked& asked : batch) {
    is_refused |= asked.is_refused;
    asked.is_done = !asked.is_refused;
  }
  if (is_refused) ask_open(batch, options_, ARES_FLAG_NOCHECKRESP);
  const std::lock_guard lock(mutex_);
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
  const bool in_vain = std::ranges::any_of(
      batch, [](const Asked& asked) { return asked.answer.status == DnsAnswer::Status::unknown; });
  waited_ += elapsed;
  if (in_vain) waited_in_vain_ += elapsed;
  std::vector<DnsAnswer> answers;
  for (Asked& asked : batch) {
    if (known_.size() < most_remembered && known_bytes_ < most_remembered_bytes) {
      known_.try_emplace(key_of(asked.question), asked.answer);
      for (const std::string& data : asked.answer.data) known_bytes_ += data.size();
    }
    answers.push_back(std::move(asked.answer));
  }
  return answers;
}

}  // namespace dmarcq
