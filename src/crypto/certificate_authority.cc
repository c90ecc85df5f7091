#include "crypto/certificate_authority.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/untrusted.h"
#include "crypto/certificate_builder.h"
#include "crypto/oids.h"

namespace boltseal::crypto {
namespace {

constexpr std::uint8_t kDigitalSignature = 0x80;
constexpr std::uint8_t kCertAndCrlSign = 0x06;

bool is_host_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), good) &&
         name.front() != '.' && name.back() != '.' && name.find("..") == std::string_view::npos;
}

Result<Bytes> parse_address(const std::string& text) {
  Bytes address(16);
  if (inet_pton(AF_INET6, text.c_str(), address.data()) == 1) return address;
  address.resize(4);
  if (inet_pton(AF_INET, text.c_str(), address.data()) == 1) return address;
  return fail(ErrorCode::bad_name, "\"" + escape_untrusted(text) + "\" is no IP address");
}

Result<der::Writer> alternative_names(const ServerNames& names) {
  der::Writer list;
  for (const std::string& name : names.dns) {
    if (!is_host_name(name))
      return fail(ErrorCode::bad_name, "\"" + escape_untrusted(name) + "\" is no host name");
    list.element(der::context_primitive(2), as_bytes(name));
  }
  for (const std::string& ip : names.ips) list.element(der::context_primitive(7), BS_TRY(parse_address(ip)));
  if (list.bytes().empty())
    return fail(ErrorCode::bad_name, "a server certificate needs a name or an address");
  der::Writer value;
  value.element(der::kSequence, list);
  return value;
}

der::Writer subject_identifier(const PublicKey& key) {
  der::Writer value;
  value.element(der::kOctetString, key_identifier(key));
  return value;
}

der::Writer authority_identifier(ByteView identifier) {
  der::Writer content;
  content.element(der::context_primitive(0), identifier);
  der::Writer value;
  value.element(der::kSequence, content);
  return value;
}

}  // namespace

Result<Certificate> make_ca(Signer& signer, std::string_view common_name, Time not_before, Time not_after,
                            Random& random) {
  const Bytes name = BS_TRY(write_common_name(common_name));
  const PublicKeyPtr key = signer.public_key();
  if (!key) return fail(ErrorCode::bad_key, "signer has no public key");
  ExtensionWriter extensions;
  extensions.key_usage(kCertAndCrlSign)
      .basic_constraints(true)
      .add(oid::kSubjectKeyId, false, subject_identifier(*key));
  return sign_certificate(signer, {name, name, not_before, not_after, key->spki(), extensions.bytes()},
                          random);
}

Result<Certificate> issue_server_certificate(Signer& ca_signer, const Certificate& ca, const PublicKey& key,
                                             const ServerNames& names, Time not_before, Time not_after,
                                             Random& random) {
  const PublicKeyPtr ca_key = ca_signer.public_key();
  if (!ca_key || !ca.key() || !(*ca_key == *ca.key()) || !ca.is_ca())
    return fail(ErrorCode::bad_key, "the CA's key and certificate do not belong together");
  const der::Writer alternatives = BS_TRY(alternative_names(names));
  const Bytes subject = BS_TRY(write_common_name(names.dns.empty() ? names.ips.front() : names.dns.front()));
  ExtensionWriter extensions;
  extensions.key_usage(kDigitalSignature).extended_key_usage(oid::kServerAuth).basic_constraints(false);
  extensions.add(oid::kSubjectKeyId, false, subject_identifier(key));
  if (!ca.subject_key_id().empty())
    extensions.add(oid::kAuthorityKeyId, false, authority_identifier(ca.subject_key_id()));
  extensions.add(oid::kSubjectAltName, false, alternatives);
  return sign_certificate(
      ca_signer, {to_bytes(ca.subject()), subject, not_before, not_after, key.spki(), extensions.bytes()},
      random);
}

}  // namespace boltseal::crypto
