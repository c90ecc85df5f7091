#include "crypto/rsa_numbers.h"

#include <bit>

#include "crypto/der.h"

namespace boltseal::crypto {
namespace {

Result<RsaPublicNumbers> read_numbers(der::Reader& reader) {
  RsaPublicNumbers numbers{};
  numbers.modulus = BS_TRY(reader.unsigned_integer());
  numbers.exponent = BS_TRY(reader.unsigned_integer());
  numbers.bits = static_cast<int>(8 * numbers.modulus.size()) - std::countl_zero(numbers.modulus[0]);
  if (numbers.bits < 512 || numbers.bits > 8192)
    return fail(ErrorCode::bad_key, "RSA modulus has not 512 to 8192 bits");
  const ByteView e = numbers.exponent;
  const bool too_large = e.size() > 4 || (e.size() == 4 && (e[0] & 0x80u) != 0);
  const bool too_small = e.size() == 1 && e[0] < 3;
  if ((numbers.modulus.back() & 1u) == 0 || (e.back() & 1u) == 0 || too_small || too_large)
    return fail(ErrorCode::bad_key,
                "RSA key has an even modulus or an exponent that is not odd and in 3..2^31-1");
  return numbers;
}

}  // namespace

Result<RsaPublicNumbers> read_rsa_public_key(ByteView der) {
  der::Reader outer(der);
  der::Reader key = BS_TRY(outer.enter(der::kSequence));
  BS_TRY(outer.end());
  const RsaPublicNumbers numbers = BS_TRY(read_numbers(key));
  BS_TRY(key.end());
  return numbers;
}

Result<RsaPrivateNumbers> read_rsa_private_key(ByteView der) {
  der::Reader outer(der);
  der::Reader key = BS_TRY(outer.enter(der::kSequence));
  BS_TRY(outer.end());
  if (BS_TRY(key.small_integer()) != 0) return fail(ErrorCode::bad_key, "RSA key has more than two primes");
  RsaPrivateNumbers numbers{};
  numbers.public_numbers = BS_TRY(read_numbers(key));
  for (ByteView& secret : numbers.secrets) {
    secret = BS_TRY(key.unsigned_integer());
    if (secret.size() > numbers.public_numbers.modulus.size())
      return fail(ErrorCode::bad_key, "RSA key is inconsistent");
  }
  BS_TRY(key.end());
  return numbers;
}

}  // namespace boltseal::crypto
