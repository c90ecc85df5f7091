// Objects of a token and their attributes. For the .cc files of this folder alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "crypto/public_key.h"
#include "keys/pkcs11/sessions.h"

namespace boltseal::keys::pkcs11 {

/// Attributes of a template; owns their values.
class Template {
 public:
  Template& number(ck_attribute_type_t type, unsigned long value);
  Template& flag(ck_attribute_type_t type, bool value);
  Template& bytes(ck_attribute_type_t type, ByteView value);
  /// Valid until the template is changed or gone.
  std::vector<ck_attribute>& list();

 private:
  std::vector<Bytes> values_;
  std::vector<ck_attribute_type_t> types_;
  std::vector<ck_attribute> list_;
};

/// Up to `most` objects that have all attributes.
ck_rv_t find_objects(const ck_function_list& calls, ck_session_handle_t session, Template wanted,
                     std::vector<ck_object_handle_t>& out, std::size_t most = 1024);
/// Value of an attribute, at most 64 KiB; empty where the object has none or keeps it secret.
ck_rv_t read_attribute(const ck_function_list& calls, ck_session_handle_t session, ck_object_handle_t object,
                       ck_attribute_type_t type, Bytes& out);

/// CKA_EC_PARAMS of the curves that keys are made on; empty for other algorithms.
ByteView curve_parameters(crypto::KeyAlgorithm algorithm);
/// Public key of CKA_EC_PARAMS and CKA_EC_POINT, the latter wrapped in an OCTET STRING or not (tokens
/// differ). bad_key: another curve, or no point on it.
Result<crypto::PublicKeyPtr> public_key_of(ByteView parameters, ByteView point);

}  // namespace boltseal::keys::pkcs11
