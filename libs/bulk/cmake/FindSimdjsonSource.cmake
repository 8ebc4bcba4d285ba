# simdjson from its sources (./dev setup fetches them): target simdjson_source, an object library with hidden symbols.
# Not Debian's shared library: libparquet of the pyarrow wheel exports another simdjson under the same names, and the two
# would call into each other. Who includes simdjson.h must be compiled with hidden visibility too.
set(SIMDJSON_SOURCE_DIR "${CMAKE_CURRENT_LIST_DIR}/../../../.cache/simdjson" CACHE PATH "Folder with simdjson.h and simdjson.cpp")
include(FindPackageHandleStandardArgs)
find_file(SimdjsonSource_FILE simdjson.cpp PATHS "${SIMDJSON_SOURCE_DIR}" NO_DEFAULT_PATH)
find_package_handle_standard_args(SimdjsonSource REQUIRED_VARS SimdjsonSource_FILE)
if(SimdjsonSource_FOUND AND NOT TARGET simdjson_source)
  add_library(simdjson_source OBJECT "${SimdjsonSource_FILE}")
  target_include_directories(simdjson_source SYSTEM PUBLIC "$<BUILD_INTERFACE:${SIMDJSON_SOURCE_DIR}>")
  target_compile_options(simdjson_source PUBLIC -fvisibility=hidden -fvisibility-inlines-hidden)
endif()
