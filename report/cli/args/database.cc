// SPDX-License-Identifier: MIT
#include "report/cli/args/database.h"

#include <fmt/format.h>

#include <utility>

#include "report/cli/args/dates.h"
#include "report/cli/terminal/file_modes.h"
#include "report/render/numbers.h"
#include "store/base/file_failure.h"
#include "store/import/copy.h"

namespace dmarcq {
namespace {

void must_exist(const Location& where) {
  if (where.is_server()) return;
  const std::filesystem::path& path = where.file();
  std::error_code fault;
  if (std::filesystem::exists(path, fault)) return;
  if (fault && fault != std::errc::not_a_directory) throw file_error(path, fault.value());
  throw FileError(
      fmt::format("{}: no database found", path.string()),
      "dmarcq ingest SOURCE… creates one from a mailbox of reports; --db FILE names a different one");
}

std::vector<std::vector<std::string>> domains_of_clients(const Settings& settings) {
  std::vector<std::vector<std::string>> clients;
  for (const Client& client : settings.clients) clients.push_back(client.domains);
  return clients;
}

/// What is stored in it would be taken for a part of what is copied.
void refuse_unfinished_copy(Store& store) {
  const std::unique_ptr<Snapshot> snapshot = store.snapshot();
  if (const auto of = unfinished_copy_of(*snapshot))
    throw StoreError(StoreError::Kind::usage,
                     fmt::format("{}: is an unfinished copy of {}", snapshot->place(), *of),
                     "dmarcq db copy, run again, finishes it");
}

void make_folder(const std::filesystem::path& notes) {
  const auto folder = notes.parent_path();
  std::error_code fault;
  if (!folder.empty()) std::filesystem::create_directories(folder, fault);
  if (fault) throw file_error(notes, fault.value());
}

}  // namespace

std::unique_ptr<Snapshot> open_for_reading(const Settings& settings, Io& io) {
  must_exist(settings.database);
  if (!settings.server.password_file.empty()) warn_of_readers(io, settings.server.password_file);
  std::unique_ptr<Snapshot> snapshot =
      open_snapshot(settings.server.standby.value_or(settings.database));
  snapshot->set_clients(domains_of_clients(settings));
  snapshot->on_implausible([&io, place = snapshot->place()] {
    say_error(io,
              fmt::format("{}: contains implausible message counts; sums are capped at {}", place,
                          with_thousands(most_messages)),
              "dmarcq reports --format json shows whose reports they are in");
  });
  if (!snapshot->newer().empty() && !io.quiet)
    say_error(io, fmt::format("{}: {}", settings.database.text(), snapshot->newer()),
              "it will be read anyway; update dmarcq to be sure of the answers");
  return snapshot;
}

std::optional<Run> begin_run(const Settings& settings) {
  constexpr int most_runs = 64;  // of one machine on one server
  const std::filesystem::path notes = settings.database.notes();
  make_folder(notes);
  if (!settings.database.is_server()) {
    if (auto lock = RunLock::take(notes)) return Run{notes, std::move(*lock)};
    return std::nullopt;
  }
  // The first that is free, so that the next run finds what one died of.
  for (int number = 1; number <= most_runs; ++number) {
    const std::filesystem::path own = notes.native() + fmt::format("-{}", number);
    if (auto lock = RunLock::take(own)) return Run{own, std::move(*lock)};
  }
  return std::nullopt;
}

Run run_or_busy(const Settings& settings) {
  auto run = begin_run(settings);
  if (!run)
    throw StoreError(StoreError::Kind::busy,
                     settings.database.text() + ": another run is using this database");
  return std::move(*run);
}

std::unique_ptr<Store> open_for_copy(const Settings& settings) {
  make_folder(settings.database.notes());
  return open_store(settings.database);
}

std::unique_ptr<Store> open_for_writing(const Settings& settings) {
  std::unique_ptr<Store> store = open_for_copy(settings);
  refuse_unfinished_copy(*store);
  return store;
}

std::unique_ptr<Store> open_existing(const Settings& settings) {
  must_exist(settings.database);
  std::unique_ptr<Store> store = open_store(settings.database);
  refuse_unfinished_copy(*store);
  return store;
}

Day addresses_kept_since(const Settings& settings) {
  return today() - static_cast<Day>(settings.refusals.keep_days);
}

Day failures_kept_since(const Settings& settings) {
  return today() - static_cast<Day>(settings.failures.keep_days);
}

std::unique_ptr<Snapshot> snapshot_of(Store& store, const Settings& settings) {
  std::unique_ptr<Snapshot> snapshot = store.snapshot();
  snapshot->set_clients(domains_of_clients(settings));
  return snapshot;
}

}  // namespace dmarcq
