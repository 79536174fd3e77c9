// SPDX-License-Identifier: MIT
// What each stage of an ingest costs, one after another on one thread, and what the whole costs
// with all workers.
//   ingest_bench MAILBOX [--runs N]
// The stages take the mailbox in slices, so that memory stays small; times are summed over the
// slices. Of several runs the fastest is printed beside the median: these machines are shared.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "ingest/archive/unpack.h"
#include "ingest/documents.h"
#include "ingest/mail/message.h"
#include "ingest/mail/transfer_encoding.h"
#include "ingest/source/source.h"
#include "parser/aggregate/xml_reader.h"
#include "store/import/import.h"
#include "store/queries.h"
#include "store/store.h"

using namespace dmarcq;

namespace {

double seconds(const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Stage {
  const char* name;
  double seconds = 0;
  std::uint64_t bytes = 0;
};

struct Stages {
  Stage split{"split the mailbox"}, mime{"MIME"}, base64{"base64"}, inflate{"inflate"},
      hash{"SHA-256 of the XML"}, xml{"XML to values"}, pack{"pack"}, store{"store"};
  std::uint64_t mails = 0, reports = 0, records = 0, decoded = 0;
};

void remove_database(const std::filesystem::path& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.native() + suffix);
}

Stages run_stages(const std::filesystem::path& source, const std::filesystem::path& database) {
  const Limits limits;
  Stages stages;
  remove_database(database);
  const std::unique_ptr<Store> store_owner = open_store(database);
  Store& store = *store_owner;
  auto mailbox = open_mailbox(source, limits).value();
  bool more = true;
  while (more) {
    std::vector<Item> items;
    stages.split.seconds += seconds([&] {
      while (items.size() < 500) {
        std::optional<Item> item = mailbox->next();
        if (!item) {
          more = false;
          break;
        }
        stages.split.bytes += item->bytes.size();
        items.push_back(std::move(*item));
      }
    });
    std::vector<ProcessedItem> processed(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      const Item& item = items[i];
      ++stages.mails;
      Message message;
      stages.mime.seconds +=
          seconds([&] { message = parse_message(item.bytes, limits).value_or(Message{}); });
      stages.mime.bytes += item.bytes.size();
      // The message's own decoding is part of the stage before; here once more by itself, to be
      // taken away from it below.
      const std::size_t body = item.bytes.find("\n\n");
      const std::string_view encoded =
          std::string_view(item.bytes).substr(body == std::string::npos ? 0 : body);
      stages.base64.seconds += seconds([&] { stages.decoded += decode_base64(encoded).size(); });
      stages.base64.bytes += encoded.size();
      std::vector<Document> documents;
      stages.inflate.seconds += seconds([&] {
        for (const Part& part : message.parts) {
          for (Document& document : unpack(part.name, part.bytes, limits).documents)
            documents.push_back(std::move(document));
        }
      });
      processed[i].origin = item.origin;
      processed[i].digest = sha256(item.bytes);
      processed[i].bytes = item.bytes.size();
      processed[i].not_a_report = "other";
      for (const Document& document : documents) {
        stages.inflate.bytes += document.bytes.size();
        Digest digest{};
        stages.hash.seconds += seconds([&] { digest = sha256(document.bytes); });
        stages.hash.bytes += document.bytes.size();
        // The program packs records as they are read: so the document is read twice here, and
        // packing is the difference.
        const double xml =
            seconds([&] { parse_report(document.bytes, limits, {.take = [](const Record&) {}}); });
        stages.xml.seconds += xml;
        stages.xml.bytes += document.bytes.size();
        Packer packer;
        bool is_report = false;
        stages.pack.seconds += seconds([&] {
                                 std::expected<ParsedReport, Error> parsed = parse_report(
                                     document.bytes, limits,
                                     {.take = [&](const Record& record) { packer.add(record); }});
                                 is_report = parsed.has_value();
                                 if (is_report)
                                   processed[i].reports.push_back(
                                       {document.name, packer.finish(std::move(*parsed), digest)});
                               }) -
                               xml;
        if (!is_report) continue;
        ++stages.reports;
        stages.records += processed[i].reports.back().report.rows.size();
        stages.pack.bytes += document.bytes.size();
      }
    }
    stages.store.seconds += seconds([&] { store.save(processed); });
    for (const ProcessedItem& item : processed) stages.store.bytes += item.bytes;
  }
  return stages;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: ingest_bench MAILBOX [--runs N]\n");
    return 2;
  }
  const std::filesystem::path source = argv[1];
  const int runs =
      argc > 3 && std::string_view(argv[2]) == "--runs" ? std::max(1, std::atoi(argv[3])) : 3;
  const std::filesystem::path database = source.native() + ".bench.db";

  // The whole first: peak memory is that of the process, and the stages would hide it.
  std::vector<double> walls;
  IngestSummary summary;
  for (int run = 0; run < runs; ++run) {
    remove_database(database);
    walls.push_back(seconds([&] {
      auto mailbox = open_mailbox(source, Limits{}).value();
      const std::unique_ptr<Store> store_owner = open_store(database);
      Store& store = *store_owner;
      summary = ingest(*mailbox, store, {});
    }));
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::ranges::sort(walls);
  const auto file_bytes = static_cast<double>(std::filesystem::file_size(database));
  const auto records = static_cast<double>(summary.records);
  fmt::print("whole run: {} mails, {} reports, {} records, {:.1f} MB\n", summary.items,
             summary.reports_stored, summary.records, static_cast<double>(summary.bytes) / 1e6);
  fmt::print(
      "  {:.2f} s fastest, {:.2f} s median of {}; {:.0f} records/s, {:.0f} reports/s, {:.1f} MB/s (median)\n",
      walls.front(), walls[walls.size() / 2], runs, records / walls[walls.size() / 2],
      static_cast<double>(summary.reports_stored) / walls[walls.size() / 2],
      static_cast<double>(summary.bytes) / 1e6 / walls[walls.size() / 2]);
  fmt::print("  peak memory {:.0f} MiB; {:.1f} bytes of database a record\n",
             static_cast<double>(usage.ru_maxrss) / 1024, file_bytes / records);

  Stages stages = run_stages(source, database);
  stages.mime.seconds -= std::min(stages.mime.seconds, stages.base64.seconds);
  fmt::print("stages, one thread, seconds for 1 M records:\n");
  for (const Stage* stage : {&stages.split, &stages.mime, &stages.base64, &stages.inflate,
                             &stages.hash, &stages.xml, &stages.pack, &stages.store}) {
    fmt::print("  {:20} {:6.3f} s   {:8.1f} MB/s\n", stage->name,
               stage->seconds * 1e6 / static_cast<double>(stages.records),
               static_cast<double>(stage->bytes) / 1e6 / std::max(stage->seconds, 1e-9));
  }
  remove_database(database);
  return 0;
}
