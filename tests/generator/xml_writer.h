// SPDX-License-Identifier: MIT
#pragma once
#include <string>

#include "tests/generator/report.h"
#include "tests/generator/reporter.h"

namespace dmarcq::generator {

/// The report as this reporter writes it.
std::string write_xml(const Report&, const XmlStyle&);

}  // namespace dmarcq::generator
