#include "db/sql.h"

#include <charconv>

namespace boltseal::db {

std::int64_t Rows::integer(std::size_t row, std::size_t column) const {
  const std::string_view digits = text(row, column);
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return problem == std::errc() && end == digits.data() + digits.size() ? value : 0;
}

Result<Transaction> Transaction::begin(Session& session) {
  BS_TRY(session.execute("BEGIN"));
  return Transaction(&session);
}

Transaction::~Transaction() {
  // A lost connection has nothing to undo: the server does it.
  if (session_ == nullptr || !session_->usable()) return;
  const auto rolled_back = session_->execute("ROLLBACK");
  static_cast<void>(rolled_back);
}

Result<void> Transaction::commit() {
  BS_TRY(session_->execute("COMMIT"));
  session_ = nullptr;
  return {};
}

}  // namespace boltseal::db
