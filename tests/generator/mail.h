// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tests/generator/dates.h"
#include "tests/generator/report.h"
#include "tests/generator/reporter.h"
#include "tests/generator/rng.h"

namespace dmarcq::generator {

/// One mail as it lies in a mailbox; lines end in LF.
struct Mail {
  Seconds delivered = 0;
  std::string envelope_sender;
  std::string text;
};

/// A file to be mailed, packed but not yet encoded.
struct Attachment {
  std::string name, content_type, bytes;
};

/// The report's file as this reporter packs and names it.
Attachment pack_report(const Report&, std::string_view xml, const Reporter&, Seconds packed_at);

/// The mail around one or more such files. Subject and explaining text follow the first report.
Mail write_mail(const Report&, const std::vector<Attachment>&, const Reporter&,
                std::string_view rua, Seconds sent, Rng&);

/// Return-Path, Delivered-To and Received: what our own server writes above every mail.
std::string delivery_headers(std::string_view envelope_sender, std::string_view host,
                             std::string_view rua, Seconds delivered, Rng&);

}  // namespace dmarcq::generator
