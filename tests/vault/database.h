// The databases that tests/vault/run.sh has started. For the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "db/mysql.h"
#include "db/pool.h"
#include "db/postgres.h"

namespace boltseal::vault {

inline std::string variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) ADD_FAILURE() << "no " << name << ": start this by ctest, or by run.sh";
  return value == nullptr ? "" : value;
}

enum class Server : std::uint8_t { postgres, mariadb };
inline std::string name_of(Server server) { return server == Server::postgres ? "Postgres" : "Mariadb"; }

/// Sessions to a database of that server; `database` is the variable's address for it.
inline std::shared_ptr<db::Pool> pool_of(Server server, const std::string& address) {
  const auto connect = [=]() -> Result<std::unique_ptr<db::Session>> {
    if (server == Server::postgres) return db::connect_postgres({.conninfo = address});
    return db::connect_mysql({.dsn = address});
  };
  return std::make_shared<db::Pool>(connect, db::Pool::Options{});
}

/// An address of a fresh database of that name.
inline std::string fresh_database(Server server, const std::string& name) {
  const bool postgres = server == Server::postgres;
  const std::string admin = variable(postgres ? "POSTGRES_URL" : "MARIADB_URL");
  const auto pool = pool_of(server, admin);
  auto session = pool->acquire();
  if (!session) {
    ADD_FAILURE() << session.error().what();
    return {};
  }
  for (const std::string& sql :
       {"DROP DATABASE IF EXISTS " + name + (postgres ? " WITH (FORCE)" : ""), "CREATE DATABASE " + name}) {
    const auto done = (*session)->execute(sql);
    EXPECT_TRUE(done) << done.error().what();
  }
  std::string address = admin;
  const std::size_t slash = address.rfind('/');
  const std::size_t end = address.find('?');
  address.replace(slash + 1, end - slash - 1, name);
  return address;
}

}  // namespace boltseal::vault
