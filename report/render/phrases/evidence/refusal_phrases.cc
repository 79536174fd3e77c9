// SPDX-License-Identifier: MIT
#include "report/render/phrases/evidence/refusal_phrases.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "ingest/base/text.h"
#include "report/render/phrases/wording.h"

namespace dmarcq {
namespace {

using Kind = RefusalCause::Kind;

/// "a", "a and b", "a, b and 3 more".
std::string some_of(const std::set<std::string>& names, std::string_view otherwise) {
  constexpr std::size_t most_named = 3;
  if (names.empty()) return std::string(otherwise);
  std::string words;
  std::size_t count = 0;
  for (const std::string& name : names) {
    if (count == most_named) break;
    if (count > 0) words += count + 1 == names.size() ? " and " : ", ";
    words += name;
    ++count;
  }
  if (names.size() > most_named) words += fmt::format(" and {} more", names.size() - most_named);
  return words;
}

std::string from_words(const RefusalCause& cause) {
  return some_of(cause.from_domains, "the From domain");
}

std::string before_words(const RefusalCause& cause) {
  if (cause.before_dmarc == 0) return "";
  return fmt::format(
      " {} in no aggregate report: refused before DMARC was looked at.",
      cause.before_dmarc == 1 ? "One is" : with_thousands(cause.before_dmarc) + " are");
}

std::string passed_words(const RefusalCause& cause) {
  if (cause.pass_in_reports == 0) return "";
  return cause.pass_in_reports == cause.mails
             ? " The reports of the same days say that the mail passed DMARC: authentication is not the cause."
             : fmt::format(" By the reports of the day, {} of these passed DMARC.",
                           with_thousands(cause.pass_in_reports));
}

/// What is to be done so that Salesforce mail of a domain is authenticated.
std::vector<std::string> dkim_steps(const RefusalCause& cause) {
  const std::string from = from_words(cause);
  std::vector<std::string> steps = {fmt::format(
      "Setup → DKIM Keys: create and activate a key for {}, and publish both CNAME records.",
      from)};
  if (cause.bounce_managed > 0)
    steps.push_back(
        "Leave bounce management on: SPF need not be aligned once DKIM is, and its envelope sender keeps you clear of Microsoft 365's Direct Send rules.");
  steps.push_back(
      fmt::format("Check it: dmarcq message with one of these mails, dmarcq dns check {}.",
                  cause.from_domains.size() == 1 ? from : "for each domain"));
  return steps;
}

}  // namespace

std::string_view title_of(RefusalClass why) noexcept {
  static constexpr std::array<std::string_view, refusal_class_count> titles = {
      "not classified",
      "From domain not verified in Salesforce",
      "Microsoft 365 tenant routing",
      "gateway refuses its own domain from outside",
      "bulk sender rules",
      "DMARC fails",
      "SPF fails",
      "DKIM fails",
      "neither SPF nor DKIM passes",
      "no reverse DNS",
      "TLS",
      "too fast or too many",
      "greylisted",
      "on a public block list",
      "bad reputation",
      "rule of the recipient",
      "content",
      "unknown user",
      "mailbox switched off",
      "mailbox full",
      "recipient's domain does not exist or takes no mail",
      "not reached",
      "receiver out of order",
      "relaying denied",
      "too large",
      "malformed mail",
      "sender's domain does not exist",
      "on the service's suppression list",
      "unnamed policy"};
  return titles[static_cast<std::size_t>(why)];
}

std::string_view title_of(FinalState state) noexcept {
  static constexpr std::array<std::string_view, final_state_count> titles = {
      "delivered",
      "refused",
      "given up after a day of tries",
      "under way",
      "stuck: no word from any receiver",
      "never sent",
      "delivered, then called spam",
      "delivered, then unsubscribed"};
  return titles[static_cast<std::size_t>(state)];
}

std::string_view title_of(RefusalEvidence evidence) noexcept {
  static constexpr std::array<std::string_view, refusal_evidence_count> titles = {
      "",
      "no reports",
      "no row: refused before DMARC",
      "rejected: DMARC is proven",
      "passed: reputation or route",
      "some passed, some failed"};
  return titles[static_cast<std::size_t>(evidence)];
}

// Long because it is the list of all causes with their repairs.
CauseSentences sentences_of(const RefusalCause& cause) {
  const std::string mails = counted(cause.mails, "mail");
  const std::string receivers = some_of(cause.receivers, "receivers");
  const std::string from = from_words(cause);
  CauseSentences s;
  switch (cause.kind) {
    case Kind::dmarc_enforced:
      s.title = "Your own DMARC policy refuses your mail";
      s.why = fmt::format(
          "{} from {} refused at {}, and the aggregate reports of the same days show mail of the domain quarantined or rejected by policy.",
          mails, from, receivers);
      s.fix = dkim_steps(cause);
      s.fix.insert(
          s.fix.begin(),
          "Until it is repaired, relax the policy of this domain to p=none: every such mail is lost.");
      break;
    case Kind::authentication:
      s.title = "Mail is not authenticated";
      s.why = fmt::format("{} from {} refused at {} because SPF, DKIM or DMARC does not pass.",
                          mails, from, receivers);
      s.why += before_words(cause);
      if (cause.pass_in_reports > 0)
        s.why += fmt::format(
            " The reports of the same days say that mail of {} passed: look at one of the refused mails before you change anything.",
            from);
      s.fix = dkim_steps(cause);
      break;
    case Kind::own_tenant:
      s.title = "Microsoft 365 refuses mail of its own domain from outside";
      s.why = fmt::format(
          "{} from {} to recipients in a Microsoft 365 tenant that accepts the envelope sender's domain (5.7.68, Direct Send). The From header plays no part in it.",
          mails, from);
      s.fix = {
          cause.bounce_managed > 0
              ? "Exchange admin center → Mail flow → Connectors: add an inbound connector from a partner organization that admits Salesforce by its certificate or addresses."
              : "Turn bounce management on in Salesforce (Setup → Deliverability), so that the envelope sender is Salesforce's and not your own domain;",
          cause.bounce_managed > 0
              ? "Until then, such recipients get no mail from Salesforce."
              : "or add an inbound connector from a partner organization in the Exchange admin center that admits Salesforce by its certificate or addresses."};
      break;
    case Kind::relay_connector:
      s.title = "The Email Relay's connector does not match";
      s.why = fmt::format(
          "{} refused with 5.7.64 TenantAttribution: Microsoft 365 does not take the connection for your connector's.",
          mails);
      s.fix = {
          "Exchange admin center → Mail flow → Connectors: the inbound connector from your own mail server must name the certificate (*.mta.salesforce.com) or the addresses that Salesforce relays from.",
          "Setup → Email Relay: host, port 25, TLS required; Setup → Email Domain Filters: only your own domains."};
      break;
    case Kind::own_gateway:
      s.title = "The recipient's gateway refuses its own domain from outside";
      s.why = fmt::format(
          "{} from {} to recipients of the same organization, refused as spoofed by its own gateway.",
          mails, from);
      s.fix = {
          "In the gateway's anti-spoofing rule, admit mail whose DKIM or DMARC passes for the domain; not addresses, which Salesforce shares among its customers."};
      break;
    case Kind::sender_unverified:
      s.title = "Salesforce itself refuses: the From domain is not verified";
      s.why = fmt::format("{} from {} discarded by Salesforce before any receiver saw it.", mails,
                          from);
      s.fix = {"Setup → DKIM Keys, or Authorized Email Domains: verify the From domain.",
               "Use an organization-wide address of a verified domain until then."};
      break;
    case Kind::reputation:
      s.title = "Receivers think badly of the address, the domain or the conduct";
      s.why = fmt::format("{} refused at {} for reputation.", mails, receivers);
      if (cause.receivers.size() == 1)
        s.why += " It is one receiver alone: its own view, or a rule of its customer.";
      s.why += passed_words(cause);
      s.fix = {
          "Stop mailing addresses that bounced or never answered, and honour complaints at once.",
          "The address is shared by Salesforce's customers: open a case with Salesforce, with the words of the refusal. Your own domain on a list can only be delisted by you."};
      break;
    case Kind::content:
      s.title = "Receivers refuse the content";
      s.why =
          fmt::format("{} refused at {} as spam or for a link or attachment.", mails, receivers);
      s.why += passed_words(cause);
      s.fix = {
          "Compare the template with one that arrives: links (shorteners, foreign domains), attachments, wording."};
      break;
    case Kind::rate:
      s.title = "Too much at once";
      s.why = fmt::format("{} put off or refused at {} for speed.", mails, receivers);
      s.fix = {"Spread large sends over hours, and begin with the recipients who answer."};
      break;
    case Kind::setup:
      s.title = "The mail or the sending server is set up wrongly";
      s.why = fmt::format("{} refused at {} for TLS, reverse DNS, size, form or relaying.", mails,
                          receivers);
      s.fix = {
          "Read the words of the refusal below: TLS is set under Setup → Deliverability; PTR and relaying concern only your own relay."};
      break;
    case Kind::recipient:
      s.title = "Addresses of no use";
      s.why = fmt::format(
          "{} to addresses that do not exist, are switched off, full, or on the service's list.",
          mails);
      s.fix = {
          "Leave them out of further mail: dmarcq refusals --export suppress --objects FILE.csv"};
      break;
    case Kind::receiver_rule:
      s.title = "Somebody at the receiver's decided so";
      s.why = fmt::format("{} refused at {} by a rule of the recipient or of his administrator.",
                          mails, receivers);
      s.fix = {
          "Ask the recipient's administrator to admit your domain by DKIM, if the mail is wanted."};
      break;
    case Kind::network:
      s.title = "Not reached in time";
      s.why = fmt::format(
          "{} to servers that did not answer, were out of order, or asked for a later try (greylisting).",
          mails);
      s.fix = {"Nothing, unless it goes on: then check the recipient's domain."};
      break;
    case Kind::unknown:
      s.title = "The words name no cause";
      s.why = fmt::format("{} refused at {} with words that name no cause.", mails, receivers);
      s.why += before_words(cause);
      s.why += passed_words(cause);
      for (const auto& [why, count] : cause.classes)
        s.fix.push_back(
            fmt::format("Read them: dmarcq refusals --class {} --format json", to_text(why)));
      if (s.fix.empty()) s.fix = {"Read them: dmarcq refusals --format json"};
      break;
  }
  if (cause.repaired) {
    s.why += fmt::format(" Not seen after {}: mail of the same senders has arrived there since.",
                         iso_date(cause.last_day));
    if (cause.kind != Kind::rate)  // which blocks nobody
      s.why +=
          " What Salesforce blocked meanwhile can be released: dmarcq refusals --export release --objects FILE.csv";
  }
  return s;
}

namespace {

/// The routes to choose from, by the kind of mail.
void add_routes(const RouteAdvice& advice, std::vector<std::string>& sentences) {
  sentences.insert(
      sentences.end(),
      {"Mail that people write one by one: Email Relay through your own mail server (Google Workspace, Microsoft 365), whose addresses and limits then count.",
       "Nurture of prospects: Account Engagement. Newsletters and campaigns: Marketing Cloud with a Sender Authentication Package.",
       "Orders, passwords, alerts: a transactional service (SES, Postmark, Mailgun, SendGrid) with a DKIM key and a return path of your own domain."});
  sentences.push_back(
      advice.mails_a_day < steady_mails_a_day
          ? fmt::format(
                "No dedicated address: these logs have about {} mails a day, and below some {} on every working day it has no reputation of its own, which receivers treat like a bad one.",
                with_thousands(static_cast<std::uint64_t>(std::llround(advice.mails_a_day))),
                with_thousands(static_cast<std::uint64_t>(steady_mails_a_day)))
          : fmt::format(
                "A dedicated address is worth a thought only if the volume is steady: these logs have about {} mails a day; below some {} on every working day it has no reputation of its own.",
                with_thousands(static_cast<std::uint64_t>(std::llround(advice.mails_a_day))),
                with_thousands(static_cast<std::uint64_t>(steady_mails_a_day))));
}

}  // namespace

std::vector<std::string> sentences_of(const RouteAdvice& advice) {
  std::vector<std::string> sentences;
  const auto say = [&](bool stays, std::string_view words) {
    const std::string_view stay = advice.from_core ? "Stay on Salesforce Core" : "Keep the route";
    sentences.push_back(stays && sentences.empty() ? fmt::format("{}: {}", stay, words)
                                                   : capitalized(std::string(words)));
  };
  for (const RouteAdvice::Kind kind : advice.kinds) switch (kind) {
      case RouteAdvice::Kind::stay: say(true, "no refusal that lasts is the route's fault."); break;
      case RouteAdvice::Kind::repair_dkim:
        say(true,
            "repair DKIM. By any other route, mail that is not authenticated is refused as well, and a dedicated address does not change that.");
        break;
      case RouteAdvice::Kind::verify_domain:
        say(true, "verify the From domain; an active DKIM key does that as well.");
        break;
      case RouteAdvice::Kind::repair_relay:
        say(false,
            "repair Email Relay's connector, or turn Email Relay off: with a DKIM key, Core can send directly.");
        break;
      case RouteAdvice::Kind::repair_tenant:
        say(true, "mail to your own organization needs an exception there, whatever the route.");
        break;
      case RouteAdvice::Kind::one_operator:
        say(true,
            "the reputation is bad at one operator alone. Ask there before you change the route.");
        break;
      case RouteAdvice::Kind::change:
        say(false,
            "several operators refuse the sending addresses. Where list hygiene and a case with the service do not help, change the route by the kind of mail:");
        add_routes(advice, sentences);
        break;
    }
  return sentences;
}

std::string sentence_of(const RefusalSplit& split) {
  if (split.technical == 0 && split.reputation == 0) return "";
  if (split.technical_at.size() > 1)
    return fmt::format(
        "Technical: {} refused for authentication or setup, at {} operators. It is the sender's to repair.",
        counted(split.technical, "mail"), split.technical_at.size());
  if (split.proven > 0)
    return fmt::format(
        "Technical: {} refused for authentication or setup, at {}, and aggregate reports prove it. It is the sender's to repair.",
        counted(split.technical, "mail"), *split.technical_at.begin());
  if (split.technical > 0 && split.technical >= split.reputation)
    return fmt::format(
        "{} refused for authentication or setup, at one operator alone ({}): a fault there cannot be ruled out.",
        counted(split.technical, "mail"), *split.technical_at.begin());
  return fmt::format("Reputation: {} refused for what {} of sender or address.",
                     counted(split.reputation, "mail"),
                     split.reputation_at.size() == 1
                         ? *split.reputation_at.begin() + " alone thinks"
                         : fmt::format("{} operators think", split.reputation_at.size()));
}

}  // namespace dmarcq
