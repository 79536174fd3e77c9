// SPDX-License-Identifier: MIT
#include "store/import/import.h"

#include <doctest/doctest.h>

#include <algorithm>

#include <fmt/format.h>

#include "sample_reports.h"

using namespace dmarcq;
using namespace dmarcq::test;

namespace {

std::string xml_of(int number, int records) {
  std::string xml = fmt::format(
      "<feedback><report_metadata><org_name>reporter.example</org_name><email>a@reporter.example</email><report_id>{}</report_id><date_range><begin>{}</begin>"
      "<end>{}</end></date_range></report_metadata><policy_published><domain>example.com</domain><p>none</p></policy_published>",
      number, 1'728'000'000 + number % 30 * 86'400, 1'728'086'399 + number % 30 * 86'400);
  for (int i = 0; i < records; ++i) {
    xml += fmt::format(
        "<record><row><source_ip>192.0.2.{}</source_ip><count>{}</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf>"
        "</policy_evaluated></row><identifiers><header_from>example.com</header_from></identifiers><auth_results><dkim><domain>example.com</domain>"
        "<result>pass</result></dkim></auth_results></record>",
        i % 250, number + 1);
  }
  return xml + "</feedback>";
}

/// Items made on the spot; can be told to fail or to stop.
class MadeMailbox : public ItemSource {
 public:
  explicit MadeMailbox(int items, int fail_at = -1) : items_(items), fail_at_(fail_at) {}
  std::optional<Item> next() override {
    if (number_ == fail_at_) throw std::runtime_error("disk pulled");
    if (number_ == items_) return std::nullopt;
    Item made;
    made.origin.source = "made";
    made.origin.index = static_cast<std::uint64_t>(number_ + 1);
    if (number_ % 17 == 5)
      made.bytes = xml_of(number_, 3).substr(0, 400);  // cut: a problem
    else if (number_ % 17 == 6)
      made.bytes = xml_of(number_ - 2, 2);  // a repeat
    else
      made.bytes = xml_of(number_, number_ % 17 == 4 ? 2 : number_ % 7);
    ++number_;
    return made;
  }
  std::uint64_t bytes_done() const override { return 0; }
  std::optional<std::uint64_t> bytes_total() const override { return std::nullopt; }

 private:
  int items_, fail_at_, number_ = 0;
};

}  // namespace

TEST_CASE("pipeline: the result is the same for any number of workers, and the numbers add up") {
  std::string expected;
  for (const unsigned jobs : {1u, 2u, 3u, 8u}) {
    CAPTURE(jobs);
    TemporaryDatabase file;
    const std::unique_ptr<Store> store_owner = open_store(file.where());
    Store& store = *store_owner;
    MadeMailbox mailbox(1200);
    const IngestSummary summary = ingest(mailbox, store, {.jobs = jobs});
    CHECK(summary.items == 1200);
    CHECK(summary.stored + summary.duplicate + summary.not_a_report + summary.problem ==
          summary.items);
    CHECK(summary.problem > 50);
    CHECK(summary.duplicate > 50);
    CHECK(check_integrity(*store.snapshot()).empty());
    const DatabaseInfo info = database_info(*store.snapshot());
    CHECK(info.messages == summary.messages);
    CHECK(info.records == summary.records);
    const std::string dump = canonical_dump(store);
    if (expected.empty()) expected = dump;
    CHECK(dump == expected);

    MadeMailbox again(1200);
    const IngestSummary second = ingest(again, store, {.jobs = jobs});
    CHECK(second.stored == 0);
    CHECK(second.records == 0);
    CHECK(second.problem == summary.problem);
    CHECK(canonical_dump(store) == expected);
  }
}

TEST_CASE(
    "pipeline: a failing mailbox ends the run with what it threw, and what was committed stays whole") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  MadeMailbox mailbox(2000, 1300);
  CHECK_THROWS_WITH(ingest(mailbox, store, {.jobs = 4}), "disk pulled");
  CHECK(check_integrity(*store.snapshot()).empty());
  MadeMailbox whole(2000);
  ingest(whole, store, {.jobs = 4});
  CHECK(check_integrity(*store.snapshot()).empty());
  CHECK(database_info(*store.snapshot()).items == 2000 - 118);  // 118 numbers below 2000 are
                                                                // repeats
}

TEST_CASE("pipeline: a stop flag ends the run after the current batch") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  std::atomic<bool> stop = false;
  MadeMailbox mailbox(100'000);
  IngestOptions options{.jobs = 2, .stop = &stop};
  options.progress = [&](const IngestSummary& so_far, std::uint64_t, const ItemSource&) {
    if (so_far.items > 600) stop = true;
  };
  const IngestSummary summary = ingest(mailbox, store, options);
  CHECK(summary.items < 5000);
  CHECK(database_info(*store.snapshot()).messages == summary.messages);
  CHECK(check_integrity(*store.snapshot()).empty());
}

TEST_CASE(
    "pipeline: faults are told in mailbox order, and retried problems that are cured disappear") {
  TemporaryDatabase file;
  const std::unique_ptr<Store> store_owner = open_store(file.where());
  Store& store = *store_owner;
  MadeMailbox mailbox(100);
  std::vector<std::uint64_t> order;
  IngestOptions options{.jobs = 3};
  options.on_fault = [&](const Origin& origin, const Error& error) {
    order.push_back(origin.index);
    CHECK(error.fault == Fault::truncated);
  };
  ingest(mailbox, store, options);
  CHECK(order.size() == 6);
  CHECK(std::ranges::is_sorted(order));
  CHECK(store.snapshot()->problems(false).size() == 6);
  const IngestSummary retried = retry_problems(store, {}, options);
  CHECK(retried.items == 6);
  CHECK(retried.problem == 6);
  CHECK(store.snapshot()->problems(false).size() == 6);
}
