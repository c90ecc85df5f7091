// Libraries that are opened at first use: start-up time is a feature (libcurl alone costs 4 ms).
#pragma once

#include <string>

#include "base/result.h"

namespace boltseal {

/// A shared library opened with dlopen (RTLD_LAZY | RTLD_LOCAL), never closed. Thread safe after open.
class DynamicLibrary {
 public:
  /// Tries each file name in turn; io_error names all of them and the Debian package to install.
  static Result<DynamicLibrary> open(std::initializer_list<const char*> file_names, std::string_view package);

  /// Address of a symbol as the type of `function`: `auto* f =
  /// BS_TRY(lib.symbol<decltype(&curl_easy_init)>("curl_easy_init"));`
  template <typename Function>
  Result<Function> symbol(const char* name) const {
    void* address = BS_TRY(find(name));
    return reinterpret_cast<Function>(address);
  }

 private:
  explicit DynamicLibrary(void* handle) : handle_(handle) {}
  Result<void*> find(const char* name) const;
  void* handle_;
};

}  // namespace boltseal
