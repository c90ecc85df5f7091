// Runs one helper program without a shell: input on stdin, output read up to a bound, killed at the deadline.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace boltseal::http {

struct HelperOutput {
  Secret out;      ///< stdout: may hold a password
  int status = 0;  ///< exit status; 128 + signal
};

/// `arguments[0]` is looked up on PATH; stderr goes to /dev/null. Only descriptors 0-2 are inherited. Errors:
/// not_found (no such program), timed_out, limit_exceeded, io_error.
Result<HelperOutput> run_helper(const std::vector<std::string>& arguments, std::string_view input,
                                std::size_t output_limit, std::chrono::milliseconds deadline);

}  // namespace boltseal::http
