// What a certificate says, and the parser. For crypto/ alone.
#pragma once

#include "crypto/certificate.h"

namespace boltseal::crypto {

struct Certificate::Facts {
  Bytes der;
  Sha256 fingerprint{};
  std::string common_name;
  ByteView subject, issuer, serial, spki, subject_key_id;  ///< views of `der`
  Time not_before{}, not_after{};
  bool is_ca = false;
  bool sha1_signed = false;
  std::optional<std::uint8_t> key_usages;
  PublicKeyPtr key;
};

}  // namespace boltseal::crypto
