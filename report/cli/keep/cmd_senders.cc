// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>

#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/cmd.h"
#include "report/cli/keep/sender_list.h"
#include "report/cli/listing.h"
#include "report/cli/terminal/file_text.h"
#include "report/render/escape.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"

namespace dmarcq {
namespace {

const SenderEntry* find_entry(const std::vector<SenderEntry>& entries, const SenderEntry& wanted) {
  const auto found = std::ranges::find_if(entries, [&](const SenderEntry& e) {
    return e.kind == wanted.kind && e.value == wanted.value;
  });
  return found == entries.end() ? nullptr : &*found;
}

std::string read_all(const std::string& name) {
  return name == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {}) : file_text(name);
}

}  // namespace

Exit run_senders_add(const Args& args, Io& io) {
  SenderEntry entry;
  entry.kind = args.operands[0];
  entry.name = args.value("--name").value_or("");
  entry.service = args.value("--service").value_or("");
  entry.route = args.value("--route").value_or("");
  if (args.has("--ours") && args.has("--foreign"))
    throw UsageError("--ours and --foreign exclude each other");
  entry.ours = !args.has("--foreign");
  if (const auto since = args.value("--since"))
    entry.since = day_argument("--since", *since, today());
  // All values or none.
  std::vector<SenderEntry> entries;
  for (std::size_t i = 1; i < args.operands.size(); ++i) {
    entry.value = args.operands[i];
    auto checked = checked_entry(entry, today());
    if (!checked) throw UsageError("senders add: " + checked.error().text, checked.error().hint);
    entries.push_back(std::move(*checked));
  }
  const std::unique_ptr<Store> store = open_existing(settings_of(args));
  const std::vector<SenderEntry> before = store->snapshot()->settings().sender_entries();
  for (const SenderEntry& one : entries) {
    const bool known = find_entry(before, one) != nullptr;
    const std::int64_t id = store->settings().put_sender_entry(one);
    if (!io.quiet)
      write_paragraph(io.out, "",
                      fmt::format("entry {}{}: {}", id, known ? ", changed" : "", entry_words(one)),
                      any_width);
  }
  return Exit::done;
}

Exit run_senders_list(const Args& args, Io& io) {
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings_of(args), io);
  const std::vector<SenderEntry> all = snapshot->settings().sender_entries();
  const auto can_be_foreign = [](const SenderEntry& e) { return e.kind == "org" || !e.ours; };
  Listing listing;
  listing.schema = "dmarcq.senders/1";
  listing.name = "senders";
  listing.size = all.size();
  listing.element = [&](JsonWriter& json, std::size_t i) {
    const SenderEntry& e = all[i];
    json.object()
        .member("id", e.id)
        .member("kind", e.kind)
        .member("value", e.value)
        .member_or_null("name", e.name)
        .member_or_null("service", e.service)
        .member_or_null("route", e.route);
    json.key("ours");
    if (can_be_foreign(e))
      json.value(e.ours);
    else
      json.null();
    json.member_or_null("since", e.since == 0 ? std::string() : iso_date(e.since)).end();
  };
  listing.table = [&] {
    ResultTable table;
    using Shown = Column::Shown;
    table.columns = {{.key = "id", .title = "id", .right = true},
                     {.key = "kind", .title = "kind"},
                     {.key = "value", .title = "value", .min_width = 16, .wraps = true},
                     {.key = "name", .title = "name", .shown = Shown::data_only},
                     {.key = "service", .title = "service", .shown = Shown::data_only},
                     {.key = "route", .title = "route", .shown = Shown::data_only},
                     {.key = "ours", .title = "ours", .shown = Shown::data_only},
                     {.key = "since", .title = "since", .shown = Shown::data_only},
                     {.key = "says",
                      .title = "says",
                      .shown = Shown::table_only,
                      .min_width = 16,
                      .wraps = true}};
    for (const SenderEntry& e : all)
      table.rows.push_back({static_cast<std::uint64_t>(e.id), e.kind, e.value, e.name, e.service,
                            e.route, Cell(can_be_foreign(e) ? (e.ours ? "yes" : "no") : ""),
                            e.since == 0 ? Cell() : Cell(OnDay{e.since}), entry_words(e)});
    return table;
  };
  const Format format = format_of(args);
  if (all.empty() && format == Format::table)
    say_error(io, "you have told nothing about senders yet",
              "dmarcq senders add org 00D… --ours, or dmarcq help senders add");
  show(io, format, listing);
  return Exit::done;
}

Exit run_senders_remove(const Args& args, Io& io) {
  const std::unique_ptr<Store> store = open_existing(settings_of(args));
  const std::vector<SenderEntry> all = store->snapshot()->settings().sender_entries();
  std::vector<const SenderEntry*> found;
  if (args.operands.size() == 2) {
    SenderEntry wanted;
    wanted.kind = args.operands[0];
    wanted.value = args.operands[1];
    wanted.name = "x";  // what an entry must say does not matter here
    const auto checked = checked_entry(std::move(wanted), today());
    if (!checked) throw UsageError("senders remove: " + checked.error().text, checked.error().hint);
    if (const SenderEntry* entry = find_entry(all, *checked)) found.push_back(entry);
  } else {
    const std::string& word = args.operands.front();
    for (const SenderEntry& entry : all)
      if (std::to_string(entry.id) == word || entry.value == word ||
          (entry.kind == "org" && word.size() == 15 && entry.value.starts_with(word)))
        found.push_back(&entry);
  }
  if (found.empty())
    throw UsageError(fmt::format("there is no entry {}", fmt::join(args.operands, " ")),
                     "dmarcq senders list");
  if (found.size() > 1)
    throw UsageError(
        fmt::format("{} entries have the value {}", found.size(), args.operands.front()),
        "name the one by its id: dmarcq senders list");
  store->settings().remove_sender_entry(found.front()->id);
  if (!io.quiet)
    write_paragraph(
        io.out, "",
        fmt::format("entry {} removed: {}", found.front()->id, entry_words(*found.front())),
        any_width);
  return Exit::done;
}

Exit run_senders_import(const Args& args, Io& io) {
  const std::string& name = args.operands.front();
  const SenderList list = read_sender_list(read_all(name), today());
  for (const ListFault& fault : list.faults)
    say_error(io, fmt::format("{}:{}: {}", name, fault.line, fault.fault.text), fault.fault.hint);
  if (!list.faults.empty())
    throw UsageError(
        fmt::format("{}: {}; nothing was imported", name,
                    counted(list.faults.size(), "line cannot be taken", "lines cannot be taken")));
  const std::unique_ptr<Store> store = open_existing(settings_of(args));
  const std::vector<SenderEntry> before = store->snapshot()->settings().sender_entries();
  std::uint64_t changed = 0;
  for (const SenderEntry& entry : list.entries) {
    changed += find_entry(before, entry) != nullptr;
    store->settings().put_sender_entry(entry);
  }
  if (!io.quiet)
    write_paragraph(
        io.out, "",
        fmt::format(
            "{} imported{}", counted(list.entries.size(), "entry", "entries"),
            changed == 0 ? "" : fmt::format(", {} of them in place of older ones", changed)),
        any_width);
  return Exit::done;
}

}  // namespace dmarcq
