#include "server/auth/client_certificates.h"

#include <algorithm>

#include "crypto/certificate_names.h"
#include "crypto/digest.h"
#include "http/server/request.h"

namespace boltseal::server {
namespace {

constexpr std::size_t kKnown = 4096;
constexpr std::size_t kKnownBytes = 8u << 20;

bool holds(const std::vector<std::string>& names, const std::string& value) {
  return std::find(names.begin(), names.end(), value) != names.end();
}

bool fits(CertificateRule::By by, const std::string& value, const crypto::Certificate& certificate,
          const crypto::AlternativeNames& names) {
  switch (by) {
    case CertificateRule::By::any:
      return true;
    case CertificateRule::By::subject:
      return crypto::subject_text(certificate).value_or(std::string()) == value;
    case CertificateRule::By::common_name:
      return certificate.common_name() == value;
    case CertificateRule::By::dns:
      return std::any_of(names.dns.begin(), names.dns.end(),
                         [&](const std::string& name) { return http::equal_ignoring_case(name, value); });
    case CertificateRule::By::email:
      return holds(names.emails, value);
    case CertificateRule::By::uri:
      return holds(names.uris, value);
  }
  return false;
}

}  // namespace

ClientCertificates::ClientCertificates(std::vector<CertificateRule> rules, const Clock& clock)
    : options_(std::move(rules)), clock_(clock), known_(kKnown, kKnownBytes) {}

Result<void> ClientCertificates::load() {
  std::vector<Rule> rules;
  for (const CertificateRule& option : options_) {
    if ((option.by == CertificateRule::By::any) != option.value.empty())
      return fail(ErrorCode::bad_config, "a rule for client certificates lacks its name, or has one too many",
                  "give a common name, DNS name, e-mail address or URI");
    rules.push_back({option.by, option.value, BS_TRY(parse_grants(option.scopes))});
  }
  if (rules_.empty()) rules_ = std::move(rules);
  return {};
}

ClientCertificates::Known ClientCertificates::judge(std::string_view der) const {
  Known known{nullptr, Time::min(), Time::max()};
  const auto certificate = crypto::Certificate::from_der(as_bytes(der));
  if (!certificate) return known;
  const auto names = crypto::alternative_names(*certificate);
  if (!names) return known;
  const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& candidate) {
    return fits(candidate.by, candidate.value, *certificate, *names);
  });
  if (rule == rules_.end()) return known;
  auto identity = std::make_shared<Identity>();
  identity->source = Source::certificate;
  // Under `any` certificates may have no common name: then the hash says which one it was.
  identity->name = !rule->value.empty()                  ? rule->value
                   : !certificate->common_name().empty() ? certificate->common_name()
                                                         : crypto::digest_of(der).str();
  identity->grants = rule->grants;
  known = {std::move(identity), certificate->not_before(), certificate->not_after()};
  return known;
}

IdentityPtr ClientCertificates::find(std::string_view der) {
  if (der.empty()) return nullptr;
  const Sha256 key = crypto::sha256(der);
  auto known = known_.find(key);
  if (!known) {
    known = judge(der);
    known_.put(key, *known, 1024);
  }
  const Time now = clock_.now();
  // Connections may live longer than the certificate that opened them.
  return known->from <= now && now <= known->until ? known->identity : nullptr;
}

}  // namespace boltseal::server
