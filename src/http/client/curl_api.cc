#include "http/client/curl_api.h"

#include "base/dynlib.h"

// curl.h wraps these in macros that check the number of arguments; here the plain names are needed.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt
#undef curl_share_setopt

namespace boltseal::http {
namespace {

Result<CurlApi> load() {
  const auto library = BS_TRY(DynamicLibrary::open({"libcurl.so.4", "libcurl.so"}, "libcurl4"));
  CurlApi api{};
#define BS_LOAD(name) api.name = BS_TRY(library.symbol<decltype(api.name)>("curl_" #name))
  BS_LOAD(easy_init);
  BS_LOAD(easy_setopt);
  BS_LOAD(easy_getinfo);
  BS_LOAD(easy_reset);
  BS_LOAD(easy_cleanup);
  BS_LOAD(easy_strerror);
  BS_LOAD(multi_init);
  BS_LOAD(multi_setopt);
  BS_LOAD(multi_add_handle);
  BS_LOAD(multi_remove_handle);
  BS_LOAD(multi_perform);
  BS_LOAD(multi_poll);
  BS_LOAD(multi_info_read);
  BS_LOAD(multi_cleanup);
  BS_LOAD(multi_strerror);
  BS_LOAD(share_init);
  BS_LOAD(share_setopt);
  BS_LOAD(share_cleanup);
  BS_LOAD(slist_append);
  BS_LOAD(slist_free_all);
#undef BS_LOAD
  const auto global_init = BS_TRY(library.symbol<decltype(&::curl_global_init)>("curl_global_init"));
  const auto version_info = BS_TRY(library.symbol<decltype(&::curl_version_info)>("curl_version_info"));
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return fail(ErrorCode::io_error, "libcurl does not start");
  const auto* info = version_info(CURLVERSION_NOW);
  // 7.85: CURLOPT_PROTOCOLS_STR; an older one would ignore it and speak other protocols.
  if (info == nullptr || info->version_num < 0x075500)
    return fail(ErrorCode::io_error, "libcurl is older than 7.85.0", "upgrade the package libcurl4");
  if (info->ssl_version == nullptr ||
      std::string_view(info->ssl_version).find("OpenSSL") == std::string_view::npos)
    return fail(ErrorCode::io_error, "libcurl does not use OpenSSL", "install the package libcurl4");
  return api;
}

}  // namespace

Result<const CurlApi*> curl_api() {
  static const Result<CurlApi> loaded = load();
  if (!loaded) return fail(loaded.error());
  return &*loaded;
}

}  // namespace boltseal::http
