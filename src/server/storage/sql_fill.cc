#include "server/storage/sql_fill.h"

#include "base/encoding.h"
#include "server/storage/sql_files.h"
#include "server/storage/sql_values.h"
#include "server/storage/sql_writes.h"

namespace boltseal::server::sql {
namespace {

tl::unexpected<Error> too_large() {
  return fail(ErrorCode::limit_exceeded, "a version or id does not fit notary-server's tables");
}

class SqlFill final : public StorageFill {
 public:
  SqlFill(db::Pool::Lease session, db::Transaction transaction, const Statements& sql)
      : session_(std::move(session)), transaction_(std::move(transaction)), sql_(sql) {}

  Result<void> file(const Gun& gun, Form form, const RoleName& role, const StoredFile& file) override {
    if (form == Form::notary && file.version > kMostOfNotary) return too_large();
    const std::string hex = hex_encode(file.sha256), time = time_text(file.created);
    BS_TRY(sql_.of(form).insert.run(*session_, {gun.str(), role.str(), file.version, db::Blob{file.bytes},
                                                std::string_view(hex), std::string_view(time)}));
    return {};
  }

  Result<void> state(const Gun& gun, const GunState& state) override {
    BS_TRY(sql_.fill_state.run(*session_, {gun.str(), state.epoch, std::int64_t{state.needs_recovery ? 1 : 0},
                                           std::int64_t{state.reset_allowed ? 1 : 0}}));
    return {};
  }

  Result<void> tombstone(const Gun& gun, const Tombstone& stone) override {
    return insert_tombstone(*session_, sql_, gun, stone);
  }

  Result<void> change(const Change& change) override {
    if (change.id > kMostOfNotary || change.version > kMostOfNotary) return too_large();
    const std::string time = time_text(change.created);
    BS_TRY(sql_.fill_change.run(
        *session_, {std::string_view(change.gun), change.version, std::string_view(change.sha256),
                    std::string_view(change.category), std::string_view(time), change.id}));
    return {};
  }

  Result<void> commit() override {
    if (!sql_.after_fill.text().empty()) BS_TRY(sql_.after_fill.run(*session_));
    return transaction_.commit();
  }

 private:
  std::string time_text(Time time) const { return format_time(time, sql_.time_digits); }

  db::Pool::Lease session_;
  db::Transaction transaction_;
  const Statements& sql_;
};

}  // namespace

Result<std::unique_ptr<StorageFill>> begin_fill(Sessions& sessions, const Statements& statements) {
  auto session = BS_TRY(sessions.borrow());
  auto transaction = BS_TRY(db::Transaction::begin(*session));
  if (!statements.lock_all.text().empty()) BS_TRY(statements.lock_all.run(*session));
  if (!BS_TRY(statements.holds_something.run(*session)).empty()) {
    return fail(ErrorCode::already_exists, "the store is not empty");
  }
  return std::unique_ptr<StorageFill>(
      std::make_unique<SqlFill>(std::move(session), std::move(transaction), statements));
}

}  // namespace boltseal::server::sql
