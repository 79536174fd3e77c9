// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace dmarcq {

/// The text with "@example.net" for each mail address: whose it is has no bearing on why mail was
/// refused, and need not be kept. Also where the @ is written "%40", "=40", "&#64;", "(at)" or
/// " at ", and where the local part is quoted. A word before " at " stays where it is a host, or
/// where the reason that the text tells would be another without it.
std::string without_local_parts(std::string_view text);

/// The same of what was said about one recipient: his local part is "[...]" wherever it
/// stands alone ("unknown user: ann"). Ordinary words (sales@, user@) name nobody and stay, and so
/// does what would change the reason that the text tells.
std::string without_recipient(std::string_view text, std::string_view recipient);

/// What is kept of an envelope sender once addresses are forgotten: "@example.net", or
/// "=example.com__@….bnc.salesforce.com" with the From domain and the org, both as
/// stored_return_path() reads them. The local part goes, for it may name the recipient
/// ("bounces+12-ann=example.net@…", Marketing Cloud's SubscriberID) or a person who sends. "" when
/// it is no address.
std::string without_people(std::string_view envelope_sender);

/// What is kept of DeliveryEvent::more once addresses are forgotten: the org ("X-SFDC-LK"). Other
/// lines may hold anything, as a rule what tells the recipient from others.
std::string without_private_lines(std::string_view more);

}  // namespace dmarcq
