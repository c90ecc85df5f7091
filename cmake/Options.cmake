# Language, warnings, hardening and sanitizers of every target.
option(BOLTSEAL_WERROR "Treat warnings as errors" ON)
option(BOLTSEAL_TESTS "Build the tests" ON)
set(BOLTSEAL_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=")
option(BOLTSEAL_FUZZ "Build the libFuzzer targets (clang only)" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(BOLTSEAL_CCACHE ccache)
if(BOLTSEAL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # With a precompiled header ccache helps only if told that neither the clock nor -D matters in it; what it has
  # kept serves every clone, wherever it stands.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${BOLTSEAL_CCACHE})
endif()

add_library(boltseal_options INTERFACE)
target_compile_options(boltseal_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wold-style-cast -Wimplicit-fallthrough -Wnon-virtual-dtor
  # Designated initializers leave members to their defaults on purpose.
  -Wno-missing-field-initializers
  -fstack-protector-strong -fno-omit-frame-pointer)
if(BOLTSEAL_WERROR)
  target_compile_options(boltseal_options INTERFACE -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # With optimisation g++ 12 finds these in the standard library's own strings and optionals, where they are
    # not (GCC bugs 105651, 105562): shown, but no error.
    target_compile_options(boltseal_options INTERFACE -Wno-error=maybe-uninitialized -Wno-error=restrict
      -Wno-error=stringop-overflow -Wno-error=stringop-overread -Wno-error=array-bounds -Wno-error=free-nonheap-object)
  else()
    # libstdc++'s std::stable_sort uses its own deprecated std::get_temporary_buffer; g++ knows, clang complains.
    target_compile_options(boltseal_options INTERFACE -Wno-error=deprecated-declarations)
  endif()
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64")
  target_compile_options(boltseal_options INTERFACE -fcf-protection)
endif()
if(BOLTSEAL_SANITIZE)
  target_compile_options(boltseal_options INTERFACE -fsanitize=${BOLTSEAL_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(boltseal_options INTERFACE -fsanitize=${BOLTSEAL_SANITIZE})
else()
  target_compile_definitions(boltseal_options INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
endif()
if(BOLTSEAL_FUZZ)
  target_compile_options(boltseal_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
target_link_options(boltseal_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
find_program(BOLTSEAL_MOLD mold)
if(BOLTSEAL_MOLD)
  target_link_options(boltseal_options INTERFACE -fuse-ld=mold)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")
if(BOLTSEAL_SANITIZE)
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
endif()
if(NOT BOLTSEAL_SANITIZE)
  include(CheckPIESupported)
  check_pie_supported(LANGUAGES CXX)
endif()
