#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/key_table_conformance.h"

namespace boltseal::vault {
namespace {

std::pair<std::shared_ptr<KeyTable>, std::shared_ptr<KeyTable>> memory() {
  std::shared_ptr<KeyTable> table = make_memory_key_table();
  return {table, table};
}

std::pair<std::shared_ptr<KeyTable>, std::shared_ptr<KeyTable>> sqlite() {
  std::string place = testing::TempDir() + "keytableXXXXXX";
  if (::mkdtemp(place.data()) == nullptr) return {};
  return {*make_sqlite_key_table(place + "/vault.db"), *make_sqlite_key_table(place + "/vault.db")};
}

INSTANTIATE_TEST_SUITE_P(Tables, KeyTableConformance,
                         testing::Values(KeyTableCase{"Memory", memory}, KeyTableCase{"Sqlite", sqlite}),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace boltseal::vault
