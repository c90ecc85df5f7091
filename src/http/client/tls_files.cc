#include "http/client/tls_files.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "base/encoding.h"
#include "base/untrusted.h"
#include "http/url.h"

namespace boltseal::http {
namespace {

constexpr std::size_t kMaxEntries = 4096;

/// Sorted names in a directory; nullopt when it does not exist.
Result<std::optional<std::vector<std::string>>> names_in(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(opendir(directory.c_str()), closedir);
  if (!dir) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return fail(ErrorCode::io_error,
                "cannot read " + escape_untrusted(directory) + ": " + std::strerror(errno));
  }
  std::vector<std::string> names;
  while (const dirent* entry = readdir(dir.get())) {
    if (names.size() == kMaxEntries)
      return fail(ErrorCode::bad_config, escape_untrusted(directory) + " holds too many files");
    names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool has(const std::vector<std::string>& sorted, const std::string& name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

bool is_file(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

/// OpenSSL's hashed names: eight hex digits, '.', a number.
bool is_hashed_name(std::string_view name) {
  return name.size() == 10 && name[8] == '.' && is_lower_hex(name.substr(0, 8)) && name[9] == '0';
}

}  // namespace

void TlsFiles::merge(const TlsFiles& other) {
  ca_files.insert(ca_files.end(), other.ca_files.begin(), other.ca_files.end());
  only_these_cas = only_these_cas || other.only_these_cas;
  if (other.client_certificate.empty()) return;
  client_certificate = other.client_certificate;
  client_key = other.client_key;
}

Result<TlsFiles> read_tls_directory(const std::string& directory) {
  TlsFiles files;
  const auto listed = BS_TRY(names_in(directory));
  if (!listed) return files;
  for (const auto& name : *listed) {
    const auto path = directory + "/" + name;
    if (name.ends_with(".crt")) files.ca_files.push_back(path);
    if (name.ends_with(".cert")) {
      const auto key = name.substr(0, name.size() - 5) + ".key";
      if (!has(*listed, key)) {
        return fail(ErrorCode::bad_config,
                    "missing key " + escape_untrusted(key) + " for client certificate " +
                        escape_untrusted(name) + ". CA certificates must use the extension .crt",
                    "add the key to " + escape_untrusted(directory) + " or rename the certificate");
      }
      if (files.client_certificate.empty()) {
        files.client_certificate = path;
        files.client_key = directory + "/" + key;
      }
    }
    if (name.ends_with(".key")) {
      const auto certificate = name.substr(0, name.size() - 4) + ".cert";
      if (!has(*listed, certificate)) {
        return fail(ErrorCode::bad_config,
                    "missing client certificate " + escape_untrusted(certificate) + " for key " +
                        escape_untrusted(name),
                    "add the certificate to " + escape_untrusted(directory));
      }
    }
  }
  return files;
}

Result<std::string> tls_directory_of(const std::string& parent, std::string_view authority) {
  BS_TRY(split_host_port(authority));  // letters, digits, ". - _ : [ ]" only, never "..": one safe segment
  return parent + "/" + std::string(authority);
}

Result<TlsFiles> tls_files_of_host(const std::vector<std::string>& parents, std::string_view authority) {
  TlsFiles files;
  for (const auto& parent : parents) {
    const auto directory = BS_TRY(tls_directory_of(parent, authority));
    files.merge(BS_TRY(read_tls_directory(directory)));
  }
  return files;
}

SystemCas find_system_cas(const char* ssl_cert_file, const char* ssl_cert_dir) {
  static constexpr const char* kBundles[] = {
      "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Arch
      "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora
      "/etc/ssl/ca-bundle.pem",                             // SUSE
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // CentOS
      "/etc/ssl/cert.pem",                                  // Alpine
  };
  SystemCas cas;
  const bool file_given = ssl_cert_file != nullptr && *ssl_cert_file != '\0';
  const bool dir_given = ssl_cert_dir != nullptr && *ssl_cert_dir != '\0';
  if (file_given) cas.bundles.emplace_back(ssl_cert_file);
  const std::string directory = dir_given ? ssl_cert_dir : "/etc/ssl/certs";
  if (dir_given || !file_given) {
    const auto names = names_in(directory);
    if (names && *names && std::any_of((*names)->begin(), (*names)->end(), is_hashed_name)) {
      cas.hashed_directory = directory;  // read on demand: no parse of 140 certificates for one connection
    } else if (dir_given && names && *names) {
      for (const auto& name : **names) {
        if (is_file(directory + "/" + name)) cas.bundles.push_back(directory + "/" + name);
      }
    }
  }
  if (file_given || dir_given || !cas.hashed_directory.empty()) return cas;
  for (const char* bundle : kBundles) {
    if (!is_file(bundle)) continue;
    cas.bundles.emplace_back(bundle);
    break;
  }
  return cas;
}

}  // namespace boltseal::http
