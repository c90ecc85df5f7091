// Makes EVP_PKEYs from numbers with EVP_PKEY_fromdata. For crypto/ alone.
#pragma once

#include <openssl/params.h>

#include <vector>

#include "base/secret.h"
#include "crypto/openssl.h"

namespace boltseal::crypto {

/// Collects parameters; numbers are copied in OpenSSL's native order into memory that is wiped. Not a Secret:
/// its own locked page costs more than the whole of EVP_PKEY_fromdata, and the copy lives for microseconds.
class PkeyData {
 public:
  explicit PkeyData(const char* type) : type_(type) {}
  PkeyData& number(const char* name, ByteView big_endian);
  PkeyData& text(const char* name, const char* value);
  PkeyData& octets(const char* name, ByteView value);
  /// `selection` is EVP_PKEY_PUBLIC_KEY or EVP_PKEY_KEYPAIR. Null where OpenSSL refuses.
  PkeyPtr make(int selection);

 private:
  const char* type_;
  struct Wiped {
    explicit Wiped(ByteView view) : bytes(view.begin(), view.end()) {}
    Wiped(Wiped&&) = default;
    Wiped& operator=(Wiped&&) = default;
    ~Wiped() { wipe_memory(bytes.data(), bytes.size()); }
    Bytes bytes;
  };
  std::vector<Wiped> buffers_;
  std::vector<OSSL_PARAM> params_;
};

}  // namespace boltseal::crypto
