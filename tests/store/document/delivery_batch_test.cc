// SPDX-License-Identifier: MIT
#include "store/document/delivery_batch.h"

#include <doctest/doctest.h>

#include <vector>

using namespace dmarcq;

TEST_CASE("delivery batch: what goes in comes out, in order") {
  const std::vector<DeliveryEvent> events = {
      {.source = DeliverySource::email_log,
       .state = DeliveryState::refused,
       .time = 1'790'000'000,
       .recipient = "ann@example.net",
       .envelope_sender = "a=example.com__1@b.bnc.salesforce.com",
       .header_from = "a@example.com",
       .message_id = "m1@sfdc.net",
       .queue_id = "16/A4-1-2",
       .sending_ip = "192.0.2.1",
       .remote_host = "mx.example.net",
       .stage = "during RCPT TO",
       .text = "550 5.1.1 unknown",
       .user_id = "005A0000001AbCd",
       .more = "Retry Count: 0\n",
       .key = "k1"},
      {.source = DeliverySource::other, .state = DeliveryState::suppressed},
      {.recipient = std::string(254, 'a'),
       .text = std::string(255, 'b'),
       .more = std::string(256, 'c'),
       .key = std::string(70'000, 'd')},
      {.time = -1, .text = std::string("a\0b", 3)}};
  DeliveryBatch batch;
  CHECK(batch.size() == 0);
  batch.each([](const DeliveryView&) { FAIL("an event of nothing"); });
  for (const DeliveryEvent& event : events) batch.add(event);
  CHECK(batch.size() == events.size());
  std::size_t at = 0;
  batch.each([&](const DeliveryView& view) {
    REQUIRE(at < events.size());
    CAPTURE(at);
    const DeliveryEvent& event = events[at++];
    CHECK(view.source == event.source);
    CHECK(view.state == event.state);
    CHECK(view.time == event.time);
    CHECK(view.recipient == event.recipient);
    CHECK(view.envelope_sender == event.envelope_sender);
    CHECK(view.header_from == event.header_from);
    CHECK(view.message_id == event.message_id);
    CHECK(view.queue_id == event.queue_id);
    CHECK(view.sending_ip == event.sending_ip);
    CHECK(view.remote_host == event.remote_host);
    CHECK(view.stage == event.stage);
    CHECK(view.text == event.text);
    CHECK(view.user_id == event.user_id);
    CHECK(view.more == event.more);
    CHECK(view.key == event.key);
  });
  CHECK(at == events.size());
  CHECK(batch.bytes() >= 70'000);
}
