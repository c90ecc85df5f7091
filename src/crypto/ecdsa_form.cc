// ECDSA signatures in their two forms.
#include "crypto/curve.h"
#include "crypto/der.h"
#include "crypto/verify.h"

namespace boltseal::crypto {
namespace {

tl::unexpected<Error> bad_form(const char* what) {
  return fail(ErrorCode::bad_format, std::string("ECDSA signature ") + what);
}

}  // namespace

Result<Bytes> ecdsa_raw_to_der(ByteView raw, int bits) {
  const Curve* curve = find_curve(bits);
  if (curve == nullptr) return bad_form("of an unknown curve");
  if (raw.size() != 2 * curve->bytes) return bad_form("has a wrong length");
  const ByteView r = raw.first(curve->bytes);
  const ByteView s = raw.last(curve->bytes);
  if (!is_scalar(*curve, r) || !is_scalar(*curve, s)) return bad_form("has a part outside 1..n-1");
  der::Writer content;
  content.unsigned_integer(r).unsigned_integer(s);
  der::Writer out;
  out.element(der::kSequence, content);
  return out.take();
}

Result<Bytes> ecdsa_der_to_raw(ByteView der, int bits) {
  const Curve* curve = find_curve(bits);
  if (curve == nullptr) return bad_form("of an unknown curve");
  der::Reader outer(der);
  der::Reader pair = BS_TRY(outer.enter(der::kSequence));
  BS_TRY(outer.end());
  const ByteView r = BS_TRY(pair.unsigned_integer());
  const ByteView s = BS_TRY(pair.unsigned_integer());
  BS_TRY(pair.end());
  if (!is_scalar(*curve, r) || !is_scalar(*curve, s)) return bad_form("has a part outside 1..n-1");
  Bytes raw(2 * curve->bytes);
  std::copy(r.begin(), r.end(), raw.begin() + static_cast<std::ptrdiff_t>(curve->bytes - r.size()));
  std::copy(s.begin(), s.end(), raw.end() - static_cast<std::ptrdiff_t>(s.size()));
  return raw;
}

}  // namespace boltseal::crypto
