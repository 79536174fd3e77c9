// SPDX-License-Identifier: MIT
#include "store/document/delivery_batch.h"

#include <array>
#include <cstring>

namespace dmarcq {
namespace {

// An event: source and state (a byte each), time (8 bytes), then each text behind its length: one
// byte, or 255 and four bytes. Only this process reads it.
constexpr unsigned char long_text = 255;
constexpr unsigned char stored_key = 0x80;  // in the byte of the source

/// The texts of a DeliveryEvent or a DeliveryView, in the order in which they are packed.
template <class Event>
auto texts_of(Event& event) {
  return std::array{&event.recipient, &event.envelope_sender, &event.header_from, &event.message_id,
                    &event.queue_id,  &event.sending_ip,      &event.remote_host, &event.stage,
                    &event.text,      &event.user_id,         &event.more,        &event.key};
}

void append_text(std::string& out, std::string_view text) {
  if (text.size() < long_text) {
    out += static_cast<char>(text.size());
  } else {
    out += static_cast<char>(long_text);
    const auto size = static_cast<std::uint32_t>(text.size());
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
  }
  out += text;
}

std::string_view take(std::string_view& rest, std::size_t size) {
  const std::string_view taken = rest.substr(0, size);
  rest.remove_prefix(size);
  return taken;
}

std::string_view take_text(std::string_view& rest) {
  std::uint32_t size = static_cast<unsigned char>(take(rest, 1).front());
  if (size == long_text) std::memcpy(&size, take(rest, sizeof size).data(), sizeof size);
  return take(rest, size);
}

template <class Event>
void append_event(std::string& out, const Event& event, unsigned char flags) {
  out += static_cast<char>(static_cast<unsigned char>(event.source) | flags);
  out += static_cast<char>(event.state);
  out.append(reinterpret_cast<const char*>(&event.time), sizeof event.time);
  for (const auto* text : texts_of(event)) append_text(out, *text);
}

}  // namespace

void DeliveryBatch::add(const DeliveryEvent& event) {
  append_event(packed_, event, 0);
  ++size_;
}

void DeliveryBatch::add_stored(DeliveryView event, std::string_view recipient_domain,
                               std::string_view key) {
  std::string forgotten;
  if (event.recipient.empty()) event.recipient = forgotten.append("@").append(recipient_domain);
  event.key = key;
  append_event(packed_, event, stored_key);
  ++size_;
}

void DeliveryBatch::each(FunctionRef<void(const DeliveryView&)> take_event) const {
  std::string_view rest = packed_;
  while (!rest.empty()) {
    DeliveryView view;
    const auto source = static_cast<unsigned char>(take(rest, 1).front());
    view.source = static_cast<DeliverySource>(source & ~stored_key);
    view.key_is_stored = (source & stored_key) != 0;
    view.state = static_cast<DeliveryState>(take(rest, 1).front());
    std::memcpy(&view.time, take(rest, sizeof view.time).data(), sizeof view.time);
    for (std::string_view* text : texts_of(view)) *text = take_text(rest);
    take_event(view);
  }
}

}  // namespace dmarcq
