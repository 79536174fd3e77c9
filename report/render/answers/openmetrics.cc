// SPDX-License-Identifier: MIT
#include "report/render/answers/openmetrics.h"

#include <fmt/format.h>

#include <string>

#include "report/render/utf8.h"

namespace dmarcq {
namespace {

/// The value of a label, quoted: well-formed UTF-8. Control characters, which some readers take for
/// line breaks, are shown ("\\x0d"), not left out: different names stay different.
std::string label_text(std::string_view value) {
  std::string text = "\"";
  while (!value.empty()) {
    const CodePoint c = first_code_point(value);
    value.remove_prefix(c.size);
    if (c.value == '"')
      text += "\\\"";
    else if (c.value == '\\')
      text += "\\\\";
    else if (c.value < ' ' || (c.value >= 0x7F && c.value < 0xA0))
      text += fmt::format("\\\\x{:02x}", static_cast<unsigned>(c.value));
    else
      append_utf8(text, c.value);
  }
  return text + '"';
}

}  // namespace

void MetricsWriter::family(std::string_view name, std::string_view help, std::string_view unit) {
  name_ = name;
  written_.clear();
  out_ << "# TYPE " << name << " gauge\n";
  if (!unit.empty()) out_ << "# UNIT " << name << ' ' << unit << '\n';
  out_ << "# HELP " << name << ' ' << help << '\n';
}

void MetricsWriter::sample(std::initializer_list<Label> labels, std::uint64_t value) {
  std::string series;
  for (const auto& [name, text] : labels)
    series += fmt::format("{}{}={}", series.empty() ? "{" : ",", name, label_text(text));
  if (!series.empty()) series += '}';
  if (written_.insert(series).second) out_ << name_ << series << ' ' << value << '\n';
}

void MetricsWriter::finish() { out_ << "# EOF\n"; }

}  // namespace dmarcq
