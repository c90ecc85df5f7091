#include "db/postgres_api.h"

#include "base/dynlib.h"

namespace boltseal::db {
namespace {

Result<PostgresApi> load() {
  const auto library = BS_TRY(DynamicLibrary::open({"libpq.so.5", "libpq.so"}, "libpq5"));
  PostgresApi api{};
#define BS_LOAD(name) api.name = BS_TRY(library.symbol<decltype(api.name)>(#name))
  BS_LOAD(PQconninfoParse);
  BS_LOAD(PQconninfoFree);
  BS_LOAD(PQconnectStartParams);
  BS_LOAD(PQconnectPoll);
  BS_LOAD(PQconnectionNeedsPassword);
  BS_LOAD(PQfreemem);
  BS_LOAD(PQstatus);
  BS_LOAD(PQserverVersion);
  BS_LOAD(PQsocket);
  BS_LOAD(PQerrorMessage);
  BS_LOAD(PQfinish);
  BS_LOAD(PQsetnonblocking);
  BS_LOAD(PQsetNoticeReceiver);
  BS_LOAD(PQsendQuery);
  BS_LOAD(PQsendPrepare);
  BS_LOAD(PQsendQueryPrepared);
  BS_LOAD(PQflush);
  BS_LOAD(PQconsumeInput);
  BS_LOAD(PQisBusy);
  BS_LOAD(PQgetResult);
  BS_LOAD(PQnotifies);
  BS_LOAD(PQresultStatus);
  BS_LOAD(PQresultErrorField);
  BS_LOAD(PQcmdStatus);
  BS_LOAD(PQcmdTuples);
  BS_LOAD(PQntuples);
  BS_LOAD(PQnfields);
  BS_LOAD(PQftype);
  BS_LOAD(PQgetisnull);
  BS_LOAD(PQgetvalue);
  BS_LOAD(PQgetlength);
  BS_LOAD(PQclear);
#undef BS_LOAD
  const auto version = BS_TRY(library.symbol<decltype(&::PQlibVersion)>("PQlibVersion"));
  // 14: target_session_attrs knows primaries and standbys without a query of its own.
  if (version() < 140000)
    return fail(ErrorCode::io_error, "libpq is older than 14", "upgrade the package libpq5");
  return api;
}

}  // namespace

Result<const PostgresApi*> postgres_api() {
  static const Result<PostgresApi> loaded = load();
  if (!loaded) return fail(loaded.error());
  return &*loaded;
}

}  // namespace boltseal::db
