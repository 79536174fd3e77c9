// SPDX-License-Identifier: MIT
#include "tests/generator/mail.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "tests/generator/encoding.h"

namespace dmarcq::generator {
namespace {

using Placeholders = std::vector<std::pair<std::string_view, std::string>>;

std::string fill_in(std::string text, const Placeholders& values) {
  for (const auto& [name, value] : values) {
    for (std::size_t at = text.find(name); at != std::string::npos;
         at = text.find(name, at + value.size())) {
      text.replace(at, name.size(), value);
    }
  }
  return text;
}

std::string domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return std::string(address.substr(at == std::string_view::npos ? 0 : at + 1));
}

/// `; name="…"`, or RFC 2231 continuations of 60 characters, of which only the first is quoted (as
/// Amazon does).
std::string file_name_parameter(std::string_view parameter, const std::string& name, bool split) {
  if (!split) return fmt::format("; \n\t{}=\"{}\"", parameter, name);
  constexpr std::size_t piece = 60;
  std::string text;
  for (std::size_t i = 0; i * piece < name.size(); ++i) {
    const std::string part = name.substr(i * piece, piece);
    const std::string_view quote = i == 0 ? "\"" : "";
    text += fmt::format("; \n\t{0}*{1}={3}{2}{3}", parameter, i, part, quote);
  }
  return text;
}

std::string attachment_headers(const Attachment& file, const MailStyle& style) {
  return "Content-Type: " + file.content_type +
         file_name_parameter("name", file.name, style.split_file_names) +
         "\nContent-Transfer-Encoding: base64\n" + "Content-Disposition: attachment" +
         file_name_parameter("filename", file.name, style.split_file_names) + "\n";
}

/// Microsoft's mails hold an HTML part three levels down and describe the file in their own order.
std::string microsoft_body(const std::vector<Attachment>& files, const std::string& text,
                           const MailStyle& style, const std::string& token, Rng& rng) {
  const std::string mixed = "--_mpm_" + token, related = "--_rv_" + token,
                    alternative = "--_av_" + token;
  const std::string html =
      "<div style =\"font-family:Segoe UI; font-size:14px;\">" + text +
      "</ div><br /><br />You're receiving this email because you have included your email "
      "address in the 'rua' tag of your DMARC record in DNS.";
  std::string body = "This is a multi-part message in MIME format.\n\n";
  body += mixed + "\nContent-Type: multipart/related;\n\tboundary=\"_rv_" + token + "\"\n\n";
  body += related + "\nContent-Type: multipart/alternative;\n\tboundary=\"_av_" + token + "\"\n\n";
  body += alternative + "\n\n\n";  // a part without headers and content: really sent
  body += alternative +
          "\nContent-Type: text/html; charset=us-ascii\nContent-Transfer-Encoding: base64\n\n";
  body += base64(html, 72) + "\n" + alternative + "--\n\n" + related + "--\n\n";
  for (const Attachment& file : files) {
    body += mixed + "\nContent-Type: " + file.content_type +
            "\nContent-Transfer-Encoding: base64\n";
    body += "Content-ID: <" + rng.uuid() + ">\nContent-Description: " + file.name + "\n";
    // Some mails leave out the tab before the parameter: a header line without a colon.
    const bool unfolded = rng.chance(style.unfolded_header_percent, 100);
    body += unfolded ? "Content-Disposition: attachment;\n" : "Content-Disposition: attachment; ";
    body += "filename=\"" + file.name + "\";\n\n" + base64(file.bytes) + "\n";
  }
  return body + mixed + "--\n";
}

std::string mixed_body(const std::vector<Attachment>& files, const std::string& text,
                       const MailStyle& style, const std::string& boundary) {
  std::string body;
  if (!text.empty()) {
    body +=
        "--" + boundary +
        "\nContent-Disposition: inline\nContent-Transfer-Encoding: 8bit\nContent-Type: text/plain\n\n";
    body += text + "\n\n";
  }
  for (const Attachment& file : files) {
    body += "--" + boundary + "\n" + attachment_headers(file, style) + "\n" + base64(file.bytes) +
            "\n";
  }
  return body + "--" + boundary + "--\n";
}

/// Nobody can verify it; it gives the mails their true size and look.
std::string dkim_signature(const std::string& domain, Seconds sent, Rng& rng) {
  return fmt::format(
      "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={}; s=rua2026; t={};\n"
      "\th=from:to:subject:date:message-id:mime-version:content-type;\n\tbh={}=;\n\tb={}\n\t {}\n\t {}==\n",
      domain, sent, rng.base64_text(43), rng.base64_text(70), rng.base64_text(70),
      rng.base64_text(30));
}

}  // namespace

std::string delivery_headers(std::string_view envelope_sender, std::string_view host,
                             std::string_view rua, Seconds delivered, Rng& rng) {
  const std::string own = "mx1." + domain_of(rua);
  std::string id = rng.hex(10);
  for (char& c : id) {
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  }
  return fmt::format(
      "Return-Path: <{}>\nDelivered-To: {}\nReceived: from {} ({})\n\tby {} (Postfix) with ESMTPS id {}\n"
      "\tfor <{}>; {}\n",
      envelope_sender, rua, host, host, own, id, rua, rfc5322_date(delivered));
}

Attachment pack_report(const Report& report, std::string_view xml, const Reporter& by,
                       Seconds packed_at) {
  const MailStyle& style = by.mail;
  std::string stem =
      fmt::format("{}!{}!{}!{}", by.submitter, report.domain, report.begin, report.end);
  if (style.id_in_file_name) stem += "!" + report.report_id;

  Attachment file;
  switch (style.container) {
    case Container::gzip:
      file = {stem + ".xml.gz", "application/gzip",
              gzip(xml, style.gzip_carries_name ? stem + ".xml" : "")};
      file.bytes += style.after_gzip;
      break;
    case Container::zip:
      file = {stem + ".zip", "application/zip", zip(stem + style.member_suffix, xml, packed_at)};
      break;
    case Container::xml: file = {stem + ".xml", "text/xml", std::string(xml)}; break;
  }
  if (!style.content_type.empty()) file.content_type = style.content_type;
  return file;
}

Mail write_mail(const Report& report, const std::vector<Attachment>& files, const Reporter& by,
                std::string_view rua, Seconds sent, Rng& rng) {
  const MailStyle& style = by.mail;
  const Placeholders values = {
      {"{domain}", report.domain},
      {"{submitter}", by.submitter},
      {"{id}", report.report_id},
      {"{date}", iso_date(static_cast<Day>(report.begin / seconds_per_day))}};
  const std::string subject = fill_in(style.subject, values);
  const std::string text = fill_in(style.text, values);
  const std::string sender_domain = domain_of(style.envelope_sender);

  Mail mail;
  mail.delivered = sent + rng.between(1, 40);
  mail.envelope_sender = style.envelope_sender;
  mail.text = delivery_headers(style.envelope_sender, style.host, rua, mail.delivered, rng);
  mail.text += dkim_signature(sender_domain, sent, rng);
  mail.text += "Date: " + rfc5322_date(sent, style.zone_hours) + "\n";
  mail.text += fmt::format("Message-ID: <{}.{}@{}>\n", sent, rng.hex(12), sender_domain);
  mail.text += style.encoded_subject ? "Subject: =?utf-8?B?" + base64(subject, 0) + "?=\n"
                                     : "Subject: " + subject + "\n";
  mail.text += "From: " + style.from + "\nTo: " + std::string(rua) + "\n";
  if (!style.mailer.empty()) mail.text += "X-Mailer: " + style.mailer + "\n";
  mail.text += "MIME-Version: 1.0\n";

  // More than one file needs parts, whatever the reporter's habit.
  const MailShape shape = files.size() > 1 ? MailShape::mixed : style.shape;
  switch (shape) {
    case MailShape::body_is_attachment:
      mail.text += attachment_headers(files.front(), style) + "\n" + base64(files.front().bytes);
      break;
    case MailShape::mixed: {
      const std::string boundary = "_----------=_" + rng.digits(20);
      mail.text += "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\n\n";
      mail.text += mixed_body(files, text, style, boundary);
      break;
    }
    case MailShape::microsoft: {
      const std::string token = rng.hex(32) + "200exchangecorpm_";
      mail.text += "Content-Type: multipart/mixed;\n\tboundary=\"_mpm_" + token + "\"\n\n";
      mail.text += microsoft_body(files, text, style, token, rng);
      break;
    }
  }
  return mail;
}

}  // namespace dmarcq::generator
