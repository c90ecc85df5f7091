#include "db/mysql_api.h"

#include "base/dynlib.h"

namespace boltseal::db {
namespace {

Result<MysqlApi> load() {
  const auto library = BS_TRY(DynamicLibrary::open({"libmariadb.so.3"}, "libmariadb3"));
  MysqlApi api{};
#define BS_LOAD_AS(member, name) api.member = BS_TRY(library.symbol<decltype(api.member)>("mysql_" name))
#define BS_LOAD(member) BS_LOAD_AS(member, #member)
  BS_LOAD(init);
  BS_LOAD(optionsv);
  BS_LOAD(ssl_set);
  BS_LOAD(real_connect);
  BS_LOAD(close);
  BS_LOAD_AS(error_number, "errno");
  BS_LOAD(error);
  BS_LOAD(get_socket);
  BS_LOAD(get_ssl_cipher);
  BS_LOAD(real_query);
  BS_LOAD(field_count);
  BS_LOAD(store_result);
  BS_LOAD(free_result);
  BS_LOAD(next_result);
  BS_LOAD(set_server_option);
  BS_LOAD(stmt_init);
  BS_LOAD(stmt_prepare);
  BS_LOAD(stmt_param_count);
  BS_LOAD(stmt_bind_param);
  BS_LOAD(stmt_execute);
  BS_LOAD(stmt_field_count);
  BS_LOAD(stmt_bind_result);
  BS_LOAD(stmt_fetch);
  BS_LOAD(stmt_fetch_column);
  BS_LOAD(stmt_free_result);
  BS_LOAD(stmt_affected_rows);
  BS_LOAD_AS(stmt_error_number, "stmt_errno");
  BS_LOAD(stmt_error);
  BS_LOAD(stmt_close);
#undef BS_LOAD
#undef BS_LOAD_AS
  const auto version =
      BS_TRY(library.symbol<decltype(&::mysql_get_client_version)>("mysql_get_client_version"));
  const auto start = BS_TRY(library.symbol<decltype(&::mysql_server_init)>("mysql_server_init"));
  // 3.3 has the list of allowed ways to authenticate, without which a server could ask for the password
  // itself.
  if (version() < 30300)
    return fail(ErrorCode::io_error, "libmariadb is older than 3.3", "upgrade the package libmariadb3");
  if (start(0, nullptr, nullptr) != 0) return fail(ErrorCode::io_error, "libmariadb does not start");
  return api;
}

}  // namespace

Result<const MysqlApi*> mysql_api() {
  static const Result<MysqlApi> loaded = load();
  if (!loaded) return fail(loaded.error());
  return &*loaded;
}

}  // namespace boltseal::db
