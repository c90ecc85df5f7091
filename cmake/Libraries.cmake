# The libraries, each used by exactly one room (docs/dependencies.md). Those that a program opens at
# first use (libcurl, libpq, libmariadb) give headers only.
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(tl-expected REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(Boost 1.81 REQUIRED)
# Headers only would put Asio's and Beast's code into every file; http/server compiles it once.
target_compile_definitions(Boost::boost INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
                           BOOST_BEAST_SEPARATE_COMPILATION)
find_package(prometheus-cpp CONFIG REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(nghttp2 REQUIRED IMPORTED_TARGET libnghttp2)
pkg_check_modules(libpq REQUIRED libpq)
pkg_check_modules(libmariadb REQUIRED libmariadb)
add_library(boltseal_sql_headers INTERFACE)
target_include_directories(boltseal_sql_headers SYSTEM INTERFACE ${libpq_INCLUDE_DIRS} ${libmariadb_INCLUDE_DIRS})
if(BOLTSEAL_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
