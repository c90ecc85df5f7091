#include <utility>

#include "server/key_service.h"

namespace boltseal::server {
namespace {

class VaultKeys final : public KeyService {
 public:
  VaultKeys(std::shared_ptr<vault::KeyHolder> holder, crypto::KeyAlgorithm algorithm)
      : holder_(std::move(holder)), algorithm_(algorithm) {}

  Result<crypto::PublicKeyPtr> create(const Gun& gun, const RoleName& role) override {
    return holder_->create(gun, role, algorithm_);
  }
  Result<std::shared_ptr<crypto::Signer>> find(const Gun& gun, const RoleName& role,
                                               const crypto::PublicKey& key) override {
    return vault::find_signer(*holder_, gun, role, key);
  }
  Result<void> retire(const Gun& gun) override {
    BS_TRY(holder_->retire(gun));
    return {};
  }
  Result<void> check() const override { return holder_->check(); }

 private:
  std::shared_ptr<vault::KeyHolder> holder_;
  crypto::KeyAlgorithm algorithm_;
};

}  // namespace

std::unique_ptr<KeyService> make_vault_keys(std::shared_ptr<vault::KeyHolder> holder,
                                            crypto::KeyAlgorithm algorithm) {
  return std::make_unique<VaultKeys>(std::move(holder), algorithm);
}

}  // namespace boltseal::server
