// SPDX-License-Identifier: MIT
#include "report/cli/args/geo_choice.h"

#include <fmt/format.h>

namespace dmarcq {

NetworkBook network_book(Io& io, const GeoSettings& settings) {
  NetworkBook book;
  const auto add = [&](const std::filesystem::path& path, NetworkFile::Facts facts,
                       std::string_view without) {
    if (path.empty()) return;
    auto file = NetworkFile::open(path, facts);
    if (file)
      book.add(std::move(*file));
    else
      say_error(io, fmt::format("{}; shown without {}", file.error(), without));
  };
  add(settings.asn, NetworkFile::Facts::as_numbers, "names of networks");
  add(settings.country, NetworkFile::Facts::countries, "countries");
  return book;
}

}  // namespace dmarcq
