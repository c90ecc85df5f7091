// GETs of metadata that the serving cache could not answer: from storage to a ready answer, which is then
// kept (NOTARY-SERVER.md 2.3; with ETag and a Last-Modified in GMT). Blocks on storage; thread safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/server/response.h"
#include "server/api_error.h"
#include "server/renewal.h"
#include "server/routes/route.h"
#include "server/serving_cache.h"
#include "server/storage/storage.h"

namespace boltseal::server {

/// Seconds; 0: clients shall not cache.
struct CacheControl {
  std::int64_t current = 300;
  std::int64_t consistent = 2'592'000;
  bool is_private = false;  ///< nobody shall keep answers, whatever the ages
};

class Reader {
 public:
  /// `strict`: kept answers are used only where the store still has the state that they were made from.
  Reader(const Storage& storage, Renewal& renewal, ServingCache& cache, CacheControl control, bool strict)
      : storage_(storage), renewal_(renewal), cache_(cache), control_(control), strict_(strict) {}

  /// `route` is one of the metadata places; `file` is what stands behind "/_trust/".
  ApiResult<http::ReadyResponsePtr> read(const Route& route, const Gun& gun, std::string_view file);
  /// Keeps the answer that every client asks for first, so that no reader waits after a publish.
  void warm(const Gun& gun);

 private:
  ApiResult<http::ReadyResponsePtr> make(const Route& route, const Gun& gun, const std::string& key);
  ApiResult<std::optional<StoredFile>> find(const Route& route, const Gun& gun) const;
  void renew_if_expired(const Gun& gun);
  ApiResult<http::ReadyResponsePtr> answer(const StoredFile& file, bool consistent) const;
  std::optional<Time> valid_until(const Gun& gun, Form form) const;

  const Storage& storage_;
  Renewal& renewal_;
  ServingCache& cache_;
  CacheControl control_;
  bool strict_;
};

}  // namespace boltseal::server
