// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "ingest/base/digest.h"
#include "report/render/digest.h"

namespace dmarcq {

std::string digest_mail(const StakeholderPage& page, const DigestEnvelope& envelope, std::string_view attached_page) {
  const std::string text = digest_text(page), html = digest_html(page);
  const std::string subject = envelope.subject.empty() ? digest_subject(page) : envelope.subject;
  std::string to;
  for (const MailAddress& one : envelope.to) to += fmt::format("{}{}", to.empty() ? "" : ",\n ", mail_address_text(one, 4));
  const std::string identity = to_hex(sha256(fmt::format("{}\n{}\n{}\n{}\n{}", subject, to, envelope.date, text, attached_page)));
  // "=_" occurs in neither of the encodings.
  const std::string outer = "=_page_" + identity.substr(0, 24), inner = "=_text_" + identity.substr(0, 24);
  const std::string_view sender_host = std::string_view(envelope.from.address).substr(envelope.from.address.rfind('@') + 1);

  std::string mail;
  mail += fmt::format("From: {}\n", mail_address_text(envelope.from, 6));
  mail += fmt::format("To: {}\n", to);
  mail += fmt::format("Subject: {}\n", header_text(subject, 9));
  mail += fmt::format("Date: {}\n", mail_date(envelope.date));
  mail += fmt::format("Message-ID:\n <{}@{}>\n", identity.substr(0, 32), sender_host);
  mail += "MIME-Version: 1.0\nAuto-Submitted: auto-generated\n";
  mail += fmt::format("Content-Type: multipart/mixed;\n boundary=\"{}\"\n\n", outer);
  mail += fmt::format("--{}\nContent-Type: multipart/alternative;\n boundary=\"{}\"\n\n", outer, inner);
  mail += fmt::format("--{}\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{}\n", inner, quoted_printable(text));
  mail += fmt::format("--{}\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n{}\n", inner, quoted_printable(html));
  mail += fmt::format("--{}--\n\n", inner);
  const std::string name = fmt::format("dmarc-report-{}.html", iso_date(page.window.last));
  mail += fmt::format(
      "--{}\nContent-Type: text/html; charset=utf-8;\n name=\"{}\"\nContent-Disposition: attachment;\n filename=\"{}\"\nContent-Transfer-Encoding: base64\n\n{}",
      outer, name, name, base64_lines(attached_page));
  mail += fmt::format("--{}--\n", outer);
  return mail;
}

}  // namespace dmarcq
