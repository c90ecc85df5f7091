#include "vault/sql_work.h"

#include "base/encoding.h"
#include "crypto/digest.h"

namespace boltseal::vault {
namespace {

constexpr int kLockSeconds = 10;

std::string mysql_name(std::int64_t number) { return "boltseal." + std::to_string(number); }

/// Locks of PostgreSQL have numbers for names.
std::int64_t number_of(const std::string& name) {
  const Sha256 hash = crypto::sha256("boltseal lock " + name);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | hash[i];
  return static_cast<std::int64_t>(number);
}

}  // namespace

std::string sql_time(Time time) {
  std::string text = format_rfc3339_seconds(time);
  text[10] = ' ';
  text.pop_back();  // Z
  return text;
}

Result<bool> has_table(db::Session& session, const std::string& table) {
  const auto rows = session.run("SELECT 1 FROM " + table + " LIMIT 1");
  if (rows) return true;
  if (rows.error().code() == ErrorCode::not_found) return false;
  return fail(rows.error());
}

Result<NamedLock> NamedLock::take(db::Session& session, const std::string& name) {
  const std::int64_t number = number_of(name);
  if (session.dialect() == db::Dialect::postgres) {
    BS_TRY(session.run("SELECT pg_advisory_lock(?)", {number}));
    return NamedLock(&session, number);
  }
  const std::string text = mysql_name(number);
  const auto rows =
      BS_TRY(session.run("SELECT GET_LOCK(?,?)", {std::string_view(text), std::int64_t{kLockSeconds}}));
  if (rows.size() == 1 && rows.integer(0, 0) == 1) return NamedLock(&session, number);
  return fail(ErrorCode::locked, "another server kept the database's lock for " + name, "try again");
}

NamedLock::~NamedLock() {
  if (session_ == nullptr || !session_->usable()) return;
  const std::string text = mysql_name(number_);
  const auto released = session_->dialect() == db::Dialect::postgres
                            ? session_->run("SELECT pg_advisory_unlock(?)", {number_})
                            : session_->run("SELECT RELEASE_LOCK(?)", {std::string_view(text)});
  static_cast<void>(released);
}

}  // namespace boltseal::vault
