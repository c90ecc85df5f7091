#include <stdlib.h>

#include "tests/support/key_service_conformance.h"
#include "vault/vault.h"

namespace boltseal::server {
namespace {

std::shared_ptr<KeyService> memory_keys() { return make_memory_keys(crypto::KeyAlgorithm::ecdsa_p256); }

std::shared_ptr<KeyService> vault_keys() {
  std::string place = ::testing::TempDir() + "key-serviceXXXXXX";
  EXPECT_NE(mkdtemp(place.data()), nullptr);
  auto vault = vault::Vault::open(vault::make_memory_key_table(), *Directory::open(place));
  EXPECT_TRUE(vault);
  return make_vault_keys(std::make_unique<vault::Vault>(std::move(*vault)), crypto::KeyAlgorithm::ecdsa_p256);
}

INSTANTIATE_TEST_SUITE_P(Local, KeyServiceConformance,
                         ::testing::Values(KeyServiceCase{"Memory", memory_keys},
                                           KeyServiceCase{"Vault", vault_keys}),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace boltseal::server
