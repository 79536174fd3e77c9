// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace dmarcq {

/// What is wrong with an input. The word is a promise to users: `dmarcq problems` shows and filters
/// by it.
enum class Fault {
  unreadable,       ///< the source could not be opened or read
  truncated,        ///< the data stop before their own end
  corrupt_archive,  ///< an archive that cannot be unpacked
  encrypted,        ///< an archive member that needs a password
  malformed_mail,   ///< a mail whose structure cannot be followed
  malformed_xml,    ///< not XML although it should be, or XML beyond the recovery policy
                    ///< (parser/aggregate/xml_reader.h)
  invalid_report,   ///< an aggregate report that lacks what makes it one (RFC 9990 section 3.1.1)
  limit,            ///< a limit of base/limits.h was hit; Error::limit names it
  closed_format,    ///< a mail store or wrapping that is not opened here: Outlook's .msg and .pst,
                    ///< winmail.dat; the text says how to export
  no_document,   ///< a mail that announces an aggregate report and holds none: a gateway may have
                 ///< stripped it
  killed_run,    ///< two runs died while they were at work on it: it is passed over
  conflict,      ///< two documents claim to be the same report and overlap in part
  not_a_report,  ///< no fault: XML, but not an aggregate report
};

/// A bad input, as a value: it is counted, kept and shown, and the run goes on.
struct Error {
  Fault fault = Fault::unreadable;
  std::string text;   ///< the fact: lower case, no full stop, no place (the Origin says where)
  std::string limit;  ///< with Fault::limit only: the limit's name
};

/// Fault::unreadable, with this text.
Error unreadable(std::string text);
/// The fault of an input that there is not enough memory for at present.
Error out_of_memory();

/// "truncated", "limit:xml_depth", …: the stable word of an error.
std::string reason_of(const Error&);
/// "truncated" …, without a limit's name.
std::string_view to_text(Fault) noexcept;

}  // namespace dmarcq
