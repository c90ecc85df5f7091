// The trace that a request belongs to, by W3C Trace Context's header `traceparent`. Pure.
#pragma once

#include <string>
#include <string_view>

namespace boltseal::http {

/// The trace id: 32 lower-case hexadecimal digits; empty where the value is not valid (version ff, upper
/// case, all zeros, another length in version 00).
std::string trace_id_of(std::string_view traceparent);

}  // namespace boltseal::http
