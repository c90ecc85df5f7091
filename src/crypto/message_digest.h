// The digest that a scheme signs. For crypto/ alone.
#pragma once

#include <array>
#include <cstdlib>

#include "crypto/openssl.h"

namespace boltseal::crypto {

class MessageDigest {
 public:
  MessageDigest(Scheme scheme, ByteView message) {
    unsigned size = 0;
    if (EVP_Digest(message.data(), message.size(), bytes_.data(), &size, md_of(scheme), nullptr) != 1)
      std::abort();
    size_ = size;
  }
  ByteView view() const { return {bytes_.data(), size_}; }

 private:
  static const EVP_MD* md_of(Scheme scheme) {
    if (scheme == Scheme::ecdsa_der_sha384) return md_sha384();
    if (scheme == Scheme::ecdsa_der_sha512) return md_sha512();
    return md_sha256();
  }
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> bytes_;
  std::size_t size_;
};

}  // namespace boltseal::crypto
