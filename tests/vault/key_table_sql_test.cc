// The suite of key tables on real database servers.
#include "tests/support/key_table_conformance.h"
#include "tests/vault/database.h"

namespace boltseal::vault {
namespace {

template <Server kServer>
std::pair<std::shared_ptr<KeyTable>, std::shared_ptr<KeyTable>> tables() {
  const std::string address = fresh_database(kServer, "keytable");
  auto one = make_sql_key_table(pool_of(kServer, address));
  auto other = make_sql_key_table(pool_of(kServer, address));
  EXPECT_TRUE(one) << one.error().what();
  EXPECT_TRUE(other) << other.error().what();
  if (!one || !other) return {};
  return {std::move(*one), std::move(*other)};
}

INSTANTIATE_TEST_SUITE_P(Sql, KeyTableConformance,
                         testing::Values(KeyTableCase{"Postgres", tables<Server::postgres>},
                                         KeyTableCase{"Mariadb", tables<Server::mariadb>}),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace boltseal::vault
