#include "crypto/digest.h"

#include <cstdlib>

#include "crypto/openssl.h"

namespace boltseal::crypto {
namespace {

void must(int ok) {
  if (ok != 1) std::abort();
}

}  // namespace

Sha256 sha256(ByteView bytes) {
  Sha256 out;
  must(EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, md_sha256(), nullptr));
  return out;
}

Sha512 sha512(ByteView bytes) {
  Sha512 out;
  must(EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, md_sha512(), nullptr));
  return out;
}

Digest digest_of(std::string_view content) { return Digest::of_sha256(sha256(content)); }

struct Sha256Stream::Context {
  MdCtxPtr md{EVP_MD_CTX_new()};
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) {
  must(EVP_DigestInit_ex2(context_->md.get(), md_sha256(), nullptr));
}
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::update(ByteView bytes) {
  must(EVP_DigestUpdate(context_->md.get(), bytes.data(), bytes.size()));
}

Sha256 Sha256Stream::finish() {
  Sha256 out;
  must(EVP_DigestFinal_ex(context_->md.get(), out.data(), nullptr));
  must(EVP_DigestInit_ex2(context_->md.get(), md_sha256(), nullptr));
  return out;
}

}  // namespace boltseal::crypto
