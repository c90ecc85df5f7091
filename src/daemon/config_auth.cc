#include <algorithm>

#include "base/untrusted.h"
#include "daemon/config_parts.h"
#include "daemon/config_words.h"
#include "policy/pattern.h"

namespace boltseal::daemon {
namespace {

Result<void> read_token(const Fields& auth, const std::string& directory, AuthConfig& out) {
  const auto fields = BS_TRY(section(
      auth, "token", {"realm", "service", "issuer", "root_certificates", "jwks", "autoredirect", "hosts"}));
  if (!fields) return fail(wrong_member(auth, "token", "is needed with the kind token"));
  BS_TRY(set_text(*fields, "realm", out.realm));
  BS_TRY(set_text(*fields, "service", out.service));
  BS_TRY(set_text(*fields, "issuer", out.issuer));
  BS_TRY(set_path(*fields, "root_certificates", directory, out.root_certificates));
  BS_TRY(set_path(*fields, "jwks", directory, out.jwks));
  BS_TRY(set_flag(*fields, "autoredirect", out.autoredirect));
  BS_TRY(set_list(*fields, "hosts", out.hosts));
  if (out.realm.empty())
    return fail(wrong_member(*fields, "realm", "is needed: the URL of the token server"));
  if (out.service.empty()) return fail(wrong_member(*fields, "service", "is needed: the audience of tokens"));
  if (out.issuer.empty()) return fail(wrong_member(*fields, "issuer", "is needed: who makes the tokens"));
  if (out.root_certificates.empty() && out.jwks.empty())
    return fail(wrong_member(*fields, "root_certificates", "or jwks is needed: whose tokens are believed"));
  if (!out.hosts.empty() && !out.autoredirect)
    return fail(wrong_member(*fields, "hosts", "has no use without autoredirect"));
  return {};
}

Result<void> read_htpasswd(const Fields& auth, const std::string& directory, AuthConfig& out) {
  const auto fields = BS_TRY(section(auth, "htpasswd", {"file", "realm"}));
  if (!fields) return fail(wrong_member(auth, "htpasswd", "is needed with the kind htpasswd"));
  out.realm = "boltseald";
  BS_TRY(set_path(*fields, "file", directory, out.password_file));
  BS_TRY(set_text(*fields, "realm", out.realm));
  if (out.password_file.empty())
    return fail(wrong_member(*fields, "file", "is needed: it holds users and hashes"));
  return {};
}

Result<void> read_certificates(const Fields& auth, std::vector<CertificateAccess>& out) {
  const auto list = BS_TRY(sections(auth, "certificates", {"subject", "guns", "actions"}));
  if (!list) return {};
  for (const Fields& fields : *list) {
    CertificateAccess access;
    BS_TRY(read_certificate(fields, access.subject, access.guns));
    access.actions = {"pull", "push"};
    BS_TRY(set_list(fields, "actions", access.actions));
    for (const std::string& action : access.actions) {
      if (action != "pull" && action != "push" && action != "*")
        return fail(wrong_member(fields, "actions", "must hold pull, push or *"));
    }
    out.push_back(std::move(access));
  }
  return {};
}

}  // namespace

Result<void> read_certificate(const Fields& fields, std::string& subject, std::vector<std::string>& guns) {
  BS_TRY(member(fields.string("subject")));
  BS_TRY(set_text(fields, "subject", subject));
  if (subject.empty()) return fail(wrong_member(fields, "subject", "must name a certificate, as CN=NAME"));
  BS_TRY(member(fields.array("guns")));
  BS_TRY(set_list(fields, "guns", guns));
  for (const std::string& pattern : guns) {
    const auto good = policy::GunPattern::parse(pattern);
    if (!good) return fail(wrong_member(fields, "guns", good.error().what()).with_hint(good.error().hint()));
  }
  return {};
}

Result<void> read_auth(const Fields& server, const std::string& directory, AuthConfig& out) {
  const auto fields = BS_TRY(
      section(server, "auth", {"kind", "token", "htpasswd", "anonymous_read", "admins", "certificates"}));
  if (!fields) return {};
  BS_TRY(set_word(*fields, "kind", kAuthKinds, out.kind));
  const std::string_view kind = word_of(kAuthKinds, out.kind);
  if (out.kind != AuthKind::token) BS_TRY(only_without(*fields, {"token"}, kind));
  if (out.kind != AuthKind::htpasswd) BS_TRY(only_without(*fields, {"htpasswd", "admins"}, kind));
  if (out.kind == AuthKind::none) return only_without(*fields, {"anonymous_read", "certificates"}, kind);
  if (out.kind == AuthKind::token) BS_TRY(read_token(*fields, directory, out));
  if (out.kind == AuthKind::htpasswd) BS_TRY(read_htpasswd(*fields, directory, out));
  BS_TRY(set_flag(*fields, "anonymous_read", out.anonymous_read));
  BS_TRY(set_list(*fields, "admins", out.admins));
  return read_certificates(*fields, out.certificates);
}

}  // namespace boltseal::daemon
