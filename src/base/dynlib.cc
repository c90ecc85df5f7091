#include "base/dynlib.h"

#include <dlfcn.h>

namespace boltseal {

Result<DynamicLibrary> DynamicLibrary::open(std::initializer_list<const char*> file_names,
                                            std::string_view package) {
  std::string tried;
  for (const char* name : file_names) {
    // Lazy: of the functions that thirty libraries import, few are ever called.
    if (void* handle = dlopen(name, RTLD_LAZY | RTLD_LOCAL)) return DynamicLibrary(handle);
    tried += tried.empty() ? name : std::string(", ") + name;
  }
  return fail(ErrorCode::io_error, "could not open the library " + tried,
              "install the package " + std::string(package));
}

Result<void*> DynamicLibrary::find(const char* name) const {
  if (void* address = dlsym(handle_, name)) return address;
  return fail(ErrorCode::io_error, std::string("the library has no function ") + name,
              "the installed library is too old; upgrade it");
}

}  // namespace boltseal
