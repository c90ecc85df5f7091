// Chains through OpenSSL's X509_verify_cert, with Go's rules on purposes on top.
#include <chrono>

#include "base/untrusted.h"
#include "crypto/certificate.h"
#include "crypto/openssl.h"

namespace boltseal::crypto {
namespace {

struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using StackPtr = std::unique_ptr<STACK_OF(X509), FreeStack>;

X509Ptr to_x509(const Certificate& certificate) {
  const unsigned char* at = certificate.der().data();
  return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size())));
}

tl::unexpected<Error> refused(const std::string& why) {
  return fail(ErrorCode::root_not_trusted, "certificate does not chain to a trusted CA: " + why);
}

/// Go (x509.Verify): without the extension, or with `any`, a certificate serves all purposes.
bool serves(const Certificate& certificate, ChainPurpose purpose) {
  const auto usages = certificate.key_usages();
  if (!usages || purpose == ChainPurpose::any) return true;
  unsigned wanted = kServerAuth | kAnyUsage;
  if (purpose == ChainPurpose::server_auth_or_code_signing) wanted |= kCodeSigning;
  return (*usages & wanted) != 0;
}

Result<X509StorePtr> make_store(const std::vector<Certificate>& anchors) {
  X509StorePtr store(X509_STORE_new());
  for (const Certificate& anchor : anchors) {
    const X509Ptr x509 = to_x509(anchor);
    if (!store || !x509 || X509_STORE_add_cert(store.get(), x509.get()) != 1)
      return openssl_failure(ErrorCode::bad_format, "CA certificate is refused");
  }
  return store;
}

Result<StackPtr> make_stack(const std::vector<Certificate>& intermediates) {
  StackPtr stack(sk_X509_new_null());
  for (const Certificate& intermediate : intermediates) {
    X509Ptr x509 = to_x509(intermediate);
    if (!stack || !x509 || sk_X509_push(stack.get(), x509.get()) <= 0)
      return openssl_failure(ErrorCode::bad_format, "intermediate certificate is refused");
    static_cast<void>(x509.release());  // the stack owns it
  }
  return stack;
}

void set_parameters(X509_STORE_CTX* context, Time at) {
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(parameters,
                             std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
  // Any CA of the bundle is an anchor, as in Go; the trusted ones are looked for first.
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
  X509_VERIFY_PARAM_set_auth_level(parameters, 2);  // no SHA-1, RSA >= 2048
  X509_VERIFY_PARAM_set_depth(parameters, 16);
}

/// What OpenSSL leaves open: purposes along the chain, and that who signed is a CA by its extension.
Result<void> check_chain(const STACK_OF(X509) * chain, ChainPurpose purpose) {
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(sk_X509_value(chain, i), &der);
    if (size <= 0) return openssl_failure(ErrorCode::internal, "cannot write a certificate");
    const auto certificate = Certificate::from_der({der, static_cast<std::size_t>(size)});
    OPENSSL_free(der);
    if (!certificate) return fail(certificate.error());
    if (i > 0 && !certificate->is_ca()) return refused("a signing certificate is no CA");
    if (!serves(*certificate, purpose)) return refused("extended key usage does not allow this use");
  }
  return {};
}

}  // namespace

Result<void> verify_chain(const Certificate& leaf, const std::vector<Certificate>& intermediates,
                          const std::vector<Certificate>& anchors, Time at, ChainPurpose purpose) {
  const X509StorePtr store = BS_TRY(make_store(anchors));
  const StackPtr stack = BS_TRY(make_stack(intermediates));
  const X509Ptr x509 = to_x509(leaf);
  const X509StoreCtxPtr context(X509_STORE_CTX_new());
  if (!store || !stack) return refused("there is no CA");
  if (!x509 || !context || X509_STORE_CTX_init(context.get(), store.get(), x509.get(), stack.get()) != 1)
    return openssl_failure(ErrorCode::bad_format, "certificate is refused");
  set_parameters(context.get(), at);
  if (X509_verify_cert(context.get()) != 1) {
    const int reason = X509_STORE_CTX_get_error(context.get());
    clear_openssl_errors();
    return refused(X509_verify_cert_error_string(reason));
  }
  return check_chain(X509_STORE_CTX_get0_chain(context.get()), purpose);
}

}  // namespace boltseal::crypto
