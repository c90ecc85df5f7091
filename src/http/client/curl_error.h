// What a failure of libcurl means to us. For .cc files of this room alone.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "http/client/client.h"
#include "http/client/curl_api.h"

namespace boltseal::http {

/// `detail` is libcurl's error buffer (may be empty), `verify_result` OpenSSL's code of the certificate
/// check.
Error curl_error(CURLcode code, const Request& request, std::string_view detail, long verify_result);

}  // namespace boltseal::http
