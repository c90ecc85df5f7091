#include "keys/pkcs11/objects.h"

#include <algorithm>

namespace boltseal::keys::pkcs11 {
namespace {

using crypto::KeyAlgorithm;

// Object identifiers as DER. For Ed25519 tokens know that of RFC 8410 or, as PKCS#11 3.0 has it, a name.
constexpr std::uint8_t kP256[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr std::uint8_t kP384[] = {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};
constexpr std::uint8_t kP521[] = {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23};
constexpr std::uint8_t kEd25519[] = {0x06, 0x03, 0x2b, 0x65, 0x70};
constexpr std::uint8_t kEd25519Name[] = {0x13, 0x0c, 'e', 'd', 'w', 'a', 'r',
                                         'd',  's',  '2', '5', '5', '1', '9'};

struct Curve {
  KeyAlgorithm algorithm;
  ByteView parameters;
  std::size_t point;  ///< bytes
};
constexpr Curve kCurves[] = {{KeyAlgorithm::ecdsa_p256, kP256, 65},
                             {KeyAlgorithm::ecdsa_p384, kP384, 97},
                             {KeyAlgorithm::ecdsa_p521, kP521, 133},
                             {KeyAlgorithm::ed25519, kEd25519, 32},
                             {KeyAlgorithm::ed25519, kEd25519Name, 32}};

/// The content of a DER OCTET STRING of exactly `size` bytes of content.
std::optional<ByteView> unwrapped(ByteView text, std::size_t size) {
  if (text.size() == size) return text;  // bare
  const std::size_t head = size < 128 ? 2 : 3;
  if (text.size() != head + size || text[0] != 0x04) return std::nullopt;
  if (head == 3 && text[1] != 0x81) return std::nullopt;
  if (text[head - 1] != size) return std::nullopt;
  return text.subspan(head);
}

}  // namespace

Template& Template::number(ck_attribute_type_t type, unsigned long value) {
  const auto* start = reinterpret_cast<const std::uint8_t*>(&value);
  return bytes(type, {start, sizeof value});
}
Template& Template::flag(ck_attribute_type_t type, bool value) {
  const std::uint8_t octet = value ? 1 : 0;
  return bytes(type, {&octet, 1});
}
Template& Template::bytes(ck_attribute_type_t type, ByteView value) {
  types_.push_back(type);
  values_.push_back(to_bytes(value));
  return *this;
}
std::vector<ck_attribute>& Template::list() {
  list_.clear();
  for (std::size_t i = 0; i < types_.size(); ++i)
    list_.push_back({types_[i], values_[i].data(), values_[i].size()});
  return list_;
}

ck_rv_t find_objects(const ck_function_list& calls, ck_session_handle_t session, Template wanted,
                     std::vector<ck_object_handle_t>& out, std::size_t most) {
  std::vector<ck_attribute>& list = wanted.list();
  ck_rv_t code = calls.C_FindObjectsInit(session, list.data(), list.size());
  if (code != CKR_OK) return code;
  out.clear();
  while (out.size() < most) {
    ck_object_handle_t some[32];
    unsigned long count = 0;
    code = calls.C_FindObjects(session, some, std::size(some), &count);
    if (code != CKR_OK || count == 0) break;
    out.insert(out.end(), some, some + std::min<std::size_t>(count, std::size(some)));
  }
  const ck_rv_t ended = calls.C_FindObjectsFinal(session);
  return code != CKR_OK ? code : ended;
}

ck_rv_t read_attribute(const ck_function_list& calls, ck_session_handle_t session, ck_object_handle_t object,
                       ck_attribute_type_t type, Bytes& out) {
  constexpr std::size_t kMost = 65'536;
  out.clear();
  ck_attribute attribute{type, nullptr, 0};
  ck_rv_t code = calls.C_GetAttributeValue(session, object, &attribute, 1);
  if (code == CKR_ATTRIBUTE_TYPE_INVALID || code == CKR_ATTRIBUTE_SENSITIVE) return CKR_OK;
  if (code != CKR_OK) return code;
  if (attribute.value_len == 0 || attribute.value_len > kMost)
    return CKR_OK;  // also "not available": all ones
  out.resize(attribute.value_len);
  attribute.value = out.data();
  code = calls.C_GetAttributeValue(session, object, &attribute, 1);
  out.resize(code == CKR_OK ? std::min<std::size_t>(attribute.value_len, out.size()) : 0);
  return code;
}

ByteView curve_parameters(KeyAlgorithm algorithm) {
  for (const Curve& curve : kCurves)
    if (curve.algorithm == algorithm) return curve.parameters;
  return {};
}

Result<crypto::PublicKeyPtr> public_key_of(ByteView parameters, ByteView point) {
  for (const Curve& curve : kCurves) {
    if (!std::equal(parameters.begin(), parameters.end(), curve.parameters.begin(), curve.parameters.end()))
      continue;
    const auto bare = unwrapped(point, curve.point);
    if (!bare) break;
    if (curve.algorithm == KeyAlgorithm::ed25519) return crypto::PublicKey::from_ed25519(*bare);
    return crypto::PublicKey::from_ec_point(curve.algorithm, *bare);
  }
  return fail(ErrorCode::bad_key, "the token's key is not on a curve that is supported",
              "use an ECDSA key on P-256");
}

}  // namespace boltseal::keys::pkcs11
