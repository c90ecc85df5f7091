# Precompiled headers, one for rooms and one for tests: parsing the standard library and gtest is half of the
# time that a file takes. No file may rely on them: scripts/lint compiles each header without, and the tsan preset
# builds without.
option(BOLTSEAL_PCH "Precompile the headers that most files use" ON)

set(BOLTSEAL_COMMON_HEADERS <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <set> <span>
    <string> <string_view> <utility> <variant> <vector> <fmt/core.h> <tl/expected.hpp>)

# Options of test programs: what only tests run needs no optimisation.
add_library(boltseal_test_options INTERFACE)
target_link_libraries(boltseal_test_options INTERFACE boltseal_options)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(boltseal_test_options INTERFACE -O0 -U_FORTIFY_SOURCE)
elseif(BOLTSEAL_SANITIZE)
  # The rooms are what is looked at; gtest's macros with UBSan and coverage take minutes.
  target_compile_options(boltseal_test_options INTERFACE -O0 -fno-sanitize=undefined -fno-sanitize=fuzzer-no-link)
endif()

if(BOLTSEAL_PCH)
  set(empty ${CMAKE_BINARY_DIR}/precompiled.cc)
  file(CONFIGURE OUTPUT ${empty} CONTENT "int main() { return 0; }\n")
  add_library(boltseal_room_headers OBJECT EXCLUDE_FROM_ALL ${empty})
  target_link_libraries(boltseal_room_headers PRIVATE boltseal_options fmt::fmt tl::expected)
  target_precompile_headers(boltseal_room_headers PRIVATE ${BOLTSEAL_COMMON_HEADERS})
  if(BOLTSEAL_TESTS)
    add_executable(boltseal_test_headers EXCLUDE_FROM_ALL ${empty})  # no library: tests are compiled with -fPIE
    target_link_libraries(boltseal_test_headers PRIVATE boltseal_test_options fmt::fmt tl::expected GTest::gmock)
    target_precompile_headers(boltseal_test_headers PRIVATE ${BOLTSEAL_COMMON_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)
  endif()
  # What ccache needs to look through them.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(boltseal_options INTERFACE -fpch-preprocess)
  else()
    target_compile_options(boltseal_options INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()

# boltseal_precompile(TARGET room|test): TARGET uses the shared headers.
function(boltseal_precompile target kind)
  if(BOLTSEAL_PCH)
    target_precompile_headers(${target} REUSE_FROM boltseal_${kind}_headers)
  endif()
endfunction()
