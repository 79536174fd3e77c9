// SPDX-License-Identifier: MIT
#include "report/cli/ask/report_site.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <system_error>

#include "ingest/base/text.h"
#include "report/analysis/client.h"
#include "report/answers/portfolio/portfolio_answer.h"
#include "report/answers/portfolio/site_answer.h"
#include "report/cli/args/mail_arguments.h"
#include "report/cli/command.h"
#include "report/render/page/html_page.h"
#include "report/render/page/html_site.h"
#include "store/base/new_file.h"

namespace dmarcq {
namespace {

namespace fs = std::filesystem;

/// The names of the pages of the last run, one each line: what may be removed when it is no longer
/// made.
constexpr const char* list_of_pages = ".dmarcq-pages";
constexpr std::uintmax_t most_listed = 64u << 20;

std::string bytes_of(const fs::path& file) {
  std::error_code fault;
  if (!fs::is_regular_file(fs::symlink_status(file, fault)) ||
      fs::file_size(file, fault) > most_listed)
    return {};
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// True when the file had other bytes.
bool write_changed(const fs::path& file, const std::string& bytes) {
  if (bytes_of(file) == bytes) return false;
  NewFile made(file);
  made.write(bytes);
  made.put_in_place();
  return true;
}

/// A name as page_file_name() makes them: nothing else is ever removed.
bool is_page_name(const std::string& name) {
  return name.ends_with(".html") && name.size() <= 205 && name.front() != '.' &&
         name != "index.html" && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                  c == '_';
         });
}

/// `listed`: names of pages, one each line.
std::size_t remove_others(const fs::path& folder, const std::string& listed,
                          const std::set<std::string>& pages) {
  std::size_t removed = 0;
  for (std::size_t at = 0; at < listed.size();) {
    const std::size_t end = std::min(listed.find('\n', at), listed.size());
    const std::string name = listed.substr(at, end - at);
    at = end + 1;
    std::error_code fault;
    if (!name.empty() && is_page_name(name) && !pages.contains(name) &&
        fs::is_regular_file(fs::symlink_status(folder / name, fault)))
      removed += fs::remove(folder / name, fault) ? 1 : 0;
  }
  return removed;
}

void make_folder(const fs::path& folder, std::string_view flag) {
  std::error_code fault;
  fs::create_directories(folder, fault);
  if (fault)
    throw FileError(fmt::format("{}: {}", folder.string(), fault.message()),
                    fmt::format("{} names the folder", flag));
}

/// The domains of a client: those that it lists, and those with reports that are its own
/// (client_of), as far as the question asks about them.
std::vector<std::string> domains_of(const Client& client, const Settings& settings,
                                    const std::vector<std::string>& known,
                                    const std::vector<std::string>& asked) {
  const std::vector<ClientDomains> clients = client_domains(settings);
  std::set<std::string> domains(client.domains.begin(), client.domains.end());
  for (const std::string& domain : known)
    if (client_of(clients, domain) == client.name) domains.insert(domain);
  if (!asked.empty())
    std::erase_if(domains, [&](const std::string& domain) {
      return std::ranges::none_of(asked,
                                  [&](const std::string& one) { return at_or_below(domain, one); });
    });
  return {domains.begin(), domains.end()};
}

}  // namespace

void write_site(Io& io, Snapshot& snapshot, const Settings& settings, const PageQuestion& question,
                Day today, const std::string& generated, const fs::path& folder) {
  Site site{.title = question.title,
            .lines = {},
            .clients = {},
            .left_out = 0,
            .as_of = question.until ? std::min(*question.until + 1, today) : today,
            .generated = generated};
  std::vector<std::string> domains = question.domains;
  if (domains.empty()) {
    PortfolioDomains all = portfolio_domains(snapshot);
    domains = std::move(all.names);
    site.left_out = all.left_out;
  }
  make_folder(folder, "-o");
  std::atomic<std::size_t> written = 0;
  PageQuestion of_one = question;
  of_one.title.clear();
  site.lines = site_answer(
      snapshot, domains, of_one, today, [&](std::size_t place, const StakeholderPage& data) {
        StakeholderPage page = data;
        page.generated = generated;
        if (write_changed(folder / page_file_name(domains[place]), html_page(page))) ++written;
      });
  const std::vector<ClientDomains> clients = client_domains(settings);
  for (const SiteLine& line : site.lines)
    if (const std::string_view client = client_of(clients, line.domain); !client.empty())
      site.clients.emplace(line.domain, client);
  std::set<std::string> pages;
  std::string listed, made;
  for (const std::string& domain : domains) made += page_file_name(domain) + "\n";
  for (const SiteLine& line : site.lines) pages.insert(page_file_name(line.domain));
  for (const std::string& name : pages) listed += name + "\n";
  if (write_changed(folder / "index.html", html_site_index(site))) ++written;
  // Some names turn out to be governed by another domain only when both were judged.
  remove_others(folder, made, pages);
  const std::size_t removed = remove_others(folder, bytes_of(folder / list_of_pages), pages);
  write_changed(folder / list_of_pages, listed);
  if (!io.quiet)
    io.err << fmt::format("{} and an index in {}: {} changed{}\n", counted(pages.size(), "page"),
                          folder.string(), with_thousands(written),
                          removed > 0 ? fmt::format(", {} removed", with_thousands(removed)) : "");
}

void write_client_mails(Io& io, Snapshot& snapshot, const Settings& settings,
                        const PageQuestion& question, Day today, const std::string& generated,
                        const DigestEnvelope& envelope, const fs::path& folder) {
  if (std::ranges::all_of(settings.clients, [](const Client& c) { return c.mail_to.empty(); }))
    throw UsageError("--each --eml: no client has a mail_to",
                     "mail_to = \"you@example.com\" in a [[client]] of the configuration");
  make_folder(folder, "--eml");
  const std::vector<std::string> known = portfolio_domains(snapshot).names;
  std::size_t written = 0;
  for (const Client& client : settings.clients) {
    if (client.mail_to.empty()) continue;
    PageQuestion of_client = question;
    of_client.domains = domains_of(client, settings, known, question.domains);
    of_client.exactly = true;
    if (of_client.domains.empty()) continue;
    if (of_client.title.empty()) of_client.title = "DMARC report: " + client.name;
    StakeholderPage page = page_data(snapshot, of_client, today);
    page.generated = generated;
    DigestEnvelope to = envelope;
    to.to = client.mail_to;
    NewFile file(new_mail_file(folder, today, client.name));
    file.write(digest_mail(page, to, html_page(page)));
    file.put_in_place();
    ++written;
  }
  if (!io.quiet) io.err << fmt::format("{} in {}\n", counted(written, "mail"), folder.string());
}

}  // namespace dmarcq
