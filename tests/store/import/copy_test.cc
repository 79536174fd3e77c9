// SPDX-License-Identifier: MIT
#include "store/import/copy.h"

#include <doctest/doctest.h>

#include "store/document/delivery_batch.h"
#include "store/document/delivery_facts.h"

using namespace dmarcq;

TEST_CASE("copy: an error is what it was before it was stored") {
  for (int i = 0; i <= static_cast<int>(Fault::not_a_report); ++i) {
    const Error error{.fault = static_cast<Fault>(i), .text = "why: it is so", .limit = {}};
    const Error again = stored_error(reason_of(error), error.text);
    CHECK(again.fault == error.fault);
    CHECK(again.text == error.text);
    CHECK(reason_of(again) == reason_of(error));
  }
  for (const char* const limit : {"xml_depth", "rival_documents", "database", "a:b"}) {
    const Error error{.fault = Fault::limit, .text = "", .limit = limit};
    const Error again = stored_error(reason_of(error), "");
    CHECK(again.fault == Fault::limit);
    CHECK(again.limit == limit);
  }
  CHECK(stored_error("of a newer program", "x").fault == Fault::unreadable);
}

TEST_CASE("copy: an event keeps the key that it was stored under") {
  DeliveryBatch first;
  first.add(DeliveryEvent{
      .source = DeliverySource::email_log, .recipient = "ann@example.net", .key = "k1"});
  DeliveryKeyBytes key{};
  first.each([&](const DeliveryView& view) { key = delivery_key(view); });

  DeliveryView stored;  // whose mail it was is forgotten
  stored.source = DeliverySource::email_log;
  DeliveryBatch copy;
  copy.add_stored(stored, "example.net", {key.data(), key.size()});
  copy.each([&](const DeliveryView& view) {
    CHECK(view.source == DeliverySource::email_log);
    CHECK(view.key_is_stored);
    CHECK(delivery_key(view) == key);
    CHECK(local_part_of(view.recipient).empty());
    CHECK(domain_part_of(view.recipient) == "example.net");
  });
}
