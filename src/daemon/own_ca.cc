#include "daemon/own_ca.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/secret.h"
#include "crypto/certificate_authority.h"
#include "crypto/pem.h"
#include "crypto/software_key.h"

namespace boltseal::daemon {
namespace {

constexpr Duration kCaLife = 3650 * kDay;
constexpr Duration kServerLife = 90 * kDay;
constexpr Duration kBackdate = kDay;  // for clients whose clock is a little behind
constexpr std::size_t kFileBytes = 1 << 16;

struct Authority {
  crypto::SoftwareKeyPtr key;
  crypto::Certificate certificate;
};

bool is_address(const std::string& name) {
  std::array<unsigned char, 16> buffer{};
  return ::inet_pton(AF_INET, name.c_str(), buffer.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), buffer.data()) == 1;
}

Result<crypto::SoftwareKeyPtr> read_key(const Directory& keys, const std::string& name) {
  std::string pem = BS_TRY(keys.read(name, kFileBytes));
  const auto block = crypto::pem_read_first(pem);
  wipe_string(pem);
  if (!block) return fail(ErrorCode::bad_key, keys.path() + "/" + name + " holds no private key");
  return crypto::SoftwareKey::from_pkcs8(block->der);
}

Result<void> write_key(const Directory& keys, const std::string& name, const crypto::SoftwareKey& key) {
  const Secret pem = BS_TRY(key.to_pem());
  return keys.write_atomic(name, pem.text(), 0600);
}

Result<Authority> make_authority(const Directory& state, const Directory& keys, Time now,
                                 crypto::Random& random) {
  auto key = BS_TRY(crypto::SoftwareKey::generate(crypto::KeyAlgorithm::ecdsa_p256, random));
  auto certificate = BS_TRY(crypto::make_ca(*key, "boltseald", now - kBackdate, now + kCaLife, random));
  BS_TRY(write_key(keys, "ca.key", *key));
  BS_TRY(state.write_atomic("ca.crt", certificate.pem(), 0644));
  return Authority{std::move(key), std::move(certificate)};
}

Result<Authority> read_authority(const Directory& state, const Directory& keys) {
  auto key = BS_TRY(read_key(keys, "ca.key"));
  const auto certificates = BS_TRY(crypto::parse_certificates(BS_TRY(state.read("ca.crt", kFileBytes))));
  const auto named = certificates.front().key();
  if (!named || *named != *key->public_key()) {
    return fail(ErrorCode::bad_key, "ca.crt and ca.key do not belong together",
                "restore the file that was replaced, or remove both: clients must then trust the new ca.crt");
  }
  return Authority{std::move(key), certificates.front()};
}

crypto::ServerNames server_names(const std::vector<std::string>& names) {
  crypto::ServerNames out{.dns = {"localhost"}, .ips = {"127.0.0.1", "::1"}};
  std::array<char, 256> host{};
  std::vector<std::string> all = names;
  if (::gethostname(host.data(), host.size() - 1) == 0 && host[0] != '\0') all.emplace_back(host.data());
  for (const std::string& name : all) {
    auto& list = is_address(name) ? out.ips : out.dns;
    const bool host_name =
        !name.empty() &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") ==
            std::string::npos;
    if ((host_name || &list == &out.ips) && std::find(list.begin(), list.end(), name) == list.end()) {
      list.push_back(name);
    }
  }
  return out;
}

}  // namespace

std::string host_of_listener(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return host == "0.0.0.0" || host == "::" ? "" : host;
}

Result<OwnCertificate> make_own_certificate(const Directory& state, const Directory& keys,
                                            const std::vector<std::string>& names, Time now,
                                            crypto::Random& random) {
  OwnCertificate out;
  // Half of a pair is a mistake of someone: a new CA would lock out clients that trust the old one.
  out.ca_is_new = !state.exists("ca.crt") && !keys.exists("ca.key");
  const Authority authority =
      BS_TRY(out.ca_is_new ? make_authority(state, keys, now, random) : read_authority(state, keys));
  const auto key = BS_TRY(crypto::SoftwareKey::generate(crypto::KeyAlgorithm::ecdsa_p256, random));
  const Time end = std::min(now + kServerLife, authority.certificate.not_after());
  const auto certificate =
      BS_TRY(crypto::issue_server_certificate(*authority.key, authority.certificate, *key->public_key(),
                                              server_names(names), now - kBackdate, end, random));
  BS_TRY(write_key(keys, "server.key", *key));
  BS_TRY(state.write_atomic("server.crt", certificate.pem(), 0644));
  out.ca_path = state.path() + "/ca.crt";
  out.certificate_path = state.path() + "/server.crt";
  out.key_path = keys.path() + "/server.key";
  out.renew_at = now + (end - now) / 3 * 2;
  return out;
}

}  // namespace boltseal::daemon
