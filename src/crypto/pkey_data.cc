#include "crypto/pkey_data.h"

#include <algorithm>
#include <bit>

namespace boltseal::crypto {

static_assert(std::endian::native == std::endian::little,
              "OpenSSL's native order is taken to be little-endian");

PkeyData& PkeyData::number(const char* name, ByteView big_endian) {
  Bytes& native = buffers_.emplace_back(big_endian).bytes;
  std::reverse(native.begin(), native.end());
  params_.push_back(OSSL_PARAM_construct_BN(name, native.data(), native.size()));
  return *this;
}

PkeyData& PkeyData::text(const char* name, const char* value) {
  // OpenSSL takes a pointer to mutable text and only reads it.
  params_.push_back(OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(value), 0));
  return *this;
}

PkeyData& PkeyData::octets(const char* name, ByteView value) {
  params_.push_back(
      OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(value.data()), value.size()));
  return *this;
}

PkeyPtr PkeyData::make(int selection) {
  params_.push_back(OSSL_PARAM_construct_end());
  const PkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type_, nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
      EVP_PKEY_fromdata(context.get(), &key, selection, params_.data()) <= 0) {
    EVP_PKEY_free(key);
    return nullptr;
  }
  return PkeyPtr(key);
}

}  // namespace boltseal::crypto
