// SPDX-License-Identifier: MIT
#include "report/analysis/sender/sender_words.h"

#include "report/analysis/sender/salesforce.h"

namespace dmarcq {

SenderWords::SenderWords(const SenderCatalogue& catalogue)
    : first_line_(catalogue.lines().data()),
      salesforce(intern(display_name(ServiceId::salesforce))),
      core(intern(salesforce_route::core)),
      marketing_cloud(intern(salesforce_route::marketing_cloud)),
      account_engagement(intern(salesforce_route::account_engagement)),
      email_relay(intern(salesforce_route::email_relay)),
      unspecified(intern(salesforce_route::unspecified)),
      own_relay(intern("own relay")) {
  lines_.reserve(catalogue.lines().size());
  for (const CatalogueLine& line : catalogue.lines())
    lines_.push_back({intern(line.service), intern(line.route)});
}

}  // namespace dmarcq
