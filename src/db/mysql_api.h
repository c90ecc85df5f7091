// The functions of libmariadb that we call, found in the library at first use (HOUSE 1). For .cc files of
// this room alone.
#pragma once

#include <mysql.h>

#include "base/result.h"

namespace boltseal::db {

/// One pointer for each function, of the function's own type, without the prefix mysql_.
struct MysqlApi {
  decltype(&::mysql_init) init;
  decltype(&::mysql_optionsv) optionsv;
  decltype(&::mysql_ssl_set) ssl_set;
  decltype(&::mysql_real_connect) real_connect;
  decltype(&::mysql_close) close;
  // name() would collide with the macro errno.
  decltype(&::mysql_errno) error_number;
  decltype(&::mysql_error) error;
  decltype(&::mysql_get_socket) get_socket;
  decltype(&::mysql_get_ssl_cipher) get_ssl_cipher;
  decltype(&::mysql_real_query) real_query;
  decltype(&::mysql_field_count) field_count;
  decltype(&::mysql_store_result) store_result;
  decltype(&::mysql_free_result) free_result;
  decltype(&::mysql_next_result) next_result;
  decltype(&::mysql_set_server_option) set_server_option;
  decltype(&::mysql_stmt_init) stmt_init;
  decltype(&::mysql_stmt_prepare) stmt_prepare;
  decltype(&::mysql_stmt_param_count) stmt_param_count;
  decltype(&::mysql_stmt_bind_param) stmt_bind_param;
  decltype(&::mysql_stmt_execute) stmt_execute;
  decltype(&::mysql_stmt_field_count) stmt_field_count;
  decltype(&::mysql_stmt_bind_result) stmt_bind_result;
  decltype(&::mysql_stmt_fetch) stmt_fetch;
  decltype(&::mysql_stmt_fetch_column) stmt_fetch_column;
  decltype(&::mysql_stmt_free_result) stmt_free_result;
  decltype(&::mysql_stmt_affected_rows) stmt_affected_rows;
  decltype(&::mysql_stmt_errno) stmt_error_number;
  decltype(&::mysql_stmt_error) stmt_error;
  decltype(&::mysql_stmt_close) stmt_close;
};

/// Opens libmariadb.so.3 once and initialises it; the same answer for all callers. Thread safe. io_error.
Result<const MysqlApi*> mysql_api();

}  // namespace boltseal::db
