#include <utility>

#include "server/key_service.h"

namespace boltseal::server {
namespace {

class VaultKeys final : public KeyService {
 public:
  VaultKeys(vault::Vault vault, crypto::KeyAlgorithm algorithm)
      : vault_(std::move(vault)), algorithm_(algorithm) {}

  Result<crypto::PublicKeyPtr> create(const Gun& gun, const RoleName& role) override {
    return vault_.create(gun, role, algorithm_);
  }
  Result<std::shared_ptr<crypto::Signer>> find(const Gun& gun, const RoleName& role,
                                               const crypto::PublicKey& key) override {
    return vault_.find(gun, role, key);
  }
  Result<void> retire(const Gun& gun) override {
    BS_TRY(vault_.retire(gun));
    return {};
  }
  Result<void> check() const override { return vault_.check(); }

 private:
  vault::Vault vault_;
  crypto::KeyAlgorithm algorithm_;
};

}  // namespace

std::unique_ptr<KeyService> make_vault_keys(vault::Vault vault, crypto::KeyAlgorithm algorithm) {
  return std::make_unique<VaultKeys>(std::move(vault), algorithm);
}

}  // namespace boltseal::server
