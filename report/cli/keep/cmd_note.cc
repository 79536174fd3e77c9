// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "report/cli/args/database.h"
#include "report/cli/args/dates.h"
#include "report/cli/args/filters.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"
#include "report/render/escape.h"
#include "report/render/numbers.h"
#include "report/render/paragraph.h"
#include "report/render/report_json.h"
#include "store/declarations.h"

namespace dmarcq {

Exit run_note(const Args& args, Io& io) {
  Note note;
  note.day = day_argument("note", args.operands[0], today());
  note.text =
      fmt::format("{}", fmt::join(args.operands.begin() + 1, args.operands.end(), " "));  // quotes
                                                                                          // are not
                                                                                          // needed
  if (note.text.find_first_not_of(" \t\r\n") == std::string::npos)
    throw UsageError("note: the text is empty",
                     "dmarcq note 2026-10-01 \"DKIM key sf1 activated\"");
  if (const auto domain = args.value("--domain")) note.domain = asked_domain(*domain);
  const std::unique_ptr<Store> store = open_existing(settings_of(args));
  note.id = store->settings().add_note(note);
  if (!io.quiet)
    write_paragraph(io.out, "",
                    fmt::format("note {}: {}{}", note.id, iso_date(note.day),
                                note.domain.empty() ? "" : ", " + note.domain),
                    any_width);
  return Exit::done;
}

Exit run_note_list(const Args& args, Io& io) {
  std::string domain;
  if (const auto given = args.value("--domain")) domain = asked_domain(*given);
  const std::unique_ptr<Snapshot> snapshot = open_for_reading(settings_of(args), io);
  const std::vector<Note> all = snapshot->settings().notes(domain);
  Listing listing;
  listing.schema = "dmarcq.notes/1";
  listing.name = "notes";
  listing.size = all.size();
  listing.element = [&](JsonWriter& json, std::size_t i) { write_note_json(json, all[i]); };
  listing.table = [&] {
    ResultTable table;
    table.columns = {{.key = "id", .title = "id", .right = true},
                     {.key = "day", .title = "day"},
                     {.key = "domain", .title = "domain", .min_width = 12},
                     {.key = "text", .title = "text", .min_width = 20, .wraps = true}};
    for (const Note& note : all)
      table.rows.push_back({Cell(static_cast<std::uint64_t>(note.id)), OnDay{note.day},
                            note.domain.empty() ? Cell("all", Tone::quiet) : Cell(note.domain),
                            Cell(note.text)});
    return table;
  };
  const Format format = format_of(args);
  if (all.empty() && format == Format::table)
    say_error(io, "there are no notes",
              "dmarcq note 2026-10-01 \"DKIM key sf1 activated\" adds one");
  show(io, format, listing);
  return Exit::done;
}

Exit run_note_remove(const Args& args, Io& io) {
  const auto id = number_argument("note remove", args.operands.front());
  const std::unique_ptr<Store> store = open_existing(settings_of(args));
  if (id > INT64_MAX || !store->settings().remove_note(static_cast<std::int64_t>(id)))
    throw UsageError(fmt::format("there is no note {}", id), "dmarcq note list");
  if (!io.quiet) io.out << fmt::format("note {} removed\n", id);
  return Exit::done;
}

}  // namespace dmarcq
