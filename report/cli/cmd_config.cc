// SPDX-License-Identifier: MIT
#include "report/cli/args/setting_keys.h"
#include "report/cli/cmd.h"
#include "report/cli/listing.h"

namespace dmarcq {

Exit run_config_show(const Args& args, Io& io) {
  const std::vector<SettingLine> settings = setting_lines(args);
  Listing listing;
  listing.schema = "dmarcq.config/1";
  listing.name = "settings";
  listing.size = settings.size();
  listing.element = [&](JsonWriter& json, std::size_t i) {
    json.object()
        .member("key", settings[i].key)
        .member("value", settings[i].value)
        .member("origin", settings[i].origin)
        .end();
  };
  listing.table = [&] {
    ResultTable table;
    const auto origin = args.has("--origin") ? Column::Shown::always : Column::Shown::data_only;
    table.columns = {
        {.key = "key", .title = "key"},
        {.key = "value", .title = "value", .min_width = 16, .wraps = true},
        {.key = "origin", .title = "origin", .shown = origin, .min_width = 12, .wraps = true}};
    for (const SettingLine& line : settings)
      table.rows.push_back({line.key, line.value, line.origin});
    return table;
  };
  show(io, format_of(args), listing);
  return Exit::done;
}

}  // namespace dmarcq
