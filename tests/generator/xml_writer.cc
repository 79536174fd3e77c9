// SPDX-License-Identifier: MIT
#include "tests/generator/xml_writer.h"

#include <array>
#include <cstddef>
#include <string_view>

namespace dmarcq::generator {
namespace {

constexpr std::array<std::string_view, 29> element_names = {"version",
                                                            "report_metadata",
                                                            "policy_published",
                                                            "org_name",
                                                            "email",
                                                            "extra_contact_info",
                                                            "report_id",
                                                            "date_range",
                                                            "generator",
                                                            "domain",
                                                            "adkim",
                                                            "aspf",
                                                            "p",
                                                            "sp",
                                                            "np",
                                                            "pct",
                                                            "fo",
                                                            "testing",
                                                            "discovery_method",
                                                            "envelope_to",
                                                            "envelope_from",
                                                            "header_from",
                                                            "dkim",
                                                            "spf",
                                                            "selector",
                                                            "scope",
                                                            "result",
                                                            "human_result",
                                                            ""};
static_assert(element_names[static_cast<std::size_t>(Element::human_result)] == "human_result");

std::string_view name_of(Element element) {
  return element_names[static_cast<std::size_t>(element)];
}

class Writer {
 public:
  explicit Writer(const XmlStyle& style) : style_(style) { out_ = style.declaration; }

  std::string document(const Report& report) {
    indent();
    out_ += "<feedback";
    out_ += style_.root_attributes;
    out_ += '>';
    out_ += style_.line_end;
    ++depth_;
    for (const Element element : style_.feedback) {
      if (element == Element::version) leaf(name_of(element), style_.version);
      if (element == Element::report_metadata) metadata(report);
      if (element == Element::policy_published) policy(report);
    }
    for (const Record& record : report.records) write(record);
    close("feedback");
    if (!style_.final_line_end) out_.resize(out_.size() - style_.line_end.size());
    return std::move(out_);
  }

 private:
  void indent() {
    for (int i = 0; i < depth_; ++i) out_ += style_.indent;
  }

  void open(std::string_view name) {
    indent();
    out_ += '<';
    out_ += name;
    out_ += '>';
    out_ += style_.line_end;
    ++depth_;
  }

  void close(std::string_view name) {
    --depth_;
    indent();
    out_ += "</";
    out_ += name;
    out_ += '>';
    out_ += style_.line_end;
  }

  void leaf(std::string_view name, std::string_view text) {
    indent();
    out_ += '<';
    out_ += name;
    if (text.empty() && style_.self_closing) {
      out_ += "/>";
    } else {
      out_ += '>';
      escaped(text);
      out_ += "</";
      out_ += name;
      out_ += '>';
    }
    out_ += style_.line_end;
  }

  /// A value that the report may lack: written when there is one, or when the reporter writes empty
  /// elements.
  void optional_leaf(Element element, std::string_view text) {
    if (!text.empty() || style_.keep_empty) leaf(name_of(element), text);
  }

  void escaped(std::string_view text) {
    for (const char c : text) {
      switch (c) {
        case '&': out_ += "&amp;"; break;
        case '<': out_ += "&lt;"; break;
        case '>': out_ += "&gt;"; break;
        default: out_ += c;
      }
    }
  }

  void metadata(const Report& report) {
    open("report_metadata");
    for (const Element element : style_.metadata) {
      switch (element) {
        case Element::org_name: leaf(name_of(element), report.org_name); break;
        case Element::email: leaf(name_of(element), report.email); break;
        case Element::extra_contact_info: optional_leaf(element, report.extra_contact_info); break;
        case Element::report_id: leaf(name_of(element), report.report_id); break;
        case Element::generator: leaf(name_of(element), style_.generator); break;
        case Element::date_range:
          open("date_range");
          leaf("begin", std::to_string(report.begin));
          leaf("end", std::to_string(report.end));
          close("date_range");
          break;
        default: break;
      }
    }
    close("report_metadata");
  }

  void policy(const Report& report) {
    const PublishedPolicy& published = report.policy;
    open("policy_published");
    for (const Element element : style_.policy) {
      switch (element) {
        case Element::domain: leaf(name_of(element), report.domain); break;
        case Element::adkim: leaf(name_of(element), published.adkim); break;
        case Element::aspf: leaf(name_of(element), published.aspf); break;
        case Element::p: leaf(name_of(element), published.p); break;
        case Element::sp: optional_leaf(element, published.sp); break;
        case Element::np:  // Google writes the policy that follows from the other tags
          leaf(name_of(element), published.np.empty() ? published.for_subdomains() : published.np);
          break;
        case Element::pct: leaf(name_of(element), std::to_string(published.pct)); break;
        case Element::fo: leaf(name_of(element), published.fo); break;
        case Element::testing: leaf(name_of(element), published.testing ? "y" : "n"); break;
        case Element::discovery_method: leaf(name_of(element), "treewalk"); break;
        default: break;
      }
    }
    close("policy_published");
  }

  void write(const Record& record) {
    open("record");
    open("row");
    leaf("source_ip", record.source_ip);
    leaf("count", std::to_string(record.count));
    open("policy_evaluated");
    leaf("disposition", record.disposition);
    leaf("dkim", record.dkim_aligned ? "pass" : "fail");
    leaf("spf", record.spf_aligned ? "pass" : "fail");
    for (const Reason& reason : record.reasons) {
      open("reason");
      leaf("type", reason.type);
      leaf("comment", reason.comment);
      close("reason");
    }
    close("policy_evaluated");
    close("row");

    open("identifiers");
    for (const Element element : style_.identifiers) {
      switch (element) {
        case Element::envelope_to: leaf(name_of(element), record.envelope_to); break;
        case Element::envelope_from: leaf(name_of(element), record.envelope_from); break;
        case Element::header_from: leaf(name_of(element), record.header_from); break;
        default: break;
      }
    }
    close("identifiers");

    open("auth_results");
    for (const Element element : style_.auth_results) {
      if (element == Element::dkim) {
        for (const DkimResult& result : record.dkim) write(result);
      } else {
        for (const SpfResult& result : record.spf) write(result);
      }
    }
    close("auth_results");
    close("record");
  }

  void write(const DkimResult& result) {
    open("dkim");
    for (const Element element : style_.dkim) {
      switch (element) {
        case Element::domain: leaf(name_of(element), result.domain); break;
        case Element::selector: leaf(name_of(element), result.selector); break;
        case Element::result: leaf(name_of(element), result.result); break;
        case Element::human_result:
          leaf(name_of(element), result.result == "none" ? "no signature data" : "");
          break;
        default: break;
      }
    }
    close("dkim");
  }

  void write(const SpfResult& result) {
    open("spf");
    for (const Element element : style_.spf) {
      switch (element) {
        case Element::domain: leaf(name_of(element), result.domain); break;
        case Element::scope: leaf(name_of(element), result.scope); break;
        case Element::result: leaf(name_of(element), result.result); break;
        default: break;
      }
    }
    close("spf");
  }

  const XmlStyle& style_;
  std::string out_;
  int depth_ = 0;
};

}  // namespace

std::string write_xml(const Report& report, const XmlStyle& style) {
  return Writer(style).document(report);
}

}  // namespace dmarcq::generator
