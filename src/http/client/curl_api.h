// The functions of libcurl that we call, found in the library at first use (HOUSE 1). For .cc files of this
// room alone.
#pragma once

#include <curl/curl.h>

#include "base/result.h"

namespace boltseal::http {

/// One pointer for each function, of the function's own type (the variadic ones too: they must be called as
/// variadic functions). Names lack the prefix, as curl.h makes macros of some.
struct CurlApi {
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_reset) easy_reset;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_multi_init) multi_init;
  decltype(&::curl_multi_setopt) multi_setopt;
  decltype(&::curl_multi_add_handle) multi_add_handle;
  decltype(&::curl_multi_remove_handle) multi_remove_handle;
  decltype(&::curl_multi_perform) multi_perform;
  decltype(&::curl_multi_poll) multi_poll;
  decltype(&::curl_multi_info_read) multi_info_read;
  decltype(&::curl_multi_cleanup) multi_cleanup;
  decltype(&::curl_multi_strerror) multi_strerror;
  decltype(&::curl_share_init) share_init;
  decltype(&::curl_share_setopt) share_setopt;
  decltype(&::curl_share_cleanup) share_cleanup;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;

  // The options by the type that libcurl reads for them.
  void set(CURL* easy, CURLoption option, long value) const { easy_setopt(easy, option, value); }
  void set(CURL* easy, CURLoption option, const char* value) const { easy_setopt(easy, option, value); }
  void set_pointer(CURL* easy, CURLoption option, void* value) const { easy_setopt(easy, option, value); }
  void set_large(CURL* easy, CURLoption option, curl_off_t value) const { easy_setopt(easy, option, value); }
};

/// Opens libcurl.so.4 once and initialises it; the same answer for all callers. Thread safe. io_error.
Result<const CurlApi*> curl_api();

}  // namespace boltseal::http
