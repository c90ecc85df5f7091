// The TLS settings of a listener: certificate, key, client CA. Internal. Immutable, shared by connections;
// reload makes a new one.
#pragma once

#include <memory>

#include "base/result.h"
#include "http/server/server.h"

namespace boltseal::http {

class TlsContext {
 public:
  /// bad_config names the file and what is wrong with it.
  static Result<std::shared_ptr<const TlsContext>> load(const TlsFiles& files, bool offer_h2);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  void* native() const { return context_; }  ///< SSL_CTX; OpenSSL stays out of this header

 private:
  explicit TlsContext(void* context) : context_(context) {}
  void* context_;
};

}  // namespace boltseal::http
