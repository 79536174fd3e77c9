// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "ingest/base/digest.h"
#include "report/render/digest.h"

namespace dmarcq {

std::string digest_mail(const StakeholderPage& page, const DigestEnvelope& envelope,
                        std::string_view attached_page) {
  const std::string text = digest_text(page), html = digest_html(page);
  const std::string subject = envelope.subject.empty() ? digest_subject(page) : envelope.subject;
  const std::string identity = fmt::format("{}\n{}", text, attached_page);
  const std::string boundary = to_hex(sha256(identity)).substr(0, 24);
  // "=_" occurs in neither of the encodings.
  const std::string outer = "=_page_" + boundary, inner = "=_text_" + boundary;

  std::string mail = mail_header(envelope.from, envelope.to, subject, envelope.date, identity);
  mail += fmt::format("Content-Type: multipart/mixed;\n boundary=\"{}\"\n\n", outer);
  mail +=
      fmt::format("--{}\nContent-Type: multipart/alternative;\n boundary=\"{}\"\n\n", outer, inner);
  mail += fmt::format(
      "--{}\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{}\n",
      inner, quoted_printable(text));
  mail += fmt::format(
      "--{}\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{}\n",
      inner, quoted_printable(html));
  mail += fmt::format("--{}--\n\n", inner);
  const std::string name = fmt::format("dmarc-report-{}.html", iso_date(page.window.last));
  mail += fmt::format(
      "--{}\nContent-Type: text/html; charset=utf-8;\n name=\"{}\"\nContent-Disposition: attachment;\n filename=\"{}\"\nContent-Transfer-Encoding: base64\n\n{}",
      outer, name, name, base64_lines(attached_page));
  mail += fmt::format("--{}--\n", outer);
  return mail;
}

}  // namespace dmarcq
