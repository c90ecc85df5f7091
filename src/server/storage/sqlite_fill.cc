#include "server/storage/sqlite_fill.h"

#include "base/encoding.h"
#include "server/storage/sql_values.h"
#include "server/storage/sqlite_queries.h"

namespace boltseal::server {
namespace {

class SqliteFill final : public StorageFill {
 public:
  SqliteFill(db::SqlitePool::Lease connection, db::SqliteTransaction transaction)
      : connection_(std::move(connection)), transaction_(std::move(transaction)) {}

  Result<void> file(const Gun& gun, Form form, const RoleName& role, const StoredFile& file) override {
    auto query = BS_TRY(connection_->query(sql::table(form).insert));
    query.bind(1, sql::format_time(file.created)).bind(2, gun.str()).bind(3, role.str());
    query.bind(4, file.version).bind_blob(5, file.bytes).bind(6, hex_encode(file.sha256));
    return query.run();
  }

  Result<void> state(const Gun& gun, const GunState& state) override {
    auto query = BS_TRY(connection_->query(sql::kFillState));
    query.bind(1, gun.str()).bind(2, state.epoch);
    query.bind(3, std::int64_t{state.needs_recovery ? 1 : 0});
    query.bind(4, std::int64_t{state.reset_allowed ? 1 : 0});
    return query.run();
  }

  Result<void> tombstone(const Gun& gun, const Tombstone& stone) override {
    for (const auto& [key, version] : stone.versions) {
      auto query = BS_TRY(connection_->query(sql::kFillTombstone));
      query.bind(1, gun.str()).bind(2, tuf::name_of(key.first)).bind(3, key.second.str()).bind(4, version);
      const auto root = stone.roots.find(key.first);
      const bool with_root = key.second == RoleName::root() && root != stone.roots.end();
      if (with_root)
        query.bind_blob(5, root->second);
      else
        query.bind_null(5);
      query.bind(6, sql::format_time(stone.deleted));
      BS_TRY(query.run());
    }
    return {};
  }

  Result<void> change(const Change& change) override {
    auto query = BS_TRY(connection_->query(sql::kFillChange));
    query.bind(1, change.id).bind(2, sql::format_time(change.created)).bind(3, change.gun);
    query.bind(4, change.version).bind(5, change.sha256).bind(6, change.category);
    return query.run();
  }

  Result<void> commit() override { return transaction_.commit(); }

 private:
  db::SqlitePool::Lease connection_;
  db::SqliteTransaction transaction_;
};

}  // namespace

Result<std::unique_ptr<StorageFill>> begin_sqlite_fill(db::SqlitePool& pool) {
  auto connection = BS_TRY(pool.acquire());
  auto transaction = BS_TRY(db::SqliteTransaction::begin(*connection));
  {
    auto query = BS_TRY(connection->query(sql::kHoldsSomething));
    BS_TRY(query.step());
    if (query.integer(0) != 0) return fail(ErrorCode::already_exists, "the store is not empty");
  }
  return std::unique_ptr<StorageFill>(
      std::make_unique<SqliteFill>(std::move(connection), std::move(transaction)));
}

}  // namespace boltseal::server
