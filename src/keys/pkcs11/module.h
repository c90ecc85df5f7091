// A PKCS#11 module: the vendor's library behind which tokens are. For the .cc files of this folder alone.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "keys/pkcs11/cryptoki.h"
#include "keys/pkcs11/uri.h"

namespace boltseal::keys::pkcs11 {

/// Thread safe (the module is told that threads use it). Opened once per process and path, never closed: a
/// module that is unloaded while its own threads run takes the program down.
class Module {
 public:
  /// io_error: no such file, no PKCS#11 module, or it does not start.
  static Result<std::shared_ptr<const Module>> open(const std::string& path);

  const ck_function_list& calls() const { return *calls_; }

  struct Found {
    ck_slot_id_t slot;
    ck_token_info info;
  };
  /// The one token that the URI names. key_missing: none, the message names those that are there. bad_config:
  /// several fit.
  Result<Found> find_token(const Uri& uri) const;

 private:
  explicit Module(ck_function_list* calls) : calls_(calls) {}
  Result<std::vector<ck_slot_id_t>> slots() const;
  ck_function_list* calls_;
};

}  // namespace boltseal::keys::pkcs11
