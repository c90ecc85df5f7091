// CA and client certificate files of TLS connections, and Docker's directories of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace boltseal::http {

inline namespace of_client {  // see client.h

struct TlsFiles {
  std::vector<std::string> ca_files;  ///< paths of PEM bundles, trusted beside the system's CAs
  bool only_these_cas = false;        ///< the system's CAs are not trusted (notary's root_ca)
  std::string client_certificate;     ///< path of PEM; both or none
  std::string client_key;

  /// Adds the CA files of `other`; its client certificate wins where it has one; only_these_cas is kept when
  /// either says so.
  void merge(const TlsFiles& other);
};

}  // namespace of_client

/// Reads <directory>/ as Docker does: each *.crt is a CA bundle, each *.cert needs the *.key of its stem and
/// the reverse. The first pair by name is used. A missing directory gives no files. Errors: bad_config with
/// Docker's texts ("missing key client.key for client certificate client.cert. ..."), io_error.
Result<TlsFiles> read_tls_directory(const std::string& directory);

/// Directory of one host below a certs.d or tls directory: authority "127.0.0.1:5000" gives
/// "<parent>/127.0.0.1:5000". bad_name for what is no host[:port] (names are never paths).
Result<std::string> tls_directory_of(const std::string& parent, std::string_view authority);

/// Merged files of one host from several parents, first to last (/etc/docker/certs.d, ...).
Result<TlsFiles> tls_files_of_host(const std::vector<std::string>& parents, std::string_view authority);

/// Where the system keeps its CAs: SSL_CERT_FILE and SSL_CERT_DIR first, as Go and OpenSSL do.
struct SystemCas {
  std::string hashed_directory;      ///< OpenSSL's hashed form, read on demand; empty = none
  std::vector<std::string> bundles;  ///< PEM files to load whole
};
SystemCas find_system_cas(const char* ssl_cert_file, const char* ssl_cert_dir);

}  // namespace boltseal::http
