// SPDX-License-Identifier: MIT
// The only file that knows c-ares. Each question has a channel of its own: c-ares 1.18 channels
// belong to one thread, and reading /etc/resolv.conf again costs a fraction of a round trip.
#include "ingest/dns/stub_resolver.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <poll.h>

#include <array>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "ingest/base/text.h"

namespace dmarcq {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_remembered = 100'000;
constexpr int edns_size = 1232;  // what passes unfragmented (DNS flag day 2020)

struct ChannelDestroyer {
  void operator()(ares_channel channel) const { ares_destroy(channel); }
};
using Channel = std::unique_ptr<std::remove_pointer_t<ares_channel>, ChannelDestroyer>;

void init_library() {
  static std::once_flag once;
  std::call_once(once, [] { ares_library_init(ARES_LIB_INIT_ALL); });
}

std::expected<Channel, std::string> open_channel(const std::string& servers,
                                                 std::chrono::milliseconds timeout) {
  init_library();
  ares_options options{};
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS;
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

TxtAnswer answer_of(int status, const unsigned char* message, int size) {
  using Status = TxtAnswer::Status;
  if (status == ARES_ENODATA || status == ARES_ENOTFOUND) return {Status::none, {}};
  if (status != ARES_SUCCESS) return {};
  ares_txt_ext* first = nullptr;
  const int parsed = ares_parse_txt_reply_ext(message, size, &first);
  if (parsed == ARES_ENODATA) return {Status::none, {}};
  if (parsed != ARES_SUCCESS) return {};
  const std::unique_ptr<ares_txt_ext, void (*)(void*)> owner(first, ares_free_data);
  TxtAnswer answer{Status::found, {}};
  for (const ares_txt_ext* piece = first; piece != nullptr; piece = piece->next) {
    if (piece->record_start || answer.texts.empty()) answer.texts.emplace_back();
    answer.texts.back().append(reinterpret_cast<const char*>(piece->txt), piece->length);
  }
  return answer;
}

/// Runs the question until its callback was called, or `stop`.
void wait_for(ares_channel channel, const bool& done, const std::atomic<bool>* stop) {
  while (!done) {
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

}  // namespace

std::expected<void, std::string> StubResolver::check_servers(const std::string& servers) {
  const auto channel = open_channel(servers, std::chrono::milliseconds(1000));
  if (!channel) return std::unexpected(channel.error());
  return {};
}

StubResolver::StubResolver(Options options) : options_(std::move(options)) {}

TxtAnswer StubResolver::txt(const std::string& name) {
  const std::string folded = folded_domain(name);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find(folded); found != known_.end()) return found->second;
    if (waited_in_vain_ >= 10 * options_.timeout || waited_ >= 60 * options_.timeout) {
      ++given_up_;
      return {};
    }
  }
  struct Asked {
    TxtAnswer answer;
    bool done = false;
  } asked;
  const auto start = Clock::now();
  if (auto channel = open_channel(options_.servers, options_.timeout)) {
    const auto take = [](void* argument, int status, int, unsigned char* message, int size) {
      auto& result = *static_cast<Asked*>(argument);
      result.answer = answer_of(status, message, size);
      result.done = true;
    };
    ares_query(channel->get(), folded.c_str(), ns_c_in, ns_t_txt, take, &asked);
    wait_for(channel->get(), asked.done, options_.stop);
  }
  const std::lock_guard lock(mutex_);
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
  waited_ += elapsed;
  if (asked.answer.status == TxtAnswer::Status::unknown) waited_in_vain_ += elapsed;
  if (known_.size() < most_remembered) known_.try_emplace(folded, asked.answer);
  return asked.answer;
}

}  // namespace dmarcq
